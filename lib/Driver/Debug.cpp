//===- Debug.cpp - Where a network loses accuracy -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Debug.h"

#include "Debugger.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using llvm::Error;
using llvm::Expected;

/// The integers that stand for `reals`. Outputs are dequantized where they
/// leave the network.
static std::vector<double> toIntegers(ArrayRef<double> reals,
                                      const ProbedTensor &tensor) {
  std::vector<double> integers;
  for (double real : reals)
    integers.push_back(std::round(real / *tensor.scale) + tensor.zeroPoint);
  return integers;
}

Error Debugger::addSample(std::vector<Array> inputs, size_t index) {
  Expected<std::vector<Array>> floats = floating.model->run(inputs);
  if (!floats)
    return floats.takeError();
  Expected<std::vector<Array>> integers = shipped.model->run(inputs);
  if (!integers)
    return integers.takeError();
  for (const std::string &name : isolated.inputs) {
    Array value = (*floats)[inFloat.lookup(name)];
    value.shape = local->interface().inputs[inputs.size()].shape;
    inputs.push_back(std::move(value));
  }
  Expected<std::vector<Array>> alone = local->run(inputs);
  if (!alone)
    return alone.takeError();

  llvm::StringMap<std::vector<double>> signals;
  for (const ProbedTensor &tensor : floating.tensors) {
    std::vector<double> &signal = signals[tensor.name];
    signal = toReals((*floats)[inFloat.lookup(tensor.name)], tensor);
    if (!llvm::all_of(signal, [](double x) { return std::isfinite(x); }))
      return makeError(llvm::formatv(
          "tensor '{0}' of the float network holds NaN or infinity in sample "
          "{1}",
          tensor.name, report.samples));
  }
  for (const ProbedTensor &tensor : shipped.tensors) {
    auto row = rows.find(tensor.name);
    const Array &array = (*integers)[inShipped.lookup(tensor.name)];
    if (row == rows.end())
      continue;
    TensorErrors &errors = report.tensors[row->second];
    ArrayRef<double> signal = signals[tensor.name];
    std::vector<float> floatSignal(signal.begin(), signal.end());
    errors.histogram.addSample(floatSignal.data(), floatSignal.size());
    std::vector<double> values = toReals(array, tensor);
    if (values.size() == signal.size())
      errors.cumulative.add(signal, values);
    if (errors.codes)
      errors.codes->add(signal, toIntegers(values, tensor));
  }
  for (auto [name, array] : llvm::zip_equal(isolated.outputs, *alone))
    if (auto row = rows.find(name); row != rows.end())
      report.tensors[row->second].local.add(signals[name], toDoubles(array));
  if (switches)
    if (Error error = attribute(inputs, signals))
      return error;
  ++report.samples;
  return counter.add(index, floats->front(), integers->front());
}

Error Debugger::attribute(ArrayRef<Array> inputs,
                          const llvm::StringMap<std::vector<double>> &signals) {
  return switches->run(
      inputs, [&](std::optional<ErrorSource> off, ArrayRef<Array> outputs) {
        for (auto [name, array] : llvm::zip_equal(isolated.outputs, outputs))
          if (auto row = rows.find(name);
              row != rows.end() && origins.lookup(name).simulated)
            report.tensors[row->second].attribution.add(
                off, signals.find(name)->second, toDoubles(array));
      });
}

DebugReport Debugger::finish() && {
  // Tensors whose forms have different sizes.
  llvm::erase_if(report.tensors, [](const TensorErrors &tensor) {
    return tensor.cumulative.samples() == 0;
  });
  report.answers = counter.counts();
  report.attributed = switches.has_value();
  return std::move(report);
}

Expected<DebugReport>
quantc::debugNetwork(ModuleOp module, const CompilerOptions &options,
                     ArrayRef<std::string> paths,
                     const DebugOptions &debugOptions,
                     llvm::function_ref<bool(const Progress &)> progress) {
  if (isIntegerNetwork(module))
    return makeError("the network is integer already, so there is no float "
                     "network to compare it with: use quantc diff");
  Expected<std::vector<std::string>> files = listSampleFiles(paths);
  if (!files)
    return files.takeError();
  Debugger debugger;
  if (Error error = debugger.load(module, options, debugOptions.attribution))
    return std::move(error);
  bool interrupted = false;
  auto visit = [&](const SampleFile &file, size_t index,
                   Progress done) -> Expected<bool> {
    if (Error error = file.checkFinite(index))
      return std::move(error);
    if (index == 0 && debugOptions.labels)
      if (Error error = debugger.openLabels(file, debugOptions.threshold))
        return std::move(error);
    if (Error error = debugger.addSample(file.sample(index), index))
      return std::move(error);
    interrupted = progress && !progress(done);
    return !interrupted;
  };
  if (Error error = forEachSample(*files, debugger.inputs(),
                                  debugOptions.preprocessing, visit))
    return std::move(error);
  DebugReport report = std::move(debugger).finish();
  report.interrupted = interrupted;
  return report;
}
