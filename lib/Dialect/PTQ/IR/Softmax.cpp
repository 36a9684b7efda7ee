//===- Softmax.cpp - Softmax in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// With d = q - max(q) softmax is exp(scale * d) / sum. The exponential is a
/// table of 16-bit integers: of each int8 distance, or of 2^-11 interpolated
/// between sixteenths for accumulators. Every step stays below 2^31:
///
/// \code
///   e = table[d]                                   < 2^22
///   e >>= s, s = max(0, ceil(log2(n)) - 8)         sum of n elements <= 2^30
///   y = ((e << 8) + (sum >> 1)) / sum              in [0, 256]
/// \endcode
///
/// and y / 256 is the result, which has scale 1/256 and zero point -128. int16
/// is finer than that, see buildSoftmaxOfInt16.
///
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Softmax.h"
#include "IntegerBuilder.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Numerics/ReferenceKernels.h"

#include <cmath>
#include <optional>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// Bits of the quotient, which are those of the result's scale 1/256.
static constexpr int32_t kQuotientBits = 8;
/// log2 of the distance of inputs to the 513-entry table of TOSA: multiples of
/// it are not interpolated.
static constexpr int32_t kTableStepBits = 7;

namespace {
/// What the exponential is computed of: integers of one scale, int8 (N23) or
/// int32 (N46).
struct Logits {
  Value values;
  Int16Table table;
  /// Distances from the maximum are cut off at `lowest` and shifted left.
  std::optional<int32_t> lowest;
  int32_t leftShift;
};
} // namespace

static double getLargestScale(quant::QuantizedType type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return *llvm::max_element(perAxis.getScales());
  return cast<quant::UniformQuantizedType>(type).getScale();
}

/// The logits of `operand`, int8 or an accumulator.
static Logits buildLogits(IntegerBuilder &b, Value operand) {
  quant::QuantizedType type = getQuantizedElement(operand.getType());
  if (type.getStorageTypeIntegralWidth() == 8)
    return {reinterpret(b.builder, b.loc, operand, type.getStorageType()),
            makeExpTable(getLargestScale(type)), std::nullopt, kTableStepBits};
  LogitFormat format = chooseLogitFormat(getLargestScale(type));
  auto common = getInt32Type(b.builder.getContext(),
                             std::ldexp(1.0, -format.fractionBits));
  Value values = requantize(b.builder, b.loc, operand, common);
  return {reinterpret(b.builder, b.loc, values, b.builder.getI32Type()),
          makeExpTable(kLogitTableStep), format.lowest, format.leftShift};
}

/// The exponentials of `logits` by their distance from the maximum along
/// `axis`: int32 below 2^22.
static Value buildExponential(IntegerBuilder &b, const Logits &logits,
                              int32_t axis) {
  auto type = cast<RankedTensorType>(logits.values.getType());
  SmallVector<int64_t> reduced(type.getShape());
  reduced[axis] = 1;
  Value max = tosa::ReduceMaxOp::create(b.builder, b.loc, type.clone(reduced),
                                        logits.values, axis);
  auto widen = [&](Value value) {
    return type.getElementTypeBitWidth() == 32 ? value : b.cast(value, 32);
  };
  Value distance = b.create<tosa::SubOp>(widen(logits.values), widen(max));
  if (logits.lowest)
    distance =
        b.create<tosa::MaximumOp>(distance, b.splat(distance, *logits.lowest));
  if (logits.leftShift > 0)
    distance = b.create<tosa::LogicalLeftShiftOp>(
        distance, b.splat(distance, logits.leftShift));

  auto tableType = RankedTensorType::get(
      {static_cast<int64_t>(logits.table.size())}, b.builder.getI16Type());
  Value table = tosa::ConstOp::create(
      b.builder, b.loc, tableType,
      DenseElementsAttr::get(tableType, ArrayRef<int16_t>(logits.table)));
  return tosa::TableOp::create(b.builder, b.loc, distance.getType(),
                               b.cast(distance, 16), table);
}

OperandRole SoftmaxOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}

