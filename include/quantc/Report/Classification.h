//===- Classification.h - How well a network classifies -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Measures of a classifier over labelled samples, as statistics packages
/// define them: accuracy, macro averages, agreement beyond chance, the area
/// under the ROC curve, and which classes are taken for which. Needs no network
/// and no IR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_CLASSIFICATION_H
#define QUANTC_REPORT_CLASSIFICATION_H

#include "llvm/ADT/ArrayRef.h"

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

/// The area under the ROC curve: the probability that a sample of the class
/// scores above one that is not of it, equals counted half (Mann and Whitney's
/// U over the number of pairs). `ofClass[i]` says whether sample i is of the
/// class. Nothing if all samples are, or none.
std::optional<double> areaUnderCurve(llvm::ArrayRef<float> scores,
                                     llvm::ArrayRef<bool> ofClass);

/// Counts of one network's answers.
class ClassificationMetrics {
public:
  explicit ClassificationMetrics(unsigned classes)
      : classCount(classes), confusion(size_t(classes) * classes) {}

  /// One sample of a network that scores every class. Returns its answer.
  /// `scores` has one entry per class and `label` is one of them.
  unsigned addScores(llvm::ArrayRef<double> scores, unsigned label);
  /// One sample of a network that scores class 1 of two classes: its answer is
  /// 1 from `threshold` on.
  unsigned addScore(double score, double threshold, unsigned label);
  /// One sample of a network that answers with a class (argmax).
  void addAnswer(unsigned answer, unsigned label);

  unsigned classes() const { return classCount; }
  uint64_t samples() const { return labels.size(); }
  uint64_t correct() const { return correctCount; }
  /// Samples of class `label` that the network took for `answer`.
  uint64_t confused(unsigned label, unsigned answer) const {
    return confusion[size_t(label) * classCount + answer];
  }
  /// Samples of class `label`, and answers `answer`.
  uint64_t labelled(unsigned label) const;
  uint64_t answered(unsigned answer) const;

  /// Shares in percent of the samples; 0 before the first sample.
  double top1() const { return percent(correctCount); }
  /// Nothing if the network does not score classes or there are fewer than six.
  std::optional<double> top5() const;

  /// Share in percent of the samples of class `label` that were recognised.
  double recall(unsigned label) const;
  /// Share in percent of the answers `answer` that were right.
  double precision(unsigned answer) const;
  /// Harmonic mean of both, in percent. A quotient 0 / 0 is 0 in all three.
  double f1(unsigned label) const;

  /// Plain means over the classes that some sample has or some answer names.
  double macroRecall() const;
  double macroPrecision() const;
  double macroF1() const;
  /// Mean recall of the classes that some sample has, in percent.
  double balancedAccuracy() const;
  /// Cohen's kappa: the agreement with the labels beyond what the frequencies
  /// of labels and answers give by chance; 1 is perfect. Nothing if chance
  /// alone is perfect (one class only).
  std::optional<double> kappa() const;
  /// The area under the ROC curve in [0, 1], each class against the rest,
  /// averaged over the classes for which it is defined. With one score for two
  /// classes, that of the score. Nothing without scores.
  std::optional<double> auc() const;

private:
  double percent(uint64_t count) const;
  /// Mean of `measure` over the classes seen in labels or answers.
  double macro(double (ClassificationMetrics::*measure)(unsigned) const) const;
  /// The area for `label` by the scores of column `column`.
  std::optional<double> aucOf(unsigned label, size_t column) const;

  unsigned classCount;
  uint64_t correctCount = 0, amongFive = 0;
  std::vector<uint64_t> confusion; // [label][answer]
  std::vector<unsigned> labels;    // of each sample
  /// Scores of each sample, as many as scoreCount; empty if there are none.
  std::vector<float> scores;
  size_t scoreCount = 0;
};

} // namespace quantc

#endif // QUANTC_REPORT_CLASSIFICATION_H
