//===- FoldQuantizedMoves.cpp - Moves of quantized constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

using namespace mlir;
using namespace quantc::ptq;

std::optional<int64_t> quantc::ptq::mapMovedAxis(Operation *move,
                                                 int64_t axis) {
  if (auto transpose = dyn_cast<tosa::TransposeOp>(move)) {
    for (auto [to, from] : llvm::enumerate(transpose.getPerms()))
      if (from == axis)
        return to;
    return std::nullopt;
  }
  return mapReshapedAxis(
      cast<ShapedType>(move->getOperand(0).getType()).getShape(),
      cast<ShapedType>(move->getResult(0).getType()).getShape(), axis);
}

/// The parameters behind `move`, or null if it mixes those of several channels.
static quant::QuantizedType moveType(Operation *move,
                                     quant::QuantizedType type) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis)
    return type;
  std::optional<int64_t> axis;
  if (isa<tosa::ReshapeOp, tosa::TransposeOp>(move))
    axis = mapMovedAxis(move, perAxis.getQuantizedDimension());
  if (!axis)
    return {};
  return quant::UniformQuantizedPerAxisType::get(
      perAxis.getFlags(), perAxis.getStorageType(), perAxis.getExpressedType(),
      perAxis.getScales(), perAxis.getZeroPoints(), *axis,
      perAxis.getStorageTypeMin(), perAxis.getStorageTypeMax());
}

namespace {
/// move(fake_quant(constant)) -> fake_quant(move(constant)), where upstream's
/// folders find it.
template <typename OpTy>
struct FoldQuantizedMove : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto fakeQuant = op->getOperand(0).template getDefiningOp<FakeQuantOp>();
    auto constant =
        fakeQuant ? fakeQuant.getInput().template getDefiningOp<tosa::ConstOp>()
                  : tosa::ConstOp();
    if (!constant)
      return failure();
    quant::QuantizedType type =
        moveType(op, cast<quant::QuantizedType>(fakeQuant.getQuantizedType()));
    if (!type)
      return failure();
    // A constant of its own: folders leave those alone that others use.
    Operation *own = rewriter.clone(*constant);
    Operation *moved = rewriter.clone(*op);
    moved->setOperand(0, own->getResult(0));
    copyName(constant, moved);
    auto result =
        FakeQuantOp::create(rewriter, op.getLoc(), moved->getResult(0), type);
    if (Attribute frozen = fakeQuant->getAttr(kFrozenAttr))
      result->setAttr(kFrozenAttr, frozen);
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void quantc::ptq::populateFoldQuantizedMovesPatterns(
    RewritePatternSet &patterns) {
  patterns.add<
      FoldQuantizedMove<tosa::ReshapeOp>, FoldQuantizedMove<tosa::TransposeOp>,
      FoldQuantizedMove<tosa::SliceOp>, FoldQuantizedMove<tosa::ReverseOp>>(
      patterns.getContext());
}
