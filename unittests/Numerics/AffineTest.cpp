//===- AffineTest.cpp - Tests of affine quantization -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Affine.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>

using namespace quantc;

// The numbers in test names are those of the rules in docs/Numerics.md.

namespace {

constexpr StorageRange kStorages[] = {kInt8Activation, kUInt8Activation,
                                      kInt16Activation};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(AffineTest, N1_DequantizeInt8Exhaustively) {
  for (double scale : {1.0, 0.1, 3e-5}) {
    for (int64_t zeroPoint = -128; zeroPoint <= 127; ++zeroPoint) {
      AffineParams params{scale, zeroPoint, kInt8Activation};
      for (int64_t q = -128; q <= 127; ++q)
        ASSERT_EQ(static_cast<double>(q - zeroPoint) * scale,
                  dequantize(q, params));
    }
  }
}

TEST(AffineTest, N2_QuantizeInvertsDequantizeExhaustively) {
  for (double scale : {1.0, 0.1, 3e-5, 1e20}) {
    for (int64_t zeroPoint = -128; zeroPoint <= 127; ++zeroPoint) {
      AffineParams params{scale, zeroPoint, kInt8Activation};
      for (int64_t q = -128; q <= 127; ++q)
        ASSERT_EQ(q, quantize(dequantize(q, params), params));
    }
  }
}

TEST(AffineTest, N2_TiesGoToEvenNumbersOfSteps) {
  AffineParams params{0.25, 3, kInt8Activation};
  EXPECT_EQ(3, quantize(0.125, params));
  EXPECT_EQ(5, quantize(0.375, params));
  EXPECT_EQ(3, quantize(-0.125, params));
  EXPECT_EQ(1, quantize(-0.375, params));
}

TEST(AffineTest, N2_Saturates) {
  AffineParams params{0.5, -7, kInt8Activation};
  for (double large : {1e3, 1e19, 1e300, kInfinity}) {
    EXPECT_EQ(127, quantize(large, params));
    EXPECT_EQ(-128, quantize(-large, params));
  }
}

TEST(AffineTest, N2_NanBecomesTheZeroPoint) {
  EXPECT_EQ(-7, quantize(NAN, {0.5, -7, kInt8Activation}));
}

TEST(AffineTest, N3_ScalesAreNormalFloats) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-320, 300);
  for (int i = 0; i < 2000; ++i) {
    double bound = std::pow(10, exponent(random));
    for (const AffineParams &params :
         {chooseAsymmetric(-bound, bound / 3, kInt8Activation),
          chooseSymmetric(bound, kInt8Weight)}) {
      EXPECT_EQ(params.scale, static_cast<float>(params.scale));
      EXPECT_TRUE(std::isnormal(static_cast<float>(params.scale)));
      EXPECT_GE(params.scale, kMinScale);
      EXPECT_LE(params.scale, kMaxScale);
      EXPECT_TRUE(
          std::isnormal(static_cast<float>(params.scale * params.scale)));
    }
  }
}

TEST(AffineTest, N4_ZeroIsExact) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> bound(-10, 10);
  for (int i = 0; i < 5000; ++i) {
    double a = bound(random), b = bound(random);
    for (StorageRange storage : kStorages) {
      AffineParams params =
          chooseAsymmetric(std::min(a, b), std::max(a, b), storage);
      EXPECT_EQ(params.zeroPoint, quantize(0, params));
      EXPECT_EQ(0, dequantize(params.zeroPoint, params));
    }
  }
}

TEST(AffineTest, N4_RangesAreExtendedToZero) {
  for (StorageRange storage : kStorages) {
    EXPECT_EQ(chooseAsymmetric(0, 4, storage), chooseAsymmetric(2, 4, storage));
    EXPECT_EQ(chooseAsymmetric(-4, 0, storage),
              chooseAsymmetric(-4, -2, storage));
  }
}

TEST(AffineTest, N5_DegenerateRangesGetScaleOne) {
  for (StorageRange storage : kStorages) {
    AffineParams params = chooseAsymmetric(0, 0, storage);
    EXPECT_EQ(1, params.scale);
    EXPECT_EQ(storage.min, params.zeroPoint);
  }
  EXPECT_EQ((AffineParams{1, 0, kInt8Weight}), chooseSymmetric(0, kInt8Weight));
}

TEST(AffineTest, N6_ZeroPointOfOneSidedRangesIsAnEnd) {
  for (StorageRange storage : kStorages) {
    for (double bound : {1e-12, 0.7, 6.0, 1e18}) {
      EXPECT_EQ(storage.min, chooseAsymmetric(0, bound, storage).zeroPoint);
      EXPECT_EQ(storage.min,
                chooseAsymmetric(bound / 2, bound, storage).zeroPoint);
      EXPECT_EQ(storage.max, chooseAsymmetric(-bound, 0, storage).zeroPoint);
    }
  }
}

TEST(AffineTest, N6_EndsAreWithinOneStep) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> bound(-10, 10);
  for (int i = 0; i < 5000; ++i) {
    double min = std::min(bound(random), 0.0), max = -bound(random);
    max = std::max(max, 1e-3);
    AffineParams params = chooseAsymmetric(min, max, kInt8Activation);
    for (double real : {min, max, min / 3, max / 3})
      EXPECT_LE(std::abs(dequantize(quantize(real, params), params) - real),
                params.scale * 0.5001);
  }
}

TEST(AffineTest, N6_RangesThatNoScaleSpansKeepTheZeroPoint) {
  for (StorageRange storage : kStorages) {
    AffineParams ordinary = chooseAsymmetric(-1, 3, storage);
    for (double factor : {1e25, 1e38, 1e300}) {
      AffineParams params = chooseAsymmetric(-factor, 3 * factor, storage);
      EXPECT_EQ(kMaxScale, params.scale);
      EXPECT_EQ(ordinary.zeroPoint, params.zeroPoint);
      EXPECT_EQ(storage.max, quantize(factor, params));
      EXPECT_EQ(storage.min, quantize(-factor, params));
    }
    EXPECT_EQ(storage.min, chooseAsymmetric(0, 1e30, storage).zeroPoint);
    EXPECT_EQ(storage.max, chooseAsymmetric(-1e30, 0, storage).zeroPoint);
  }
}

TEST(AffineTest, N7_SymmetricExtremesAreTheEnds) {
  for (double bound : {1e-6, 0.3, 127.0, 1e6}) {
    AffineParams params = chooseSymmetric(bound, kInt8Weight);
    EXPECT_EQ(0, params.zeroPoint);
    EXPECT_EQ(127, quantize(bound, params));
    EXPECT_EQ(-127, quantize(-bound, params));
  }
}

} // namespace
