//===- Predictions.h - What the output of a network says -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_PREDICTIONS_H
#define QUANTC_LIB_DRIVER_PREDICTIONS_H

#include "quantc/Emit/Emit.h"
#include "quantc/Report/Classification.h"

namespace quantc {

/// Reads classes from a network's first output.
class AnswerReader {
public:
  /// Fails if the output cannot be read as a classification of `rows` rows.
  /// With one score per row, the answer is class 1 from `threshold` on.
  static llvm::Expected<AnswerReader> create(const TensorInfo &output,
                                             size_t rows, double threshold);

  /// The number of classes for which the output has scores. Nothing if it
  /// contains classes instead of scores.
  std::optional<unsigned> scoredClasses() const;
  /// Appends the answer to each row of one run. `values` are the real numbers
  /// of the output. Fails if it contains a number that cannot be a class.
  llvm::Error read(llvm::ArrayRef<double> values,
                   std::vector<unsigned> &answers) const;

private:
  friend class Predictions;
  enum class Kind { Scores, OneScore, Class };

  AnswerReader() = default;

  Kind kind = Kind::Scores;
  size_t rows = 1, perRow = 1;
  double threshold = 0;
  std::string output; // its name
};

/// The answers of a network to all samples.
class Predictions {
public:
  explicit Predictions(AnswerReader reader);

  std::optional<unsigned> scoredClasses() const {
    return reader.scoredClasses();
  }
  /// Adds the rows of one run, as AnswerReader reads them. `labels` is empty or
  /// has a class for each row.
  llvm::Error add(llvm::ArrayRef<double> values,
                  llvm::ArrayRef<unsigned> labels);
  /// The answer to each row so far.
  const std::vector<unsigned> &classes() const { return predicted; }
  /// The metrics over `labels`, of all rows.
  ClassificationMetrics metrics(llvm::ArrayRef<unsigned> labels) const;

private:
  AnswerReader reader;
  std::vector<unsigned> predicted;
  ClassificationMetrics scored;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_PREDICTIONS_H
