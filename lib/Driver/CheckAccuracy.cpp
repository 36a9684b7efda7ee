//===- CheckAccuracy.cpp - Beside the float network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/CheckAccuracy.h"
#include "Reals.h"
#include "quantc/Driver/Tensors.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Report/Classification.h"
#include "quantc/Support/Errors.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

namespace {
/// A network and where it returns its tensors.
class Runner {
public:
  explicit Runner(ProbedModel loaded) : probed(std::move(loaded)) {
    for (auto [index, output] : llvm::enumerate(interface().outputs))
      positions.try_emplace(output.name, index);
    for (const ProbedTensor &tensor : probed.tensors)
      described.try_emplace(tensor.name, &tensor);
  }

  const ModelInterface &interface() const { return probed.model->interface(); }
  ArrayRef<ProbedTensor> tensors() const { return probed.tensors; }
  const TensorInfo *find(StringRef name) const {
    auto it = positions.find(name);
    return it == positions.end() ? nullptr : &interface().outputs[it->second];
  }
  llvm::Error run(const SampleSet::Sample &sample) {
    return probed.model->runKept(sample).moveInto(results);
  }
  /// The values of the last run; `find(name)` must not be null.
  const Array &get(StringRef name) const {
    return results[positions.lookup(name)];
  }
  std::vector<double> getReals(StringRef name) const {
    const Array &array = get(name);
    // Outputs may have parameters of their own.
    if (const TensorInfo *info = find(name); info->scale)
      return toReals(array, *info);
    return toReals(array, *described.lookup(name));
  }
  bool hasReals(StringRef name) const {
    return find(name)->scale ||
           quantc::hasReals(*described.lookup(name), get(name).type);
  }

private:
  ProbedModel probed;
  llvm::StringMap<size_t> positions;
  llvm::StringMap<const ProbedTensor *> described;
  std::vector<Array> results;
};

class Checker {
public:
  Checker(Runner &floating, Runner shipped, size_t outputs);
  llvm::Error addSample(const SampleSet::Sample &sample);
  AccuracyCheck finish();

private:
  SampleSet::Sample convert(const SampleSet::Sample &sample) const;
  /// Adds this sample to `tensor`, and returns its SQNR.
  std::optional<double> compare(AccuracyCheck::Tensor &tensor);

  /// Counts the answers of the first output.
  void countAnswers();

  Runner &floating;
  Runner shipped;
  AccuracyCheck check;
  std::string first;
};
} // namespace

Checker::Checker(Runner &floating, Runner right, size_t outputs)
    : floating(floating), shipped(std::move(right)) {
  llvm::StringSet<> names;
  first = floating.interface().outputs.front().name;
  for (const TensorInfo &output :
       ArrayRef(floating.interface().outputs).take_front(outputs)) {
    names.insert(output.name);
    if (output.type == ElementType::Float32 || output.scale)
      check.outputs.push_back({output.name, "output", {}});
  }
  for (const ProbedTensor &tensor : floating.tensors())
    if (!names.contains(tensor.name) && shipped.find(tensor.name))
      check.tensors.push_back({tensor.name, tensor.operation, {}});
}

/// The sample as inputs of the quantized network, whose types may differ.
SampleSet::Sample Checker::convert(const SampleSet::Sample &sample) const {
  const std::vector<TensorInfo> &from = floating.interface().inputs;
  const std::vector<TensorInfo> &to = shipped.interface().inputs;
  SampleSet::Sample result;
  for (auto [array, before, after] : llvm::zip(sample, from, to)) {
    if (before.type == after.type) {
      result.push_back(array);
      continue;
    }
    result.push_back(fromReals(toReals(array, before), after));
    result.back().shape = after.shape;
  }
  return result;
}

std::optional<double> Checker::compare(AccuracyCheck::Tensor &tensor) {
  if (!floating.hasReals(tensor.name) || !shipped.hasReals(tensor.name))
    return std::nullopt;
  std::vector<double> signal = floating.getReals(tensor.name);
  std::vector<double> values = shipped.getReals(tensor.name);
  if (signal.size() != values.size())
    return std::nullopt;
  tensor.noise.add(signal, values);
  SignalNoise alone;
  alone.add(signal, values);
  return alone.sqnr();
}

