//===- StartExtremes.cpp - Maxima and minima start at infinity -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream's lowering starts float maxima at the lowest finite number, also in
// the padding of pools, so that a maximum of -inf alone is finite. Runs after
// that lowering and before tosa.pad becomes tensor.pad: a tensor.pad in front
// of a pool is then the pool's own padding, never the network's.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_STARTEXTREMES
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// The operation (a maximum or minimum) that combines the accumulator
/// `argument` with other values, or null.
static Operation *findExtreme(BlockArgument argument) {
  for (Operation *user : argument.getUsers())
    if (isa<arith::MaximumFOp, arith::MinimumFOp>(user))
      return user;
  return nullptr;
}

/// Replaces `operand` by an infinity if it is the finite number from which
/// upstream starts `extreme`.
static void replaceStart(OpOperand &operand, Operation *extreme) {
  bool isMaximum = isa<arith::MaximumFOp>(extreme);
  FloatAttr start;
  if (!matchPattern(operand.get(), m_Constant(&start)) ||
      !start.getValue().isLargest() ||
      start.getValue().isNegative() != isMaximum)
    return;
  OpBuilder builder(operand.getOwner());
  APFloat infinity =
      APFloat::getInf(start.getValue().getSemantics(), /*Negative=*/isMaximum);
  operand.set(
      arith::ConstantOp::create(builder, operand.getOwner()->getLoc(),
                                FloatAttr::get(start.getType(), infinity)));
}

static void startAtInfinity(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0)
    return;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    Operation *extreme = findExtreme(op.getMatchingBlockArgument(&init));
    auto fill = init.get().getDefiningOp<linalg::FillOp>();
    if (!extreme || !fill)
      continue;
    replaceStart(*fill.getDpsInputOperand(0), extreme);
    auto pad = op.getDpsInputOperand(0)->get().getDefiningOp<tensor::PadOp>();
    if (pad && pad.getConstantPaddingValue())
      replaceStart(pad.getBody()->getTerminator()->getOpOperand(0), extreme);
  }
}

namespace {
struct StartExtremes : codegen::impl::StartExtremesBase<StartExtremes> {
  void runOnOperation() override { getOperation()->walk(startAtInfinity); }
};
} // namespace
