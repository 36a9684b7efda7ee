//===- Evaluate.cpp - Measuring networks on data -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Evaluate.h"
#include "Labels.h"
#include "Predictions.h"
#include "Reals.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

namespace {
/// One of the networks, with its answers so far.
struct Candidate {
  Model *model;
  std::string name;
  SampleFile file;
  std::optional<Predictions> predictions;

  ArrayRef<TensorInfo> outputs() const { return model->interface().outputs; }
  /// Runs sample `index` and returns the outputs as real numbers.
  Expected<std::vector<std::vector<double>>> run(size_t index);
};

/// The state of an evaluation.
class Evaluator {
public:
  Evaluator(ArrayRef<NamedModel> models, const EvaluationOptions &options)
      : models(models), options(options) {}

  Error open(StringRef data);
  size_t samples() const { return candidates.front().file.samples(); }
  Error addSample(size_t index);
  Evaluation finish();

private:
  Error preparePredictions();
  Error checkComparable(const Candidate &other);

  ArrayRef<NamedModel> models;
  EvaluationOptions options;
  std::vector<Candidate> candidates;
  std::vector<Comparison> comparisons; // of all candidates but the first
  std::optional<Labels> labels;
  size_t rows = 1; // of each sample
};
} // namespace

Expected<std::vector<std::vector<double>>> Candidate::run(size_t index) {
  Expected<std::vector<Array>> results = model->run(file.sample(index));
  if (!results)
    return results.takeError();
  std::vector<std::vector<double>> reals;
  for (auto [result, info] : llvm::zip_equal(*results, outputs()))
    reals.push_back(toReals(result, info));
  return reals;
}

Error Evaluator::open(StringRef data) {
  for (const NamedModel &named : models) {
    Expected<SampleFile> file =
        candidates.empty()
            ? SampleFile::open(data, named.model->interface().inputs,
                               options.preprocessing)
            : candidates.front().file.rebind(named.model->interface().inputs);
    if (!file)
      return file.takeError();
    candidates.push_back({named.model, named.name, std::move(*file), {}});
  }
  if (samples() == 0)
    return makeError("'" + data + "': the data set is empty");
  for (const Candidate &other : llvm::drop_begin(candidates)) {
    if (Error error = checkComparable(other))
      return error;
    comparisons.push_back({other.name, 0, 0, {}});
    for (const TensorInfo &output : candidates.front().outputs())
      comparisons.back().outputs.push_back({output.name, {}});
  }
  if (Error error = Labels::read(candidates.front().file).moveInto(labels))
    return error;
  if (!labels && candidates.size() == 1)
    return makeError(llvm::formatv(
        "{0}: no labels: accuracy needs a key 'y'; without labels a network is "
        "compared with another one, its own float form or --against",
        candidates.front().file.quotedPath()));
  return preparePredictions();
}

/// The sizes other than 1, which two layouts of the same values have in common.
static std::vector<int64_t> realSizes(ArrayRef<int64_t> shape) {
  std::vector<int64_t> result;
  llvm::copy_if(shape, std::back_inserter(result),
                [](int64_t size) { return size != 1; });
  return result;
}

Error Evaluator::checkComparable(const Candidate &other) {
  const Candidate &measured = candidates.front();
  if (other.file.samples() != samples())
    return makeError(llvm::formatv(
        "'{0}' makes {1} samples of the data, '{2}' makes {3}: they take "
        "batches of different sizes",
        measured.name, samples(), other.name, other.file.samples()));
  if (measured.outputs().size() != other.outputs().size())
    return makeError(llvm::formatv("'{0}' has {1} outputs, '{2}' has {3}",
                                   measured.name, measured.outputs().size(),
                                   other.name, other.outputs().size()));
  for (auto [left, right] : llvm::zip(measured.outputs(), other.outputs()))
    if (realSizes(left.shape) != realSizes(right.shape))
      return makeError(llvm::formatv(
          "output '{0}' of '{1}' and output '{2}' of '{3}' have different "
          "shapes: they cannot be compared",
          left.name, measured.name, right.name, other.name));
  return Error::success();
}

/// Reads the labels as they are. The number of classes is not known yet.
Error Evaluator::preparePredictions() {
  const SampleFile &file = candidates.front().file;
  const TensorInfo &first = candidates.front().outputs().front();
  if (labels)
    rows = labels->rows;
  else if (first.shape.size() > 1)
    rows = first.shape.front();
  for (Candidate &candidate : candidates) {
    Expected<AnswerReader> reader = AnswerReader::create(
        candidate.outputs().front(), rows, options.threshold);
    if (!reader)
      return reader.takeError();
    if (labels)
      if (Error error = labels->check(file, reader->scoredClasses()))
        return error;
    candidate.predictions.emplace(std::move(*reader));
  }
  return Error::success();
}

Error Evaluator::addSample(size_t index) {
  ArrayRef<unsigned> rowLabels;
  if (labels)
    rowLabels = labels->of(index);
  std::vector<std::vector<double>> measured;
  for (auto [number, candidate] : llvm::enumerate(candidates)) {
    auto outputs = candidate.run(index);
    if (!outputs)
      return outputs.takeError();
    if (Error error = candidate.predictions->add(outputs->front(), rowLabels))
      return error;
    if (number == 0)
      measured = std::move(*outputs);
    else
      for (auto [output, signal, values] :
           llvm::zip_equal(comparisons[number - 1].outputs, *outputs, measured))
        output.noise.add(signal, values);
  }
  return Error::success();
}

Evaluation Evaluator::finish() {
  Evaluation evaluation;
  evaluation.samples = samples() * rows;
  for (const Candidate &candidate : candidates) {
    evaluation.networks.push_back({candidate.name, std::nullopt});
    if (labels)
      evaluation.networks.back().metrics =
          candidate.predictions->metrics(labels->values);
  }
  const std::vector<unsigned> &measured =
      candidates.front().predictions->classes();
  for (auto [comparison, other] :
       llvm::zip_equal(comparisons, llvm::drop_begin(candidates))) {
    comparison.rows = measured.size();
    for (auto [left, right] :
         llvm::zip_equal(measured, other.predictions->classes()))
      comparison.agreeing += left == right;
  }
  evaluation.comparisons = std::move(comparisons);
  return evaluation;
}

Expected<Evaluation>
quantc::evaluate(ArrayRef<NamedModel> models, StringRef data,
                 const EvaluationOptions &options,
                 llvm::function_ref<void(const Progress &)> progress) {
  Evaluator evaluator(models, options);
  if (Error error = evaluator.open(data))
    return std::move(error);
  for (size_t i = 0; i < evaluator.samples(); ++i) {
    if (Error error = evaluator.addSample(i))
      return std::move(error);
    if (progress)
      progress({i + 1, double(i + 1) / evaluator.samples()});
  }
  return evaluator.finish();
}
