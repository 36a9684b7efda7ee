//===- CollapseLoops.cpp - Fewer, longer loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elementwise operations on contiguous buffers become loops over fewer
// dimensions, so that the innermost loop is long enough for vectors whatever
// the number of channels is.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_COLLAPSELOOPS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// True if dimensions `position` and `position + 1` of the buffer are
/// contiguous in memory, so that they can be one dimension.
static bool isContiguous(MemRefType type, unsigned position) {
  int64_t offset;
  SmallVector<int64_t> strides;
  if (failed(type.getStridesAndOffset(strides, offset)) ||
      ShapedType::isDynamicShape(strides))
    return false;
  return strides[position] ==
         strides[position + 1] * type.getDimSize(position + 1);
}

/// True if loops `dim` and `dim + 1` of the operation can be one loop: each
/// operand has both, adjacent and contiguous, or neither.
static bool canMerge(linalg::GenericOp op, unsigned dim) {
  if (op.getIteratorTypesArray()[dim] != op.getIteratorTypesArray()[dim + 1])
    return false;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    std::optional<unsigned> first =
        map.getResultPosition(getAffineDimExpr(dim, op.getContext()));
    std::optional<unsigned> second =
        map.getResultPosition(getAffineDimExpr(dim + 1, op.getContext()));
    if (!first && !second)
      continue;
    if (!first || !second || *second != *first + 1 ||
        !isContiguous(cast<MemRefType>(operand.get().getType()), *first))
      return false;
  }
  return true;
}

static bool isCandidate(linalg::GenericOp op) {
  return op.hasPureBufferSemantics() && !op.hasIndexSemantics() &&
         op.getNumLoops() > 1 &&
         llvm::all_of(op->getOperands(),
                      [](Value v) { return isa<MemRefType>(v.getType()); }) &&
         llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
           return map.isProjectedPermutation();
         });
}

/// Groups of adjacent loops that can be merged into one.
static SmallVector<ReassociationIndices> groupLoops(linalg::GenericOp op) {
  SmallVector<ReassociationIndices> groups = {{0}};
  for (unsigned dim = 0; dim + 1 < op.getNumLoops(); ++dim) {
    if (!canMerge(op, dim))
      groups.emplace_back();
    groups.back().push_back(dim + 1);
  }
  return groups;
}

namespace {
struct CollapseLoops : codegen::impl::CollapseLoopsBase<CollapseLoops> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::LinalgOp> named;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (isa<linalg::FillOp, linalg::CopyOp, linalg::MapOp,
              linalg::BroadcastOp>(op) &&
          op.hasPureBufferSemantics())
        named.push_back(op);
    });
    for (linalg::LinalgOp op : named) {
      rewriter.setInsertionPoint(op);
      // If the operation cannot be generalized, it stays as it is.
      (void)linalg::generalizeNamedOp(rewriter, op);
    }
    SmallVector<linalg::GenericOp> candidates;
    getOperation()->walk([&](linalg::GenericOp op) {
      if (isCandidate(op))
        candidates.push_back(op);
    });
    for (linalg::GenericOp op : candidates) {
      SmallVector<ReassociationIndices> groups = groupLoops(op);
      if (groups.size() == op.getNumLoops())
        continue;
      rewriter.setInsertionPoint(op);
      if (succeeded(linalg::collapseOpIterationDims(op, groups, rewriter)))
        rewriter.eraseOp(op);
    }
  }
};
} // namespace
