//===- StripFakeQuant.cpp - Back to the float network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQSTRIPFAKEQUANT
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The reals that `op` saturates to if that may be an activation function:
/// 0 is an end of the range, and arithmetic made the value.
static std::optional<std::pair<float, float>> getActivation(FakeQuantOp op) {
  auto type = dyn_cast<quant::UniformQuantizedType>(op.getQuantizedType());
  auto producer = op.getInput().getDefiningOp<QuantizableOpInterface>();
  if (!type || !producer || !producer.canReturnAccumulator(getScheme(producer)))
    return std::nullopt;
  AffineParams params = getAffineParams(type);
  if (params.zeroPoint != params.storage.min &&
      params.zeroPoint != params.storage.max)
    return std::nullopt;
  return std::pair<float, float>(dequantize(params.storage.min, params),
                                 dequantize(params.storage.max, params));
}

static Value createClamp(FakeQuantOp op, std::pair<float, float> range) {
  OpBuilder builder(op);
  auto clamp = tosa::ClampOp::create(
      builder, op.getLoc(), op.getType(), op.getInput(),
      builder.getF32FloatAttr(range.first),
      builder.getF32FloatAttr(range.second),
      tosa::NanPropagationModeAttr::get(op.getContext(),
                                        tosa::NanPropagationMode::PROPAGATE));
  // The clamped value is the tensor that the network speaks of.
  Operation *producer = op.getInput().getDefiningOp();
  if (auto name = producer->getAttrOfType<StringAttr>(kNameAttr)) {
    clamp->setAttr(kNameAttr, name);
    producer->removeAttr(kNameAttr);
  }
  return clamp;
}

namespace {
struct StripFakeQuantPass
    : quantc::ptq::impl::PTQStripFakeQuantBase<StripFakeQuantPass> {
  void runOnOperation() override {
    getOperation().walk([](FakeQuantOp op) {
      Value real = op.getInput();
      if (auto range = getActivation(op))
        real = createClamp(op, *range);
      op.replaceAllUsesWith(real);
      op.erase();
    });
    getOperation().walk([](FloatBorderOp border) {
      border.replaceAllUsesWith(border.getInput());
      border.erase();
    });
    // Layers that are simulated round their states.
    getOperation().walk([](RecurrentOpInterface layer) {
      if (!getQuantizedElement(layer->getOperand(0).getType()))
        layer.setStateTypesAttr({});
    });
  }
};
} // namespace
