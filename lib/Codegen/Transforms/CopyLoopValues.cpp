//===- CopyLoopValues.cpp - Loops that own their buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prepares loops on tensors for bufferization: what an iteration hands to the
// next must be in the same buffer as what it got.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

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

/// True if `value` is in the buffer of `argument` already.
static bool isArgument(OpOperand &value, BlockArgument argument) {
  return value.get() == argument;
}

/// Copies the tensors that `terminator` hands on into the tensors that the
/// region got as `arguments`, unless they are there already.
static void
copyHandedOn(Operation *terminator, MutableArrayRef<OpOperand> values,
             Block::BlockArgListType arguments,
             llvm::function_ref<bool(OpOperand &, BlockArgument)> isInPlace =
                 isArgument) {
  OpBuilder builder(terminator);
  Location loc = terminator->getLoc();
  SmallVector<std::pair<OpOperand *, Value>> moved;
  for (auto [value, argument] : llvm::zip_equal(values, arguments))
    if (isa<RankedTensorType>(argument.getType()) &&
        !isInPlace(value, argument))
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

/// True if nothing reads the tensor `argument`, or a view of it, behind
/// `writer` in the block of both. What `writer` itself reads at the position
/// that it writes does not count.
static bool isDeadBehind(Value argument, linalg::GenericOp writer) {
  SmallVector<Value> views = {argument};
  while (!views.empty()) {
    Value view = views.pop_back_val();
    for (OpOperand &use : view.getUses()) {
      Operation *user = use.getOwner();
      if (user == writer) {
        AffineMap map = writer.getMatchingIndexingMap(&use);
        if (view != argument || !map.isIdentity())
          return false;
        continue;
      }
      if (user->getBlock() != writer->getBlock() ||
          !user->isBeforeInBlock(writer))
        return false;
      // What has a destination is computed there. Any other result may be a
      // view of an operand, as far as is known here.
      auto computed = dyn_cast<DestinationStyleOpInterface>(user);
      if (!computed)
        llvm::append_range(views, user->getResults());
      else if (computed.isDpsInit(&use))
        views.push_back(computed.getTiedOpResult(&use));
    }
  }
  return true;
}

/// True if `value` is made from `argument` by operations that write to it:
/// insertions of slices, for example, also in loops inside of this one.
static bool isWrittenTo(Value value, BlockArgument argument) {
  while (value != argument) {
    auto result = dyn_cast<OpResult>(value);
    if (!result)
      return false;
    Operation *owner = result.getOwner();
    if (auto op = dyn_cast<DestinationStyleOpInterface>(owner))
      value = op.getTiedOpOperand(result)->get();
    else if (auto loop = dyn_cast<scf::ForOp>(owner))
      value = loop.getTiedLoopInit(result)->get();
    else
      return false;
  }
  return true;
}

/// Has `value`, what an iteration computes for the next one, computed in the
/// tensor that the iteration got as `argument`. False if that would overwrite
/// what is still read.
static bool computeInPlace(Value value, BlockArgument argument) {
  if (isWrittenTo(value, argument))
    return true;
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || op->getBlock() != argument.getOwner() ||
      op.getNumDpsInits() != 1 || op.getNumLoops() != op.getNumParallelLoops())
    return false;
  OpOperand *init = op.getDpsInitOperand(0);
  if (!init->get().getDefiningOp<tensor::EmptyOp>() ||
      !op.getMatchingIndexingMap(init).isIdentity() ||
      !isDeadBehind(argument, op))
    return false;
  init->set(argument);
  return true;
}

/// The same for all values, or copies where that is not possible.
static void handOnInPlace(scf::ForOp loop) {
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  auto isInPlace = [](OpOperand &value, BlockArgument argument) {
    return computeInPlace(value.get(), argument);
  };
  copyHandedOn(yield, yield->getOpOperands(), loop.getRegionIterArgs(),
               isInPlace);
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
    getOperation()->walk([](scf::ForOp loop) { handOnInPlace(loop); });
  }
};
} // namespace
