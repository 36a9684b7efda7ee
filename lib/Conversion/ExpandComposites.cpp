//===- ExpandComposites.cpp - Composites as float TOSA -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Expands ptq.softmax, ptq.mean and ptq.pointwise into float TOSA. Float
/// networks and observed networks need this, and so do the operations of a
/// quantized network that stay in float.
///
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Conversion/Passes.h"

#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc {
#define GEN_PASS_DEF_PTQEXPANDCOMPOSITES
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static RankedTensorType reduceAxis(Value value, int64_t axis) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = 1;
  return cast<RankedTensorType>(type.clone(shape));
}

/// exp(x - max) / sum(exp(x - max)).
static Value expandSoftmax(OpBuilder &b, SoftmaxOp op) {
  Location loc = op.getLoc();
  Value input = op.getInput();
  int32_t axis = op.getAxis();
  RankedTensorType reduced = reduceAxis(input, axis);
  Value max = tosa::ReduceMaxOp::create(b, loc, reduced, input, axis);
  Value shifted = tosa::SubOp::create(b, loc, input.getType(), input, max);
  Value e = tosa::ExpOp::create(b, loc, input.getType(), shifted);
  Value sum = tosa::ReduceSumOp::create(b, loc, reduced, e, axis);
  return buildMul(b, loc, e, tosa::ReciprocalOp::create(b, loc, reduced, sum));
}

/// The sum along each axis, times 1/N.
static Value expandMean(OpBuilder &b, MeanOp op) {
  Value sum = op.getInput();
  double count = 1;
  for (int32_t axis : op.getAxes()) {
    count *= cast<ShapedType>(sum.getType()).getDimSize(axis);
    sum = tosa::ReduceSumOp::create(b, op.getLoc(), reduceAxis(sum, axis), sum,
                                    axis);
  }
  int64_t rank = cast<ShapedType>(sum.getType()).getRank();
  return buildMul(b, op.getLoc(), sum,
                  buildBroadcast(b, op.getLoc(), 1.0 / count, rank));
}

static Value expandPointwise(OpBuilder &b, PointwiseOp op) {
  IRMapping map;
  Block &body = op.getBody().front();
  map.map(body.getArgument(0), op.getInput());
  for (Operation &inner : body.without_terminator())
    b.clone(inner, map);
  return map.lookupOrDefault(cast<YieldOp>(body.getTerminator()).getValue());
}

namespace {
struct ExpandCompositesPass
    : quantc::impl::PTQExpandCompositesBase<ExpandCompositesPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      OpBuilder b(op);
      Value expanded =
          TypeSwitch<Operation *, Value>(op)
              .Case([&](SoftmaxOp op) { return expandSoftmax(b, op); })
              .Case([&](MeanOp op) { return expandMean(b, op); })
              .Case([&](PointwiseOp op) { return expandPointwise(b, op); })
              .Case([](FloatBorderOp op) { return op.getInput(); })
              .Default(Value());
      if (!expanded)
        return;
      Operation *source = expanded.getDefiningOp();
      if (Attribute name = op->getAttr(kNameAttr); name && source)
        source->setAttr(kNameAttr, name);
      op->getResult(0).replaceAllUsesWith(expanded);
      op->erase();
    });
  }
};
} // namespace
