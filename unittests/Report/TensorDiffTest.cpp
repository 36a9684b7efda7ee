//===- TensorDiffTest.cpp - Where two runs differ -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/TensorDiff.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace quantc;

namespace {

Array bytes(std::vector<int8_t> values) {
  Array array = Array::zeros(ElementType::Int8, {int64_t(values.size())});
  std::copy(values.begin(), values.end(), array.as<int8_t>().begin());
  return array;
}

Array floats(std::vector<float> values) {
  Array array = Array::zeros(ElementType::Float32, {int64_t(values.size())});
  std::copy(values.begin(), values.end(), array.as<float>().begin());
  return array;
}

std::vector<ProbedTensor> network() {
  return {{"a", "tosa.conv2d", 0.5, 3}, {"b", "tosa.add", {}, 0}};
}

TEST(TensorDiffTest, IntegersAreComparedInSteps) {
  auto result = compareTensors(
      network(), {{"a", bytes({1, 2})}, {"b", bytes({1, 2, 3, 4})}}, {},
      {{"a", bytes({1, 2})}, {"b", bytes({1, 2, 6, 0})}});
  ASSERT_EQ(result.differences.size(), 2u);
  EXPECT_EQ(result.differences[0].different, 0u);
  ASSERT_NE(result.first(), nullptr);
  EXPECT_EQ(result.first()->tensor.name, "b");
  EXPECT_EQ(result.first()->different, 2u);
  EXPECT_EQ(result.first()->largest, 4);
  EXPECT_EQ(result.first()->rms, 2.5);
  EXPECT_TRUE(result.first()->inSteps);
}

TEST(TensorDiffTest, IntegersStandForReals) {
  // (5 - 3) * 0.5 = 1; one step of 0.5 is allowed.
  auto compare = [](float real) {
    return compareTensors(network(), {{"a", bytes({5})}}, {},
                          {{"a", floats({real})}});
  };
  EXPECT_EQ(compare(1.5f).first(), nullptr);
  ASSERT_NE(compare(1.625f).first(), nullptr);
  EXPECT_EQ(compare(1.625f).differences[0].largest, 0.625);
  EXPECT_EQ(compare(1.625f).unmatched, 1u);
}

TEST(TensorDiffTest, IntegersWithoutScaleHaveNoReals) {
  auto result = compareTensors(network(), {{"b", bytes({5})}}, {},
                               {{"b", floats({5})}, {"c", floats({1, 2})}});
  EXPECT_TRUE(result.differences.empty());
}

TEST(TensorDiffTest, NaNDiffers) {
  auto result = compareTensors(network(), {{"a", floats({NAN, HUGE_VALF})}}, {},
                               {{"a", floats({1, HUGE_VALF})}});
  ASSERT_NE(result.first(), nullptr);
  EXPECT_EQ(result.first()->different, 1u);
}

TEST(TensorDiffTest, WithoutNamesOrderCounts) {
  auto result = compareTensors(
      network(), {{"a", bytes({1, 2})}, {"b", floats({1})}}, {},
      {{"t0", floats({7, 7, 7})}, {"t1", bytes({1, 2})}, {"t2", floats({1})}});
  EXPECT_TRUE(result.byPosition);
  ASSERT_EQ(result.differences.size(), 2u);
  EXPECT_EQ(result.differences[0].otherName, "t1");
  EXPECT_EQ(result.differences[1].otherName, "t2");
  EXPECT_EQ(result.first(), nullptr);
}

TEST(TensorDiffTest, ToleranceReplacesTheRule) {
  auto result = compareTensors(network(), {{"a", bytes({1})}}, {},
                               {{"a", bytes({3})}}, 2.0);
  EXPECT_EQ(result.first(), nullptr);
}

} // namespace
