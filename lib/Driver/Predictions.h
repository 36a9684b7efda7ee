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

/// True if the output can be read as a classification of `rows` rows.
bool hasPredictions(const TensorInfo &output, size_t rows);

/// Reads classes from a network's first output, and keeps them.
class Predictions {
public:
  /// `hasPredictions(output, rows)` must hold.
  Predictions(const TensorInfo &output, size_t rows, double threshold);

  /// The number of classes for which the output has scores. Nothing if it
  /// contains classes instead of scores.
  std::optional<unsigned> scoredClasses() const;
  /// Adds the rows of one run. `values` are the real numbers of the first
  /// output. `labels` is empty or has a class for each row. Returns false if
  /// the output contains a number that cannot be a class.
  bool add(llvm::ArrayRef<double> values, llvm::ArrayRef<unsigned> labels);
  /// The answer to each row so far.
  const std::vector<unsigned> &classes() const { return predicted; }
  /// The metrics over `labels`, of all rows.
  ClassificationMetrics metrics(llvm::ArrayRef<unsigned> labels) const;

private:
  enum class Kind { Scores, OneScore, Class };

  Kind kind;
  size_t rows, perRow;
  double threshold;
  std::vector<unsigned> predicted;
  ClassificationMetrics scored;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_PREDICTIONS_H
