//===- Classification.h - How well a network classifies -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Measures of a classifier over labelled samples: how often the right class
/// comes first or among the first five, how often two networks agree, and which
/// classes are taken for which. Needs no network and no IR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_CLASSIFICATION_H
#define QUANTC_REPORT_CLASSIFICATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/JSON.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace quantc {

/// The class with the highest score; the first of equals. `scores` is not
/// empty.
unsigned topClass(llvm::ArrayRef<double> scores);

/// How many classes come before `label` when classes are ordered by descending
/// score, equals by index: 0 if `label` is the answer.
unsigned rankOf(llvm::ArrayRef<double> scores, unsigned label);

/// Counts of one network's answers.
class ClassificationMetrics {
public:
  explicit ClassificationMetrics(unsigned classes)
      : classCount(classes), confusion(size_t(classes) * classes) {}

  /// One sample of a network that scores every class. Returns its answer.
  /// `scores` has one entry per class and `label` is one of them.
  unsigned addScores(llvm::ArrayRef<double> scores, unsigned label);
  /// One sample of a network that answers with a class (argmax).
  void addAnswer(unsigned answer, unsigned label);

  unsigned classes() const { return classCount; }
  uint64_t samples() const { return sampleCount; }
  /// Shares in percent of the samples; 0 before the first sample.
  double top1() const { return percent(correct); }
  /// Nothing if the network does not score classes or there are fewer than six.
  std::optional<double> top5() const;
  /// Samples of class `label` that the network took for `answer`.
  uint64_t confused(unsigned label, unsigned answer) const {
    return confusion[size_t(label) * classCount + answer];
  }
  /// Share in percent of the samples of class `label` that were recognised.
  double recall(unsigned label) const;
  /// Share in percent of the answers `answer` that were right.
  double precision(unsigned answer) const;

private:
  double percent(uint64_t count) const;

  unsigned classCount;
  uint64_t sampleCount = 0, correct = 0, amongFive = 0;
  bool scored = false;
  std::vector<uint64_t> confusion; // [label][answer]
};

/// What `quantc eval` found: the network alone, or beside the float network
/// that it was made from.
struct Evaluation {
  /// What was measured: "float", "simulated" or "integer".
  std::string form;
  ClassificationMetrics metrics{0};
  /// Metrics of the float network on the same samples.
  std::optional<ClassificationMetrics> reference;
  /// Samples on which both gave the same answer.
  uint64_t agreeing = 0;

  /// In percent; meaningful with a reference only.
  double agreement() const;
  /// A table for people: one line per network, then classes and confusion.
  void print(llvm::raw_ostream &os) const;
  /// Keys: form, samples, classes, top1, top5, and with a reference float_top1,
  /// float_top5, agreement; per_class: label, samples, recall, precision;
  /// confusion[label][answer].
  llvm::json::Object toJson() const;
};

} // namespace quantc

#endif // QUANTC_REPORT_CLASSIFICATION_H
