//===- Int16Test.cpp - Arithmetic of int16 activations -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Requantize.h"
#include "quantc/Numerics/Softmax.h"
#include "quantc/Numerics/Tables.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

using namespace quantc;

TEST(Int16, N65_BiasHas48Bits) {
  constexpr int64_t kLimit = int64_t(1) << 46;
  EXPECT_EQ(10000000000, quantizeBias48(2500.0, 2.5e-7));
  EXPECT_EQ(2, quantizeBias48(2.5, 1.0));
  EXPECT_EQ(kLimit, quantizeBias48(1e30, 1e-9));
  EXPECT_EQ(-kLimit, quantizeBias48(-1e30, 1e-9));
}

TEST(Int16, N67_MultiplierHas16Bits) {
  EXPECT_FALSE(deriveMultiplier16(8192));
  EXPECT_FALSE(deriveMultiplier16(NAN));
  EXPECT_EQ(0, deriveMultiplier16(std::ldexp(0.9, -48))->multiplier);
  for (double real = std::ldexp(1.0, -47); real < 8000; real *= 1.37) {
    std::optional<FixedPointMultiplier> m = deriveMultiplier16(real);
    ASSERT_TRUE(m);
    EXPECT_GE(m->multiplier, 1 << 14);
    EXPECT_LE(m->multiplier, INT16_MAX);
    double represented = std::ldexp(double(m->multiplier), -m->shift);
    EXPECT_LE(std::fabs(represented / real - 1), std::ldexp(1.0, -15));
  }
}

TEST(Int16, N67_RoundsOnceTiesUp) {
  FixedPointMultiplier half = *deriveMultiplier16(0.5);
  EXPECT_EQ(2, applyScale16(3, half));
  EXPECT_EQ(-1, applyScale16(-3, half));
  std::mt19937_64 random(1);
  for (double real : {0.3, 1e-3, 3e-5, 1e-8}) {
    FixedPointMultiplier m = *deriveMultiplier16(real);
    long double exact = std::ldexp((long double)m.multiplier, -m.shift);
    auto limit = static_cast<int64_t>(std::min(2e9 / real, 1.4e14));
    std::uniform_int_distribution<int64_t> values(-limit, limit);
    for (int i = 0; i < 20000; ++i) {
      int64_t value = values(random);
      EXPECT_EQ(std::floor(value * exact + 0.5L), applyScale16(value, m));
    }
  }
}

TEST(Int16, N68_SumsFitInt32) {
  for (double ratio : {1.0, 0.7, 1e-3, 1e-7}) {
    double common = commonAdditionScale(0.5, 0.5 * ratio, /*width=*/16);
    FixedPointMultiplier large = *deriveMultiplier(0.5 / common);
    EXPECT_EQ(-(1 << 29), applyScale32(INT16_MIN, large, Rounding::Single));
  }
}

/// The results of `function` as makeInt16Table wants them.
static std::vector<int64_t> evaluate(std::function<double(double)> function,
                                     double input, double output) {
  std::vector<int64_t> exact;
  for (int32_t q = INT16_MIN; q <= INT16_MAX + 1; ++q)
    exact.push_back(
        quantize(function(q * input), {output, 0, kInt16Activation}));
  return exact;
}

TEST(Int16, N70_InterpolationIsOffByOneStepAtMost) {
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  std::vector<int64_t> exact = evaluate(sigmoid, 8.0 / 32768, 1.0 / 32768);
  std::optional<Int16Table> table = makeInt16Table(exact);
  ASSERT_TRUE(table);
  for (int32_t q = INT16_MIN; q <= INT16_MAX; ++q) {
    int64_t rounded = (interpolate(*table, static_cast<int16_t>(q)) + 64) >> 7;
    ASSERT_LE(std::abs(rounded - exact[q - INT16_MIN]), 1) << q;
  }
  // A corner between two entries, and a step that no difference holds.
  auto corner = [](double x) { return std::fabs(x - 0.001); };
  EXPECT_FALSE(makeInt16Table(evaluate(corner, 1.0 / 32768, 1.0 / 32768)));
  auto step = [](double x) { return x < 0 ? -1.0 : 1.0; };
  EXPECT_FALSE(makeInt16Table(evaluate(step, 1.0 / 32768, 1.0 / 32768)));
}

TEST(Int16, N71_SoftmaxIsTheNearestInteger) {
  std::mt19937 random(2);
  for (size_t count : {1, 2, 10, 1000, 32768})
    for (double scale : {1e-5, 3e-4, 1e-2, 1.0}) {
      std::uniform_int_distribution<int> values(INT16_MIN, INT16_MAX);
      std::vector<int16_t> row(count);
      for (int16_t &q : row)
        q = static_cast<int16_t>(values(random));
      row[0] = INT16_MIN;
      row.back() = INT16_MAX;
      double sum = 0;
      for (int16_t q : row)
        sum += std::exp(scale * (q - INT16_MAX));
      std::vector<int16_t> result = softmaxOfInt16(row, scale);
      for (size_t i = 0; i < count; ++i) {
        double exact = std::min(
            32767.0, 32768 * std::exp(scale * (row[i] - INT16_MAX)) / sum);
        ASSERT_LE(std::fabs(result[i] - exact), 0.51) << count << " " << scale;
      }
    }
}

TEST(Int16, N71_EqualElements) {
  std::vector<int16_t> row(kMaxInt16Softmax, 5);
  for (int16_t q : softmaxOfInt16(row, 0.1))
    EXPECT_EQ(1, q);
  EXPECT_EQ(32767, softmaxOfInt16({7}, 0.1).front());
}
