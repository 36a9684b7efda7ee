//===- TablesTest.cpp - Tests of tables and the integer softmax -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Tables.h"
#include "quantc/Numerics/Softmax.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

using namespace quantc;

// The numbers in test names are those of the rules in docs/Numerics.md.

namespace {

using Function = std::function<double(double)>;

TEST(TablesTest, N20_EntriesAreTheNearest) {
  AffineParams input{0.0625, 12, kInt8Activation};
  std::vector<std::pair<Function, AffineParams>> cases = {
      {[](double x) { return 1 / (1 + std::exp(-x)); },
       {1.0 / 256, -128, kInt8Activation}},
      {[](double x) { return std::tanh(x); }, {1.0 / 128, 0, kInt8Activation}},
      {[](double x) { return std::exp(x); },
       {static_cast<float>(5.3), -128, kInt8Activation}},
      {[](double x) { return x * x; },
       {static_cast<float>(0.3), -128, kInt8Activation}}};
  for (const auto &[function, output] : cases) {
    std::vector<int64_t> table = makeTable(function, input, output);
    ASSERT_EQ(256u, table.size());
    for (int64_t q = -128; q <= 127; ++q) {
      double exact = function(dequantize(q, input));
      double error = std::abs(dequantize(table[q + 128], output) - exact);
      for (int64_t other : {table[q + 128] - 1, table[q + 128] + 1})
        if (other >= -128 && other <= 127) {
          EXPECT_LE(error, std::abs(dequantize(other, output) - exact));
        }
    }
  }
}

TEST(TablesTest, N20_IdentityIsTheIdentity) {
  AffineParams params{0.3f, -5, kInt8Activation};
  std::vector<int64_t> table =
      makeTable([](double x) { return x; }, params, params);
  for (int64_t q = -128; q <= 127; ++q)
    EXPECT_EQ(q, table[q + 128]);
}

TEST(TablesTest, N20_CoversTheStorageRange) {
  AffineParams wide{1, 0, kInt16Activation}, byte{1, 128, kUInt8Activation};
  auto identity = [](double x) { return x; };
  EXPECT_EQ(65536u, makeTable(identity, wide, wide).size());
  std::vector<int64_t> table = makeTable(identity, byte, byte);
  EXPECT_EQ(0, table.front());
  EXPECT_EQ(255, table.back());
}

TEST(TablesTest, N21_NanAndInfinities) {
  AffineParams input{1, 0, kInt8Activation}, output{0.1f, 9, kInt8Activation};
  std::vector<int64_t> table =
      makeTable([](double x) { return std::log(x); }, input, output);
  EXPECT_EQ(9, table[0]);      // log(-128) is NaN.
  EXPECT_EQ(-128, table[128]); // log(0) is minus infinity.
  table = makeTable([](double x) { return 1 / x; }, input, output);
  EXPECT_EQ(127, table[128]);
}

TEST(SoftmaxTest, N23_OnlyDifferencesCount) {
  std::mt19937 random(9);
  for (int shift : {-28, 1, 60}) {
    std::vector<int8_t> row(20), moved(20);
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = static_cast<int8_t>(random() % 100) - 60;
      moved[i] = static_cast<int8_t>(row[i] + shift);
    }
    EXPECT_EQ(softmaxReference(row, 0.07), softmaxReference(moved, 0.07));
  }
}

TEST(SoftmaxTest, N24_TableIsMonotonicAndExactAtItsEnds) {
  for (double scale : {1e-6, 0.01, 0.1, 1.0, 100.0}) {
    auto table = makeExpTable(scale);
    EXPECT_EQ(32767, table[256]);
    for (size_t i = 1; i < table.size(); ++i)
      EXPECT_LE(table[i - 1], table[i]);
    for (int d = -256; d <= 0; ++d)
      EXPECT_LE(std::abs(table[d + 256] - 32767 * std::exp(scale * d)), 0.5);
  }
}

TEST(SoftmaxTest, N25_SumsFitInInt32) {
  EXPECT_EQ(0, softmaxShift(1));
  EXPECT_EQ(0, softmaxShift(256));
  EXPECT_EQ(1, softmaxShift(257));
  EXPECT_EQ(2, softmaxShift(1000));
  EXPECT_EQ(21, softmaxShift(int64_t(1) << 29));
  for (int bits = 0; bits <= 29; ++bits)
    for (int64_t count : {int64_t(1) << bits, (int64_t(1) << bits) - 1})
      if (count > 0) {
        EXPECT_LE(count * (32767 * 128 >> softmaxShift(count)), int64_t(1)
                                                                    << 30);
      }
}

/// The largest distance from real softmax, in steps.
double softmaxError(const std::vector<int8_t> &row, double scale) {
  std::vector<int8_t> result = softmaxReference(row, scale);
  int max = *std::max_element(row.begin(), row.end());
  double sum = 0, worst = 0;
  for (int8_t q : row)
    sum += std::exp(scale * (q - max));
  for (size_t i = 0; i < row.size(); ++i) {
    double exact = std::exp(scale * (row[i] - max)) / sum * 256 - 128;
    worst = std::max(worst, std::abs(result[i] - std::min(exact, 127.0)));
  }
  return worst;
}

TEST(SoftmaxTest, N27_TwoValuesExhaustively) {
  for (double scale : {0.002, 0.05, 0.3})
    for (int a = -128; a <= 127; ++a)
      for (int b = -128; b <= 127; ++b)
        ASSERT_LE(softmaxError({static_cast<int8_t>(a), static_cast<int8_t>(b)},
                               scale),
                  0.51);
}

