//===- Softmax.cpp - Softmax in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// With d = q - max(q), in [-255, 0] for int8, softmax is exp(scale * d) / sum.
/// The exponential is a table of 16-bit integers, so that every step stays
/// below 2^31:
///
///   e   = round(32767 * exp(scale * d)) * 128       < 2^22
///   e  >>= s, s = max(0, ceil(log2(n)) - 8)         sum over n elements <=
///   2^30 y   = ((e << 8) + (sum >> 1)) / sum             in [0, 256]
///
/// and y / 256 is the result, which has scale 1/256 and zero point -128.
///
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Softmax.h"
#include "IntegerBuilder.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Numerics/ReferenceKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// Bits of the quotient, which are those of the result's scale 1/256.
static constexpr int32_t kQuotientBits = 8;
/// log2 of the distance of inputs to the 513-entry table of TOSA: multiples of
/// it are not interpolated.
static constexpr int32_t kTableStepBits = 7;

/// The exponentials of `differences` (int32 in [-255, 0]), as int32 below 2^22.
static Value buildExponential(IntegerBuilder &b, Value differences,
                              double scale) {
  auto entries = makeExpTable(scale); // N24
  auto tableType = RankedTensorType::get({static_cast<int64_t>(entries.size())},
                                         b.builder.getI16Type());
  Value table = tosa::ConstOp::create(
      b.builder, b.loc, tableType,
      DenseElementsAttr::get(tableType, ArrayRef<int16_t>(entries)));
  Value steps = b.create<tosa::LogicalLeftShiftOp>(
      differences, b.splat(differences, kTableStepBits));
  return tosa::TableOp::create(b.builder, b.loc, differences.getType(),
                               b.cast(steps, 16), table);
}

OperandRole SoftmaxOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}

quant::UniformQuantizedType SoftmaxOp::getFixedResultType() {
  Builder b(getContext());
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, b.getI8Type(), b.getF32Type(),
      kSoftmaxOutput.scale, kSoftmaxOutput.zeroPoint,
      kSoftmaxOutput.storage.min, kSoftmaxOutput.storage.max);
}

FailureOr<Value> SoftmaxOp::quantize(OpBuilder &builder, ValueRange operands,
                                     RankedTensorType, Rounding rounding) {
  auto type = dyn_cast<quant::UniformQuantizedType>(
      getQuantizedElement(operands[0].getType()));
  if (!type || type.getStorageTypeIntegralWidth() != 8)
    return failure();

  IntegerBuilder b{builder, getLoc()};
  Value input =
      reinterpret(builder, getLoc(), operands[0], type.getStorageType());
  auto reducedType = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> reducedShape(reducedType.getShape());
  int64_t n = reducedShape[getAxis()];
  if (rounding == Rounding::Double && n <= kMaxReferenceSoftmax) {
    Value steps = buildSoftmaxInFixedPoint(builder, getLoc(), input, getAxis(),
                                           type.getScale());
    return reinterpret(builder, getLoc(), steps,
                       getInt32Type(getContext(), 1.0 / (1 << kQuotientBits)));
  }
  reducedShape[getAxis()] = 1;
  Value max = tosa::ReduceMaxOp::create(
      builder, getLoc(), reducedType.clone(reducedShape), input, getAxis());
  Value differences = // N23
      b.create<tosa::SubOp>(b.cast(input, 32), b.cast(max, 32));
  Value e = buildExponential(b, differences, type.getScale());
  if (int32_t shift = softmaxShift(n); shift > 0) // N25
    e = b.create<tosa::ArithmeticRightShiftOp>(e, b.splat(e, shift),
                                               /*round=*/false);

  Value sum = tosa::ReduceSumOp::create(
      builder, getLoc(),
      RankedTensorType::get(reducedShape, builder.getI32Type()), e, getAxis());
  Value half = b.create<tosa::ArithmeticRightShiftOp>(sum, b.splat(sum, 1),
                                                      /*round=*/false);
  Value numerator = b.create<tosa::AddOp>(
      b.create<tosa::LogicalLeftShiftOp>(e, b.splat(e, kQuotientBits)), half);
  // N27; the caller's requantization saturates (N28).
  Value quotient = b.create<tosa::IntDivOp>(numerator, sum);
  return reinterpret(builder, getLoc(), quotient,
                     getInt32Type(getContext(), 1.0 / (1 << kQuotientBits)));
}
