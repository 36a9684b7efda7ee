//===- RequantizeTest.cpp - Tests of fixed-point scaling -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Requantize.h"
#include "quantc/Numerics/Constants.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace quantc;

// The numbers in test names are those of the rules in docs/Numerics.md.

namespace {

constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
constexpr int32_t kMax = std::numeric_limits<int32_t>::max();

__extension__ using Int128 = __int128;

/// floor(a / 2^bits).
Int128 floorShift(Int128 a, int bits) { return a >> bits; }

/// TFLite's building blocks, from their definition: nearest of a*b / 2^31 with
/// ties towards plus infinity, and nearest of x / 2^bits with ties away from 0.
int32_t saturatingRoundingDoublingHighMul(int32_t a, int32_t b) {
  if (a == kMin && b == kMin)
    return kMax;
  return static_cast<int32_t>(
      floorShift(Int128(a) * b * 2 + (Int128(1) << 31), 32));
}
int32_t roundingDivideByPowerOfTwo(int32_t x, int bits) {
  double quotient = std::ldexp(static_cast<double>(x), -bits);
  return static_cast<int32_t>(std::round(quotient));
}
int32_t multiplyByQuantizedMultiplier(int32_t x, int32_t multiplier,
                                      int exponent) {
  int left = std::max(exponent, 0), right = std::max(-exponent, 0);
  return roundingDivideByPowerOfTwo(
      saturatingRoundingDoublingHighMul(x * (1 << left), multiplier), right);
}

std::vector<int32_t> interestingValues(std::mt19937 &random) {
  std::vector<int32_t> values = {0,    1,        -1,   2,       -2,
                                 kMin, kMin + 1, kMax, kMax - 1};
  for (int bit = 1; bit < 31; ++bit)
    for (int delta : {-1, 0, 1})
      for (int sign : {-1, 1})
        values.push_back(sign * ((1 << bit) + delta));
  for (int i = 0; i < 200; ++i)
    values.push_back(static_cast<int32_t>(random()) >> (random() % 31));
  return values;
}

std::vector<int32_t> interestingMultipliers(std::mt19937 &random) {
  std::vector<int32_t> multipliers = {1 << 30,  (1 << 30) + 1, kMax,
                                      kMax - 1, 3 << 29,       0x55555555};
  for (int i = 0; i < 20; ++i)
    multipliers.push_back(static_cast<int32_t>(random() >> 2) | (1 << 30));
  return multipliers;
}

/// Calls `check(value, multiplier)` where N13 holds.
template <typename Check>
void sweep(Check check) {
  std::mt19937 random(99);
  std::vector<int32_t> values = interestingValues(random);
  for (int32_t multiplier : interestingMultipliers(random)) {
    for (int32_t shift = kMinShift; shift <= kMaxShift; ++shift) {
      FixedPointMultiplier m{multiplier, shift};
      for (int32_t value : values)
        if (std::abs(static_cast<int64_t>(value)) <= maxRescaleMagnitude(m))
          check(value, m);
    }
  }
}

TEST(RequantizeTest, N8_BiasesAreNearestAndWithinTheGuard) {
  std::mt19937 random(12);
  std::uniform_real_distribution<double> exponent(-9, 3);
  for (int i = 0; i < 5000; ++i) {
    auto inputScale = static_cast<float>(std::pow(10, exponent(random)));
    auto weightScale = static_cast<float>(std::pow(10, exponent(random)));
    double bias = std::pow(10, exponent(random)) * (random() % 2 ? 1 : -1);
    double widened = widenWeightScaleForBias(weightScale, inputScale, bias);
    AffineParams params{inputScale * widened, 0, kInt32Bias};
    int64_t q = quantizeBias(static_cast<float>(bias), params.scale);
    EXPECT_LE(std::abs(q), (1 << 30) + (1 << 9));
    // Half a step, and the rounding of four floats.
    EXPECT_LE(std::abs(dequantize(q, params) - bias),
              params.scale * 0.5 + std::abs(bias) * 4 / (1 << 24));
  }
}

TEST(RequantizeTest, N9_BiasesThatFitKeepTheScale) {
  EXPECT_EQ(0.5, widenWeightScaleForBias(0.5, 0.25, 0));
  EXPECT_EQ(0.5, widenWeightScaleForBias(0.5, 0.25, -(1 << 27)));
  EXPECT_LT(0.5, widenWeightScaleForBias(0.5, 0.25, -(1 << 27) - 16.0));
}

TEST(RequantizeTest, N9_WidenedScaleMeetsTheGuard) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> exponent(-6, 6), mantissa(1, 10);
  for (int i = 0; i < 2000; ++i) {
    auto inputScale =
        static_cast<float>(mantissa(random) * std::pow(10, exponent(random)));
    auto weightScale = static_cast<float>(mantissa(random) * 1e-30);
    double bias = mantissa(random) * std::pow(10, exponent(random));
    double scale = widenWeightScaleForBias(weightScale, inputScale, bias);
    EXPECT_EQ(scale, static_cast<float>(scale));
    EXPECT_NEAR(bias / (inputScale * scale) / (1 << 30), 1, 2e-7);
  }
}

