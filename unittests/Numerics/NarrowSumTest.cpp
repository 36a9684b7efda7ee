//===- NarrowSumTest.cpp - Sums of int8 values in 32 bits -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/NarrowSum.h"
#include "quantc/Numerics/Constants.h"
#include "quantc/Numerics/Requantize.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace quantc;

namespace {

/// The addition of two tensors as it is specified (N21).
struct Addition {
  double lhsScale, rhsScale, resultScale;
  int32_t lhsZero, rhsZero, resultZero;
  Rounding rounding;
  FixedPointMultiplier lhs, rhs, result;

  void derive() {
    double common = commonAdditionScale(lhsScale, rhsScale, 8);
    lhs = *deriveMultiplier(lhsScale / common);
    rhs = *deriveMultiplier(rhsScale / common);
    result = *deriveMultiplier(common / resultScale);
  }
  int32_t widen(int32_t value, int32_t zero, FixedPointMultiplier m) const {
    return requantize(value, zero, m, 0,
                      {std::numeric_limits<int32_t>::min(),
                       std::numeric_limits<int32_t>::max()},
                      rounding);
  }
  int32_t narrow(int32_t sum) const {
    return requantize(sum, 0, result, resultZero, {-128, 127}, rounding);
  }
  std::optional<NarrowSum> find() const {
    std::vector<int32_t> a, b;
    for (int32_t value = -128; value < 128; ++value) {
      a.push_back(widen(value, lhsZero, lhs));
      b.push_back(widen(value, rhsZero, rhs));
    }
    return findNarrowSum(
        a, b, [&](int32_t sum) { return narrow(sum); }, lhsScale / resultScale,
        rhsScale / resultScale);
  }
};

/// All pairs, of random scales: what is found is right, and it is found nearly
/// always.
TEST(NarrowSumTest, GivesAllPairs) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(-3, 3);
  std::uniform_int_distribution<int32_t> zero(-128, 127);
  int found = 0;
  for (int i = 0; i < 60; ++i) {
    Addition addition{std::exp2(exponent(random)),
                      std::exp2(exponent(random)),
                      std::exp2(exponent(random)),
                      zero(random),
                      zero(random),
                      zero(random),
                      i % 3 == 0 ? Rounding::Double : Rounding::Single,
                      {},
                      {},
                      {}};
    addition.derive();
    std::optional<NarrowSum> sum = addition.find();
    if (!sum)
      continue;
    ++found;
    int wrong = 0;
    for (int32_t a = -128; a < 128; ++a)
      for (int32_t b = -128; b < 128; ++b)
        wrong +=
            sum->apply(static_cast<int8_t>(a), static_cast<int8_t>(b)) !=
            addition.narrow(addition.widen(a, addition.lhsZero, addition.lhs) +
                            addition.widen(b, addition.rhsZero, addition.rhs));
    EXPECT_EQ(wrong, 0) << i;
  }
  EXPECT_GE(found, 50);
}

/// A result that is no rounded sum has no such form.
TEST(NarrowSumTest, FindsNothingForOtherFunctions) {
  std::vector<int32_t> values;
  for (int32_t value = -128; value < 128; ++value)
    values.push_back(value);
  EXPECT_FALSE(findNarrowSum(
      values, values, [](int32_t sum) { return sum % 7; }, 0.01, 0.01));
  EXPECT_FALSE(findNarrowSum(
      values, values, [](int32_t sum) { return sum == 5 ? 6 : sum / 4; }, 0.25,
      0.25));
}

} // namespace
