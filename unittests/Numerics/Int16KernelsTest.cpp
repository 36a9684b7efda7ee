//===- Int16KernelsTest.cpp -------------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Int16Kernels.h"
#include "quantc/Numerics/Contract.h"

#include "gtest/gtest.h"

#include <cmath>
#include <numeric>
#include <random>

using namespace quantc;

TEST(Int16Kernels, N74_MultiplierIsRoundedTwice) {
  // The nearest multiplier of 31 bits is a tie for 16 bits, the real is not.
  double below = std::ldexp(20000.5 - 1.0 / (1 << 18), -15);
  EXPECT_EQ(20000, deriveMultiplier16(below)->multiplier);
  EXPECT_EQ(20001, deriveReducedMultiplier(below)->multiplier);
  // Nothing carries into the next power of two.
  double one = 1 - std::ldexp(1.0, -17);
  EXPECT_EQ(1 << 14, deriveMultiplier16(one)->multiplier);
  EXPECT_EQ(INT16_MAX, deriveReducedMultiplier(one)->multiplier);
  EXPECT_EQ(15, deriveReducedMultiplier(one)->shift);
  EXPECT_FALSE(deriveReducedMultiplier(8192));
  EXPECT_FALSE(deriveReducedMultiplier(NAN));
  EXPECT_EQ(0, deriveReducedMultiplier(0)->multiplier);
}

TEST(Int16Kernels, N74_MultiplierIsThatOfTheKernel) {
  for (double real = std::ldexp(1.0, -31); real < 8000; real *= 1.0137) {
    int exponent;
    int64_t long31 = std::llround(std::ldexp(std::frexp(real, &exponent), 31));
    if (long31 == int64_t(1) << 31) {
      long31 /= 2;
      ++exponent;
    }
    int64_t reduced = long31 < 0x7FFF0000 ? (long31 + (1 << 15)) >> 16 : 0x7FFF;
    std::optional<FixedPointMultiplier> m = deriveReducedMultiplier(real);
    ASSERT_TRUE(m);
    EXPECT_EQ(reduced, m->multiplier);
    EXPECT_EQ(15 - exponent, m->shift);
  }
}

TEST(Int16Kernels, N75_LiteRTHasItsOwnKernelsOfInt16) {
  EXPECT_EQ(Contract::TFLM, getKernelContract(Contract::LiteRT, 16));
  EXPECT_EQ(Contract::LiteRT, getKernelContract(Contract::LiteRT, 8));
  EXPECT_EQ(Contract::Exact, getKernelContract(Contract::Exact, 16));
}

TEST(Int16Kernels, N77_FunctionsAreNearTheExactOnes) {
  for (double scale : {1.0 / 4096, 1.0 / 2048, 3e-4, 1e-3, 0.1, 1e-6}) {
    SigmoidKernel logistic = *makeLogisticKernel(scale);
    SigmoidKernel tanh = *makeTanhKernel(scale);
    for (int32_t q = INT16_MIN; q <= INT16_MAX; ++q) {
      double x = q * scale;
      EXPECT_NEAR(32768 / (1 + std::exp(-x)), applySigmoid(logistic, q), 3.5);
      EXPECT_NEAR(32768 * std::tanh(x), applySigmoid(tanh, q), 4.5);
    }
  }
}

TEST(Int16Kernels, N77_ScalesHaveAMultiplier) {
  EXPECT_EQ(3, makeLogisticKernel(1.0 / 4096)->multiplier);
  EXPECT_EQ(0, makeLogisticKernel(1.0 / 4096)->shift);
  // Tanh takes two powers of two, logistic one.
  EXPECT_EQ(6, makeTanhKernel(1.0 / 2048)->multiplier);
  EXPECT_EQ(24576, makeLogisticKernel(1.0 / 2048)->multiplier);
  EXPECT_EQ(12, makeLogisticKernel(1.0 / 2048)->shift);
  // 12288 * 0.0005 * 2^12 = 25165.8: it is cut off.
  EXPECT_EQ(25165, makeLogisticKernel(0.0005)->multiplier);
  EXPECT_TRUE(makeLogisticKernel(2.6));
  EXPECT_FALSE(makeLogisticKernel(2.7));
}

TEST(Int16Kernels, N79_TablesEndAtTheirFunctions) {
  Int16Table exponentials = makeSoftmaxExpTable();
  EXPECT_EQ(INT16_MAX, exponentials[512]);
  EXPECT_EQ(2, exponentials[0]); // 1.49 is rounded, and then raised.
  Int16Table reciprocals = makeSoftmaxReciprocalTable();
  for (int32_t q = INT16_MIN; q <= INT16_MAX; ++q) {
    double x = 10.0 * (q - INT16_MAX) / 65535;
    EXPECT_NEAR(32768 * std::exp(x), lookUpInt16(exponentials, q), 6.5);
    double reciprocal = 32768 / (1 + (q - INT16_MIN) / 65535.0);
    EXPECT_NEAR(reciprocal, lookUpInt16(reciprocals, q), 1.5);
  }
}

TEST(Int16Kernels, N79_ProbabilitiesSumUpToOne) {
  std::mt19937 random(1);
  for (size_t n : {1, 2, 17, 1000}) {
    std::vector<int16_t> row(n);
    std::uniform_int_distribution<int32_t> values(INT16_MIN, INT16_MAX);
    for (int16_t &q : row)
      q = static_cast<int16_t>(values(random));
    std::vector<int16_t> result = *softmaxInTables(row, 1e-4);
    double sum = std::accumulate(result.begin(), result.end(), 0.0);
    EXPECT_NEAR(32768, sum, 100 + double(n));
  }
  // All values alike, over the whole of int32 that the sum has.
  std::vector<int16_t> zeros(kMaxTableSoftmax - 1);
  EXPECT_NEAR(0.5, softmaxInTables(zeros, 1.0)->front(), 0.6);
  EXPECT_FALSE(softmaxInTables(zeros, 1e9));
}
