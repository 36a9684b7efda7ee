//===- AccuracyCheckTest.cpp - What quantization costs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/AccuracyCheck.h"

#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace quantc;

namespace {

/// A tensor with a signal of 1 and an error of `error`: an SQNR of
/// -20 log10(error) dB.
AccuracyCheck::Tensor makeTensor(const char *name, double error) {
  AccuracyCheck::Tensor tensor{name, "tosa.add", {}};
  tensor.noise.add({1}, {1 + error});
  return tensor;
}

TEST(AccuracyCheckTest, OutputsDecide) {
  AccuracyCheck check;
  check.tensors = {makeTensor("a", 0.5)};
  check.outputs = {makeTensor("y", 0.1), makeTensor("z", 0.01)};
  EXPECT_NEAR(check.outputSqnr(), 20, 1e-9);
  EXPECT_TRUE(check.keeps({15, 90}));
  EXPECT_FALSE(check.keeps({25, 90}));
  EXPECT_EQ(check.worst()->name, "a");
}

TEST(AccuracyCheckTest, AgreementCountsWhereScoresAreNoTies) {
  AccuracyCheck check;
  check.rows = 10;
  check.agreeing = 8;
  check.outputs = {makeTensor("y", 0.1)};
  EXPECT_EQ(check.agreement(), 80);
  EXPECT_FALSE(check.keeps({15, 90}));
  EXPECT_TRUE(check.keeps({15, 80}));
  check.outputs = {makeTensor("y", 0.01)}; // 40 dB
  EXPECT_TRUE(check.keeps({15, 90}));
}

TEST(AccuracyCheckTest, OneLargeSampleDoesNotHideTheOthers) {
  AccuracyCheck check;
  check.samples = check.rows = 5;
  check.agreeing = 1;
  check.outputs = {makeTensor("y", 0.01)}; // 40 dB
  check.sampleSqnrs = {0, 40, 0, 1, 2};
  EXPECT_EQ(check.typicalSqnr(), 1);
  EXPECT_FALSE(check.keeps({15, 90}));
  EXPECT_NE(check.summarize().find(
                "output 40.0 dB, 1.0 dB or less in half of the samples"),
            std::string::npos);
  check.sampleSqnrs = {40, 40, 0, 41, 42};
  EXPECT_TRUE(check.keeps({15, 90}));
}

TEST(AccuracyCheckTest, OutputsWithoutSignalSayNothing) {
  AccuracyCheck check;
  check.outputs = {{"y", "output", {}}};
  check.outputs[0].noise.add({0}, {1});
  EXPECT_TRUE(check.keeps({15, 90}));
  EXPECT_EQ(check.worst(), nullptr);
  EXPECT_EQ(llvm::formatv("{0}", llvm::json::Value(check.toJson())).str(),
            R"({"samples":0})");
}

TEST(AccuracyCheckTest, NamesWhereTheLossBegins) {
  AccuracyCheck check;
  check.samples = 2;
  check.tensors = {makeTensor("a", 0.01), makeTensor("b", 0.5),
                   makeTensor("c", 0.6), makeTensor("d", 0.7),
                   makeTensor("e", 0.9)};
  check.outputs = {makeTensor("y", 0.8)};
  std::vector<std::string> names;
  for (const AccuracyCheck::Tensor *cause : check.findCauses({15, 90}))
    names.push_back(cause->name);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "c", "d"}));
  EXPECT_EQ(check.findCauses({-10, 90}).front()->name, "e");
  EXPECT_NE(check.explain({15, 90}).find("begins at 'b' (tosa.add, 6.0 dB)"),
            std::string::npos);
  EXPECT_EQ(llvm::formatv("{0}", llvm::json::Value(check.toJson())).str(),
            R"({"samples":2,"sqnr_db":2,"worst_sqnr_db":0.875,)"
            R"("worst_tensor":"e"})");
}

} // namespace
