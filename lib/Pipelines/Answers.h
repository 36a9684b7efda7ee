//===- Answers.h - What the output of a network says -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_PIPELINES_ANSWERS_H
#define QUANTC_LIB_PIPELINES_ANSWERS_H

#include "quantc/Emit/Emit.h"
#include "quantc/Report/Classification.h"

namespace quantc {

/// The elements of an output as the reals that they stand for.
std::vector<double> toReals(const Array &output, const TensorInfo &info);

/// True if the output can be read as answers to `rows` questions.
bool hasAnswers(const TensorInfo &output, size_t rows);

/// Reads a network's first output, and keeps what it said.
class Answers {
public:
  /// `hasAnswers(output, rows)` holds.
  Answers(const TensorInfo &output, size_t rows, double threshold);

  /// How many classes the output scores; nothing if it holds classes.
  std::optional<unsigned> scoredClasses() const;
  /// Adds the rows of one run: reals of the first output. `labels`, if not
  /// empty, are of as many rows and among the classes. Returns false if a class
  /// that the output holds cannot be one.
  bool add(llvm::ArrayRef<double> values, llvm::ArrayRef<unsigned> labels);
  /// The answer to each row so far.
  const std::vector<unsigned> &answers() const { return given; }
  /// The metrics over `labels`, of all rows.
  ClassificationMetrics metrics(llvm::ArrayRef<unsigned> labels) const;

private:
  enum class Kind { Scores, OneScore, Class };

  Kind kind;
  size_t rows, perRow;
  double threshold;
  std::vector<unsigned> given;
  ClassificationMetrics scored;
};

} // namespace quantc

#endif // QUANTC_LIB_PIPELINES_ANSWERS_H
