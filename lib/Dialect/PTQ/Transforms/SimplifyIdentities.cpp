//===- SimplifyIdentities.cpp - Operations that change nothing -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace quantc::ptq;

namespace {
struct RemoveIdentity : OpRewritePattern<tosa::IdentityOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::IdentityOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getInput1().getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, op.getInput1());
    return success();
  }
};

struct RemoveSingleConcat : OpRewritePattern<tosa::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getInput1().size() != 1 ||
        op.getInput1().front().getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, op.getInput1().front());
    return success();
  }
};

/// A pool over one element.
template <typename OpTy>
struct RemoveUnitPool : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto isOne = [](int64_t value) { return value == 1; };
    if (!llvm::all_of(op.getKernel(), isOne) ||
        op.getInput().getType() != op.getType() ||
        !cast<ShapedType>(op.getType()).getElementType().isF32())
      return failure();
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// maximum(x, c) and minimum(x, c) are clamps, which fuse with what is before
/// them.
template <typename OpTy>
struct ExtremumToClamp : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Value value = op.getInput1(), constant = op.getInput2();
    if (!isSplatConstant(constant))
      std::swap(value, constant);
    auto type = cast<ShapedType>(op.getType());
    if (!isSplatConstant(constant) || isConstant(value) ||
        value.getType() != type || !type.getElementType().isF32())
      return failure();
    float bound = getFloats(constant)->front();
    if (!std::isfinite(bound))
      return failure();
    // An infinite limit keeps infinities, as the extremum does.
    float low = -std::numeric_limits<float>::infinity(), high = -low;
    (std::is_same_v<OpTy, tosa::MaximumOp> ? low : high) = bound;
    auto clamp = tosa::ClampOp::create(
        rewriter, op.getLoc(), type, value, rewriter.getF32FloatAttr(low),
        rewriter.getF32FloatAttr(high),
        tosa::NanPropagationModeAttr::get(op.getContext(), op.getNanMode()));
    copyName(op, clamp);
    rewriter.replaceOp(op, clamp);
    return success();
  }
};

/// clamp(move(x)) becomes move(clamp(x)), so that the clamp stands right after
/// the operation that computes x.
template <typename MoveOp>
struct HoistClamp : OpRewritePattern<tosa::ClampOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::ClampOp op,
                                PatternRewriter &rewriter) const override {
    auto move = op.getInput().template getDefiningOp<MoveOp>();
    if (!move || !move->hasOneUse())
      return failure();
    Value input = move->getOperand(0);
    auto clamp = tosa::ClampOp::create(rewriter, op.getLoc(), input.getType(),
                                       input, op.getMinValAttr(),
                                       op.getMaxValAttr(), op.getNanModeAttr());
    copyName(move, clamp);
    Operation *moved = rewriter.clone(*move);
    moved->setOperand(0, clamp);
    copyName(op, moved);
    rewriter.replaceOp(op, moved);
    return success();
  }
};
} // namespace

void quantc::ptq::populateIdentityPatterns(RewritePatternSet &patterns) {
  patterns
      .add<RemoveIdentity, RemoveSingleConcat,
           RemoveUnitPool<tosa::MaxPool2dOp>, RemoveUnitPool<tosa::AvgPool2dOp>,
           ExtremumToClamp<tosa::MaximumOp>, ExtremumToClamp<tosa::MinimumOp>,
           HoistClamp<tosa::ReshapeOp>, HoistClamp<tosa::TransposeOp>>(
          patterns.getContext());
}
