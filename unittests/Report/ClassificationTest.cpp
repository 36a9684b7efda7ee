//===- ClassificationTest.cpp - Metrics -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Classification.h"

#include "gmock/gmock.h"

using namespace quantc;

TEST(Classification, TopClassTakesTheFirstOfEquals) {
  EXPECT_EQ(topClass({1.0, 3.0, 3.0}), 1u);
  EXPECT_EQ(rankOf({1.0, 3.0, 3.0}, 1), 0u);
  EXPECT_EQ(rankOf({1.0, 3.0, 3.0}, 2), 1u);
  EXPECT_EQ(rankOf({1.0, 3.0, 3.0}, 0), 2u);
}

TEST(Classification, CountsTop1AndTop5) {
  ClassificationMetrics metrics(7);
  EXPECT_EQ(metrics.addScores({7, 6, 5, 4, 3, 2, 1}, 0), 0u); // first
  EXPECT_EQ(metrics.addScores({7, 6, 5, 4, 3, 2, 1}, 4), 0u); // fifth
  EXPECT_EQ(metrics.addScores({7, 6, 5, 4, 3, 2, 1}, 5), 0u); // sixth
  EXPECT_EQ(metrics.addScores({1, 6, 5, 4, 3, 2, 7}, 6), 6u); // first
  EXPECT_DOUBLE_EQ(metrics.top1(), 50.0);
  EXPECT_DOUBLE_EQ(metrics.top5().value(), 75.0);
  EXPECT_EQ(metrics.confused(4, 0), 1u);
  EXPECT_DOUBLE_EQ(metrics.recall(6), 100.0);
  EXPECT_DOUBLE_EQ(metrics.recall(4), 0.0);
  EXPECT_NEAR(metrics.precision(0), 100.0 / 3, 1e-9);
}

TEST(Classification, Top5NeedsScoresAndSixClasses) {
  ClassificationMetrics few(5), answers(10);
  few.addScores({1, 2, 3, 4, 5}, 0);
  answers.addAnswer(3, 3);
  EXPECT_FALSE(few.top5());
  EXPECT_FALSE(answers.top5());
  EXPECT_DOUBLE_EQ(answers.top1(), 100.0);
}

TEST(Classification, EmptySetIsZeroNotNan) {
  ClassificationMetrics none(3);
  EXPECT_EQ(none.top1(), 0.0);
  EXPECT_EQ(none.recall(1), 0.0);
  EXPECT_EQ(none.macroF1(), 0.0);
  EXPECT_EQ(none.balancedAccuracy(), 0.0);
  EXPECT_FALSE(none.kappa());
  EXPECT_FALSE(none.auc());
}

/// Rows of [label][answer]:
///   class 0:  5 1 0 0   6 samples
///   class 1:  2 3 1 0   6
///   class 2:  0 0 4 0   4
///   class 3:  0 0 0 0   0, never answered
/// answers:    7 4 5 0
static ClassificationMetrics threeOfFour() {
  ClassificationMetrics metrics(4);
  unsigned counts[4][4] = {{5, 1, 0, 0}, {2, 3, 1, 0}, {0, 0, 4, 0}, {}};
  for (unsigned label = 0; label < 4; ++label)
    for (unsigned answer = 0; answer < 4; ++answer)
      for (unsigned i = 0; i < counts[label][answer]; ++i)
        metrics.addAnswer(answer, label);
  return metrics;
}

TEST(Classification, MacroAveragesLeaveOutClassesNeverSeen) {
  ClassificationMetrics metrics = threeOfFour();
  EXPECT_EQ(metrics.correct(), 12u);
  EXPECT_DOUBLE_EQ(metrics.top1(), 75.0);
  EXPECT_DOUBLE_EQ(metrics.precision(1), 75.0);
  EXPECT_DOUBLE_EQ(metrics.f1(0), 200.0 * 5 / 13);
  EXPECT_NEAR(metrics.macroPrecision(), 100 * (5. / 7 + 3. / 4 + 4. / 5) / 3,
              1e-12);
  EXPECT_NEAR(metrics.macroRecall(), 100 * (5. / 6 + 3. / 6 + 1) / 3, 1e-12);
  EXPECT_NEAR(metrics.macroF1(), 100 * (10. / 13 + 6. / 10 + 8. / 9) / 3,
              1e-12);
}

