//===- SoftmaxInFixedPoint.cpp - Softmax of TFLite's kernel -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Softmax in fixed point: a lookup of exponentials, their sum, its reciprocal
/// by Newton's method, a product. That of TFLite's reference kernel for int8
/// (N41), and that of int16 (N71).
///
//===----------------------------------------------------------------------===//

#include "IntegerBuilder.h"
#include "quantc/Numerics/FixedPoint.h"
#include "quantc/Numerics/ReferenceKernels.h"
#include "quantc/Numerics/Softmax.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static Value lookUp(IntegerBuilder &b, ArrayRef<int32_t> table, Value indices) {
  return buildLookup(b.builder, b.loc, b.builder.getI32TensorAttr(table),
                     indices);
}

static RankedTensorType reduceAxis(Value value, int32_t axis) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = 1;
  return cast<RankedTensorType>(type.clone(shape));
}

/// 1 / (2 * half) with no integer bits, saturated; `half` is in [1/2, 1).
static Value buildReciprocal(IntegerBuilder &b, Value half) {
  constexpr int32_t kOne = 1 << 29; // With 2 integer bits.
  constexpr int32_t kLargest = (1 << 30) - 1;
  Value x =
      b.create<tosa::AddOp>(b.highProduct(half, b.splat(half, kNewtonSlope)),
                            b.splat(half, kNewtonStart));
  Value one = b.splat(half, kOne);
  for (int i = 0; i < kNewtonSteps; ++i) {
    Value product = b.highProduct(half, x);
    Value error =
        tosa::SubOp::create(b.builder, b.loc, product.getType(), one, product);
    Value correction = b.create<tosa::LogicalLeftShiftOp>(
        b.highProduct(x, error), b.splat(x, 2));
    x = b.create<tosa::AddOp>(x, correction);
  }
  // Twice x; where that is 2^31 (or more), 2^31 - 1.
  auto cap = [&](int32_t limit) {
    return b.create<tosa::MinimumOp>(x, b.splat(x, limit),
                                     tosa::NanPropagationMode::PROPAGATE);
  };
  return b.create<tosa::AddOp>(cap(kLargest), cap(kLargest + 1));
}

Value ptq::buildSoftmaxInFixedPoint(OpBuilder &builder, Location loc,
                                    Value codes, int32_t axis, double scale) {
  IntegerBuilder b{builder, loc};
  Value max = tosa::ReduceMaxOp::create(builder, loc, reduceAxis(codes, axis),
                                        codes, axis);
  Value difference = b.create<tosa::SubOp>(b.cast(codes, 32), b.cast(max, 32));
  Value index = b.create<tosa::AddOp>(difference, b.splat(difference, 255));

  std::array<int32_t, 256> exponentials = makeSoftmaxExponentials(scale);
  std::array<int32_t, 256> terms;
  llvm::transform(exponentials, terms.begin(), [](int32_t e) {
    return roundingShiftRight(e, kSoftmaxSumBits);
  });
  Value e = lookUp(b, exponentials, index);
  Value term = lookUp(b, terms, index);
  Value sum = tosa::ReduceSumOp::create(builder, loc, reduceAxis(term, axis),
                                        term, axis);

  // The sum, shifted up to [2^31, 2^32), is 1 + a; half of it is in int32.
  Value zeros = tosa::ClzOp::create(builder, loc, sum.getType(), sum);
  Value half = b.create<tosa::LogicalLeftShiftOp>(
      sum, b.create<tosa::SubOp>(zeros, b.splat(zeros, 1)));
  Value product = b.highProduct(e, buildReciprocal(b, half));
  // 8 of 31 bits are kept. TFLite has no result for a shift above 31.
  Value bits = b.splat(zeros, kSoftmaxSumBits + 31 - 8);
  Value shift = tosa::SubOp::create(builder, loc, zeros.getType(), bits, zeros);
  shift = b.create<tosa::MinimumOp>(shift, b.splat(zeros, 31),
                                    tosa::NanPropagationMode::PROPAGATE);
  return b.roundingShiftRight(product, shift);
}

/// The sum of `value` along `axis`.
static Value sumUp(IntegerBuilder &b, Value value, int32_t axis) {
  return tosa::ReduceSumOp::create(b.builder, b.loc, reduceAxis(value, axis),
                                   value, axis);
}

Value ptq::buildSoftmaxOfInt16(OpBuilder &builder, Location loc, Value codes,
                               int32_t axis, double scale) {
  IntegerBuilder b{builder, loc};
  auto shiftRight = [&](Value value, Value shift) {
    return b.create<tosa::ArithmeticRightShiftOp>(value, shift,
                                                  /*round=*/false);
  };
  Value wide = b.cast(codes, 32);
  Value max = tosa::ReduceMaxOp::create(builder, loc, reduceAxis(wide, axis),
                                        wide, axis);
  // distance = 256 * i + j
  Value distance = tosa::SubOp::create(builder, loc, wide.getType(), max, wide);
  Value i = shiftRight(distance, b.splat(distance, 8));
  Value j = b.create<tosa::BitwiseAndOp>(distance, b.splat(distance, 255));
  ExpFactors factors = makeExpFactors(scale);
  Value e =
      b.highProduct(lookUp(b, factors.coarse, i), lookUp(b, factors.fine, j));

  // The sum has more than 32 bits: its units are 2^-15, the rest stays apart.
  Value low =
      sumUp(b, b.create<tosa::BitwiseAndOp>(e, b.splat(e, 0xffff)), axis);
  Value sum =
      b.create<tosa::AddOp>(sumUp(b, shiftRight(e, b.splat(e, 16)), axis),
                            shiftRight(low, b.splat(low, 16)));
  Value rest = b.create<tosa::BitwiseAndOp>(low, b.splat(low, 0xffff));
  // Shifted up to [2^31, 2^32) it is 1 + a; half of it is in int32.
  Value zeros = tosa::ClzOp::create(builder, loc, sum.getType(), sum);
  auto from = [&](int32_t number) -> Value {
    return tosa::SubOp::create(builder, loc, zeros.getType(),
                               b.splat(zeros, number), zeros);
  };
  Value up = b.create<tosa::SubOp>(zeros, b.splat(zeros, 1));
  Value half = b.create<tosa::AddOp>(
      b.create<tosa::LogicalLeftShiftOp>(sum, up), shiftRight(rest, from(17)));
  Value product = b.highProduct(e, buildReciprocal(b, half));
  return b.roundingShiftRight(product, from(32));
}
