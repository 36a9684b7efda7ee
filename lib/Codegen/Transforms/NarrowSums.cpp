//===- NarrowSums.cpp - Sums of int8 tensors in 32 bits ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Residual additions take three products of 64 bits for every element, which
// few instruction sets have in vectors. A form of two products of 32 bits
// replaces them where it is proved for all pairs of int8 values.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Numerics/Constants.h"
#include "quantc/Numerics/NarrowSum.h"
#include "quantc/Numerics/Requantize.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

namespace quantc::codegen {
#define GEN_PASS_DEF_NARROWSUMS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {
/// A tosa.rescale of a whole tensor.
struct Rescale {
  FixedPointMultiplier multiplier;
  Rounding rounding;
  int32_t inputZeroPoint, outputZeroPoint;
  StorageRange range;

  int32_t apply(int32_t value) const {
    return requantize(value, inputZeroPoint, multiplier, outputZeroPoint, range,
                      rounding);
  }
  double real() const {
    return std::ldexp(multiplier.multiplier, -multiplier.shift);
  }
};
} // namespace

static std::optional<Rescale> match(tosa::RescaleOp op, unsigned from,
                                    unsigned to) {
  DenseElementsAttr multiplier, shift;
  FailureOr<int64_t> inputZp = op.getInputZeroPoint(),
                     outputZp = op.getOutputZeroPoint();
  if (!op.getScale32() || op.getInputUnsigned() || op.getOutputUnsigned() ||
      failed(inputZp) || failed(outputZp) ||
      !getElementTypeOrSelf(op.getInput()).isInteger(from) ||
      !getElementTypeOrSelf(op.getOutput()).isInteger(to) ||
      !matchPattern(op.getMultiplier(), m_Constant(&multiplier)) ||
      !matchPattern(op.getShift(), m_Constant(&shift)) ||
      multiplier.getNumElements() != 1 || shift.getNumElements() != 1)
    return std::nullopt;
  bool isDouble = op.getRoundingMode() == tosa::RoundingMode::DOUBLE_ROUND;
  return Rescale{
      {static_cast<int32_t>((*multiplier.value_begin<APInt>()).getSExtValue()),
       static_cast<int32_t>((*shift.value_begin<APInt>()).getSExtValue())},
      isDouble ? Rounding::Double : Rounding::Single,
      static_cast<int32_t>(*inputZp),
      static_cast<int32_t>(*outputZp),
      {static_cast<int32_t>(llvm::minIntN(to)),
       static_cast<int32_t>(llvm::maxIntN(to))}};
}

/// What the rescale makes of all int8 values, negated by `sign` -1.
static SmallVector<int32_t> tabulate(const Rescale &rescale, int32_t sign) {
  SmallVector<int32_t> values;
  for (int32_t value = -128; value < 128; ++value)
    values.push_back(sign * rescale.apply(value));
  return values;
}

/// Half of int32, so that sums of two values fit.
static bool isSmall(ArrayRef<int32_t> values) {
  return llvm::all_of(values, [](int32_t value) {
    return value > -(1 << 30) && value < 1 << 30;
  });
}

namespace {
struct NarrowSumPattern : OpRewritePattern<tosa::RescaleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::RescaleOp op,
                                PatternRewriter &rewriter) const override {
    Operation *sum = op.getInput().getDefiningOp();
    if (!isa_and_present<tosa::AddOp, tosa::SubOp>(sum))
      return failure();
    auto first = sum->getOperand(0).getDefiningOp<tosa::RescaleOp>(),
         second = sum->getOperand(1).getDefiningOp<tosa::RescaleOp>();
    if (!first || !second)
      return failure();
    std::optional<Rescale> lhs = match(first, 8, 32),
                           rhs = match(second, 8, 32),
                           result = match(op, 32, 8);
    if (!lhs || !rhs || !result)
      return failure();
    int32_t sign = isa<tosa::SubOp>(sum) ? -1 : 1;
    SmallVector<int32_t> lhsValues = tabulate(*lhs, 1),
                         rhsValues = tabulate(*rhs, sign);
    if (!isSmall(lhsValues) || !isSmall(rhsValues))
      return failure();
    std::optional<NarrowSum> narrow = findNarrowSum(
        lhsValues, rhsValues,
        [&](int32_t value) { return result->apply(value); },
        lhs->real() * result->real(), sign * rhs->real() * result->real());
    if (!narrow)
      return failure();
    rewriter.replaceOp(
        op, build(rewriter, op, first.getInput(), second.getInput(), *narrow));
    return success();
  }

private:
  static Value build(PatternRewriter &rewriter, tosa::RescaleOp op, Value lhs,
                     Value rhs, const NarrowSum &narrow) {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType()).clone(b.getI32Type());
    SmallVector<int64_t> ones(type.getRank(), 1);
    auto constant = [&](int32_t value) -> Value {
      auto single = RankedTensorType::get(ones, b.getI32Type());
      return tosa::ConstOp::create(b, single,
                                   DenseElementsAttr::get(single, value));
    };
    auto multiply = [&](Value value, int32_t factor) -> Value {
      auto wide = cast<RankedTensorType>(value.getType()).clone(b.getI32Type());
      Value integers = tosa::CastOp::create(b, wide, value);
      return tosa::MulOp::create(
          b, wide, integers, constant(factor),
          *tosa::createZeroPointTensor(b, b.getLoc(), b.getI8Type()));
    };
    Value sum = tosa::AddOp::create(b, type, multiply(lhs, narrow.lhs),
                                    multiply(rhs, narrow.rhs));
    sum = tosa::AddOp::create(b, type, sum, constant(narrow.addend));
    sum = tosa::ArithmeticRightShiftOp::create(
        b, type, sum, constant(narrow.shift), /*round=*/false);
    sum = tosa::ClampOp::create(b, type, sum, b.getI32IntegerAttr(-128),
                                b.getI32IntegerAttr(127));
    return tosa::CastOp::create(b, op.getType(), sum);
  }
};

struct NarrowSumsPass : codegen::impl::NarrowSumsBase<NarrowSumsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NarrowSumPattern>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
