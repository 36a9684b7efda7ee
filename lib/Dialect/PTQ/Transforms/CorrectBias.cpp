//===- CorrectBias.cpp - What rounded weights do to means -*- C++ -*-===//
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

#include "LoadProfile.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Numerics/Constants.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQCORRECTBIAS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

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

namespace {
struct CorrectBiasPass
    : quantc::ptq::impl::PTQCorrectBiasBase<CorrectBiasPass> {
  using PTQCorrectBiasBase::PTQCorrectBiasBase;
  CorrectBiasPass(std::shared_ptr<const Profile> profile, bool byDefault)
      : profile(std::move(profile)) {
    correctByDefault = byDefault;
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    markAnalysesPreserved<Quantizability>(); // only constants change
    if (failed(loadProfile(module, profilePath, profile)))
      return signalPassFailure();
    for (auto func : module.getOps<func::FuncOp>())
      if (failed(correct(func)))
        signalPassFailure();
  }

private:
  LogicalResult correct(func::FuncOp func);
  LogicalResult correct(Operation *op);
  bool isWanted(Operation *op, func::FuncOp func) const;

  std::shared_ptr<const Profile> profile;
  /// The means of these are unknown.
  llvm::SetVector<Value> withoutMeans;
};
} // namespace

/// As a policy says of `op`, else of the network, else as the option says.
bool CorrectBiasPass::isWanted(Operation *op, func::FuncOp func) const {
  auto request = op->getAttrOfType<BoolAttr>(kBiasCorrectionAttr);
  if (!request)
    request = func->getAttrOfType<BoolAttr>(kBiasCorrectionAttr);
  return request ? request.getValue() : correctByDefault;
}

LogicalResult CorrectBiasPass::correct(func::FuncOp func) {
  if (func.isExternal())
    return success();
  if (!profile) {
    auto request = func->getAttrOfType<BoolAttr>(kBiasCorrectionAttr);
    if (request ? request.getValue() : correctByDefault.getValue())
      func.emitWarning("no bias is corrected: that takes the means of channels "
                       "in a profile; calibrate the network");
    return success();
  }
  // Whoever rounds the weights later knows their errors.
  if (func->hasAttr(kWeightRoundingAttr) && !profile->samples.empty())
    return success();
  withoutMeans.clear();
  const Quantizability &plan = getChildAnalysis<Quantizability>(func);
  for (Operation &op : llvm::make_early_inc_range(func.getBody().front()))
    if (plan.isQuantizable(&op) && isWanted(&op, func) && failed(correct(&op)))
      return failure();
  if (withoutMeans.empty())
    return success();
  InFlightDiagnostic warning = func.emitWarning();
  warning << "the profile has no sums of channels for " << withoutMeans.size()
          << " tensor(s), so the biases of the operations that read them are "
             "not corrected: calibrate this network again";
  for (Value value : withoutMeans)
    warning.attachNote(value.getLoc())
        << "tensor '" << getTensorName(value) << "'";
  return success();
}

LogicalResult CorrectBiasPass::correct(Operation *op) { // N50
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
    withoutMeans.insert(input.getInput());
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
  // For this operation only.
  OpBuilder builder(op);
  auto type = RankedTensorType::get({outputs}, builder.getF32Type());
  weighted.bias->set(
      createFloatConstantLike(builder, weighted.bias->get(), type, *values));
  return success();
}

std::unique_ptr<Pass>
quantc::ptq::createPTQCorrectBias(std::shared_ptr<const Profile> profile,
                                  bool byDefault) {
  return std::make_unique<CorrectBiasPass>(std::move(profile), byDefault);
}
