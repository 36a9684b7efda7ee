//===- Simplify.cpp - Cleaning up float networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Runs upstream's canonicalization of TOSA together with the patterns that
/// quantization profits from. A tensor that takes another's place takes its
/// name.
///
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQSIMPLIFY
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

void quantc::ptq::copyName(Operation *from, Operation *to) {
  if (auto name = from->getAttrOfType<StringAttr>(kNameAttr);
      name && to->getNumResults() == 1)
    to->setAttr(kNameAttr, name);
}

/// True if the name of a tensor says only which operation makes it: `conv2d_3`,
/// or `layer/conv2d` as importers call what they add to the file's own tensors,
/// or `layer/lstm/hidden` for one of several results.
static bool hasGenericName(OpResult tensor) {
  Operation *op = tensor.getOwner();
  StringRef name = getTensorName(tensor);
  if (name.empty())
    return true;
  if (op->getNumResults() > 1)
    name = name.rsplit('/').first;
  StringRef base = name.rtrim("0123456789");
  if (base.size() != name.size())
    base.consume_back("_");
  StringRef kind = op->getName().stripDialect();
  return base == kind || (base.consume_back(kind) && base.ends_with("/"));
}

void quantc::ptq::handNameOver(Operation *move) {
  auto name = move->getAttrOfType<StringAttr>(kNameAttr);
  auto made = dyn_cast<OpResult>(move->getOperand(0));
  if (!name || !made || made.getOwner()->hasTrait<OpTrait::ConstantLike>())
    return;
  // A part of the same layer: `layer/clamp` or `layer/reshape` of `layer`.
  bool isPart = getTensorName(made).starts_with(name.str() + "/");
  if (!isPart && (hasGenericName(cast<OpResult>(move->getResult(0))) ||
                  !hasGenericName(made)))
    return;
  Operation *producer = made.getOwner();
  if (producer->getNumResults() == 1)
    return copyName(move, producer);
  auto names = producer->getAttrOfType<ArrayAttr>(kNameAttr);
  if (!names)
    return;
  SmallVector<Attribute> all(names.getValue());
  all[made.getResultNumber()] = name;
  producer->setAttr(kNameAttr, ArrayAttr::get(move->getContext(), all));
}

void quantc::ptq::eraseDeadOps(Block &block,
                               function_ref<bool(Operation *)> isMove) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (!isOpTriviallyDead(&op))
      continue;
    if (isMove(&op))
      handNameOver(&op);
    op.erase();
  }
}

namespace {
/// An operation made by upstream's patterns knows nothing of names; neither
/// does the operand of a move that nobody needs any more.
struct NameKeeper : RewriterBase::Listener {
  void notifyOperationReplaced(Operation *op, ValueRange replacement) override {
    replaced.insert(op);
    if (replacement.size() != 1)
      return;
    Operation *newOp = replacement.front().getDefiningOp();
    if (newOp && !newOp->hasAttr(kNameAttr) &&
        isa<TensorType>(replacement.front().getType()))
      copyName(op, newOp);
  }

  void notifyOperationErased(Operation *op) override {
    if (!replaced.erase(op) && isa<tosa::ReshapeOp, tosa::TransposeOp>(op))
      handNameOver(op);
  }

private:
  llvm::DenseSet<Operation *> replaced;
};

struct SimplifyPass : quantc::ptq::impl::PTQSimplifyBase<SimplifyPass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet owned(context);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      if (isa<tosa::TosaDialect, PTQDialect>(op.getDialect()))
        op.getCanonicalizationPatterns(owned, context);
    tosa::populateTosaFoldConstantTransposePatterns(context, owned);
    populateFoldConstantsPatterns(owned);
    populateIdentityPatterns(owned);
    populateFoldQuantizedMovesPatterns(owned);
    populateLastStepPatterns(owned);
    populateFoldChannelwisePatterns(owned);
    patterns = std::move(owned);
    return success();
  }

  void runOnOperation() override {
    NameKeeper listener;
    GreedyRewriteConfig config;
    config.setListener(&listener);
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), patterns, config)))
      signalPassFailure();
  }

private:
  FrozenRewritePatternSet patterns;
};
} // namespace
