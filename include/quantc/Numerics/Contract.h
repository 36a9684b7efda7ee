//===- Contract.h - Whose arithmetic integer forms keep -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The contract of a quantized network: the runtime whose integers its
/// operations reproduce (docs/Numerics.md). Nothing here depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_CONTRACT_H
#define QUANTC_NUMERICS_CONTRACT_H

#include "quantc/Numerics/Requantize.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"

#include <optional>

namespace quantc {

enum class Contract {
  Exact,  ///< quantc's own rules: the nearest integer, rounded once.
  LiteRT, ///< What LiteRT computes on a CPU (XNNPACK, else its own kernels).
  TFLM,   ///< What the reference kernels of TensorFlow Lite Micro compute.
};

/// "exact", "litert" or "tflm".
llvm::StringRef stringifyContract(Contract contract);

/// The contract that stringifyContract calls `text`, or nullopt.
std::optional<Contract> parseContract(llvm::StringRef text);

/// The contracts by name, for options.
llvm::cl::ValuesClass contractValues();

/// How the contract's requantization rounds.
Rounding getRounding(Contract contract);

/// True if the contract follows TFLite's own kernels. They compute some
/// operations in LiteRT, too, where XNNPACK has no kernel for them.
inline bool usesTFLiteKernels(Contract contract) {
  return contract != Contract::Exact;
}

/// The contract whose rules hold for an operation on integers of `width` bits.
/// XNNPACK has no kernels of int16, and LiteRT's own are those of TensorFlow
/// Lite Micro (N74).
inline Contract getKernelContract(Contract contract, unsigned width) {
  return contract == Contract::LiteRT && width == 16 ? Contract::TFLM
                                                     : contract;
}

} // namespace quantc

#endif // QUANTC_NUMERICS_CONTRACT_H