TEST(RequantizeTest, N9_StepsPerScaleAreRoundedBeforeTheRange) {
  // With 127 / scale in double it would be 0x1.aaaaacp-24.
  EXPECT_EQ(0x1.aaaaaap-24, widenWeightScaleForBias(1e-30, 3 / 64.0, 5));
  // With 2^30 instead of 2^30 - 1/2 it would be 0x1.249248p-27.
  EXPECT_EQ(0x1.24924ap-27, widenWeightScaleForBias(1e-30, 35 / 64.0, 5));
}

TEST(RequantizeTest, N7_WeightsAreDividedByTheUnroundedScale) {
  float largest = 0.3f;
  double exact = double(largest) / 127;
  auto scale = static_cast<float>(exact);
  for (int steps = -127; steps < 127; ++steps) {
    auto tie = static_cast<float>((steps + 0.5) * exact);
    auto quotient = static_cast<float>(tie / exact);
    EXPECT_EQ(quantizeWeight(tie, scale, largest), std::round(quotient));
  }
  EXPECT_EQ(quantizeWeight(largest, scale, largest), 127);
  EXPECT_EQ(quantizeWeight(-0.5f, 1.0, 0.75), -1); // away from zero
  EXPECT_EQ(quantizeWeight(2.5f, 1.0, 127.0), 3);
}

TEST(RequantizeTest, N8_BiasesAreDividedInFloat32) {
  EXPECT_EQ(quantizeBias(2.5f, 1.0), 3);
  EXPECT_EQ(quantizeBias(-2.5f, 1.0), -3);
  EXPECT_EQ(quantizeBias(33554436.0f, 1.0), 33554436);
  EXPECT_EQ(quantizeBias(1e30f, 1e-10), INT32_MAX);
  EXPECT_EQ(quantizeBias(-1e38f, 1e-30), INT32_MIN);
}

TEST(RequantizeTest, N9_HugeBiasesEndAtTheLargestFloat) {
  double largest = std::numeric_limits<float>::max();
  EXPECT_EQ(static_cast<float>(largest / 127),
            widenWeightScaleForBias(1e-30, 1e-30, 1e300));
}

TEST(RequantizeTest, N10_MultipliersAreNormalizedAndNearest) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> exponent(-31.9, 28.9);
  for (int i = 0; i < 20000; ++i) {
    double real = std::exp2(exponent(random));
    auto m = deriveMultiplier(real);
    ASSERT_TRUE(m);
    EXPECT_GE(m->multiplier, 1 << 30);
    EXPECT_GE(m->shift, kMinShift);
    EXPECT_LE(m->shift, kMaxShift);
    double value = std::ldexp(m->multiplier, -m->shift);
    EXPECT_LE(std::abs(value - real), std::ldexp(0.5, -m->shift));
  }
}

TEST(RequantizeTest, N10_PowersOfTwoAreExact) {
  for (int exponent = -32; exponent <= 28; ++exponent) {
    auto m = deriveMultiplier(std::ldexp(1, exponent));
    ASSERT_TRUE(m);
    EXPECT_EQ(1 << 30, m->multiplier);
    EXPECT_EQ(30 - exponent, m->shift);
  }
}

TEST(RequantizeTest, N10_RoundingUpToAPowerOfTwoRenormalizes) {
  auto m = deriveMultiplier(std::nextafter(1.0, 0.0));
  ASSERT_TRUE(m);
  EXPECT_EQ(1 << 30, m->multiplier);
  EXPECT_EQ(30, m->shift);
}

