//===- IntegerRanges.cpp - What integer tensors can hold -*- C++ -*--------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The range of a result is computed from the ranges of the operands, one
// operation at a time. If a result may wrap around, its range is that of its
// type. Upstream's analysis of integer ranges does not look into tensors.
//
//===----------------------------------------------------------------------===//

#include "IntegerRanges.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

/// The most operations in a chain that are analysed.
static constexpr unsigned kMaxDepth = 12;

static IntegerRange rangeOfType(Value value) {
  unsigned width = getElementTypeOrSelf(value).getIntOrFloatBitWidth();
  if (width == 1)
    return {0, 1};
  return {llvm::minIntN(width), llvm::maxIntN(width)};
}

static IntegerRange rangeOfConstant(DenseIntElementsAttr values) {
  bool isBool = values.getElementType().isInteger(1);
  IntegerRange range{INT64_MAX, INT64_MIN};
  for (const APInt &element : values) {
    int64_t value = isBool ? element.getZExtValue() : element.getSExtValue();
    range = {std::min(range.min, value), std::max(range.max, value)};
  }
  return range;
}

static IntegerRange getRange(Value value, unsigned depth);

/// The integer tensor whose values `value` has, perhaps with more bits.
static Value skipCasts(Value value) {
  while (auto cast = value.getDefiningOp<tosa::CastOp>()) {
    Type from = getElementTypeOrSelf(cast.getInput());
    Type to = getElementTypeOrSelf(cast.getOutput());
    if (!from.isInteger() || !to.isInteger() || from.isInteger(1) ||
        from.getIntOrFloatBitWidth() > to.getIntOrFloatBitWidth())
      break;
    value = cast.getInput();
  }
  return value;
}

/// True if `largest` is a maximum over several values, one of which is `value`.
static bool isMaximumOf(Value largest, Value value) {
  auto reduce = skipCasts(largest).getDefiningOp<tosa::ReduceMaxOp>();
  return reduce && skipCasts(reduce.getInput()) == skipCasts(value);
}

/// The range of a float that is cast to an integer. NaN becomes 0 (N54).
static std::optional<IntegerRange> rangeOfFloat(Value value) {
  auto clamp = value.getDefiningOp<tosa::ClampOp>();
  if (!clamp)
    return std::nullopt;
  constexpr double kLimit = 0x1p62;
  double min = cast<FloatAttr>(clamp.getMinVal()).getValueAsDouble();
  double max = cast<FloatAttr>(clamp.getMaxVal()).getValueAsDouble();
  if (!(min > -kLimit && max < kLimit))
    return std::nullopt;
  return IntegerRange{std::min<int64_t>(std::floor(min), 0),
                      std::max<int64_t>(std::ceil(max), 0)};
}

/// The range of a result that does not wrap around, or nullopt.
static std::optional<IntegerRange> computeRange(Operation *op, unsigned depth) {
  auto operand = [&](unsigned i) { return getRange(op->getOperand(i), depth); };
  using Result = std::optional<IntegerRange>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<tosa::ReshapeOp, tosa::TransposeOp, tosa::SliceOp, tosa::TileOp,
            tosa::IdentityOp, tosa::ReverseOp, tosa::GatherOp,
            tosa::ReduceMaxOp, tosa::ReduceMinOp>(
          [&](Operation *) -> Result { return operand(0); })
      .Case([&](tosa::ClampOp clamp) -> Result {
        auto limit = [](Attribute attr) {
          return cast<IntegerAttr>(attr).getValue().getSExtValue();
        };
        int64_t min = limit(clamp.getMinVal()), max = limit(clamp.getMaxVal());
        IntegerRange in = operand(0);
        return IntegerRange{std::clamp(in.min, min, max),
                            std::clamp(in.max, min, max)};
      })
      .Case([&](tosa::CastOp cast) -> Result {
        if (!getElementTypeOrSelf(cast.getInput()).isInteger())
          return rangeOfFloat(cast.getInput());
        return operand(0);
      })
      .Case([&](tosa::AddOp) -> Result {
        IntegerRange a = operand(0), b = operand(1), sum;
        if (llvm::AddOverflow(a.min, b.min, sum.min) ||
            llvm::AddOverflow(a.max, b.max, sum.max))
          return std::nullopt;
        return sum;
      })
      .Case([&](tosa::SubOp sub) -> Result {
        IntegerRange a = operand(0), b = operand(1), rest;
        if (llvm::SubOverflow(a.min, b.max, rest.min) ||
            llvm::SubOverflow(a.max, b.min, rest.max))
          return std::nullopt;
        if (!rest.isWithin(rangeOfType(sub.getOutput())))
          return std::nullopt;
        if (isMaximumOf(sub.getInput2(), sub.getInput1()))
          rest.max = std::min<int64_t>(rest.max, 0);
        return rest;
      })
      .Case([&](tosa::MinimumOp) -> Result {
        IntegerRange a = operand(0), b = operand(1);
        return IntegerRange{std::min(a.min, b.min), std::min(a.max, b.max)};
      })
      .Case([&](tosa::MaximumOp) -> Result {
        IntegerRange a = operand(0), b = operand(1);
        return IntegerRange{std::max(a.min, b.min), std::max(a.max, b.max)};
      })
      .Case([&](tosa::ClzOp clz) -> Result {
        int64_t width =
            getElementTypeOrSelf(clz.getOutput()).getIntOrFloatBitWidth();
        IntegerRange in = operand(0);
        if (in.min < 0)
          return IntegerRange{0, width};
        return IntegerRange{width - llvm::bit_width<uint64_t>(in.max),
                            width - llvm::bit_width<uint64_t>(in.min)};
      })
      .Case([&](tosa::ReduceSumOp reduce) -> Result {
        int64_t count = cast<ShapedType>(reduce.getInput().getType())
                            .getDimSize(reduce.getAxis());
        IntegerRange in = operand(0), sum;
        if (llvm::MulOverflow(in.min, count, sum.min) ||
            llvm::MulOverflow(in.max, count, sum.max))
          return std::nullopt;
        return sum;
      })
      .Default([](Operation *) { return std::nullopt; });
}

static IntegerRange getRange(Value value, unsigned depth) {
  IntegerRange all = rangeOfType(value);
  DenseIntElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return rangeOfConstant(constant);
  Operation *op = value.getDefiningOp();
  if (!op || depth == kMaxDepth)
    return all;
  std::optional<IntegerRange> range = computeRange(op, depth + 1);
  return range && range->isWithin(all) ? *range : all;
}

IntegerRange codegen::getIntegerRange(Value value) {
  return getRange(value, /*depth=*/0);
}
