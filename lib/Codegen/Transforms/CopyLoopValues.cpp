//===- CopyLoopValues.cpp - Loops that own their buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prepares while loops on tensors for bufferization: what an iteration hands to
// the next must be in the same buffer as what it got.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_COPYLOOPVALUES
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

static Value copyInto(OpBuilder &builder, Location loc, Value source,
                      Value destination) {
  return linalg::CopyOp::create(builder, loc, source, destination).getResult(0);
}

/// Copies the tensors that `terminator` hands on into the tensors that the
/// region got as `arguments`.
static void copyHandedOn(Operation *terminator,
                         MutableArrayRef<OpOperand> values,
                         Block::BlockArgListType arguments) {
  OpBuilder builder(terminator);
  Location loc = terminator->getLoc();
  SmallVector<std::pair<OpOperand *, Value>> moved;
  for (auto [value, argument] : llvm::zip_equal(values, arguments))
    if (isa<RankedTensorType>(argument.getType()) && value.get() != argument)
      moved.push_back({&value, argument});
  // `terminator` may hand on the arguments in another order (for example, swap
  // two of them). Therefore all values are saved before the first argument is
  // overwritten.
  SmallVector<Value> saved;
  for (auto [value, argument] : moved) {
    auto type = cast<RankedTensorType>(argument.getType());
    Value source = value->get();
    if (isa<BlockArgument>(source))
      source = copyInto(builder, loc, source,
                        tensor::EmptyOp::create(builder, loc, type.getShape(),
                                                type.getElementType()));
    saved.push_back(source);
  }
  for (auto [entry, source] : llvm::zip_equal(moved, saved))
    entry.first->set(copyInto(builder, loc, source, entry.second));
}

namespace {
struct CopyLoopValues : codegen::impl::CopyLoopValuesBase<CopyLoopValues> {
  void runOnOperation() override {
    getOperation()->walk([](scf::WhileOp loop) {
      scf::ConditionOp condition = loop.getConditionOp();
      scf::YieldOp yield = loop.getYieldOp();
      if (condition.getArgs().size() == loop.getBeforeArguments().size() &&
          condition.getArgs().getTypes() ==
              TypeRange(loop.getBeforeArguments()))
        copyHandedOn(condition, condition.getArgsMutable(),
                     loop.getBeforeArguments());
      copyHandedOn(yield, yield.getResultsMutable(), loop.getAfterArguments());
    });
  }
};
} // namespace
