//===- EvaluationTest.cpp - Tests of the evaluation report -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Evaluation.h"

#include "llvm/Support/raw_ostream.h"

#include "gmock/gmock.h"

#include <cmath>

using namespace quantc;
using testing::HasSubstr;

TEST(SignalNoise, IsTheRatioOfPowersInDecibel) {
  SignalNoise noise;
  EXPECT_FALSE(noise.sqnr());
  noise.add({3, -4}, {3, -4});
  EXPECT_TRUE(noise.equal());
  EXPECT_TRUE(std::isinf(noise.sqnr().value()));
  noise.add({0, 5}, {0.5, 5}); // 9 + 16 + 25 over 0.25
  EXPECT_NEAR(noise.sqnr().value(), 10 * std::log10(200.0), 1e-12);
  EXPECT_EQ(noise.largestError(), 0.5);
  EXPECT_EQ(noise.values(), 4u);
}

TEST(SignalNoise, SilenceAndNanHaveNoRatio) {
  SignalNoise silent, broken;
  silent.add({0, 0}, {0, 1});
  EXPECT_FALSE(silent.sqnr());
  EXPECT_FALSE(silent.equal());
  broken.add({1, 1}, {std::nan(""), 2});
  EXPECT_FALSE(broken.sqnr());
  EXPECT_FALSE(broken.equal());
  EXPECT_TRUE(std::isnan(broken.largestError()));
}

static Evaluation example() {
  Evaluation evaluation;
  evaluation.samples = 2;
  ClassificationMetrics integer(2), reference(2);
  integer.addScores({0, 1}, 0);
  integer.addScores({0, 1}, 1);
  reference.addScores({1, 0}, 0);
  reference.addScores({0, 1}, 1);
  evaluation.networks = {{"integer", integer}, {"a, \"b\"", reference}};
  Comparison comparison{"a, \"b\"", 2, 1, {{"out", {}}, {"same", {}}}};
  comparison.outputs[0].noise.add({10, 0}, {9, 0});
  comparison.outputs[1].noise.add({1}, {1});
  evaluation.comparisons = {comparison};
  return evaluation;
}

TEST(Evaluation, PrintsNetworksComparisonsAndClasses) {
  std::string text;
  llvm::raw_string_ostream os(text);
  example().print(os);
  EXPECT_THAT(text, HasSubstr("2 samples, 2 classes\n"));
  EXPECT_THAT(text, HasSubstr("integer           1    50.00        -"));
  EXPECT_THAT(
      text,
      HasSubstr("against a, \"b\": 50.00 % of the answers agree "
                "(1 of 2)\n"
                "  output 'out': SQNR 20.00 dB, largest error 1.000e+00"));
  EXPECT_THAT(text, HasSubstr("  output 'same': equal\n"));
  EXPECT_THAT(text, HasSubstr("confusion"));
}

TEST(Evaluation, WithoutLabelsThereAreComparisonsOnly) {
  Evaluation evaluation = example();
  for (NetworkResult &network : evaluation.networks)
    network.metrics.reset();
  std::string text;
  llvm::raw_string_ostream os(text);
  evaluation.print(os);
  EXPECT_THAT(text, HasSubstr("2 samples without labels\nagainst"));
  EXPECT_THAT(text, testing::Not(HasSubstr("class ")));
  EXPECT_FALSE(evaluation.toJson().get("confusion"));
}

TEST(Evaluation, JsonHoldsEverything) {
  llvm::json::Object json = example().toJson();
  EXPECT_EQ(json.getInteger("samples"), 2);
  llvm::json::Object &integer = *(*json.getArray("networks"))[0].getAsObject();
  EXPECT_EQ(integer.getString("name"), llvm::StringRef("integer"));
  EXPECT_EQ(integer.getNumber("top1"), 50.0);
  EXPECT_EQ(integer.getNumber("kappa"), 0.0);
  EXPECT_FALSE(integer.get("top5"));
  llvm::json::Object &against =
      *(*json.getArray("comparisons"))[0].getAsObject();
  EXPECT_EQ(against.getNumber("agreement"), 50.0);
  llvm::json::Array &outputs = *against.getArray("outputs");
  EXPECT_EQ(outputs[0].getAsObject()->getNumber("sqnr_db"), 20.0);
  EXPECT_EQ(outputs[1].getAsObject()->getBoolean("equal"), true);
  EXPECT_FALSE(outputs[1].getAsObject()->get("sqnr_db"));
  EXPECT_EQ(*(*json.getArray("confusion"))[0].getAsArray(),
            (llvm::json::Array{0, 1}));
}

TEST(Evaluation, CsvQuotesNamesAndKeepsInfinity) {
  std::string text;
  llvm::raw_string_ostream os(text);
  example().printCsv(os);
  EXPECT_THAT(text, testing::StartsWith("network,against,output,metric,value\n"
                                        "integer,,,correct,1\n"));
  EXPECT_THAT(text, HasSubstr("\n\"a, \"\"b\"\"\",,,top1,100\n"));
  EXPECT_THAT(text, HasSubstr("\ninteger,\"a, \"\"b\"\"\",out,sqnr_db,20\n"));
  EXPECT_THAT(text, HasSubstr(",same,sqnr_db,inf\n"));
}
