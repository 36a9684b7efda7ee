//===- AbsorbTransposes.h - Transposes into weights -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_ABSORBTRANSPOSES_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_ABSORBTRANSPOSES_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

namespace quantc::ptq {

/// True if `use` is a reshape of transpose(x, perms), x of `shape`, that merges
/// the permuted dimensions into the columns of a product with constant weights:
/// the weights' rows can be permuted instead.
bool absorbsTranspose(mlir::OpOperand &use, llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<int64_t> perms);

/// Makes `use`, for which the above is true, read the operand of `transpose`,
/// and permutes the weights.
void absorbTranspose(mlir::OpOperand &use, mlir::tosa::TransposeOp transpose);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_ABSORBTRANSPOSES_H
