//===- FuseElementwise.cpp - Elementwise operations in one loop -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream's fusion of elementwise operations, with a limit on the size of a
// loop body. Each step of the fusion writes the whole body again, and LLVM's
// analyses of a loop look at pairs of instructions: without a limit, the time
// to compile a chain of operations grows with the square of its length.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// The most operations in the body of a fused loop. Beyond this number an
/// intermediate value is stored to memory and loaded again. That costs little
/// compared with so many operations.
static constexpr int64_t kMaxBodySize = 256;

/// The number of operations that a function of the math dialect counts as. Most
/// are expanded into polynomials of about this many operations.
static constexpr int64_t kMathSize = 16;

/// The number of operations that the body of `op` will have.
static int64_t getBodySize(linalg::LinalgOp op) {
  int64_t size = 0;
  for (Operation &inner : op.getBlock()->without_terminator())
    size +=
        isa_and_nonnull<math::MathDialect>(inner.getDialect()) ? kMathSize : 1;
  return size;
}

/// True if the producer of `operand` has this use only, so that nothing is
/// computed twice.
static bool hasOneUse(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  return producer && producer->hasOneUse();
}

static bool isSmallTogether(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::LinalgOp>();
  auto consumer = dyn_cast<linalg::LinalgOp>(operand->getOwner());
  return !producer || !consumer ||
         getBodySize(producer) + getBodySize(consumer) <= kMaxBodySize;
}

namespace {
struct FuseElementwise : codegen::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(
        patterns, [](OpOperand *operand) {
          return hasOneUse(operand) && isSmallTogether(operand);
        });
    // Reshapes between elementwise operations stand in the way of fusion.
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, hasOneUse);
    tensor::populateBubbleUpExpandShapePatterns(patterns);
    linalg::populateConstantFoldLinalgOperations(patterns, hasOneUse);
    affine::AffineApplyOp::getCanonicalizationPatterns(patterns, context);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    context->getLoadedDialect<linalg::LinalgDialect>()
        ->getCanonicalizationPatterns(patterns);
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal();
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
