//===- Predictions.cpp - What the output of a network says -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Predictions.h"

#include "quantc/Support/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace quantc;

/// A larger number is not taken for a class.
static constexpr double kMostClasses = 1 << 20;

static size_t countElements(const TensorInfo &output) {
  size_t count = 1;
  for (int64_t size : output.shape)
    count *= size;
  return count;
}

llvm::Expected<AnswerReader>
AnswerReader::create(const TensorInfo &output, size_t rows, double threshold) {
  size_t count = countElements(output);
  if (rows == 0 || count == 0 || count % rows != 0)
    return makeError(llvm::formatv(
        "output '{0}' of shape [{1:$[, ]}] cannot be read as scores of "
        "classes for {2} labels per run",
        output.name, llvm::make_range(output.shape.begin(), output.shape.end()),
        rows));
  AnswerReader reader;
  reader.rows = rows;
  reader.perRow = count / rows;
  reader.threshold = threshold;
  reader.output = output.name;
  bool real = output.scale || output.type == ElementType::Float16 ||
              output.type == ElementType::Float32 ||
              output.type == ElementType::Float64;
  reader.kind = reader.perRow > 1 ? Kind::Scores
                : real            ? Kind::OneScore
                                  : Kind::Class;
  return reader;
}

std::optional<unsigned> AnswerReader::scoredClasses() const {
  if (kind == Kind::Class)
    return std::nullopt;
  return std::max<size_t>(perRow, 2);
}

llvm::Error AnswerReader::read(llvm::ArrayRef<double> values,
                               std::vector<unsigned> &answers) const {
  for (size_t row = 0; row < rows; ++row) {
    llvm::ArrayRef<double> scores = values.slice(row * perRow, perRow);
    if (kind == Kind::Class && !(scores[0] >= 0 && scores[0] < kMostClasses))
      return makeError("output '" + output +
                       "' holds integers that are no classes");
    answers.push_back(kind == Kind::Scores     ? topClass(scores)
                      : kind == Kind::OneScore ? scores[0] >= threshold
                                               : unsigned(scores[0]));
  }
  return llvm::Error::success();
}

Predictions::Predictions(AnswerReader reader)
    : reader(std::move(reader)),
      scored(this->reader.scoredClasses().value_or(2)) {}

llvm::Error Predictions::add(llvm::ArrayRef<double> values,
                             llvm::ArrayRef<unsigned> labels) {
  for (auto [row, label] : llvm::enumerate(labels)) {
    llvm::ArrayRef<double> scores =
        values.slice(row * reader.perRow, reader.perRow);
    if (reader.kind == AnswerReader::Kind::Scores)
      scored.addScores(scores, label);
    else if (reader.kind == AnswerReader::Kind::OneScore)
      scored.addScore(scores[0], reader.threshold, label);
  }
  return reader.read(values, predicted);
}

ClassificationMetrics
Predictions::metrics(llvm::ArrayRef<unsigned> labels) const {
  if (reader.kind != AnswerReader::Kind::Class || predicted.empty())
    return scored;
  // The number of classes that occur in the labels and the answers.
  unsigned last =
      std::max(*std::max_element(predicted.begin(), predicted.end()),
               *std::max_element(labels.begin(), labels.end()));
  ClassificationMetrics result(last + 1);
  for (auto [answer, label] : llvm::zip_equal(predicted, labels))
    result.addAnswer(answer, label);
  return result;
}
