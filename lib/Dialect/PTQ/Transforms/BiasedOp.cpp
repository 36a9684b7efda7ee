//===- BiasedOp.cpp - Operations with weights and a bias -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BiasedOp.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Numerics/Requantize.h"

#include "mlir/IR/Remarks.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

SmallVector<BiasedOp> ptq::findBiasedOps(func::FuncOp func,
                                         const Quantizability &plan) {
  SmallVector<BiasedOp> ops;
  func.walk([&](Operation *op) {
    if (!plan.isQuantizable(op))
      return;
    if (BiasedOp biased(op); biased.isAnnotated())
      ops.push_back(biased);
  });
  return ops;
}

/// One value per output channel: a bias of one element counts for all.
static SmallVector<float> broadcastBias(SmallVector<float> bias,
                                        size_t channels) {
  if (bias.size() == 1)
    bias.resize(channels, bias.front());
  return bias;
}

static SmallVector<double> getScales(quant::QuantizedType type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return SmallVector<double>(perAxis.getScales());
  return {cast<quant::UniformQuantizedType>(type).getScale()};
}

/// Replaces the weight's parameters for this operation only.
static void setWeightType(OpOperand &weight, quant::QuantizedType type) {
  auto old = weight.get().getDefiningOp<FakeQuantOp>();
  OpBuilder builder(old);
  weight.set(FakeQuantOp::create(builder, old.getLoc(), old.getInput(), type));
  if (old->use_empty())
    old.erase();
}

/// Widens the scales of weight channels whose bias does not fit; returns true
/// if any changed. Bias i belongs to weight channel i / (biases per channel).
static bool widenScales(MutableArrayRef<double> scales, double inputScale,
                        ArrayRef<float> bias) {
  size_t perChannel = bias.size() / scales.size();
  bool changed = false;
  for (auto [i, value] : llvm::enumerate(bias)) {
    double &scale = scales[i / perChannel];
    double widened =
        widenWeightScaleForBias(scale, inputScale, std::fabs(value));
    changed |= widened != scale;
    scale = widened;
  }
  return changed;
}

FailureOr<std::optional<BiasScales>> ptq::widenForBias(const BiasedOp &biased,
                                                       StringRef pass) {
  auto inputType = dyn_cast<quant::UniformQuantizedType>(
      BiasedOp::annotation(biased.activation).getQuantizedType());
  auto weightType = cast<quant::QuantizedType>(
      BiasedOp::annotation(biased.weight).getQuantizedType());
  std::optional<SmallVector<float>> data = getFloats(biased.bias->get());
  if (!inputType || !data)
    return std::optional<BiasScales>(); // ptq-quantize-ops says so
  if (!llvm::all_of(*data, [](float v) { return std::isfinite(v); })) {
    emitError(biased.bias->get().getLoc())
        << "bias '" << getTensorName(biased.bias->get())
        << "' holds NaN or infinite values: correct the network";
    return failure();
  }

  auto resultType = cast<RankedTensorType>(biased.op->getResult(0).getType());
  SmallVector<float> bias =
      broadcastBias(std::move(*data), resultType.getShape().back());
  SmallVector<double> scales = getScales(weightType);
  if (scales.empty() || bias.size() % scales.size() != 0) {
    biased.op->emitError()
        << "has " << bias.size() << " biases for " << scales.size()
        << " weight scales: give the weight one scale per output channel";
    return failure();
  }
  if (widenScales(scales, inputType.getScale(), bias)) { // N9
    setWeightType(*biased.weight, withScales(weightType, scales));
    remark::passed(
        biased.op->getLoc(),
        remark::RemarkOpts::name("widened-weight-scale").category(pass))
        << remark::metric("Tensor",
                          getTensorName(biased.op->getResult(0)).str())
        << remark::reason("the bias divided by scale(input) * scale(weight) "
                          "does not fit int32");
  }
  return std::optional(
      BiasScales{std::move(bias), inputType.getScale(), std::move(scales)});
}
