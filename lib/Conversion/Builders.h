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

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

namespace quantc {

/// The rescale that `requantize` stands for, or failure after a diagnostic.
llvm::FailureOr<ptq::RescaleSpec> getRescaleSpec(ptq::RequantizeOp requantize,
                                                 Contract contract);

/// real = (q - zero point) * scale in float32, `storage` holding q. Constants
/// are computed here.
mlir::Value buildDequantize(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value storage,
                            mlir::quant::QuantizedType type);

/// q = round(real / scale) + zero point, saturated, as storage integers.
/// Contract::TFLM divides in float32 and rounds ties away from zero.
mlir::Value buildQuantize(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value real,
                          mlir::quant::UniformQuantizedType type,
                          Contract contract);

/// The nearest number that `type` represents, computed in float32 from float32.
/// Constants are computed here.
mlir::Value buildFakeQuant(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value real, mlir::quant::QuantizedType type);

/// lhs * rhs of floats; rhs broadcasts.
mlir::Value buildMul(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value lhs, mlir::Value rhs);

/// A float constant that broadcasts against tensors of `rank`: one value, or
/// one for each element of dimension `axis`.
mlir::Value buildBroadcast(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::ArrayRef<double> values, int64_t rank,
                           int64_t axis = 0);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_BUILDERS_H