TEST(SoftmaxTest, N28_ProbabilityOneSaturates) {
  EXPECT_EQ(std::vector<int8_t>{127}, softmaxReference({5}, 0.1));
  EXPECT_EQ((std::vector<int8_t>{-128, 127}), softmaxReference({-128, 127}, 1));
  EXPECT_EQ((std::vector<int8_t>{0, 0}), softmaxReference({9, 9}, 0.1));
}

/// N29's bound for rows of `count`.
double softmaxErrorBound(size_t count) {
  double n = static_cast<double>(count);
  return 0.5 + n / 255.9 + n * ((1 << softmaxShift(count)) - 1) / (1 << 14);
}

TEST(SoftmaxTest, N29_RandomRows) {
  std::mt19937 random(8);
  for (size_t count : {3, 10, 64, 300, 1000, 5000}) {
    for (double scale : {0.01, 0.08, 0.25}) {
      std::vector<int8_t> row(count);
      for (int8_t &q : row)
        q = static_cast<int8_t>(random());
      EXPECT_LE(softmaxError(row, scale), softmaxErrorBound(count))
          << count << " " << scale;
    }
  }
}

TEST(SoftmaxTest, N29_WorstRows) {
  // One maximum, and all others where the table rounds the most.
  constexpr double scale = 0.08;
  for (size_t count : {2, 10, 127, 256, 257, 1000}) {
    double worst = 0;
    for (int d = 0; d <= 255; ++d) {
      std::vector<int8_t> row(count, static_cast<int8_t>(127 - d));
      row[0] = 127;
      worst = std::max(worst, softmaxError(row, scale));
    }
    EXPECT_LE(worst, softmaxErrorBound(count)) << count;
    if (count < 128) {
      EXPECT_LE(worst, 1) << count;
    }
  }
}

/// The largest distance of softmax of accumulators from real softmax, in steps.
double accumulatorError(const std::vector<int32_t> &row,
                        const std::vector<double> &scales) {
  std::vector<int8_t> result = softmaxOfAccumulators(row, scales);
  std::vector<double> logits;
  for (size_t i = 0; i < row.size(); ++i)
    logits.push_back(row[i] * scales[i % scales.size()]);
  double max = *std::max_element(logits.begin(), logits.end());
  double sum = 0, worst = 0;
  for (double logit : logits)
    sum += std::exp(logit - max);
  for (size_t i = 0; i < row.size(); ++i) {
    double exact = std::exp(logits[i] - max) / sum * 256 - 128;
    worst = std::max(worst, std::abs(result[i] - std::min(exact, 127.0)));
  }
  return worst;
}

TEST(SoftmaxTest, N46_FormatHoldsEveryAccumulator) {
  EXPECT_EQ(11, chooseLogitFormat(std::ldexp(1.0, -12)).fractionBits);
  EXPECT_EQ(11, chooseLogitFormat(1e-30).fractionBits);
  for (double scale : {1e-18, 1e-4, 0.0003, 0.002, 0.7, 1.0, 3e5, 9e18}) {
    LogitFormat format = chooseLogitFormat(scale);
    EXPECT_LE(std::ldexp(scale, 31 + format.fractionBits), std::ldexp(1.0, 30));
    EXPECT_EQ(-(1 << 15), format.lowest * (1 << format.leftShift));
    if (format.fractionBits < 11) { // None finer would do.
      EXPECT_GT(std::ldexp(scale, 32 + format.fractionBits),
                std::ldexp(1.0, 30));
    }
  }
}

TEST(SoftmaxTest, N46_RandomRows) {
  std::mt19937 random(11);
  for (size_t count : {2, 10, 100}) {
    for (double scale : {1e-7, 0.0002, 0.0009}) {
      int32_t fractionBits = chooseLogitFormat(scale).fractionBits;
      std::uniform_real_distribution<double> logit(-6, 6), finer(0.1, 1);
      for (int i = 0; i < 50; ++i) {
        std::vector<int32_t> row;
        std::vector<double> scales;
        for (size_t c = 0; c < count; ++c) {
          scales.push_back(scale * (c == 0 ? 1 : finer(random)));
          row.push_back(static_cast<int32_t>(logit(random) / scales.back()));
        }
        EXPECT_LE(accumulatorError(row, scales),
                  softmaxErrorBound(count) + std::ldexp(1.0, -5) +
                      std::ldexp(1.0, 6 - fractionBits))
            << count << " " << scale;
      }
    }
  }
}

TEST(SoftmaxTest, N46_TellsApartWhatEightBitsTie) {
  // 20 and 19.95 of logits up to 20: one step of int8, which is 20/127.
  std::vector<int8_t> result =
      softmaxOfAccumulators({0, 200000, 199500}, {0.0001});
  EXPECT_GT(result[1], result[2]);
}

TEST(SoftmaxTest, N46_ExtremesDoNotWrap) {
  for (double scale : {1e-9, 1e-4, 0.01, 1.0, 1e15}) {
    std::vector<int8_t> result =
        softmaxOfAccumulators({INT32_MIN, 0, INT32_MAX}, {scale});
    EXPECT_LE(accumulatorError({INT32_MIN, 0, INT32_MAX}, {scale}), 1) << scale;
    EXPECT_LE(result[0], result[1]);
    EXPECT_LE(result[1], result[2]);
  }
  // A nearly dead channel uses all of int32 for a small number.
  EXPECT_LE(accumulatorError({1 << 30, -(1 << 30), 3000}, {1e-9, 1e-9, 0.0005}),
            1);
}

TEST(SoftmaxTest, N25_LongEqualRows) {
  for (size_t count : {256, 257, 100000}) {
    std::vector<int8_t> result =
        softmaxReference(std::vector<int8_t>(count, 3), 0.1);
    for (int8_t q : result)
      ASSERT_EQ(count <= 257 ? -127 : -128, q);
  }
}

} // namespace
