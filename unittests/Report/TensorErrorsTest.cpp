//===- TensorErrorsTest.cpp - Tests of TensorErrors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/TensorErrors.h"

#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace quantc;

TEST(TensorErrors, MeasuresAreMeansOverSamples) {
  ErrorStatistics errors;
  errors.add({1, 2, 3, 4}, {1.5, 1.5, 3.5, 3.5});
  errors.add({0, 0, 0, -8}, {1, 1, 1, -7});
  EXPECT_EQ(errors.samples(), 2u);
  EXPECT_EQ(errors.elements(), 4u);
  // First sample: errors +-0.5 with mean 0. Second: all 1.
  EXPECT_DOUBLE_EQ(errors.standardDeviation(), (0.5 + 0) / 2);
  EXPECT_DOUBLE_EQ(errors.meanError(), (0 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(errors.maxAbsError(), (0.5 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(errors.meanSquaredError(), (0.25 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(errors.min(), -8);
  EXPECT_DOUBLE_EQ(errors.max(), 4);
  EXPECT_NEAR(*errors.sqnr(), 10 * std::log10(94.0 / 5.0), 1e-9);
}

TEST(TensorErrors, CosineOfNothingIsNothing) {
  ErrorStatistics errors;
  errors.add({0, 0}, {1, 1});
  EXPECT_FALSE(errors.cosine());
  errors.add({3, 4}, {6, 8});
  EXPECT_NEAR(*errors.cosine(), 50 / (5 * std::sqrt(102.0)), 1e-12);
}

TEST(TensorErrors, ClippedIsBeyondHalfAStep) {
  // Reals from -1.28 to 1.27.
  CodeUsage codes(0.01, 0, -128, 127);
  codes.add({-1.284, -1.29, 0, 1.274, 1.28, 5}, {-128, -128, 0, 127, 127, 127});
  EXPECT_EQ(codes.usedCodes(), 3u);
  EXPECT_EQ(codes.total(), 256u);
  EXPECT_DOUBLE_EQ(codes.clippedLow(), 1.0 / 6);
  EXPECT_DOUBLE_EQ(codes.clippedHigh(), 2.0 / 6);
}

TEST(TensorErrors, SuspectsComeWorstFirst) {
  DebugReport report;
  report.samples = 1;
  for (double error : {0.002, 0.02, 0.05}) {
    TensorErrors tensor;
    tensor.name = "t" + std::to_string(report.tensors.size());
    tensor.index = report.tensors.size();
    tensor.scale = 0.01;
    tensor.codes.emplace(0.01, 0, -128, 127);
    tensor.local.add({1, 1}, {1 + error, 1 - error});
    report.tensors.push_back(tensor);
  }
  std::vector<const TensorErrors *> suspects = report.suspects();
  ASSERT_EQ(suspects.size(), 2u);
  EXPECT_EQ(suspects[0]->name, "t2");
  EXPECT_NEAR(*suspects[0]->localSteps(), 5, 1e-9);
  EXPECT_EQ(suspects[1]->name, "t1");
}

TEST(TensorErrors, CsvQuotesNames) {
  DebugReport report;
  TensorErrors tensor;
  tensor.name = "a,\"b\"";
  tensor.operation = "tosa.add";
  tensor.local.add({1}, {2});
  report.tensors.push_back(tensor);
  std::string text;
  llvm::raw_string_ostream os(text);
  report.printCsv(os, /*local=*/true);
  EXPECT_NE(text.find("\ntosa.add,0,1,0.000000000e+00,1.000000000e+00,"
                      "1.000000000e+00,1.000000000e+00,,,\"a,\"\"b\"\"\","),
            std::string::npos)
      << text;
  // Nothing was measured in the other view.
  text.clear();
  report.printCsv(os, /*local=*/false);
  EXPECT_EQ(llvm::StringRef(text).count('\n'), 1u);
}
