//===- Models.h - Families of quantizable TOSA ops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcPTQTosa: one function per file of models, and what the
/// models share.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TOSA_MODELS_H
#define QUANTC_LIB_DIALECT_PTQ_TOSA_MODELS_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

namespace quantc::ptq {

void attachArithmeticModels(mlir::MLIRContext &context);
void attachCastModel(mlir::MLIRContext &context);
void attachClampModel(mlir::MLIRContext &context);
void attachConvolutionModels(mlir::MLIRContext &context);
void attachDataMovementModels(mlir::MLIRContext &context);
/// LayoutOpInterface of TOSA's operations, and of the casts of `quant`.
void attachLayoutModels(mlir::MLIRContext &context);
void attachCastLayoutModels(mlir::MLIRContext &context);
void attachMatMulModel(mlir::MLIRContext &context);
void attachReductionModels(mlir::MLIRContext &context);
void attachResizeModel(mlir::MLIRContext &context);
void attachUnaryModels(mlir::MLIRContext &context);

/// The model of an operation with one result: `quantizeResult` returns its
/// value.
template <typename Model, typename OpTy>
struct SingleResultModel : QuantizableOpInterface::ExternalModel<Model, OpTy> {
  llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  quantize(mlir::Operation *op, mlir::OpBuilder &builder,
           mlir::ValueRange operands,
           llvm::ArrayRef<mlir::RankedTensorType> resultTypes,
           SchemeAttr scheme, Contract contract) const {
    return asResults(static_cast<const Model *>(this)->quantizeResult(
        op, builder, operands, resultTypes.front(), scheme, contract));
  }
};

/// Sums of products of int16, which TOSA's extension EXT-INT16 defines.
inline constexpr unsigned kWideSumBits = 48;

/// The reason of every model for element types other than f32.
llvm::LogicalResult requireFloat32(mlir::Operation *op, std::string &reason);

/// Fails if the sum of `products` products in `scheme`, and a bias, might leave
/// its accumulator: int32 or, for int16 activations, 48 bits (N66).
llvm::LogicalResult requireSum(int64_t products, SchemeAttr scheme,
                               std::string &reason);

/// True if `scheme` sums products as integers.
inline bool sumsIntegers(SchemeAttr scheme) {
  return scheme.isStatic() || scheme.isDynamic();
}

/// Fails unless a weight has one scale, or one per position along `axis`, and
/// one zero point, as far as its parameters are known.
llvm::LogicalResult requireScalesAlong(mlir::Value weight,
                                       std::optional<int64_t> axis,
                                       std::string &reason);

/// True if nothing but a clamp reads the result of `op`. A sum of 48 bits has
/// no quantized type, so that only a clamp can do without parameters between
/// the two: the sum is requantized to those of the clamp's result.
bool feedsClamp(mlir::Operation *op);

/// The type of the integers that the result of `op` becomes first: that of
/// `resultType` or, if the result is an accumulator that a clamp takes, that of
/// the clamp's result. Null if there is none.
mlir::quant::UniformQuantizedType
getFinalType(mlir::Operation *op, mlir::RankedTensorType resultType);

/// `op` with other operands and one result of type `result`; the name of the
/// tensor stays with the original.
mlir::Operation *cloneQuantized(mlir::OpBuilder &builder, mlir::Operation *op,
                                mlir::ValueRange operands,
                                mlir::RankedTensorType result);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TOSA_MODELS_H
