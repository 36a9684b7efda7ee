//===- Builders.h - Building TOSA operations -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcConversion: tosa.rescale and the float arithmetic at the
/// borders between integer and float parts of a network.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_BUILDERS_H
#define QUANTC_LIB_CONVERSION_BUILDERS_H

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

namespace quantc {

/// The parameters of the tosa.rescale that computes `requantize`, or failure
/// after a diagnostic.
llvm::FailureOr<ptq::RescaleSpec> getRescaleSpec(ptq::RequantizeOp requantize,
                                                 Contract contract);

/// Dequantizes `storage`, the tensor of integers q, in float32: real = (q -
/// zero point) * scale. A constant is computed here.
mlir::Value buildDequantize(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value storage,
                            mlir::quant::QuantizedType type);

/// Replaces `op`, the dequantization of `constant`: products read integers and
/// scales (`LowerBlocks.cpp`), everything else reads floats.
void lowerBlocks(mlir::quant::DequantizeCastOp op,
                 const ptq::BlockConstant &constant);

/// Quantizes to storage integers: q = round(real / scale) + zero point,
/// saturated. With Contract::TFLM the division is in float32 and ties are
/// rounded away from zero.
mlir::Value buildQuantize(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value real,
                          mlir::quant::UniformQuantizedType type,
                          Contract contract);

/// Rounds `real` to the nearest number that `type` represents, in float32. A
/// constant becomes the reals of the integers that it is as what `role` says.
mlir::Value buildFakeQuant(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value real, mlir::quant::QuantizedType type,
                           ptq::OperandRole role);

/// The product of two float tensors. `rhs` is broadcast.
mlir::Value buildMul(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value lhs, mlir::Value rhs);

/// A float constant that broadcasts against tensors of `rank`: one value, or
/// one for each element of dimension `axis`.
mlir::Value buildBroadcast(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::ArrayRef<double> values, int64_t rank,
                           int64_t axis = 0);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_BUILDERS_H