quant::UniformQuantizedType SoftmaxOp::getFixedResultType(SchemeAttr scheme) {
  return scheme.isStaticInt16()
             ? getUniformType(getContext(), kSoftmaxInt16Output, 16)
             : getUniformType(getContext(), kSoftmaxOutput);
}

/// int32 logits are no finer than those of int16.
bool SoftmaxOp::canTakeAccumulator(SchemeAttr scheme) {
  return !scheme.isStaticInt16();
}

LogicalResult SoftmaxOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  if (failed(requireStatic(scheme, reason)))
    return failure();
  int64_t n = getType().getDimSize(getAxis());
  if (n < 1 || n > kMaxSoftmax) {
    reason = "softmax of " + std::to_string(n) +
             " values has no integer form; from 1 to " +
             std::to_string(kMaxSoftmax) + " have one";
    return failure();
  }
  if (!scheme.isStaticInt16() || n <= kMaxInt16Softmax)
    return success();
  reason =
      "the sum of more than " + std::to_string(kMaxInt16Softmax) +
      " exponentials does not fit the integers of int16x8; use int8 for it";
  return failure();
}

FailureOr<SmallVector<Value>>
SoftmaxOp::quantize(OpBuilder &builder, ValueRange operands,
                    ArrayRef<RankedTensorType>, SchemeAttr, Contract contract) {
  auto type = cast<RankedTensorType>(operands[0].getType());
  quant::QuantizedType element = getQuantizedElement(type);
  unsigned width = element.getStorageTypeIntegralWidth();
  bool isInt8 = width == 8;
  if (width <= 16 && !isa<quant::UniformQuantizedType>(element))
    return failure();
  IntegerBuilder b{builder, getLoc()};
  Type result = getInt32Type(getContext(), 1.0 / (1 << kQuotientBits));
  int64_t n = type.getDimSize(getAxis());
  if (width == 16) {
    if (n > kMaxInt16Softmax)
      return failure();
    Value codes =
        reinterpret(builder, getLoc(), operands[0], element.getStorageType());
    FailureOr<Value> kernel = failure();
    if (usesTFLiteKernels(contract))
      kernel = buildSoftmaxInTables(builder, getLoc(), codes, getAxis(),
                                    getLargestScale(element));
    Value steps = succeeded(kernel)
                      ? *kernel
                      : buildSoftmaxOfInt16(builder, getLoc(), codes, getAxis(),
                                            getLargestScale(element));
    return SmallVector<Value>{
        reinterpret(builder, getLoc(), steps,
                    getInt32Type(getContext(), kSoftmaxInt16Output.scale))};
  }
  if (isInt8 && usesTFLiteKernels(contract) && n <= kMaxReferenceSoftmax) {
    Value codes =
        reinterpret(builder, getLoc(), operands[0], element.getStorageType());
    Value steps = buildSoftmaxInFixedPoint(builder, getLoc(), codes, getAxis(),
                                           getLargestScale(element));
    return SmallVector<Value>{reinterpret(builder, getLoc(), steps, result)};
  }
  Value e = buildExponential(b, buildLogits(b, operands[0]), getAxis());
  if (int32_t shift = softmaxShift(n); shift > 0) // N25
    e = b.create<tosa::ArithmeticRightShiftOp>(e, b.splat(e, shift),
                                               /*round=*/false);

  SmallVector<int64_t> reduced(type.getShape());
  reduced[getAxis()] = 1;
  Value sum = tosa::ReduceSumOp::create(
      builder, getLoc(), RankedTensorType::get(reduced, builder.getI32Type()),
      e, getAxis());
  Value half = b.create<tosa::ArithmeticRightShiftOp>(sum, b.splat(sum, 1),
                                                      /*round=*/false);
  Value numerator = b.create<tosa::AddOp>(
      b.create<tosa::LogicalLeftShiftOp>(e, b.splat(e, kQuotientBits)), half);
  // N27; the caller's requantization saturates (N28).
  Value quotient = b.create<tosa::IntDivOp>(numerator, sum);
  return SmallVector<Value>{reinterpret(builder, getLoc(), quotient, result)};
}
