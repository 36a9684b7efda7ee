//===- Evaluate.cpp - Accuracy of a network on labelled data -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Evaluate.h"
#include "quantc/Pipelines/Network.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

/// The key of the labels.
static constexpr StringRef kLabels = "y";

/// The elements of an array of any type as doubles.
static std::vector<double> toDoubles(const Array &array) {
  auto convert = [](auto values) {
    return std::vector<double>(values.begin(), values.end());
  };
  switch (array.type) {
  case ElementType::Int8:
    return convert(array.as<int8_t>());
  case ElementType::Bool:
  case ElementType::UInt8:
    return convert(array.as<uint8_t>());
  case ElementType::Int16:
    return convert(array.as<int16_t>());
  case ElementType::UInt16:
    return convert(array.as<uint16_t>());
  case ElementType::Int32:
    return convert(array.as<int32_t>());
  case ElementType::UInt32:
    return convert(array.as<uint32_t>());
  case ElementType::Int64:
    return convert(array.as<int64_t>());
  case ElementType::UInt64:
    return convert(array.as<uint64_t>());
  case ElementType::Float32:
    return convert(array.as<float>());
  case ElementType::Float64:
    return convert(array.as<double>());
  case ElementType::Float16:
    return {};
  }
  llvm_unreachable("every element type is handled");
}

namespace {
/// How the rows of a network's first output say which class was recognised.
struct Answers {
  size_t rows = 0, classes = 0;
  bool isClass = false; // the value is the class itself

  static Expected<Answers> of(const TensorInfo &output, size_t rows);
};
} // namespace

Expected<Answers> Answers::of(const TensorInfo &output, size_t rows) {
  Answers answers;
  size_t count = 1;
  for (int64_t size : output.shape)
    count *= size;
  if (output.type == ElementType::Float16 || rows == 0 || count % rows != 0)
    return makeError(llvm::formatv(
        "output '{0}' has {1} values and there are {2} labels per "
        "run: it cannot be read as scores of classes",
        output.name, count, rows));
  answers.rows = rows;
  answers.classes = count / rows;
  bool integer = output.type != ElementType::Float32 &&
                 output.type != ElementType::Float64;
  answers.isClass = answers.classes == 1 && integer && !output.scale;
  if (answers.classes == 1 && !answers.isClass)
    return makeError(llvm::formatv(
        "output '{0}' has one value per label: a classifier has a "
        "score for each class, or the class from argmax",
        output.name));
  return answers;
}

/// The labels, checked against the number of classes if that is known.
static Expected<std::vector<unsigned>>
readLabels(const SampleFile &file, std::optional<size_t> classes) {
  const Array *array = file.find(kLabels);
  if (!array)
    return makeError(file.quotedPath() +
                     ": no labels: the file needs a key 'y'");
  if (array->type == ElementType::Float16 ||
      array->type == ElementType::Float32 ||
      array->type == ElementType::Float64)
    return makeError(llvm::formatv(
        "{0}: key 'y' holds {1}, but labels are integers; convert "
        "them with numpy's astype",
        file.quotedPath(), stringify(array->type)));
  std::vector<unsigned> labels;
  for (auto [index, label] : llvm::enumerate(toDoubles(*array))) {
    if (label < 0 || (classes && label >= *classes))
      return makeError(llvm::formatv(
          "{0}: label {1} of sample {2} in key 'y' is out of range: the "
          "network has {3}",
          file.quotedPath(), int64_t(label), index,
          classes
              ? llvm::formatv("{0} classes, 0 to {1}", *classes, *classes - 1)
                    .str()
              : "classes from 0 on"));
    labels.push_back(label);
  }
  if (labels.size() % file.samples() != 0)
    return makeError(
        llvm::formatv("{0}: key 'y' holds {1} labels for {2} samples",
                      file.quotedPath(), labels.size(), file.samples()));
  return labels;
}

/// What one model answered to every row of the data.
static Expected<std::vector<double>>
firstOutput(Model &model, const SampleFile &file, size_t index) {
  Expected<std::vector<Array>> outputs = model.run(file.sample(index));
  if (!outputs)
    return outputs.takeError();
  return toDoubles(outputs->front());
}

/// Adds one row of an output to `metrics` and returns the answer.
static unsigned addRow(ClassificationMetrics &metrics, const Answers &answers,
                       llvm::ArrayRef<double> values, size_t row,
                       unsigned label) {
  llvm::ArrayRef<double> scores =
      values.slice(row * answers.classes, answers.classes);
  if (!answers.isClass)
    return metrics.addScores(scores, label);
  unsigned answer = std::clamp<double>(scores[0], 0, metrics.classes() - 1);
  metrics.addAnswer(answer, label);
  return answer;
}

/// Classes of a network that answers with a class: as many as the labels need.
static size_t countClasses(llvm::ArrayRef<unsigned> labels) {
  return labels.empty() ? 1
                        : *std::max_element(labels.begin(), labels.end()) + 1;
}

Expected<Evaluation>
quantc::evaluate(Model &model, Model *reference, StringRef labelled,
                 StringRef form,
                 llvm::function_ref<void(const Progress &)> progress) {
  Expected<SampleFile> file =
      SampleFile::open(labelled, model.interface().inputs);
  if (!file)
    return file.takeError();
  if (file->samples() == 0)
    return makeError("'" + labelled + "': the data set is empty");
  const Array *labelArray = file->find(kLabels);
  size_t rows = labelArray ? labelArray->elementCount() / file->samples() : 1;
  Expected<Answers> answers =
      Answers::of(model.interface().outputs.front(), rows);
  if (!answers)
    return answers.takeError();
  Expected<std::vector<unsigned>> labels = readLabels(
      *file, answers->isClass ? std::nullopt
                              : std::optional<size_t>(answers->classes));
  if (!labels)
    return labels.takeError();

  size_t classes = answers->isClass ? countClasses(*labels) : answers->classes;
  Evaluation evaluation;
  evaluation.form = form.str();
  evaluation.metrics = ClassificationMetrics(classes);
  if (reference)
    evaluation.reference.emplace(classes);
  for (size_t i = 0; i < file->samples(); ++i) {
    Expected<std::vector<double>> values = firstOutput(model, *file, i);
    if (!values)
      return values.takeError();
    std::vector<double> expected;
    if (reference) {
      Expected<std::vector<double>> run = firstOutput(*reference, *file, i);
      if (!run)
        return run.takeError();
      expected = std::move(*run);
    }
    for (size_t row = 0; row < rows; ++row) {
      unsigned label = (*labels)[i * rows + row];
      unsigned answer =
          addRow(evaluation.metrics, *answers, *values, row, label);
      if (reference)
        evaluation.agreeing += answer == addRow(*evaluation.reference, *answers,
                                                expected, row, label);
    }
    if (progress)
      progress({i + 1, double(i + 1) / file->samples()});
  }
  return evaluation;
}
