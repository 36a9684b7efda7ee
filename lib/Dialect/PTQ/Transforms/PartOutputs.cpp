//===- PartOutputs.cpp - Outputs made of unlike parts -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Remarks.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQPARTOUTPUTS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// A part loses 12 dB in a scale that is so much larger than its own.
static constexpr double kUnlike = 4;

static quant::UniformQuantizedType getType(FakeQuantOp op) {
  return dyn_cast<quant::UniformQuantizedType>(op.getQuantizedType());
}

/// What rounds the result of `op`, if nothing else reads it.
static FakeQuantOp getRounded(Operation *op) {
  if (op->getNumResults() != 1 || !op->getResult(0).hasOneUse())
    return {};
  auto rounded = dyn_cast<FakeQuantOp>(*op->user_begin());
  return rounded && getType(rounded) && !rounded->hasAttr(kFrozenAttr)
             ? rounded
             : FakeQuantOp();
}

/// Moves of one tensor, which float computes as well.
static bool isMove(Operation *op) {
  return isa<tosa::ReshapeOp, tosa::TransposeOp, tosa::SliceOp, tosa::ReverseOp,
             tosa::IdentityOp, tosa::TileOp>(op);
}

namespace {
struct PartOutputsPass
    : quantc::ptq::impl::PTQPartOutputsBase<PartOutputsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<Contract> contract = chooseContract(func, contractName);
    if (failed(contract))
      return signalPassFailure();
    if (func.isExternal() || *contract != Contract::Exact)
      return markAllAnalysesPreserved();
    bool changed = false;
    // From the end: what one of them reads may then be read by floats only.
    for (Operation &op : llvm::reverse(func.getBody().front()))
      if (isa<tosa::ConcatOp, tosa::SelectOp, tosa::ScatterOp>(op))
        changed |= part(&op, getAnalysis<Quantizability>());
    if (!changed)
      markAllAnalysesPreserved();
  }

private:
  bool isInteger(Operation *op, const Quantizability &plan) const {
    return plan.isQuantizable(op) && getScheme(op).isStatic();
  }
  bool part(Operation *op, const Quantizability &plan);
  bool leadsToFloat(FakeQuantOp rounded, const Quantizability &plan,
                    SmallVectorImpl<FakeQuantOp> &path) const;
};
} // namespace

/// True if outputs and operations in float alone read `rounded`. `path` takes
/// it and what rounds the results of moves on the way.
bool PartOutputsPass::leadsToFloat(FakeQuantOp rounded,
                                   const Quantizability &plan,
                                   SmallVectorImpl<FakeQuantOp> &path) const {
  path.push_back(rounded);
  return llvm::all_of(rounded.getOutput().getUsers(), [&](Operation *user) {
    if (isa<FakeQuantOp>(user))
      return false;
    if (!isInteger(user, plan))
      return true;
    FakeQuantOp next = isMove(user) ? getRounded(user) : FakeQuantOp();
    return next && leadsToFloat(next, plan, path);
  });
}

bool PartOutputsPass::part(Operation *op, const Quantizability &plan) {
  FakeQuantOp rounded = getRounded(op);
  if (!isInteger(op, plan) || !rounded)
    return false;
  SmallVector<FakeQuantOp> parts, path;
  for (OpOperand &use : op->getOpOperands())
    if (getRole(use) == OperandRole::Activation)
      if (auto input = use.get().getDefiningOp<FakeQuantOp>();
          input && getType(input) && !input->hasAttr(kZeroRangeAttr))
        parts.push_back(input);
  double scale = getType(rounded).getScale();
  bool isUnlike = llvm::any_of(parts, [&](FakeQuantOp input) {
    return scale > kUnlike * getType(input).getScale();
  });
  if (!isUnlike || !leadsToFloat(rounded, plan, path))
    return false;
  SchemeAttr inFloat = llvm::cantFail(parseScheme(op->getContext(), "float32"));
  for (FakeQuantOp end : path) {
    Operation *mover = end.getInput().getDefiningOp();
    mover->setAttr(kSchemeAttr, inFloat);
    end.getOutput().replaceAllUsesWith(end.getInput());
    end.erase();
  }
  // What is float already needs no rounding on the way.
  for (FakeQuantOp input : parts)
    if (Operation *source = input.getInput().getDefiningOp();
        source && !isInteger(source, plan) && input.getOutput().hasOneUse() &&
        !input->hasAttr(kFrozenAttr)) {
      input.getOutput().replaceAllUsesWith(input.getInput());
      input.erase();
    }
  remark::passed(
      op->getLoc(),
      remark::RemarkOpts::name("parts-apart").category("ptq-part-outputs"))
      << remark::metric("Tensor", getTensorName(op->getResult(0)).str())
      << realMetric("Scale", scale);
  return true;
}
