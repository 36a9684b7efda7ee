//===- Folding.h - Operators that are computed at import -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_FOLDING_H
#define QUANTC_LIB_IMPORT_TFLITE_FOLDING_H

#include "Importer.h"

namespace quantc::tflite {

/// Computes the outputs of an operator all of whose inputs are known. False,
/// with nothing done, if they are of no use here or the result is too large:
/// the operator is then built, and whoever builds it reports what is wrong.
using FoldFunction = mlir::FailureOr<bool> (*)(Node &node);
struct Fold {
  schema::Code code;
  FoldFunction compute;
};

llvm::ArrayRef<Fold> getElementwiseFolds();
llvm::ArrayRef<Fold> getMovingFolds();

/// True if an array of `shape` is small enough to be computed.
bool isFoldable(llvm::ArrayRef<int64_t> shape);

/// Sets output `i`.
mlir::FailureOr<bool> fold(Node &node, Array elements, unsigned i = 0);

/// The fused activation of an operator that has no other options.
schema::Activation getActivation(const Node &node);

/// The sizes that RESHAPE is given, as the file has them.
mlir::FailureOr<llvm::SmallVector<int64_t>> getNewShape(Node &node);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_FOLDING_H
