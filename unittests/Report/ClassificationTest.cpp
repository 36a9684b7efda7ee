//===- ClassificationTest.cpp - Tests of the classification metrics -*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Classification.h"

#include "llvm/Support/raw_ostream.h"

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
  EXPECT_EQ(ClassificationMetrics(3).top1(), 0.0);
  EXPECT_EQ(ClassificationMetrics(3).recall(1), 0.0);
}

TEST(Evaluation, ReportsBothNetworks) {
  Evaluation evaluation{"integer", ClassificationMetrics(2),
                        ClassificationMetrics(2), 0};
  evaluation.metrics.addScores({0, 1}, 0);
  evaluation.reference->addScores({1, 0}, 0);
  evaluation.metrics.addScores({0, 1}, 1);
  evaluation.reference->addScores({0, 1}, 1);
  evaluation.agreeing = 1;
  std::string text;
  llvm::raw_string_ostream os(text);
  evaluation.print(os);
  EXPECT_THAT(text, testing::HasSubstr("float      top-1 100.00 %"));
  EXPECT_THAT(text, testing::HasSubstr("integer    top-1  50.00 %"));
  EXPECT_THAT(text, testing::HasSubstr("agreement  50.00 %"));
  llvm::json::Object json = evaluation.toJson();
  EXPECT_EQ(json.getNumber("float_top1"), 100.0);
  EXPECT_EQ(json.getNumber("agreement"), 50.0);
  EXPECT_EQ(json.getInteger("samples"), 2);
  EXPECT_EQ(json.getArray("confusion")->size(), 2u);
  EXPECT_EQ(*(*json.getArray("confusion"))[0].getAsArray(),
            (llvm::json::Array{0, 1}));
}
