//===- OrderLoops.cpp - Channels innermost -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pools and sums over large windows: with the window innermost, each value
// would be summed alone, with strided loads; with the channels innermost,
// vectors of channels are summed.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_ORDERLOOPS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// LLVM unrolls windows of up to this many elements, with accumulators in
/// registers.
static constexpr int64_t unrolledWindow = 32;

/// True if the operand with this map is indexed by loop `dim` in its last
/// dimension (which has unit stride), or not at all.
static bool isUnitStrideOrAbsent(AffineMap map, unsigned dim) {
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    auto plain = dyn_cast<AffineDimExpr>(expr);
    if (!plain || plain.getPosition() != dim || i + 1 != map.getNumResults())
      return false;
  }
  return true;
}

/// The parallel loop that runs along the last dimension of the result, if it
/// runs along memory in all operands and is not the innermost loop yet.
static std::optional<unsigned> findChannelLoop(linalg::LinalgOp op) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  if (!last || last.getPosition() + 1 == op.getNumLoops())
    return std::nullopt;
  unsigned dim = last.getPosition();
  bool runsAlongMemory =
      llvm::all_of(op.getIndexingMapsArray(), [&](AffineMap operand) {
        return isUnitStrideOrAbsent(operand, dim);
      });
  return runsAlongMemory ? std::optional(dim) : std::nullopt;
}

static bool hasLargeWindow(linalg::LinalgOp op) {
  int64_t window = 1;
  for (auto [kind, size] :
       llvm::zip_equal(op.getIteratorTypesArray(), op.getStaticLoopRanges()))
    if (kind == utils::IteratorType::reduction)
      window *= size;
  return window > unrolledWindow;
}

namespace {
struct OrderLoops : codegen::impl::OrderLoopsBase<OrderLoops> {
  void runOnOperation() override {
    SmallVector<std::pair<linalg::LinalgOp, unsigned>> moves;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (op.getNumDpsInits() != 1 || op.hasDynamicShape() ||
          !hasLargeWindow(op))
        return;
      if (std::optional<unsigned> dim = findChannelLoop(op))
        moves.push_back({op, *dim});
    });
    IRRewriter rewriter(&getContext());
    for (auto [op, dim] : moves) {
      rewriter.setInsertionPoint(op);
      auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
      if (!generic) {
        FailureOr<linalg::GenericOp> general =
            linalg::generalizeNamedOp(rewriter, op);
        if (failed(general))
          continue;
        generic = *general;
      }
      SmallVector<unsigned> order;
      for (unsigned loop = 0; loop < generic.getNumLoops(); ++loop)
        if (loop != dim)
          order.push_back(loop);
      order.push_back(dim);
      rewriter.setInsertionPoint(generic);
      (void)linalg::interchangeGenericOp(rewriter, generic, order);
    }
  }
};
} // namespace
