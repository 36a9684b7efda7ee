//===- Calibrate.cpp - Running the observed network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Fingerprint.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Driver/Compiler.h"
#include "quantc/Driver/HeldStates.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

/// The names of the observed tensors, in the order in which the compiled
/// network numbers them.
static std::vector<std::string> observedNames(ModuleOp module) {
  std::vector<std::string> names;
  module.walk([&](ptq::ObserveOp op) { names.push_back(op.getName().str()); });
  return names;
}

/// For each observed tensor the number of its channels (its last dimension) if
/// an operation multiplies it by weights, else 0.
static std::vector<size_t> weightedChannels(ModuleOp module) {
  std::vector<size_t> channels;
  module.walk([&](ptq::ObserveOp op) {
    auto type = cast<RankedTensorType>(op.getInput().getType());
    bool weighted = llvm::any_of(op->getUses(), [](OpOperand &use) {
      return llvm::any_of(
          use.getOwner()->getOpOperands(), [](OpOperand &other) {
            return ptq::getRole(other) == ptq::OperandRole::Weight;
          });
    });
    channels.push_back(weighted && type.getRank() ? type.getShape().back() : 0);
  });
  return channels;
}

/// Adds the mean of each channel over one sample.
static void addChannels(std::vector<ExactSum> &sums, const float *values,
                        size_t count) {
  size_t channels = sums.size();
  std::vector<double> totals(channels);
  for (size_t i = 0; i < count; ++i)
    totals[i % channels] += values[i];
  for (auto [sum, total] : llvm::zip_equal(sums, totals))
    if (float mean = total / (count / channels); std::isfinite(mean))
      sum.add(mean);
}

namespace {
/// An observed network, compiled for this machine, with the statistics of its
/// tensors.
struct ObservedModel {
  std::string fingerprint;
  std::vector<std::string> names;
  std::vector<Histogram> histograms;
  std::vector<std::vector<ExactSum>> channelSums;
  std::unique_ptr<Model> model;

  llvm::Error load(ModuleOp module);
};
} // namespace

llvm::Error ObservedModel::load(ModuleOp module) {
  CompilerOptions options;
  options.form = NetworkForm::Observed;
  OwningOpRef<ModuleOp> observed = module.clone();
  // Schemes that the file brings do not matter: a profile serves all.
  ptq::removeSchemes(getNetwork(*observed));
  if (llvm::Error error = lowerToStage(*observed, Stage::Observe, options))
    return error;
  fingerprint = ptq::computeFingerprint(*observed);
  // States are tensors of the loop only.
  PassManager pm(observed->getContext());
  pm.nest<func::FuncOp>().addPass(createPTQExpandRecurrent());
  if (failed(pm.run(*observed)))
    return makeError("the recurrent layers cannot be observed");
  names = observedNames(*observed);
  histograms.resize(names.size());
  for (size_t channels : weightedChannels(*observed))
    channelSums.emplace_back(channels);
  // A network without parameters may have nothing to observe, too. All of its
  // operations then stay in float, which is not an error.
  if (names.empty() && carriesParameters(module))
    return makeError(
        "there is nothing to calibrate: the network brings the quantization "
        "parameters of every tensor that has an integer form; compile it "
        "without --profile and --calibrate");
  auto observer = [this](uint32_t index, const float *values, size_t count) {
    histograms[index].addSample(values, count);
    if (!channelSums[index].empty())
      addChannels(channelSums[index], values, count);
  };
  llvm::Expected<std::unique_ptr<Model>> loaded =
      loadLowered(*observed, observer);
  if (!loaded)
    return loaded.takeError();
  model = std::move(*loaded);
  return llvm::Error::success();
}

/// Records which inputs of the file have exact parameters. An input keeps them
/// if it has the same ones in all files.
static void noteInputs(const SampleFile &file, ArrayRef<TensorInfo> inputs,
                       bool isFirst,
                       std::map<std::string, AffineParams> &noted) {
  for (auto [index, input] : llvm::enumerate(inputs)) {
    std::optional<AffineParams> exact = file.exactParameters(index);
    if (isFirst && exact)
      noted[input.name] = *exact;
    else if (auto it = noted.find(input.name);
             it != noted.end() && !(exact && it->second == *exact))
      noted.erase(it);
  }
}

llvm::Expected<CalibrationResult>
quantc::calibrate(ModuleOp module, ArrayRef<std::string> paths,
                  const CalibrationOptions &options,
                  llvm::function_ref<bool(const Progress &)> progress) {
  if (isIntegerNetwork(module))
    return makeError(
        "the network is integer already: there is nothing to calibrate");
  if (failed(verifyFiniteConstants(module)))
    return llvm::make_error<DiagnosedError>();
  llvm::Expected<std::vector<std::string>> files = listSampleFiles(paths);
  if (!files)
    return files.takeError();
  ObservedModel observed;
  if (llvm::Error error = observed.load(module))
    return std::move(error);

  CalibrationResult result;
  HeldStates held(observed.model->interface(),
                  getNetwork(module)->hasAttr(ptq::kHeldAttr));
  auto visit = [&](const SampleFile &file, size_t index,
                   Progress now) -> llvm::Expected<bool> {
    if (llvm::Error error = file.checkFinite(index))
      return std::move(error);
    if (index == 0)
      noteInputs(file, observed.model->interface().inputs, now.samples == 1,
                 result.profile.inputs);
    SampleSet::Sample inputs = file.sample(index);
    held.restore(file, index, inputs);
    auto outputs = observed.model->run(inputs);
    if (!outputs)
      return outputs.takeError();
    held.keep(*outputs);
    if (options.keepSamples)
      result.profile.samples.add(std::move(inputs));
    result.samples = now.samples;
    result.interrupted = progress && !progress(now);
    return !result.interrupted && now.samples != options.samples;
  };
  if (llvm::Error error =
          forEachSample(*files, observed.model->interface().inputs,
                        options.preprocessing, visit))
    return std::move(error);

  result.profile.fingerprint = observed.fingerprint;
  result.profile.preprocessing = options.preprocessing;
  for (auto [name, histogram] :
       llvm::zip(observed.names, observed.histograms)) {
    if (histogram.nonFinite())
      result.nonFiniteTensors.push_back(name);
    result.profile.tensors[name] = std::move(histogram);
  }
  for (auto [name, sums] : llvm::zip(observed.names, observed.channelSums))
    if (!sums.empty())
      result.profile.channelSums[name] = std::move(sums);
  return result;
}
