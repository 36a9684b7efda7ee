//===- Contract.cpp - Whose arithmetic integer forms keep -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Contract.h"

#include "llvm/Support/ErrorHandling.h"

using namespace quantc;

llvm::StringRef quantc::stringifyContract(Contract contract) {
  switch (contract) {
  case Contract::Exact:
    return "exact";
  case Contract::LiteRT:
    return "litert";
  case Contract::TFLM:
    return "tflm";
  }
  llvm_unreachable("every contract is handled");
}

std::optional<Contract> quantc::parseContract(llvm::StringRef text) {
  for (Contract contract : {Contract::Exact, Contract::LiteRT, Contract::TFLM})
    if (text == stringifyContract(contract))
      return contract;
  return std::nullopt;
}

Rounding quantc::getRounding(Contract contract) {
  return contract == Contract::TFLM ? Rounding::Double : Rounding::Single;
}

llvm::cl::ValuesClass quantc::contractValues() {
  return llvm::cl::values(
      clEnumValN(Contract::Exact, "exact", "the nearest, rounded once"),
      clEnumValN(Contract::LiteRT, "litert", "those of LiteRT on a CPU"),
      clEnumValN(Contract::TFLM, "tflm",
                 "those of TensorFlow Lite Micro's reference kernels"));
}
