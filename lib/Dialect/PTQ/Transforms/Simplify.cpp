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
  if (Attribute name = from->getAttr(kNameAttr))
    to->setAttr(kNameAttr, name);
}

namespace {
/// An operation made by upstream's patterns knows nothing of names.
struct NameKeeper : RewriterBase::Listener {
  void notifyOperationReplaced(Operation *op, ValueRange replacement) override {
    if (replacement.size() != 1)
      return;
    Operation *newOp = replacement.front().getDefiningOp();
    if (newOp && !newOp->hasAttr(kNameAttr) &&
        isa<TensorType>(replacement.front().getType()))
      copyName(op, newOp);
  }
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
