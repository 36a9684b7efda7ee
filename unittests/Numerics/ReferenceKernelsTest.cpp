//===- ReferenceKernelsTest.cpp - Tests of TFLite's rules -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/ReferenceKernels.h"
#include "quantc/Numerics/FixedPoint.h"
#include "quantc/Numerics/Softmax.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>

using namespace quantc;

// The numbers in test names are those of the rules in docs/Numerics.md.

namespace {

constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
constexpr int32_t kMax = std::numeric_limits<int32_t>::max();

__extension__ using Int128 = __int128;

/// floor((2 * numerator + denominator) / (2 * denominator)): nearest, ties up.
Int128 nearestUp(Int128 numerator, Int128 denominator) {
  Int128 a = 2 * numerator + denominator, b = 2 * denominator;
  return a / b - (a % b < 0);
}

TEST(ReferenceKernelsTest, N36_HighProductIsNearest) {
  std::mt19937 random(1);
  std::vector<int32_t> values = {0,    1,       -1,         kMin,
                                 kMax, 1 << 30, -(1 << 30), kMin + 1};
  for (int i = 0; i < 300; ++i)
    values.push_back(static_cast<int32_t>(random()) >> (random() % 31));
  for (int32_t a : values)
    for (int32_t b : values)
      if (a == kMin && b == kMin)
        EXPECT_EQ(kMax, highProduct(a, b));
      else
        EXPECT_EQ(nearestUp(Int128(a) * b, Int128(1) << 31),
                  Int128(highProduct(a, b)));
}

TEST(ReferenceKernelsTest, N36_ShiftRoundsTiesAwayFromZero) {
  for (int shift = 0; shift <= 31; ++shift)
    for (int64_t x = -40; x <= 40; ++x)
      for (int64_t unit : {int64_t(1), int64_t(1) << std::max(shift - 2, 0)}) {
        auto value =
            static_cast<int32_t>(std::clamp<int64_t>(x * unit, kMin, kMax));
        EXPECT_EQ(std::round(std::ldexp(double(value), -shift)),
                  roundingShiftRight(value, shift));
      }
}

TEST(ReferenceKernelsTest, N36_MultiplyDoubleIsDoubleRounding) {
  std::mt19937 random(2);
  for (int i = 0; i < 100000; ++i) {
    FixedPointMultiplier m{static_cast<int32_t>(random() % (1u << 30)) +
                               (1 << 30),
                           static_cast<int32_t>(random() % 60) + 2};
    int64_t limit = maxRescaleMagnitude(m);
    auto value = static_cast<int32_t>(
        static_cast<int64_t>(random()) % (2 * limit + 1) - limit);
    ASSERT_EQ(applyScale32(value, m, Rounding::Double),
              multiplyDouble(value, m))
        << value << " * " << m.multiplier << " >> " << m.shift;
  }
}

/// The largest difference of `function` from `exact` over all inputs with
/// `integerBits` that are multiples of `step`, in units of 2^-31.
double largestError(int32_t (*function)(int32_t, int), double (*exact)(double),
                    int integerBits, int64_t from, int64_t to, int64_t step) {
  double error = 0;
  for (int64_t a = from; a <= to; a += step) {
    double real = std::ldexp(double(a), integerBits - 31);
    double raw = function(static_cast<int32_t>(a), integerBits);
    error = std::max(error, std::fabs(raw - std::ldexp(exact(real), 31)));
  }
  return error;
}

TEST(ReferenceKernelsTest, N37_FixedPointFunctionsApproximate) {
  // A step that is odd meets every low bit.
  auto exponential = [](double x) { return std::exp(x); };
  EXPECT_LT(largestError(expOfNegative, exponential, 5, kMin, 0, 10007), 2e3);
  EXPECT_LT(largestError(expOfNegative, exponential, 0, kMin, 0, 10007), 2e3);
  auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  EXPECT_LT(
      largestError(fixedPointLogistic, logistic, 4, kMin + 1, kMax, 10007),
      2e3);
  auto tangent = [](double x) { return std::tanh(x); };
  EXPECT_LT(largestError(fixedPointTanh, tangent, 4, kMin + 1, kMax, 10007),
            4e3);
}

TEST(ReferenceKernelsTest, N37_SpecialValues) {
  EXPECT_EQ(kMax, expOfNegative(0, 5));
  EXPECT_EQ(1 << 30, fixedPointLogistic(0, 4));
  EXPECT_EQ(0, fixedPointTanh(0, 4));
  // 1 / (1 + 0) saturates; 1 / (1 + 1) is a half.
  EXPECT_EQ(kMax, reciprocalOfOnePlus(0));
  EXPECT_NEAR(1 << 30, reciprocalOfOnePlus(kMax), 4);
  for (int32_t a : {1, 77, 1 << 20, 123456789, kMax})
    EXPECT_EQ(-fixedPointTanh(a, 4), fixedPointTanh(-a, 4));
}

TEST(ReferenceKernelsTest, N40_MeanMultiplierTruncates) {
  // 0.75 = 0x60000000 * 2^-31; 9 has three bits below its highest.
  auto m = deriveMeanMultiplier(0.75, 9);
  ASSERT_TRUE(m);
  EXPECT_EQ((int64_t(0x60000000) << 3) / 9, m->multiplier);
  EXPECT_EQ(31 + 3, m->shift);
  // A power of two changes the shift only.
  m = deriveMeanMultiplier(0.75, 64);
  ASSERT_TRUE(m);
  EXPECT_EQ(0x60000000, m->multiplier);
  EXPECT_EQ(31 + 6, m->shift);
  // The shift stays within TOSA's.
  m = deriveMeanMultiplier(std::ldexp(0.75, -30), 64);
  ASSERT_TRUE(m);
  EXPECT_EQ(62, m->shift);
  EXPECT_EQ((int64_t(0x60000000) << 1) / 64, m->multiplier);
}

TEST(ReferenceKernelsTest, N41_SoftmaxIsWithinAStep) {
  std::mt19937 random(3);
  for (double scale : {0.001, 0.05, 0.3, 2.0, 50.0})
    for (size_t count : {1, 2, 10, 300}) {
      std::vector<int8_t> row(count);
      for (int8_t &q : row)
        q = static_cast<int8_t>(random());
      double sum = 0;
      int max = *std::max_element(row.begin(), row.end());
      for (int8_t q : row)
        sum += std::exp(scale * (q - max));
      std::vector<int8_t> result = softmaxInFixedPoint(row, scale);
      for (size_t i = 0; i < count; ++i) {
        double exact = 256 * std::exp(scale * (row[i] - max)) / sum - 128;
        EXPECT_NEAR(std::min(exact, 127.0), result[i], 0.51);
      }
    }
}

TEST(ReferenceKernelsTest, N41_SmallExponentialsDoNotCount) {
  // 31 steps of real distance end the domain: 31 / scale codes.
  auto table = makeSoftmaxExponentials(1.0);
  EXPECT_EQ(kMax, table[255]);
  EXPECT_EQ(0, table[255 - 40]);
  EXPECT_NEAR(std::exp(-1.0) * 0x1p31, table[254], 2e3);
}

TEST(ReferenceKernelsTest, N42_TablesAreWithinAStep) {
  for (double scale : {0.001, 0.0312, 0.1, 1.0})
    for (int64_t zeroPoint : {-128, -3, 0, 127}) {
      Int8Table logistic = makeLogisticTable(scale, zeroPoint);
      Int8Table tangent = makeTanhTable(scale, zeroPoint);
      for (int q = -128; q <= 127; ++q) {
        double x = scale * double(q - zeroPoint);
        double expected = std::min(256 / (1 + std::exp(-x)) - 128, 127.0);
        EXPECT_NEAR(expected, logistic[q + 128], 0.51);
        EXPECT_NEAR(std::min(128 * std::tanh(x), 127.0), tangent[q + 128],
                    0.51);
      }
    }
}

TEST(ReferenceKernelsTest, N43_QuantizeRoundsHalfAway) {
  AffineParams params{0.5, 3, kInt8Activation};
  EXPECT_EQ(3 + 1, quantizeInFloat32(0.25f, params));
  EXPECT_EQ(3 - 1, quantizeInFloat32(-0.25f, params));
  EXPECT_EQ(3 + 3, quantizeInFloat32(1.25f, params));
  EXPECT_EQ(127, quantizeInFloat32(INFINITY, params));
  EXPECT_EQ(-128, quantizeInFloat32(-1e30f, params));
  EXPECT_EQ(3, quantizeInFloat32(NAN, params));
  // 0.35 / 0.1 is below 3.5, but in float32 it is 3.5.
  AffineParams tenth{0.1f, 0, kInt8Activation};
  EXPECT_EQ(std::round(0.35f / 0.1f), quantizeInFloat32(0.35f, tenth));
}

TEST(ReferenceKernelsTest, N43_ThresholdsAreWhereCodesBegin) {
  for (float scale : {0.5f, 0.1f, 1.0f, 0.0039215689f, 1e-30f, 3e20f})
    for (int64_t zeroPoint : {-128, -5, 0, 127}) {
      AffineParams params{scale, zeroPoint, kInt8Activation};
      for (int64_t q = -127; q <= 127; ++q) {
        float begin = getQuantizeThreshold(q, params);
        EXPECT_EQ(q, quantizeInFloat32(begin, params));
        EXPECT_EQ(q - 1,
                  quantizeInFloat32(std::nextafter(begin, -INFINITY), params));
      }
    }
}

TEST(ReferenceKernelsTest, N44_FunctionsAreNearTheirDefinition) {
  for (double scale : {0.01f, 0.0625f, 0.2f}) {
    AffineParams input{scale, -5, kInt8Activation};
    AffineParams output{static_cast<float>(scale * 0.8), 7, kInt8Activation};
    auto near = [&](const Int8Table &table, double (*function)(double),
                    double steps) {
      for (int q = -128; q <= 127; ++q) {
        double real = function(dequantize(q, input)) / output.scale + 7;
        EXPECT_NEAR(std::clamp(real, -128.0, 127.0), table[q + 128], steps);
      }
    };
    near(
        *makeAbsTable(input, output), [](double x) { return std::fabs(x); },
        0.51);
    near(
        *makeLeakyReluTable(0.1f, input, output),
        // Two roundings of small numbers: a half and a quarter of a half.
        [](double x) { return x < 0 ? 0.1f * x : x; }, 0.76);
    near(
        makeEluTable(input, output),
        [](double x) { return x < 0 ? std::expm1(x) : x; }, 0.51);
    near(
        *makeHardSwishTable(input, output),
        [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, 1.0);
  }
}

} // namespace