TEST(Classification, KappaIsAgreementBeyondChance) {
  // Chance: (6*7 + 6*4 + 4*5) / 256 = 86/256; observed 12/16 = 192/256.
  EXPECT_NEAR(threeOfFour().kappa().value(), (192. - 86) / (256 - 86), 1e-12);
  ClassificationMetrics sure(2);
  sure.addAnswer(1, 1);
  EXPECT_FALSE(sure.kappa());
  // Worse than chance is negative.
  ClassificationMetrics wrong(2);
  wrong.addAnswer(1, 0);
  wrong.addAnswer(0, 1);
  EXPECT_DOUBLE_EQ(wrong.kappa().value(), -1.0);
}

TEST(Classification, BalancedAccuracyCountsLabelledClassesOnly) {
  ClassificationMetrics metrics(3);
  metrics.addAnswer(0, 0);
  metrics.addAnswer(0, 0);
  metrics.addAnswer(0, 0);
  metrics.addAnswer(2, 1); // class 2 is answered, but no sample is of it
  EXPECT_DOUBLE_EQ(metrics.balancedAccuracy(), 50.0);
  EXPECT_DOUBLE_EQ(metrics.macroRecall(), 100.0 / 3);
}

TEST(Classification, AreaUnderCurveCountsPairsAndTies) {
  // Positives score 0.4 and 0.8; negatives 0.1, 0.4 and 0.5: of six pairs
  // 1 + 0.5 + 0 and 3 are won.
  EXPECT_DOUBLE_EQ(areaUnderCurve({0.1f, 0.4f, 0.4f, 0.5f, 0.8f},
                                  {false, true, false, false, true})
                       .value(),
                   4.5 / 6);
  EXPECT_DOUBLE_EQ(areaUnderCurve({1, 1, 1}, {true, false, true}).value(), 0.5);
  EXPECT_DOUBLE_EQ(areaUnderCurve({2, 1}, {false, true}).value(), 0.0);
  EXPECT_FALSE(areaUnderCurve({1, 2}, {true, true}));
  EXPECT_FALSE(areaUnderCurve({}, {}));
}

TEST(Classification, AucIsTheMeanOfEachClassAgainstTheRest) {
  ClassificationMetrics metrics(3);
  metrics.addScores({0.7, 0.2, 0.1}, 0);
  metrics.addScores({0.5, 0.4, 0.1}, 1);
  metrics.addScores({0.6, 0.3, 0.1}, 0);
  metrics.addScores({0.9, 0.1, 0.0}, 1);
  // Class 0: 2 of 4 pairs; class 1: 0.4 and 0.1 against 0.2, 0.3: 2 of 4.
  // Class 2 has no sample.
  EXPECT_DOUBLE_EQ(metrics.auc().value(), 0.5);
  ClassificationMetrics answers(2);
  answers.addAnswer(0, 1);
  EXPECT_FALSE(answers.auc());
}

TEST(Classification, OneScoreIsABinaryClassifier) {
  ClassificationMetrics metrics(2);
  EXPECT_EQ(metrics.addScore(0.5, 0.5, 1), 1u);
  EXPECT_EQ(metrics.addScore(0.4, 0.5, 1), 0u);
  EXPECT_EQ(metrics.addScore(0.45, 0.5, 0), 0u);
  EXPECT_EQ(metrics.correct(), 2u);
  EXPECT_DOUBLE_EQ(metrics.auc().value(), 0.5);
}
