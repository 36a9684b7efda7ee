//===- BiasCorrection.cpp - What rounded weights do to means -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rounding a channel's weights shifts the mean of its result by the sum of the
// rounding errors times the means of the inputs (Nagel et al., "Data-free
// quantization through weight equalization and bias correction", 2019, section
// 4.2). The bias takes it back. Where a kernel reaches over the border, means
// are taken as inside.
//
//===----------------------------------------------------------------------===//

#include "Annotator.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Numerics/Constants.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
/// What an operation with weights and a bias takes.
struct WeightedOp {
  OpOperand *activation = nullptr, *weight = nullptr, *bias = nullptr;

  explicit WeightedOp(Operation *op) {
    for (OpOperand &use : op->getOpOperands()) {
      OperandRole role = getRole(use);
      if (role == OperandRole::Activation)
        activation = &use;
      else if (role == OperandRole::Weight)
        weight = &use;
      else if (role == OperandRole::Bias)
        bias = &use;
    }
  }
  /// True if the bias is a float of the network, not given parameters already.
  bool isComplete() const {
    return activation && weight && bias &&
           activation->get().getDefiningOp<FakeQuantOp>() &&
           weight->get().getDefiningOp<FakeQuantOp>() &&
           bias->get().getDefiningOp<tosa::ConstOp>();
  }
};
} // namespace

/// For each output the sum of its weights' rounding errors times the means.
static SmallVector<double> findShifts(ArrayRef<float> weights,
                                      ArrayRef<int64_t> shape,
                                      quant::QuantizedType type,
                                      const WeightLayout &layout,
                                      ArrayRef<double> means) {
  std::optional<int64_t> axis = getQuantizedAxis(type);
  SmallVector<double> largest(axis ? shape[*axis] : 1, 0.0);
  forEachElement(shape, axis, [&](int64_t i, int64_t channel) {
    largest[channel] =
        std::max(largest[channel], std::fabs(double(weights[i])));
  });
  SmallVector<double> shifts(layout.getOutputChannels(shape), 0.0);
  forEachElement(shape, axis, [&](int64_t i, int64_t channel) {
    double scale = getAffineParams(type, channel).scale;
    int64_t q = quantizeWeight(weights[i], scale, largest[channel]);
    shifts[layout.getOutput(shape, i)] +=
        (q * scale - weights[i]) * means[layout.getInput(shape, i)];
  });
  return shifts;
}

/// Replaces the bias for this operation only.
static void setBias(OpOperand &use, ArrayRef<float> values) {
  OpBuilder builder(use.getOwner());
  Value corrected = createFloatConstant(
      builder, use.get().getLoc(),
      RankedTensorType::get({int64_t(values.size())}, builder.getF32Type()),
      values);
  if (StringRef name = getTensorName(use.get()); !name.empty())
    corrected.getDefiningOp()->setAttr(kNameAttr, builder.getStringAttr(name));
  use.set(corrected);
}

LogicalResult Annotator::correctBias(Operation *op) { // N50
  WeightedOp weighted(op);
  if (!weighted.isComplete())
    return success();
  auto rounded = weighted.weight->get().getDefiningOp<FakeQuantOp>();
  auto input = weighted.activation->get().getDefiningOp<FakeQuantOp>();
  std::optional<SmallVector<float>> values = getFloats(weighted.bias->get());
  std::optional<SmallVector<float>> weights = getFloats(rounded.getInput());
  auto shape = cast<RankedTensorType>(rounded.getType()).getShape();
  WeightLayout layout = cast<QuantizableOpInterface>(op).getWeightLayout(
      weighted.weight->getOperandNumber());
  if (!values || !weights || !layout.input)
    return success();
  int64_t inputs = shape[*layout.input];
  int64_t outputs = layout.getOutputChannels(shape);
  StringRef name = getTensorName(input.getInput());
  std::vector<double> means = profile->channelMeans(name);
  if (means.empty()) {
    problems.withoutMeans.insert(input.getInput());
    return success();
  }
  if (int64_t(means.size()) != inputs)
    return op->emitError() << "the profile has sums of " << means.size()
                           << " channels of tensor '" << name << "', which has "
                           << inputs
                           << ": the profile is damaged; calibrate again";
  if (values->size() == 1)
    values->resize(outputs, values->front());
  if (int64_t(values->size()) != outputs)
    return success();
  SmallVector<double> shifts = findShifts(
      *weights, shape, cast<quant::QuantizedType>(rounded.getQuantizedType()),
      layout, means);
  for (auto [value, shift] : llvm::zip_equal(*values, shifts))
    value -= shift;
  setBias(*weighted.bias, *values);
  return success();
}
