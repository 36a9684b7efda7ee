//===- FoldLastStep.cpp - The last step of a recurrent layer -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc::ptq;

/// The step that `layer` visits last, of its sequence of `steps`.
static int64_t getLastStep(Operation *layer, int64_t steps) {
  bool isReverse =
      llvm::TypeSwitch<Operation *, bool>(layer)
          .Case<LSTMOp, GRUOp, RNNOp>([](auto op) { return op.getReverse(); })
          .Default(false);
  return isReverse ? 0 : steps - 1;
}

/// Whether `transpose` leaves the order of elements as it is, apart from
/// dimension `axis` of its operand.
static bool keepsOrderOfOthers(tosa::TransposeOp transpose, int64_t axis) {
  auto type = cast<RankedTensorType>(transpose.getInput1().getType());
  SmallVector<int32_t> others;
  llvm::copy_if(
      transpose.getPerms(), std::back_inserter(others),
      [&](int32_t dim) { return dim != axis && type.getDimSize(dim) != 1; });
  return llvm::is_sorted(others);
}

namespace {
/// slice(moves(sequence)) of the step visited last -> reshape(hidden).
struct FoldLastStep : OpRewritePattern<tosa::SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tosa::SliceOp slice,
                                PatternRewriter &rewriter) const override {
    SmallVector<Operation *> moves;
    Value moved = slice.getInput1();
    while (isa_and_nonnull<tosa::TransposeOp, tosa::ReshapeOp>(
        moved.getDefiningOp())) {
      moves.push_back(moved.getDefiningOp());
      moved = moves.back()->getOperand(0);
    }
    auto sequence = dyn_cast<OpResult>(moved);
    auto layer = moved.getDefiningOp<RecurrentOpInterface>();
    if (!layer || sequence.getResultNumber() != 0)
      return failure();
    int64_t steps = cast<RankedTensorType>(moved.getType()).getDimSize(0);
    std::optional<int64_t> time = 0;
    for (Operation *move : llvm::reverse(moves)) {
      auto transpose = dyn_cast<tosa::TransposeOp>(move);
      if (transpose && !keepsOrderOfOthers(transpose, *time))
        return failure();
      time = mapMovedAxis(move, *time);
      if (!time)
        return failure();
    }
    SmallVector<int64_t> starts, sizes;
    if (steps == 1 ||
        !tosa::getConstShapeValues(slice.getStart().getDefiningOp(), starts) ||
        !tosa::getConstShapeValues(slice.getSize().getDefiningOp(), sizes))
      return failure();
    SmallVector<int64_t> whole(
        cast<RankedTensorType>(slice.getInput1().getType()).getShape());
    whole[*time] = 1;
    int64_t start = std::exchange(starts[*time], 0);
    if (start != getLastStep(layer, steps) || sizes != whole ||
        llvm::any_of(starts, [](int64_t begin) { return begin != 0; }))
      return failure();
    Value shape = tosa::getTosaConstShape(rewriter, slice.getLoc(), sizes);
    rewriter.replaceOpWithNewOp<tosa::ReshapeOp>(slice, slice.getType(),
                                                 layer.getStates()[0], shape);
    return success();
  }
};
} // namespace

void quantc::ptq::populateLastStepPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldLastStep>(patterns.getContext());
}