TEST(RequantizeTest, N11_OutOfRange) {
  EXPECT_FALSE(deriveMultiplier(std::ldexp(1, 29)));
  EXPECT_FALSE(deriveMultiplier(std::nextafter(std::ldexp(1, 29), 0.0)));
  EXPECT_FALSE(deriveMultiplier(-1));
  EXPECT_FALSE(deriveMultiplier(NAN));
  EXPECT_FALSE(deriveMultiplier(std::numeric_limits<double>::infinity()));
  for (double tiny : {0.0, 1e-300, std::ldexp(0.999, -32)}) {
    auto m = deriveMultiplier(tiny);
    ASSERT_TRUE(m);
    EXPECT_EQ(0, m->multiplier);
    for (int32_t value : {0, 1, -2})
      EXPECT_EQ(0, applyScale32(value, *m, Rounding::Single));
  }
}

TEST(RequantizeTest, N12_SingleIsOneRoundingTiesTowardsPlusInfinity) {
  sweep([](int32_t value, FixedPointMultiplier m) {
    // floor(x + 1/2), x = value * multiplier / 2^shift.
    Int128 twice = Int128(value) * m.multiplier * 2 + (Int128(1) << m.shift);
    ASSERT_EQ(static_cast<int32_t>(floorShift(twice, m.shift + 1)),
              applyScale32(value, m, Rounding::Single))
        << value << " * " << m.multiplier << " >> " << m.shift;
  });
}

TEST(RequantizeTest, N13_ResultsFitInsideTheDefinedRange) {
  sweep([](int32_t value, FixedPointMultiplier m) {
    double exact =
        std::ldexp(static_cast<double>(value) * m.multiplier, -m.shift);
    for (Rounding rounding : {Rounding::Single, Rounding::Double})
      ASSERT_LE(std::abs(applyScale32(value, m, rounding) - exact), 1.0);
  });
}

TEST(RequantizeTest, N14_DoubleEqualsTflite) {
  sweep([](int32_t value, FixedPointMultiplier m) {
    // TFLite's exponent is 31 - shift; its left shift must not overflow, which
    // N13 implies.
    ASSERT_EQ(multiplyByQuantizedMultiplier(value, m.multiplier, 31 - m.shift),
              applyScale32(value, m, Rounding::Double))
        << value << " * " << m.multiplier << " >> " << m.shift;
  });
}

TEST(RequantizeTest, N14_DoubleDiffersFromSingle) {
  // 0.49999...: the first rounding makes a tie of it, the second rounds that
  // up.
  FixedPointMultiplier m{kMax, 32};
  EXPECT_EQ(0, applyScale32(1, {kMax, 32}, Rounding::Single));
  EXPECT_EQ(1, applyScale32(1, m, Rounding::Double));
}

TEST(RequantizeTest, N14_RoundingsAgreeWithoutASecondShift) {
  sweep([](int32_t value, FixedPointMultiplier m) {
    if (m.shift <= 31) {
      ASSERT_EQ(applyScale32(value, m, Rounding::Single),
                applyScale32(value, m, Rounding::Double));
    }
  });
}

TEST(RequantizeTest, N15_RequantizeInt8Exhaustively) {
  auto m = deriveMultiplier(0.7310585);
  ASSERT_TRUE(m);
  for (int32_t inputZero : {-128, -3, 0, 127}) {
    for (int32_t outputZero : {-128, 5, 127}) {
      for (int32_t q = -128; q <= 127; ++q) {
        double exact = (q - inputZero) * 0.7310585 + outputZero;
        double expected = std::min(127.0, std::max(-128.0, std::round(exact)));
        ASSERT_EQ(expected, requantize(q, inputZero, *m, outputZero,
                                       kInt8Activation, Rounding::Single));
      }
    }
  }
}

TEST(RequantizeTest, N15_SaturatesToTheStorageRange) {
  FixedPointMultiplier one{1 << 30, 30};
  for (StorageRange storage :
       {kInt8Activation, kUInt8Activation, kInt16Activation, kInt8Weight}) {
    EXPECT_EQ(storage.max,
              requantize(1 << 20, 0, one, 3, storage, Rounding::Single));
    EXPECT_EQ(storage.min,
              requantize(-(1 << 20), 0, one, 3, storage, Rounding::Single));
  }
}

TEST(RequantizeTest, N15_ExtremeValuesAreDefined) {
  std::mt19937 random(6);
  for (int32_t value : interestingValues(random))
    for (int32_t shift : {2, 30, 31, 32, 62})
      for (int32_t zeroPoint : {-128, 127, kMin, kMax})
        for (Rounding rounding : {Rounding::Single, Rounding::Double}) {
          int32_t result = requantize(value, zeroPoint, {kMax, shift},
                                      zeroPoint, kInt8Activation, rounding);
          EXPECT_TRUE(result >= -128 && result <= 127);
        }
}

