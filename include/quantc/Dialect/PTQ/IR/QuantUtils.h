//===- QuantUtils.h - Building quantized tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What implementations of QuantizableOpInterface share: reading parameters
/// from `!quant.uniform` types, finding constants behind quantization, and
/// building the few operations that integer forms consist of.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_QUANTUTILS_H
#define QUANTC_DIALECT_PTQ_IR_QUANTUTILS_H

#include "quantc/Numerics/Affine.h"
#include "quantc/Numerics/Contract.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <optional>

namespace quantc::ptq {

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// True for ranked tensors of 32-bit floats.
bool isFloatTensor(mlir::Type type);

/// The quantized element type of a tensor, or null.
mlir::quant::QuantizedType getQuantizedElement(mlir::Type type);

/// The width of the integers of a quantized tensor; 0 for other values.
unsigned getStorageWidth(mlir::Value value);

/// Checks that `type` can be the element type of a quantized tensor of `shape`:
/// !quant.uniform with one scale, or one per position along an axis, and zero
/// points that are storage values, or with a scale per block (`Blocks.h`).
/// `emitError` begins the message of a failure.
mlir::LogicalResult
verifyQuantizedType(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                    llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// Scale, zero point and storage range of a per-tensor type.
AffineParams getAffineParams(mlir::quant::UniformQuantizedType type);

/// The parameters of `channel` of a per-axis type; a per-tensor type has the
/// same for every channel. `type` is one of the two.
AffineParams getAffineParams(mlir::quant::QuantizedType type, int64_t channel);

/// The quantized dimension of a per-axis type, else nullopt.
std::optional<int64_t> getQuantizedAxis(mlir::Type type);

/// The dimension of shape `to` that dimension `axis` of shape `from` becomes,
/// as it is, in a reshape; nullopt if it is split or merged.
std::optional<int64_t> mapReshapedAxis(llvm::ArrayRef<int64_t> from,
                                       llvm::ArrayRef<int64_t> to,
                                       int64_t axis);

/// The scales of `channels` output channels. A per-tensor scale is repeated; a
/// per-axis type with fewer scales than channels has each of them for
/// channels/scales consecutive channels (depthwise weights [KH, KW, C, M] with
/// one scale per input channel: output channel c*M+m has the scale of c).
llvm::SmallVector<double> getChannelScales(mlir::quant::QuantizedType type,
                                           int64_t channels);

/// The constant that `value` is, also behind ptq.fake_quant, quant.qcast,
/// quant.dcast and quant.scast: the original float constant or the storage
/// integers. Null if `value` is not a constant.
mlir::DenseElementsAttr getConstantSource(mlir::Value value);

/// The real numbers of a constant, with the parameters applied if it is behind
/// quant.dcast(quant.scast). Empty if `value` is not a constant of floats.
llvm::SmallVector<double> getConstantReals(mlir::Value value);

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

/// `!quant.uniform<i<width><min:max>:f32, scale:zeroPoint>`.
mlir::quant::UniformQuantizedType getUniformType(mlir::MLIRContext *context,
                                                 const AffineParams &params,
                                                 unsigned width = 8);

/// `!quant.uniform<i<width><min:max>:f32:axis, {scales}>`, zero points 0.
mlir::quant::UniformQuantizedPerAxisType
getPerAxisType(mlir::MLIRContext *context, llvm::ArrayRef<double> scales,
               int64_t axis, StorageRange storage, unsigned width = 8);

/// !quant.uniform<i32:f32, scale>.
mlir::quant::UniformQuantizedType getInt32Type(mlir::MLIRContext *context,
                                               double scale);

/// !quant.uniform<i32:f32:axis, {scales}>.
mlir::quant::UniformQuantizedPerAxisType
getInt32Type(mlir::MLIRContext *context, llvm::ArrayRef<double> scales,
             int32_t axis);

/// ptq.requantize to quantized elements `element`; `value` itself if it has
/// them.
mlir::Value requantize(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value value, mlir::Type element);

/// The same integers as elements `element` (quantized or storage type):
/// quant.scast, through the storage type where both are quantized.
mlir::Value reinterpret(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value value, mlir::Type element);

/// tosa.const: tensor<1xT> holding `value`.
mlir::Value createScalar(mlir::OpBuilder &builder, mlir::Location loc,
                         int64_t value, mlir::Type integer);

/// The zero point of a quantized tensor as a tosa.const of its storage type.
/// With a scale per channel, all channels have the same zero point.
mlir::Value createZeroPoint(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value quantized);

/// table[index] for every element of `indices` (int32): tosa.gather. `table`
/// has one dimension.
mlir::Value buildLookup(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::DenseElementsAttr table, mlir::Value indices);

/// How many activations of `width` bits sum up in int32.
int64_t getLargestSumCount(unsigned width);

/// The sum of an int8 or int16 tensor over `axes`, which stay with size 1, as
/// an int32 accumulator of the operand's scale. Failure if it could overflow.
llvm::FailureOr<mlir::Value> buildSum(mlir::OpBuilder &builder,
                                      mlir::Location loc, mlir::Value quantized,
                                      llvm::ArrayRef<int32_t> axes);

/// The mean. The same integers as the sum, with 1/N in the scale, for
/// Contract::TFLM the sum times the truncated multiplier of its kernel, as
/// `resultType`; without a `resultType` as for the others.
llvm::FailureOr<mlir::Value>
buildMean(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value quantized,
          llvm::ArrayRef<int32_t> axes, mlir::RankedTensorType resultType,
          Contract contract);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_QUANTUTILS_H
