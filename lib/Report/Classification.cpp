//===- Classification.cpp - How well a network classifies -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Classification.h"

#include <algorithm>

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

unsigned ClassificationMetrics::addScores(llvm::ArrayRef<double> scores,
                                          unsigned label) {
  unsigned answer = topClass(scores);
  scored = true;
  amongFive += rankOf(scores, label) < 5;
  addAnswer(answer, label);
  return answer;
}

void ClassificationMetrics::addAnswer(unsigned answer, unsigned label) {
  ++sampleCount;
  correct += answer == label;
  ++confusion[size_t(label) * classCount + answer];
}

double ClassificationMetrics::percent(uint64_t count) const {
  return sampleCount ? 100.0 * count / sampleCount : 0.0;
}

std::optional<double> ClassificationMetrics::top5() const {
  if (!scored || classCount < kClassesForTop5)
    return std::nullopt;
  return percent(amongFive);
}

double ClassificationMetrics::recall(unsigned label) const {
  uint64_t total = 0;
  for (unsigned answer = 0; answer < classCount; ++answer)
    total += confused(label, answer);
  return total ? 100.0 * confused(label, label) / total : 0.0;
}

double ClassificationMetrics::precision(unsigned answer) const {
  uint64_t total = 0;
  for (unsigned label = 0; label < classCount; ++label)
    total += confused(label, answer);
  return total ? 100.0 * confused(answer, answer) / total : 0.0;
}
