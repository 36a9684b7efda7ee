//===- SaveNetwork.cpp - Writing networks as MLIR -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/NetworkFile.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/OutputFile.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace quantc;

/// Smaller constants are printed in the operation.
static constexpr int64_t kSmallestResource = 32;

/// Alignment of a resource's bytes, sufficient for every element type.
static constexpr size_t kAlignment = 16;

/// The name under which a constant's bytes are kept: the tensor's, if it has
/// one. MLIR makes it unique.
static StringRef getResourceName(tosa::ConstOp op) {
  auto name = op.getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().strref() : StringRef("constant");
}

/// The constant as a resource, or null if it is small or has no plain bytes.
static DenseResourceElementsAttr makeResource(tosa::ConstOp op) {
  auto values = dyn_cast<DenseElementsAttr>(op.getValues());
  if (!values || values.isSplat() ||
      values.getNumElements() < kSmallestResource ||
      !values.getElementType().isIntOrFloat() ||
      values.getElementType().getIntOrFloatBitWidth() % 8 != 0)
    return {};
  return DenseResourceElementsAttr::get(
      values.getType(), getResourceName(op),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(values.getRawData(),
                                                    kAlignment));
}

llvm::Error quantc::saveNetwork(ModuleOp module, StringRef path) {
  OwningOpRef<ModuleOp> copy = module.clone();
  copy->walk([](tosa::ConstOp op) {
    if (DenseResourceElementsAttr resource = makeResource(op))
      op.setValuesAttr(resource);
  });
  auto write = [&](llvm::raw_pwrite_stream &os) -> llvm::Error {
    if (!path.ends_with(".mlirbc")) {
      // Locations are printed, because they contain the names of tensors.
      copy->print(os, OpPrintingFlags().enableDebugInfo());
      os << "\n";
    } else if (failed(writeBytecodeToFile(*copy, os))) {
      return llvm::make_error<DiagnosedError>();
    }
    return llvm::Error::success();
  };
  return writeFileAtomically(path, write);
}
