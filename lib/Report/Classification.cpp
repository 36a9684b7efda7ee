//===- Classification.cpp - How well a network classifies -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Classification.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace quantc;

/// Fewer classes than this make "among the first five" meaningless.
static constexpr unsigned kClassesForTop5 = 6;

unsigned quantc::topClass(llvm::ArrayRef<double> scores) {
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

unsigned quantc::rankOf(llvm::ArrayRef<double> scores, unsigned label) {
  unsigned rank = 0;
  for (unsigned i = 0; i < scores.size(); ++i)
    rank +=
        scores[i] > scores[label] || (scores[i] == scores[label] && i < label);
  return rank;
}

std::optional<double> quantc::areaUnderCurve(llvm::ArrayRef<float> scores,
                                             llvm::ArrayRef<bool> ofClass) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t(0));
  llvm::sort(order, [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  // Pairs are counted twice, so that a tie counts as the integer 1.
  uint64_t negatives = 0, positives = 0, twicePairs = 0;
  for (size_t i = 0; i < order.size();) {
    uint64_t equalPositives = 0, equalNegatives = 0;
    float score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i)
      ++(ofClass[order[i]] ? equalPositives : equalNegatives);
    twicePairs += equalPositives * (2 * negatives + equalNegatives);
    positives += equalPositives;
    negatives += equalNegatives;
  }
  if (positives == 0 || negatives == 0)
    return std::nullopt;
  return twicePairs / (2.0 * positives * negatives);
}

unsigned ClassificationMetrics::addScores(llvm::ArrayRef<double> values,
                                          unsigned label) {
  unsigned answer = topClass(values);
  scoreCount = values.size();
  scores.insert(scores.end(), values.begin(), values.end());
  amongFive += rankOf(values, label) < 5;
  addAnswer(answer, label);
  return answer;
}

unsigned ClassificationMetrics::addScore(double score, double threshold,
                                         unsigned label) {
  unsigned answer = score >= threshold;
  scoreCount = 1;
  scores.push_back(score);
  addAnswer(answer, label);
  return answer;
}

void ClassificationMetrics::addAnswer(unsigned answer, unsigned label) {
  labels.push_back(label);
  correctCount += answer == label;
  ++confusion[size_t(label) * classCount + answer];
}

uint64_t ClassificationMetrics::labelled(unsigned label) const {
  uint64_t total = 0;
  for (unsigned answer = 0; answer < classCount; ++answer)
    total += confused(label, answer);
  return total;
}

uint64_t ClassificationMetrics::answered(unsigned answer) const {
  uint64_t total = 0;
  for (unsigned label = 0; label < classCount; ++label)
    total += confused(label, answer);
  return total;
}

double ClassificationMetrics::percent(uint64_t count) const {
  return samples() ? 100.0 * count / samples() : 0.0;
}

std::optional<double> ClassificationMetrics::top5() const {
  if (scoreCount < kClassesForTop5)
    return std::nullopt;
  return percent(amongFive);
}

static double quotient(double numerator, double denominator) {
  return denominator ? numerator / denominator : 0.0;
}

double ClassificationMetrics::recall(unsigned label) const {
  return quotient(100.0 * confused(label, label), labelled(label));
}

double ClassificationMetrics::precision(unsigned answer) const {
  return quotient(100.0 * confused(answer, answer), answered(answer));
}

double ClassificationMetrics::f1(unsigned label) const {
  // 2PR / (P + R) with the counts that P and R are made of.
  return quotient(200.0 * confused(label, label),
                  labelled(label) + answered(label));
}

double
ClassificationMetrics::macro(double (ClassificationMetrics::*measure)(unsigned)
                                 const) const {
  double sum = 0;
  unsigned seen = 0;
  for (unsigned i = 0; i < classCount; ++i) {
    if (labelled(i) == 0 && answered(i) == 0)
      continue;
    sum += (this->*measure)(i);
    ++seen;
  }
  return quotient(sum, seen);
}

double ClassificationMetrics::macroRecall() const {
  return macro(&ClassificationMetrics::recall);
}

double ClassificationMetrics::macroPrecision() const {
  return macro(&ClassificationMetrics::precision);
}

double ClassificationMetrics::macroF1() const {
  return macro(&ClassificationMetrics::f1);
}

double ClassificationMetrics::balancedAccuracy() const {
  double sum = 0;
  unsigned seen = 0;
  for (unsigned label = 0; label < classCount; ++label) {
    sum += recall(label);
    seen += labelled(label) != 0;
  }
  return quotient(sum, seen);
}

std::optional<double> ClassificationMetrics::kappa() const {
  double total = samples(), byChance = 0;
  for (unsigned i = 0; i < classCount; ++i)
    byChance += double(labelled(i)) * answered(i);
  if (byChance == total * total)
    return std::nullopt;
  return (total * correctCount - byChance) / (total * total - byChance);
}

std::optional<double> ClassificationMetrics::aucOf(unsigned label,
                                                   size_t column) const {
  std::vector<float> values;
  llvm::SmallVector<bool> ofClass; // no std::vector<bool>: it is no array
  for (auto [sample, actual] : llvm::enumerate(labels)) {
    float score = scores[sample * scoreCount + column];
    // NaN has no place in an order; no threshold accepts it.
    values.push_back(std::isnan(score) ? -INFINITY : score);
    ofClass.push_back(actual == label);
  }
  return areaUnderCurve(values, ofClass);
}

std::optional<double> ClassificationMetrics::auc() const {
  if (scoreCount == 1)
    return aucOf(/*label=*/1, /*column=*/0);
  double sum = 0;
  unsigned defined = 0;
  for (unsigned label = 0; label < scoreCount; ++label) {
    std::optional<double> area = aucOf(label, label);
    sum += area.value_or(0);
    defined += area.has_value();
  }
  if (defined == 0)
    return std::nullopt;
  return sum / defined;
}