TEST(RequantizeTest, N16_AdditionStaysWithinAStepExhaustively) {
  constexpr double lhs = 0.043, rhs = 0.0117, out = 0.0531;
  double common = commonAdditionScale(lhs, rhs, /*width=*/8);
  EXPECT_EQ(2 * lhs / (1 << 20), common);
  auto mLhs = deriveMultiplier(lhs / common),
       mRhs = deriveMultiplier(rhs / common);
  auto mOut = deriveMultiplier(common / out);
  ASSERT_TRUE(mLhs && mRhs && mOut);
  for (int32_t a = -128; a <= 127; ++a)
    for (int32_t b = -128; b <= 127; ++b) {
      int32_t sum = applyScale32(a - 11, *mLhs, Rounding::Single) +
                    applyScale32(b + 20, *mRhs, Rounding::Single);
      int32_t q =
          requantize(sum, 0, *mOut, -4, kInt8Activation, Rounding::Single);
      double exact = ((a - 11) * lhs + (b + 20) * rhs) / out - 4;
      exact = std::min(127.0, std::max(-128.0, exact));
      ASSERT_LE(std::abs(q - exact), 0.5001);
    }
}

TEST(RequantizeTest, N17_MultiplicationIsNearestExhaustively) {
  constexpr double lhs = 0.043, rhs = 0.0117, out = 0.0531;
  auto m = deriveMultiplier(lhs * rhs / out);
  ASSERT_TRUE(m);
  for (int32_t a = -128; a <= 127; ++a)
    for (int32_t b = -128; b <= 127; ++b) {
      int32_t product = (a - 11) * (b + 20);
      double exact = product * lhs * rhs / out - 4;
      exact = std::min(127.0, std::max(-128.0, exact));
      ASSERT_LE(std::abs(requantize(product, 0, *m, -4, kInt8Activation,
                                    Rounding::Single) -
                         exact),
                0.5001);
    }
}

TEST(RequantizeTest, N18_MeansAreNearest) {
  constexpr double inputScale = 0.05, outputScale = 0.031;
  for (int32_t count : {1, 2, 7, 49, 1000}) {
    auto m = deriveMultiplier(inputScale / (count * outputScale));
    ASSERT_TRUE(m);
    for (int32_t sum = -255 * count; sum <= 255 * count; sum += 1 + count / 9) {
      double exact = sum * inputScale / count / outputScale;
      exact = std::min(127.0, std::max(-128.0, exact));
      ASSERT_LE(std::abs(requantize(sum, 0, *m, 0, kInt8Activation,
                                    Rounding::Single) -
                         exact),
                0.50001);
    }
  }
}

TEST(RequantizeTest, N19_AverageIsNearestTiesAwayFromZero) {
  for (int32_t count = 1; count <= 300; ++count) {
    FixedPointMultiplier m = reciprocalScale(count);
    ASSERT_GE(m.multiplier, 1 << 30);
    ASSERT_LE(m.shift, kMaxShift);
    for (int32_t sum = -255 * count; sum <= 255 * count; ++sum) {
      int32_t magnitude = (2 * std::abs(sum) + count) / (2 * count);
      ASSERT_EQ(sum < 0 ? -magnitude : magnitude,
                applyScale32(sum, m, Rounding::Single))
          << sum << " / " << count;
    }
  }
}

TEST(RequantizeTest, N19_LargestCounts) {
  for (uint32_t count : {0x10000u, 0x7fffffffu, 0x80000000u}) {
    FixedPointMultiplier m = reciprocalScale(count);
    EXPECT_GE(std::ldexp(m.multiplier, -m.shift) * count, 1 - 1e-9);
    EXPECT_LE(std::ldexp(m.multiplier, -m.shift) * count, 1 + 2e-9);
  }
}

TEST(RequantizeTest, N30_AccumulatorAndBiasFitInInt32) {
  constexpr int64_t kProducts = 33155, kLargest = 255 * 127;
  EXPECT_LE(kProducts * kLargest + (int64_t(1) << 30), kMax);
  EXPECT_GT((kProducts + 1) * kLargest + (int64_t(1) << 30), kMax);
}

} // namespace