llvm::Error Checker::addSample(const SampleSet::Sample &sample) {
  if (llvm::Error error = floating.run(sample))
    return error;
  if (llvm::Error error = shipped.run(convert(sample)))
    return error;
  for (AccuracyCheck::Tensor &tensor : check.tensors)
    compare(tensor);
  double lowest = HUGE_VAL;
  for (AccuracyCheck::Tensor &output : check.outputs)
    lowest = std::min(lowest, compare(output).value_or(HUGE_VAL));
  if (!check.outputs.empty())
    check.sampleSqnrs.push_back(lowest);
  countAnswers();
  ++check.samples;
  return llvm::Error::success();
}

void Checker::countAnswers() {
  const TensorInfo &info = *floating.find(first);
  bool isReal = info.type == ElementType::Float32 || info.scale;
  size_t classes = isReal && !info.shape.empty() ? info.shape.back() : 1;
  if (isReal && (classes < 2 || info.shape.size() > 3))
    return;
  std::vector<double> expected =
      isReal ? floating.getReals(first) : toDoubles(floating.get(first));
  std::vector<double> given =
      isReal ? shipped.getReals(first) : toDoubles(shipped.get(first));
  if (expected.size() != given.size())
    return;
  for (size_t i = 0; i < expected.size(); i += classes) {
    ArrayRef<double> left = ArrayRef(expected).slice(i, classes);
    ArrayRef<double> right = ArrayRef(given).slice(i, classes);
    ++check.rows;
    check.agreeing += isReal ? topClass(left) == topClass(right)
                             : left.front() == right.front();
  }
}

AccuracyCheck Checker::finish() {
  // Tensors without real numbers in both networks.
  llvm::erase_if(check.tensors, [](const AccuracyCheck::Tensor &tensor) {
    return tensor.noise.values() == 0;
  });
  return std::move(check);
}

struct AccuracyChecker::Impl {
  Runner floating;
  size_t outputs;
};

AccuracyChecker::AccuracyChecker(std::unique_ptr<Impl> impl)
    : impl(std::move(impl)) {}
AccuracyChecker::AccuracyChecker(AccuracyChecker &&) = default;
AccuracyChecker::~AccuracyChecker() = default;

/// What is to be said about the network was said when it was lowered.
static LogicalResult swallowWarnings(Diagnostic &diagnostic) {
  return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
}

llvm::Expected<AccuracyChecker> AccuracyChecker::create(ModuleOp network) {
  ScopedDiagnosticHandler quiet(network.getContext(), swallowWarnings);
  CompilerOptions options;
  options.form = NetworkForm::Float;
  llvm::Expected<ProbedModel> floating = loadProbed(network, options);
  if (!floating)
    return floating.takeError();
  return AccuracyChecker(std::unique_ptr<Impl>(
      new Impl{Runner(std::move(*floating)),
               size_t(getNetwork(network).getNumResults())}));
}

llvm::Expected<AccuracyCheck>
AccuracyChecker::check(ModuleOp lowered,
                       ArrayRef<QuantizedTensorReport> quantized,
                       const SampleSet &samples) {
  ScopedDiagnosticHandler quiet(lowered.getContext(), swallowWarnings);
  llvm::Expected<ProbedModel> shipped = loadProbed(lowered, quantized);
  if (!shipped)
    return shipped.takeError();
  Checker checker(impl->floating, Runner(std::move(*shipped)), impl->outputs);
  for (const SampleSet::Sample *sample : samples.samples())
    if (llvm::Error error = checker.addSample(*sample))
      return std::move(error);
  return checker.finish();
}

bool AccuracyChecker::hasFloat(StringRef name) const {
  return impl->floating.find(name) != nullptr;
}

llvm::Expected<std::vector<std::vector<double>>>
AccuracyChecker::runFloat(const SampleSet::Sample &sample,
                          ArrayRef<std::string> names) {
  if (llvm::Error error = impl->floating.run(sample))
    return std::move(error);
  std::vector<std::vector<double>> tensors;
  for (const std::string &name : names) {
    if (!impl->floating.find(name))
      return makeError("the float network has no tensor '" + name + "'");
    tensors.push_back(toDoubles(impl->floating.get(name)));
  }
  return tensors;
}

llvm::Expected<AccuracyCheck>
quantc::checkAccuracy(ModuleOp network, ModuleOp lowered,
                      ArrayRef<QuantizedTensorReport> quantized,
                      const SampleSet &samples) {
  llvm::Expected<AccuracyChecker> checker = AccuracyChecker::create(network);
  if (!checker)
    return checker.takeError();
  return checker->check(lowered, quantized, samples);
}
