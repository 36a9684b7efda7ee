//===- IntegerBuilder.h - Elementwise TOSA on integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_IR_INTEGERBUILDER_H
#define QUANTC_LIB_DIALECT_PTQ_IR_INTEGERBUILDER_H

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Numerics/Int16Kernels.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace quantc::ptq {

/// Builds elementwise TOSA operations on integers. A result has the type of
/// the left operand.
struct IntegerBuilder {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  mlir::Value cast(mlir::Value value, unsigned width) {
    auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
    return mlir::tosa::CastOp::create(
        builder, loc, type.clone(builder.getIntegerType(width)), value);
  }
  /// A constant that broadcasts against `like`.
  mlir::Value splat(mlir::Value like, int32_t value) {
    auto type = mlir::cast<mlir::RankedTensorType>(like.getType());
    auto splatType = mlir::RankedTensorType::get(
        llvm::SmallVector<int64_t>(type.getRank(), 1), builder.getI32Type());
    return mlir::tosa::ConstOp::create(
        builder, loc, splatType,
        mlir::DenseElementsAttr::get(splatType, value));
  }
  template <typename OpTy, typename... Args>
  mlir::Value create(mlir::Value lhs, mlir::Value rhs, Args... args) {
    return OpTy::create(builder, loc, lhs.getType(), lhs, rhs, args...);
  }
  /// lhs * rhs / 2^31 to nearest.
  mlir::Value highProduct(mlir::Value lhs, mlir::Value rhs) {
    mlir::Value shift = createScalar(builder, loc, 31, builder.getI8Type());
    return mlir::tosa::MulOp::create(builder, loc, lhs.getType(), lhs, rhs,
                                     shift);
  }
  /// value / 2^shift to nearest, ties up; `shift` broadcasts.
  mlir::Value roundingShiftRight(mlir::Value value, mlir::Value shift) {
    return create<mlir::tosa::ArithmeticRightShiftOp>(value, shift,
                                                      /*round=*/true);
  }
};

/// Softmax of int8 codes along `axis` as TFLite's kernel computes it: int32
/// steps of 1/256. At most kMaxReferenceSoftmax elements.
mlir::Value buildSoftmaxInFixedPoint(mlir::OpBuilder &builder,
                                     mlir::Location loc, mlir::Value codes,
                                     int32_t axis, double scale);

/// Softmax of int16 `codes` along `axis`, at most kMaxInt16Softmax elements:
/// int32 steps of 2^-15 (N71).
mlir::Value buildSoftmaxOfInt16(mlir::OpBuilder &builder, mlir::Location loc,
                                mlir::Value codes, int32_t axis, double scale);

/// Softmax of int16 `codes` along `axis` as TFLite's kernel computes it, in
/// int32 steps of 2^-15 (N79). At most kMaxTableSoftmax elements; failure if
/// the ratio of scales has no multiplier.
llvm::FailureOr<mlir::Value> buildSoftmaxInTables(mlir::OpBuilder &builder,
                                                  mlir::Location loc,
                                                  mlir::Value codes,
                                                  int32_t axis, double scale);

/// `codes`, int16, under a function of TFLite's int16 kernels (N77): int16.
mlir::Value buildSigmoidKernel(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::Value codes, const SigmoidKernel &kernel);

/// int16 `codes` times `positive` or `negative`, as the sign says (N78): int16.
mlir::Value buildLeakyReluOfInt16(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::Value codes,
                                  FixedPointMultiplier positive,
                                  FixedPointMultiplier negative);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_IR_INTEGERBUILDER_H
