//===- XNNPACKKernelsTest.cpp - Tests of XNNPACK's rules -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/XNNPACKKernels.h"
#include "quantc/Numerics/Contract.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace quantc;

// The numbers in test names are those of the rules in docs/Numerics.md.

namespace {

constexpr StorageRange kInt32 = {INT32_MIN, INT32_MAX};

TEST(XNNPACKKernelsTest, N54_SumIsTwoProductsAndAShift) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> exponent(-4, 4);
  for (int i = 0; i < 200; ++i) {
    float lhs = std::exp2(exponent(random)), rhs = std::exp2(exponent(random));
    float result = std::exp2(exponent(random));
    auto sum = deriveXNNPACKSum(lhs, rhs, result);
    ASSERT_TRUE(sum);
    float ratios[] = {lhs / result, rhs / result};
    int shift = 20;
    for (float most = std::max(ratios[0], ratios[1]); most >= 2; most /= 2)
      --shift;
    for (float most = std::max(ratios[0], ratios[1]); most < 1; most *= 2)
      ++shift;
    int64_t factors[] = {std::llrint(std::ldexp(double(ratios[0]), shift)),
                         std::llrint(std::ldexp(double(ratios[1]), shift))};
    for (int q1 : {-255, -128, -1, 0, 3, 127, 255})
      for (int q2 : {-255, -77, 0, 1, 255}) {
        int64_t a = requantize(q1, 0, sum->lhs, 0, kInt32, Rounding::Single);
        int64_t b = requantize(q2, 0, sum->rhs, 0, kInt32, Rounding::Single);
        ASSERT_EQ(q1 * factors[0], a);
        ASSERT_EQ(q2 * factors[1], b);
        int64_t exact = q1 * factors[0] + q2 * factors[1];
        ASSERT_EQ(
            (exact + (int64_t(1) << (shift - 1))) >> shift,
            requantize(a + b, 0, sum->result, 0, kInt32, Rounding::Single));
      }
  }
}

TEST(XNNPACKKernelsTest, N54_RatiosWithoutKernel) {
  EXPECT_TRUE(deriveXNNPACKSum(1, 1.0 / 1024, 1));
  EXPECT_FALSE(deriveXNNPACKSum(1, 1.0 / 1025, 1));
  EXPECT_TRUE(deriveXNNPACKSum(255, 1, 1));
  EXPECT_FALSE(deriveXNNPACKSum(256, 1, 1));
}

TEST(XNNPACKKernelsTest, N55_EightFractionBits) {
  // 0.37 is 95 / 256, that is 0.3711.
  auto multiplier = deriveXNNPACKConversion(0.37);
  ASSERT_TRUE(multiplier);
  for (int q = -255; q <= 255; ++q)
    ASSERT_EQ((q * 95 + 128) >> 8,
              requantize(q, 0, *multiplier, 0, kInt32, Rounding::Single));
  EXPECT_TRUE(deriveXNNPACKConversion(128));
  EXPECT_FALSE(deriveXNNPACKConversion(129));
  EXPECT_FALSE(deriveXNNPACKConversion(1.0 / 257));
}

TEST(XNNPACKKernelsTest, N56_LeakyReluHasTwoMultipliers) {
  AffineParams input{0.05, 3, {-128, 127}}, output{0.1, -5, {-128, 127}};
  auto table = makeXNNPACKLeakyReluTable(0.2f, input, output);
  ASSERT_TRUE(table);
  // 128 / 256 and 26 / 256 of q - 3, ties up.
  EXPECT_EQ((124 * 128 + 128) / 256 - 5, (*table)[127 + 128]);
  EXPECT_EQ(-5, (*table)[3 + 128]);
  EXPECT_EQ(-4, (*table)[4 + 128]);
  EXPECT_EQ(-13 - 5, (*table)[-128 + 128]);
  EXPECT_FALSE(makeXNNPACKLeakyReluTable(0.001f, input, output));
}

TEST(XNNPACKKernelsTest, N56_EluRoundsTiesToTheEvenCode) {
  AffineParams input{0.5, 0, {-128, 127}}, output{1, -5, {-128, 127}};
  Int8Table table = makeXNNPACKEluTable(input, output);
  // 0.5 - 5 and 1.5 - 5.
  EXPECT_EQ(-4, table[1 + 128]);
  EXPECT_EQ(-4, table[3 + 128]);
  EXPECT_EQ(-6, table[-100 + 128]);
}

TEST(XNNPACKKernelsTest, ContractsHaveNames) {
  for (Contract contract : {Contract::Exact, Contract::LiteRT, Contract::TFLM})
    EXPECT_EQ(contract, parseContract(stringifyContract(contract)));
  EXPECT_FALSE(parseContract("double"));
  EXPECT_EQ(Rounding::Double, getRounding(Contract::TFLM));
  EXPECT_EQ(Rounding::Single, getRounding(Contract::LiteRT));
}

} // namespace
