//===- IntegerLSTM.h - The arithmetic of ptq.integer_lstm -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_INTEGERLSTM_H
#define QUANTC_DIALECT_PTQ_IR_INTEGERLSTM_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

namespace quantc::ptq {

/// int16 products of gates: `codes` [R, K] of int8 with `zeroPoint`, times
/// int8 `weights` [4 * H, K], plus int32 `bias` [4 * H] unless it is null. The
/// gates of `op` have the scales `scale * weightScales` (N101).
mlir::Value buildGateProducts(mlir::OpBuilder &builder, IntegerLSTMOp op,
                              mlir::Value codes, int64_t zeroPoint,
                              double scale, mlir::Value weights,
                              llvm::ArrayRef<double> weightScales,
                              mlir::Value bias);

/// The hidden state and the cell after a step of `op` (N102, N103) that has
/// `products` [N, 4 * H] of the inputs.
std::pair<mlir::Value, mlir::Value>
buildIntegerStep(mlir::OpBuilder &builder, IntegerLSTMOp op,
                 mlir::Value products, mlir::Value hidden, mlir::Value cell);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_INTEGERLSTM_H
