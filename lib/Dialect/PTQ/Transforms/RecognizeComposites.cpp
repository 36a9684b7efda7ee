//===- RecognizeComposites.cpp - Softmax and mean -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

#include <cmath>

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQRECOGNIZECOMPOSITES
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

/// Calls `match` with the operands of a commutative operation in both orders.
static bool matchEitherOrder(Value a, Value b,
                             llvm::function_ref<bool(Value, Value)> match) {
  return match(a, b) || match(b, a);
}

namespace {
/// exp(x) * (1 / sum(exp(x))), where x may be y - max(y).
struct RecognizeSoftmax : OpRewritePattern<tosa::MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::MulOp op,
                                PatternRewriter &rewriter) const override {
    Value input;
    int32_t axis = 0;
    auto match = [&](Value numerator, Value denominator) {
      auto exp = numerator.getDefiningOp<tosa::ExpOp>();
      auto reciprocal = denominator.getDefiningOp<tosa::ReciprocalOp>();
      if (!exp || !reciprocal)
        return false;
      auto sum = reciprocal.getInput1().getDefiningOp<tosa::ReduceSumOp>();
      if (!sum || sum.getInput() != exp.getOutput())
        return false;
      axis = sum.getAxis();
      input = lookThroughShift(exp.getInput1(), axis);
      return true;
    };
    if (!matchEitherOrder(op.getInput1(), op.getInput2(), match) ||
        input.getType() != op.getType() ||
        !getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    if (succeeded(replaceBeforeReshape(op, input, axis, rewriter)))
      return success();
    auto softmax = SoftmaxOp::create(rewriter, op.getLoc(), op.getType(), input,
                                     uint32_t(axis));
    copyName(op, softmax);
    rewriter.replaceOp(op, softmax);
    return success();
  }

private:
  /// softmax(reshape(x)) is reshape(softmax(x)) if the axis is one of x:
  /// softmax comes right behind the operation that computes its logits.
  static LogicalResult replaceBeforeReshape(tosa::MulOp op, Value input,
                                            int32_t axis,
                                            PatternRewriter &rewriter) {
    auto reshape = input.getDefiningOp<tosa::ReshapeOp>();
    if (!reshape)
      return failure();
    Value source = reshape.getInput1();
    auto type = cast<RankedTensorType>(source.getType());
    auto shape = cast<RankedTensorType>(op.getType()).getShape();
    if (!type.hasStaticShape() || ShapedType::isDynamicShape(shape))
      return failure();
    std::optional<int64_t> sourceAxis =
        mapReshapedAxis(shape, type.getShape(), axis);
    if (!sourceAxis)
      return failure();
    auto softmax = SoftmaxOp::create(rewriter, op.getLoc(), type, source,
                                     uint32_t(*sourceAxis));
    if (auto name = op->getAttrOfType<StringAttr>(kNameAttr))
      softmax->setAttr(kNameAttr,
                       rewriter.getStringAttr(name.strref() + "/softmax"));
    auto moved = tosa::ReshapeOp::create(rewriter, op.getLoc(), op.getType(),
                                         softmax, reshape.getShape());
    copyName(op, moved);
    rewriter.replaceOp(op, moved);
    return success();
  }

  /// y if `value` is y - max(y), which does not change the result; else
  /// `value`.
  static Value lookThroughShift(Value value, int32_t axis) {
    auto sub = value.getDefiningOp<tosa::SubOp>();
    auto max = sub ? sub.getInput2().getDefiningOp<tosa::ReduceMaxOp>()
                   : tosa::ReduceMaxOp();
    if (max && int32_t(max.getAxis()) == axis &&
        max.getInput() == sub.getInput1())
      return sub.getInput1();
    return value;
  }
};

/// sum(sum(x)) * 1/N, where N elements enter each sum. A reshape may stand
/// between the sums and the product.
struct RecognizeMean : OpRewritePattern<tosa::MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::MulOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    Value sums;
    float factor = 0;
    auto match = [&](Value value, Value constant) {
      if (!isSplatConstant(constant))
        return false;
      sums = value;
      factor = getFloats(constant)->front();
      return true;
    };
    if (!matchEitherOrder(op.getInput1(), op.getInput2(), match) ||
        sums.getType() != op.getType() || !sums.hasOneUse())
      return failure();
    auto reshape = sums.getDefiningOp<tosa::ReshapeOp>();
    if (reshape)
      sums = reshape.getInput1();
    SmallVector<int32_t> axes;
    int64_t count = 1;
    Value input = lookThroughSums(sums, axes, count);
    if (axes.empty() || std::fabs(double(factor) * count - 1) > 1e-6)
      return failure();

    Operation *result =
        MeanOp::create(rewriter, op.getLoc(), sums.getType(), input, axes);
    if (reshape) {
      copyName(reshape, result);
      result =
          tosa::ReshapeOp::create(rewriter, op.getLoc(), op.getType(),
                                  result->getResult(0), reshape.getShape());
    }
    copyName(op, result);
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  /// The operand of a chain of reduce_sum; collects the axes in ascending order
  /// and the number of elements in each sum.
  static Value lookThroughSums(Value value, SmallVector<int32_t> &axes,
                               int64_t &count) {
    while (auto sum = value.getDefiningOp<tosa::ReduceSumOp>()) {
      auto type = cast<ShapedType>(sum.getInput().getType());
      if (!sum->hasOneUse() ||
          llvm::is_contained(axes, int32_t(sum.getAxis())) ||
          type.isDynamicDim(sum.getAxis()))
        break;
      axes.push_back(sum.getAxis());
      count *= type.getDimSize(sum.getAxis());
      value = sum.getInput();
    }
    llvm::sort(axes);
    return value;
  }
};

struct RecognizeCompositesPass
    : quantc::ptq::impl::PTQRecognizeCompositesBase<RecognizeCompositesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RecognizeSoftmax, RecognizeMean>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    eraseDeadOps();
  }

private:
  /// The operations that a composite was made of, unless others use them.
  void eraseDeadOps() {
    if (!getOperation().isExternal())
      quantc::ptq::eraseDeadOps(
          getOperation().getBody().front(),
          [](Operation *op) { return isa<tosa::ReshapeOp>(op); });
  }
};
} // namespace
