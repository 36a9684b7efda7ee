//===- FoldConstants.cpp - Arithmetic on constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Folds what exporters leave of a batch normalization's parameters, such as
/// gamma * rsqrt(variance + epsilon): upstream folds splats only. Results are
/// computed in double and rounded once.
///
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace quantc::ptq;

/// Larger results are not worth storing.
static constexpr int64_t kMaxElements = int64_t(1) << 20;

/// Replaces `op` unless a value is not finite.
static LogicalResult replaceWithConstant(Operation *op, ArrayRef<double> values,
                                         PatternRewriter &rewriter) {
  SmallVector<float> floats(values.begin(), values.end());
  if (!llvm::all_of(floats, [](float v) { return std::isfinite(v); }))
    return failure();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Value constant = createFloatConstant(rewriter, op->getLoc(), type, floats);
  copyName(op, constant.getDefiningOp());
  rewriter.replaceOp(op, constant);
  return success();
}

static bool hasFoldableResult(Operation *op) {
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : RankedTensorType();
  return type && type.hasStaticShape() && type.getElementType().isF32() &&
         type.getNumElements() <= kMaxElements;
}

/// The position in a tensor of `shape` that position `index` of the broadcast
/// `result` reads.
static int64_t getBroadcastIndex(int64_t index, ArrayRef<int64_t> result,
                                 ArrayRef<int64_t> shape) {
  int64_t position = 0, stride = 1;
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t size = result[result.size() - 1 - i];
    if (i < shape.size()) {
      int64_t dim = shape[shape.size() - 1 - i];
      position += (dim == 1 ? 0 : index % size) * stride;
      stride *= dim;
    }
    index /= size;
  }
  return position;
}

namespace {
/// f(constant), and f(constant, splat).
struct FoldUnary : RewritePattern {
  explicit FoldUnary(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumOperands() == 0 || !hasFoldableResult(op) ||
        !isPointwiseOp(op))
      return failure();
    Value argument;
    for (Value operand : op->getOperands()) {
      if (!operand.getDefiningOp<tosa::ConstOp>())
        return failure();
      if (!isSplatConstant(operand) && operand != argument) {
        if (argument)
          return failure();
        argument = operand;
      }
    }
    if (!argument)
      argument = op->getOperand(0);
    if (argument.getType() != op->getResult(0).getType())
      return failure();
    std::optional<SmallVector<float>> inputs = getFloats(argument);
    if (!inputs)
      return failure();
    FailureOr<SmallVector<double>> values =
        evaluatePointwise(op->getResult(0), argument,
                          SmallVector<double>(inputs->begin(), inputs->end()));
    if (failed(values))
      return failure();
    return replaceWithConstant(op, *values, rewriter);
  }
};

/// Sum, difference or product of two constants.
template <typename OpTy>
struct FoldBinary : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!hasFoldableResult(op))
      return failure();
    Value left = op.getInput1(), right = op.getInput2();
    if (!left.template getDefiningOp<tosa::ConstOp>() ||
        !right.template getDefiningOp<tosa::ConstOp>())
      return failure();
    std::optional<SmallVector<float>> a = getFloats(left), b = getFloats(right);
    if (!a || !b)
      return failure();
    auto shapeOf = [](Value value) {
      return cast<ShapedType>(value.getType()).getShape();
    };
    ArrayRef<int64_t> result = shapeOf(op.getResult());
    SmallVector<double> values;
    for (int64_t i = 0, e = ShapedType::getNumElements(result); i < e; ++i)
      values.push_back(
          compute((*a)[getBroadcastIndex(i, result, shapeOf(left))],
                  (*b)[getBroadcastIndex(i, result, shapeOf(right))]));
    return replaceWithConstant(op, values, rewriter);
  }

private:
  static double compute(double a, double b) {
    if (std::is_same_v<OpTy, tosa::AddOp>)
      return a + b;
    return std::is_same_v<OpTy, tosa::SubOp> ? a - b : a * b;
  }
};
} // namespace

void quantc::ptq::populateFoldConstantsPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldUnary, FoldBinary<tosa::AddOp>, FoldBinary<tosa::SubOp>,
               FoldBinary<tosa::MulOp>>(patterns.getContext());
}
