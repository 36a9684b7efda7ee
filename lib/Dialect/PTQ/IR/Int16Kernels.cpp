//===- Int16Kernels.cpp - TFLite's kernels of int16 in TOSA -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Functions of int16 and softmax, as TFLite's kernels compute them, in integer
/// TOSA (docs/Numerics.md, N77 to N79).
///
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Int16Kernels.h"

#include "IntegerBuilder.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// `value` from `low` to INT16_MAX. TOSA has no clamp of int32.
static Value clampTo16Bits(IntegerBuilder &b, Value value, int32_t low) {
  value = b.create<tosa::MaximumOp>(value, b.splat(value, low),
                                    tosa::NanPropagationMode::PROPAGATE);
  return b.create<tosa::MinimumOp>(value, b.splat(value, INT16_MAX),
                                   tosa::NanPropagationMode::PROPAGATE);
}

static Value multiply(IntegerBuilder &b, Value lhs, Value rhs) {
  auto type = cast<RankedTensorType>(lhs.getType());
  Value shift = createScalar(b.builder, b.loc, 0, b.builder.getI8Type());
  return tosa::MulOp::create(b.builder, b.loc, type, lhs, rhs, shift);
}

// N77
Value ptq::buildSigmoidKernel(OpBuilder &builder, Location loc, Value codes,
                              const SigmoidKernel &kernel) {
  IntegerBuilder b{builder, loc};
  Value x = b.cast(codes, 32);
  auto type = cast<RankedTensorType>(x.getType());
  auto shiftRight = [&](Value value, int32_t bits) -> Value {
    return b.create<tosa::ArithmeticRightShiftOp>(value, b.splat(value, bits),
                                                  /*round=*/false);
  };
  auto shiftLeft = [&](Value value, int32_t bits) -> Value {
    return b.create<tosa::LogicalLeftShiftOp>(value, b.splat(value, bits));
  };
  x = multiply(b, x, b.splat(x, kernel.multiplier));
  if (kernel.shift > 0)
    x = b.roundingShiftRight(x, b.splat(x, kernel.shift));
  Value magnitude = tosa::AbsOp::create(builder, loc, type, x);
  Value index = b.create<tosa::MinimumOp>(
      shiftRight(magnitude, kernel.fractionBits), b.splat(x, 255),
      tosa::NanPropagationMode::PROPAGATE);
  Value fraction = b.create<tosa::BitwiseAndOp>(
      magnitude, b.splat(x, (1 << kernel.fractionBits) - 1));
  auto lookUp = [&](ArrayRef<int32_t> table) {
    return buildLookup(builder, loc, builder.getI32TensorAttr(table), index);
  };
  Value y = b.create<tosa::AddOp>(
      shiftLeft(lookUp(kernel.bases), kernel.fractionBits),
      multiply(b, fraction, lookUp(kernel.slopes)));
  Value isNegative = tosa::GreaterOp::create(
      builder, loc, type.clone(builder.getI1Type()), b.splat(x, 0), x);
  Value below =
      tosa::SubOp::create(builder, loc, type, b.splat(x, kernel.negative), y);
  Value above = b.create<tosa::AddOp>(y, b.splat(x, kernel.positive));
  y = tosa::SelectOp::create(builder, loc, type, isNegative, below, above);
  return b.cast(shiftRight(y, kernel.resultShift), 16);
}

// N78
Value ptq::buildLeakyReluOfInt16(OpBuilder &builder, Location loc, Value codes,
                                 FixedPointMultiplier positive,
                                 FixedPointMultiplier negative) {
  IntegerBuilder b{builder, loc};
  auto scale = [&](FixedPointMultiplier multiplier) {
    RescaleSpec spec;
    spec.multipliers = {multiplier};
    spec.rounding = Rounding::Double;
    return buildRescale(builder, loc, codes, builder.getIntegerType(16), spec);
  };
  Value x = b.cast(codes, 32);
  auto type = cast<RankedTensorType>(x.getType());
  Value isNegative = tosa::GreaterOp::create(
      builder, loc, type.clone(builder.getI1Type()), b.splat(x, 0), x);
  return tosa::SelectOp::create(builder, loc, codes.getType(), isNegative,
                                scale(negative), scale(positive));
}

// N79
FailureOr<Value> ptq::buildSoftmaxInTables(OpBuilder &builder, Location loc,
                                           Value codes, int32_t axis,
                                           double scale) {
  std::optional<FixedPointMultiplier> multiplier =
      deriveMultiplier(softmaxDistanceRatio(scale));
  if (!multiplier)
    return failure();
  IntegerBuilder b{builder, loc};
  auto reduce = [&](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[axis] = 1;
    return type.clone(shape);
  };
  auto lookUp = [&](Value index, const Int16Table &table) -> Value {
    auto type = RankedTensorType::get({int64_t(table.size())},
                                      builder.getIntegerType(16));
    Value constant = tosa::ConstOp::create(
        builder, loc, type,
        DenseElementsAttr::get(type, ArrayRef<int16_t>(table)));
    Value found = tosa::TableOp::create(builder, loc, index.getType(),
                                        b.cast(index, 16), constant);
    return b.roundingShiftRight(found, b.splat(found, 7));
  };
  Value wide = b.cast(codes, 32);
  Value max = tosa::ReduceMaxOp::create(builder, loc, reduce(wide), wide, axis);
  RescaleSpec spec;
  spec.multipliers = {*multiplier};
  spec.rounding = Rounding::Double;
  Value distance = buildRescale(builder, loc, b.create<tosa::SubOp>(wide, max),
                                builder.getI32Type(), spec);
  distance = b.create<tosa::AddOp>(distance, b.splat(wide, INT16_MAX));
  Value e =
      lookUp(clampTo16Bits(b, distance, INT16_MIN), makeSoftmaxExpTable());
  Value sum = tosa::ReduceSumOp::create(builder, loc, reduce(e), e, axis);
  // The sum is at least 2^15 - 1. Its leading 17 bits are 1 + x, less the
  // leading one; x is in [0, 1].
  Value zeros = tosa::ClzOp::create(builder, loc, sum.getType(), sum);
  Value shifted = b.create<tosa::LogicalLeftShiftOp>(
      sum, b.create<tosa::SubOp>(zeros, b.splat(zeros, 1)));
  shifted = b.roundingShiftRight(shifted, b.splat(zeros, 14));
  Value x =
      b.create<tosa::SubOp>(shifted, b.splat(zeros, (1 << 15) + (1 << 16)));
  Value reciprocal =
      lookUp(clampTo16Bits(b, x, INT16_MIN), makeSoftmaxReciprocalTable());
  Value shift = tosa::SubOp::create(builder, loc, zeros.getType(),
                                    b.splat(zeros, 31), zeros);
  Value result = b.roundingShiftRight(multiply(b, e, reciprocal), shift);
  return clampTo16Bits(b, result, 0);
}
