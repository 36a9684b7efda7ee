//===- MoveTransposes.cpp - Moves transposes until they cancel -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Networks that were made channels-first come with a transpose before and
/// after every convolution, pool and resize. Whatever lies between those can be
/// stored in one layout or the other; LayoutGraph chooses, around one transpose
/// after the other, what moves the fewest elements.
///
/// The pass ends: each improvement lowers the sum over all transposes of the
/// elements they move (LayoutGraph's cost, a natural number), since it changes
/// the cost inside its graph only and leaves the layouts at the graph's edge as
/// they are; cancelling never raises it. So no value with several users loses.
///
//===----------------------------------------------------------------------===//

#include "CancelTransposes.h"
#include "LayoutGraph.h"

#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQMOVETRANSPOSES
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

static SmallVector<tosa::TransposeOp> getTransposes(Block &block) {
  auto isStatic = [](tosa::TransposeOp op) {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    return type && type.hasStaticShape() && type.getNumElements() > 0 &&
           isa<RankedTensorType>(op.getInput1().getType());
  };
  return llvm::to_vector(
      llvm::make_filter_range(block.getOps<tosa::TransposeOp>(), isStatic));
}

/// Improves the layouts around the first transpose where that is possible.
static bool improveOnce(Block &block) {
  return llvm::any_of(getTransposes(block), [](tosa::TransposeOp op) {
    return LayoutGraph(op).improve();
  });
}

static remark::RemarkOpts getRemark(StringRef name) {
  return remark::RemarkOpts::name(name).category("ptq-move-transposes");
}

/// Transposes that were made here are called after the tensors that they move;
/// ptq-name-tensors makes the names unique.
static void nameTranspose(tosa::TransposeOp op) {
  StringRef name = getTensorName(op.getInput1());
  if (!op->hasAttr(kNameAttr) && !name.empty())
    op->setAttr(kNameAttr,
                StringAttr::get(op.getContext(), name + "/transpose"));
}

static void remarkOnRemaining(func::FuncOp func, Block &block) {
  unsigned inputs = 0, outputs = 0, inside = 0;
  for (tosa::TransposeOp op : getTransposes(block)) {
    bool isInput = isa<BlockArgument>(op.getInput1());
    bool isOutput = llvm::any_of(op->getUsers(), [](Operation *user) {
      return user->hasTrait<OpTrait::IsTerminator>();
    });
    ++(isInput ? inputs : isOutput ? outputs : inside);
    remark::missed(op.getLoc(), getRemark("transpose"))
        << remark::metric("Tensor", getTensorName(op.getOutput()).str())
        << remark::metric("Of", getTensorName(op.getInput1()).str())
        << remark::metric("Place", isInput    ? "input"
                                   : isOutput ? "output"
                                              : "inside");
  }
  remark::analysis(func.getLoc(), getRemark("remaining-transposes"))
      << remark::metric("Inputs", inputs) << remark::metric("Outputs", outputs)
      << remark::metric("Inside", inside);
}

namespace {
struct MoveTransposesPass
    : quantc::ptq::impl::PTQMoveTransposesBase<MoveTransposesPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.getBody().hasOneBlock())
      return;
    Block &block = func.getBody().front();
    // Results keep their names, whatever is returned in the end.
    if (func.isPublic())
      nameResults(func);
    do
      cancelTransposes(block);
    while (improveOnce(block));
    replaceUnitTransposes(block);
    llvm::for_each(getTransposes(block), nameTranspose);
    remarkOnRemaining(func, block);
  }
};
} // namespace
