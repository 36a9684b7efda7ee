//===- Predictions.cpp - What the output of a network says -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Predictions.h"

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

bool quantc::hasPredictions(const TensorInfo &output, size_t rows) {
  size_t count = countElements(output);
  return rows > 0 && count > 0 && count % rows == 0;
}

Predictions::Predictions(const TensorInfo &output, size_t rows,
                         double threshold)
    : rows(rows), perRow(countElements(output) / rows), threshold(threshold),
      scored(std::max<size_t>(perRow, 2)) {
  bool real = output.scale || output.type == ElementType::Float16 ||
              output.type == ElementType::Float32 ||
              output.type == ElementType::Float64;
  kind = perRow > 1 ? Kind::Scores : real ? Kind::OneScore : Kind::Class;
}

std::optional<unsigned> Predictions::scoredClasses() const {
  if (kind == Kind::Class)
    return std::nullopt;
  return scored.classes();
}

bool Predictions::add(llvm::ArrayRef<double> values,
                      llvm::ArrayRef<unsigned> labels) {
  for (size_t row = 0; row < rows; ++row) {
    llvm::ArrayRef<double> scores = values.slice(row * perRow, perRow);
    switch (kind) {
    case Kind::Scores:
      predicted.push_back(topClass(scores));
      if (!labels.empty())
        scored.addScores(scores, labels[row]);
      break;
    case Kind::OneScore:
      predicted.push_back(scores[0] >= threshold);
      if (!labels.empty())
        scored.addScore(scores[0], threshold, labels[row]);
      break;
    case Kind::Class:
      if (!(scores[0] >= 0 && scores[0] < kMostClasses))
        return false;
      predicted.push_back(scores[0]);
      break;
    }
  }
  return true;
}

ClassificationMetrics
Predictions::metrics(llvm::ArrayRef<unsigned> labels) const {
  if (kind != Kind::Class || predicted.empty())
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
