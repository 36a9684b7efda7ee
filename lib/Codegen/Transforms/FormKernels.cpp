//===- FormKernels.cpp - Apply kernel strategies -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_FORMKERNELS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;
using kernel::StrategyAttr;

/// A strategy that was written by hand may not be able to compute `op`.
static LogicalResult checkDot(Operation *op, StrategyAttr strategy) {
  Value input = op->getOperand(0), weights = op->getOperand(1);
  Type in = getElementTypeOrSelf(input), weight = getElementTypeOrSelf(weights);
  int64_t group = strategy.getGroup();
  if ((strategy.getDot() == kernel::DotKind::Float) != in.isF32() ||
      (group == 4 && in.isInteger(16)) || (group != 1 && weight.isInteger(16)))
    return op->emitOpError("has operands that the dot kind '")
           << kernel::stringifyDotKind(strategy.getDot())
           << "' of its strategy cannot take";
  if (group == 4 && !codegen::getConstantWeights(weights))
    return op->emitOpError("has a strategy with the dot kind '")
           << kernel::stringifyDotKind(strategy.getDot())
           << "', which takes constant weights only";
  return success();
}

namespace {
struct FormKernelsPass : codegen::impl::FormKernelsBase<FormKernelsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (op->hasAttr("kernel.strategy"))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : ops)
      if (failed(form(rewriter, op)))
        return signalPassFailure();
    // Removes the operations that became kernels, those that were fused into
    // them, and the unpacked weights.
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
  }

private:
  LogicalResult form(RewriterBase &rewriter, Operation *op) {
    auto strategy = dyn_cast<StrategyAttr>(op->getAttr("kernel.strategy"));
    if (!strategy)
      return op->emitOpError(
          "has a 'kernel.strategy' that is not a #kernel.strategy");
    if (isa<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp>(op) &&
        failed(checkDot(op, strategy)))
      return failure();
    rewriter.setInsertionPoint(op);
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](tosa::Conv2DOp conv) {
          codegen::formConv2D(rewriter, conv, strategy);
          return success();
        })
        .Case([&](tosa::DepthwiseConv2DOp conv) {
          codegen::formDepthwise(rewriter, conv, strategy);
          return success();
        })
        .Case([&](tosa::MatMulOp matmul) {
          codegen::formMatMul(rewriter, matmul, strategy);
          return success();
        })
        .Default([&](Operation *other) {
          return other->emitOpError(
              "cannot be formed into a kernel; remove its 'kernel.strategy'");
        });
  }
};
} // namespace
