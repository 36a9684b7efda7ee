//===- MergePointwise.cpp - Functions around moves -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQMERGEPOINTWISE
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

namespace {
/// Two functions and the moves on the way, the first one first.
struct Chain {
  PointwiseOp first;
  SmallVector<Operation *> moves;
};
} // namespace

/// The chain that ends in `last`, if nothing else reads what is inside of it.
static std::optional<Chain> findChain(PointwiseOp last) {
  Chain chain;
  Value value = last.getInput();
  while (value.hasOneUse() &&
         isa_and_present<tosa::ReshapeOp, tosa::TransposeOp>(
             value.getDefiningOp())) {
    chain.moves.insert(chain.moves.begin(), value.getDefiningOp());
    value = value.getDefiningOp()->getOperand(0);
  }
  chain.first = value.getDefiningOp<PointwiseOp>();
  if (chain.moves.empty() || !chain.first || !value.hasOneUse())
    return std::nullopt;
  return chain;
}

/// True for operands that say how `use.getOwner()` computes. Their shapes do
/// not follow those of its tensors.
static bool isParameter(OpOperand &use) {
  return use.getOperandNumber() > 0 &&
         (isa<tosa::NegateOp>(use.getOwner()) ||
          (isa<tosa::MulOp>(use.getOwner()) && use.getOperandNumber() == 2));
}

/// Clones `op` for tensors of the shape of `type`.
static void cloneWithShape(Operation &op, RankedTensorType type,
                           IRMapping &mapping, OpBuilder &builder) {
  Operation *copy = builder.clone(op, mapping);
  for (OpOperand &use : op.getOpOperands()) {
    DenseElementsAttr constant;
    if (!matchPattern(use.get(), m_Constant(&constant)) || isParameter(use))
      continue;
    auto shape = RankedTensorType::get(SmallVector<int64_t>(type.getRank(), 1),
                                       constant.getElementType());
    builder.setInsertionPoint(copy);
    copy->setOperand(use.getOperandNumber(),
                     tosa::ConstOp::create(builder, op.getLoc(), shape,
                                           constant.resizeSplat(shape)));
    builder.setInsertionPointAfter(copy);
  }
  if (op.getNumResults() == 1)
    copy->getResult(0).setType(type.clone(
        cast<ShapedType>(op.getResult(0).getType()).getElementType()));
}

/// True if each value in the body has the shape of the argument.
static bool hasOneShape(PointwiseOp pointwise) {
  auto shape = cast<ShapedType>(pointwise.getInput().getType()).getShape();
  return llvm::all_of(pointwise.getBody().front(), [&](Operation &op) {
    return matchPattern(&op, m_Constant()) || op.getNumResults() == 0 ||
           (op.getNumResults() == 1 &&
            cast<ShapedType>(op.getResult(0).getType()).getShape() == shape);
  });
}

/// Applies both functions in front of the moves (N130).
static void merge(const Chain &chain, PointwiseOp last) {
  PointwiseOp first = chain.first;
  OpBuilder builder(first);
  auto merged = PointwiseOp::create(
      builder, builder.getFusedLoc({first.getLoc(), last.getLoc()}),
      first.getType(), first.getInput());
  merged.getBody().takeBody(first.getBody());
  Block &body = merged.getBody().front();
  Operation *yield = body.getTerminator();
  IRMapping mapping;
  mapping.map(last.getBody().getArgument(0), yield->getOperand(0));
  yield->erase();
  builder.setInsertionPointToEnd(&body);
  auto type = cast<RankedTensorType>(first.getType());
  for (Operation &op : last.getBody().front())
    if (matchPattern(&op, m_Constant()))
      builder.clone(op, mapping);
    else
      cloneWithShape(op, type, mapping, builder);

  chain.moves.front()->setOperand(0, merged.getOutput());
  Operation *end = chain.moves.back();
  if (Attribute name = last->getAttr(kNameAttr))
    end->setAttr(kNameAttr, name);
  // The tensors between carry other values than their names say.
  for (Operation *move : ArrayRef(chain.moves).drop_back())
    move->removeAttr(kNameAttr);
  last.getOutput().replaceAllUsesWith(end->getResult(0));
  last.erase();
  first.erase();
}

namespace {
struct MergePointwisePass
    : quantc::ptq::impl::PTQMergePointwiseBase<MergePointwisePass> {
  void runOnOperation() override {
    // In the network's order, so that a merged function may be merged again.
    SmallVector<PointwiseOp> functions;
    getOperation().walk([&](PointwiseOp op) { functions.push_back(op); });
    for (PointwiseOp op : functions)
      if (std::optional<Chain> chain = findChain(op); chain && hasOneShape(op))
        merge(*chain, op);
  }
};
} // namespace
