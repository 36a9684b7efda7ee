//===- SeparateInits.cpp - A result of its own for each use -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Equal tensor.empty operations have been merged, which makes results of one
// shape look like one tensor that is written again and again. Bufferization
// then compares all uses of this tensor with each other for every operation,
// only to find that each needs a buffer of its own.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_SEPARATEINITS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {
struct SeparateInits : codegen::impl::SeparateInitsBase<SeparateInits> {
  void runOnOperation() override {
    SmallVector<tensor::EmptyOp> shared;
    getOperation()->walk([&](tensor::EmptyOp op) {
      if (!op.use_empty() && !op->hasOneUse())
        shared.push_back(op);
    });
    for (tensor::EmptyOp op : shared)
      for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
        // The copy is created at its user, because buffers are placed in the
        // order of the program. It is not created inside of a loop, where it
        // would be allocated in each iteration.
        Operation *user = use.getOwner();
        OpBuilder builder(
            user->getBlock() == op->getBlock() ? user : op.getOperation());
        use.set(builder.clone(*op)->getResult(0));
      }
    for (tensor::EmptyOp op : shared)
      op.erase();
  }
};
} // namespace
