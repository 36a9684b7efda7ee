//===- CompensatedRoundingTest.cpp - Rounding with known inputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/CompensatedRounding.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace quantc;

namespace {

/// Rows of `columns` numbers that are correlated, and have a mean.
std::vector<std::vector<float>> makeRows(size_t count, size_t columns,
                                         std::mt19937 &random) {
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> mix(columns, std::vector<float>(columns));
  for (auto &row : mix)
    for (float &value : row)
      value = normal(random);
  std::vector<std::vector<float>> rows;
  for (size_t r = 0; r < count; ++r) {
    std::vector<float> row(columns, 1.0f);
    for (size_t k = 0; k < columns; ++k) {
      float source = normal(random);
      for (size_t i = 0; i < columns; ++i)
        row[i] += source * mix[k][i];
    }
    rows.push_back(row);
  }
  return rows;
}

InputMoments measure(const std::vector<std::vector<float>> &rows) {
  InputMoments moments(rows.front().size());
  for (const std::vector<float> &row : rows)
    moments.add(row.data());
  return moments;
}

/// The squared error of the results if `weights` become `q` * scale.
double getError(const std::vector<std::vector<float>> &rows,
                const std::vector<double> &weights,
                const std::vector<double> &q, double scale) {
  double error = 0;
  for (const std::vector<float> &row : rows) {
    double difference = 0;
    for (size_t i = 0; i < row.size(); ++i)
      difference += (q[i] * scale - weights[i]) * row[i];
    error += difference * difference;
  }
  return error;
}

std::vector<double> roundToNearest(const std::vector<double> &weights,
                                   double scale) {
  std::vector<double> q;
  for (double weight : weights)
    q.push_back(std::round(weight / scale));
  return q;
}

std::vector<double> drawWeights(size_t columns, std::mt19937 &random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<double> weights(columns);
  for (double &weight : weights)
    weight = uniform(random);
  return weights;
}

constexpr StorageRange kRange{-127, 127};

TEST(CompensatedRoundingTest, HasLessErrorThanNearest) {
  std::mt19937 random(1);
  double nearest = 0, compensated = 0;
  size_t worse = 0;
  for (int layer = 0; layer < 1000; ++layer) {
    size_t columns = 16 + layer % 17;
    auto rows = makeRows(100, columns, random);
    Compensation compensation(measure(rows));
    double before = 0, after = 0;
    for (int output = 0; output < 8; ++output) {
      std::vector<double> weights = drawWeights(columns, random);
      double scale = 1.0 / 127;
      std::vector<double> q = weights;
      compensation.round(q.data(), scale, kRange);
      before += getError(rows, weights, roundToNearest(weights, scale), scale);
      after += getError(rows, weights, q, scale);
    }
    nearest += before;
    compensated += after;
    worse += after > before;
  }
  EXPECT_EQ(worse, 0u);
  EXPECT_LT(compensated, nearest * 0.6);
}

TEST(CompensatedRoundingTest, IsMostlyTheBestOfTwoWeights) {
  std::mt19937 random(2);
  int best = 0;
  constexpr int kLayers = 1000;
  for (int layer = 0; layer < kLayers; ++layer) {
    auto rows = makeRows(50, 2, random);
    Compensation compensation(measure(rows));
    std::vector<double> weights = drawWeights(2, random);
    double scale = 1.0 / 7;
    std::vector<double> q = weights;
    compensation.round(q.data(), scale, {-7, 7});
    double least = HUGE_VAL;
    for (int a = -7; a <= 7; ++a)
      for (int b = -7; b <= 7; ++b)
        least = std::min(
            least, getError(rows, weights, {double(a), double(b)}, scale));
    best += getError(rows, weights, q, scale) <= least * (1 + 1e-9);
  }
  EXPECT_GE(best, kLayers * 6 / 10);
}

TEST(CompensatedRoundingTest, WithoutInputsIsToNearest) {
  InputMoments moments(3);
  std::vector<float> zeros(3);
  moments.add(zeros.data());
  Compensation compensation(moments);
  std::vector<double> weights{0.26, -0.74, 9};
  compensation.round(weights.data(), 0.5, {-1, 1});
  EXPECT_EQ(weights, (std::vector<double>{1, -1, 1}));
}

TEST(CompensatedRoundingTest, UncorrelatedInputsAreRoundedToNearest) {
  InputMoments moments(3);
  for (int i = 0; i < 3; ++i) {
    std::vector<float> row(3);
    row[i] = 1;
    moments.add(row.data());
  }
  Compensation compensation(moments);
  std::vector<double> weights{0.3, 0.3, 0.3};
  compensation.round(weights.data(), 1, kRange);
  EXPECT_EQ(weights, (std::vector<double>{0, 0, 0}));
}

TEST(CompensatedRoundingTest, EqualInputsShareTheError) {
  InputMoments moments(4);
  for (float value : {1.0f, -2.0f, 3.0f}) {
    std::vector<float> row(4, value);
    moments.add(row.data());
  }
  EXPECT_NEAR(moments.mean(2), 2.0 / 3, 1e-12);
  Compensation compensation(moments);
  // The sum of the weights counts: 1.6.
  std::vector<double> weights{0.4, 0.4, 0.4, 0.4};
  compensation.round(weights.data(), 1, kRange);
  EXPECT_EQ(weights[0] + weights[1] + weights[2] + weights[3], 2);
}

TEST(CompensatedRoundingTest, StaysInRange) {
  std::mt19937 random(3);
  auto rows = makeRows(60, 24, random);
  Compensation compensation(measure(rows));
  for (int i = 0; i < 200; ++i) {
    std::vector<double> weights = drawWeights(24, random);
    compensation.round(weights.data(), 0.4, {-1, 1});
    for (double q : weights)
      EXPECT_TRUE(q == -1 || q == 0 || q == 1);
  }
}

TEST(CompensatedRoundingTest, ManyColumnsAreRoundedInBlocks) {
  size_t columns = InputMoments::kMostColumns * 2 + 1;
  InputMoments moments(columns);
  ASSERT_EQ(moments.blocks().size(), 3u);
  size_t end = 0;
  for (const InputMoments::Block &block : moments.blocks()) {
    EXPECT_EQ(block.begin, end);
    EXPECT_LE(block.size, InputMoments::kMostColumns);
    end += block.size;
  }
  EXPECT_EQ(end, columns);
}

TEST(CompensatedRoundingTest, CostIsTheErrorOfTheRows) {
  std::mt19937 random(4);
  auto rows = makeRows(2000, 12, random);
  InputMoments moments = measure(rows);
  Compensation compensation(moments);
  std::vector<double> weights = drawWeights(12, random), q = weights;
  double cost = compensation.round(q.data(), 0.1, kRange);
  double error = getError(rows, weights, q, 0.1);
  // The cost holds the damping, too.
  double trace = 0, squares = 0;
  for (size_t i = 0; i < 12; ++i) {
    trace += moments.blocks().front().products[i * 13];
    squares += std::pow(q[i] * 0.1 - weights[i], 2);
  }
  EXPECT_NEAR(cost, error + 0.01 * trace / 12 * squares, error * 1e-4);
}

TEST(CompensatedRoundingTest, ScalesAreWholeStepsOfTheLargestWeight) {
  std::vector<double> scales = proposeScales(0.5, kRange, 9);
  ASSERT_EQ(scales.size(), 13u);
  EXPECT_EQ(scales.front(), 0.5);
  for (size_t i = 0; i < scales.size(); ++i)
    EXPECT_EQ(scales[i], static_cast<float>(0.5 * 127 / (127.0 - i)));
  // Many columns average out what a scale could gain.
  EXPECT_EQ(proposeScales(0.5, kRange, InputMoments::kMostColumns + 1).size(),
            1u);
  // Of so few steps none can be spared.
  EXPECT_EQ(proposeScales(0.5, {-7, 7}, 9).size(), 1u);
}

} // namespace
