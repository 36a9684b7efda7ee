//===- FixedPoint.cpp - Fixed-point functions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/FixedPoint.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <limits>

using namespace quantc;

static constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
static constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
/// 1 with 2 integer bits.
static constexpr int32_t kOneQ2 = 1 << 29;

// N36
int32_t quantc::highProduct(int32_t a, int32_t b) {
  if (a == kMin && b == kMin)
    return kMax;
  int64_t product = static_cast<int64_t>(a) * b;
  return static_cast<int32_t>((product + (int64_t(1) << 30)) >> 31);
}

// N36
int32_t quantc::roundingShiftRight(int32_t x, int shift) {
  assert(shift >= 0 && shift <= 31);
  int64_t half = shift == 0 ? 0 : int64_t(1) << (shift - 1);
  int64_t magnitude = (std::abs(static_cast<int64_t>(x)) + half) >> shift;
  return static_cast<int32_t>(x < 0 ? -magnitude : magnitude);
}

static int32_t saturatingShiftLeft(int32_t x, int shift) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(static_cast<int64_t>(x) * (1 << shift), kMin, kMax));
}

/// exp(a) for a in [-1/4, 0), both with no integer bits: the Taylor polynomial
/// of degree 4 around -1/8.
static int32_t expOfLastQuarter(int32_t a) {
  constexpr int32_t kExpOfCentre = 1895147668; // exp(-1/8)
  constexpr int32_t kThird = 715827883;
  int32_t x = a + (1 << 28);
  int32_t x2 = highProduct(x, x);
  int32_t x3 = highProduct(x2, x);
  int32_t x4 = highProduct(x2, x2);
  int32_t tail = roundingShiftRight(
      highProduct(roundingShiftRight(x4, 2) + x3, kThird) + x2, 1);
  return kExpOfCentre + highProduct(kExpOfCentre, x + tail);
}

// N37
int32_t quantc::expOfNegative(int32_t a, int integerBits) {
  assert(a <= 0 && integerBits >= 0 && integerBits <= 5);
  // exp(-2^k) with no integer bits, k = -2 to 4.
  constexpr int32_t kFactors[] = {1672461947, 1302514674, 790015084, 290630308,
                                  39332535,   720401,     242};
  if (a == 0)
    return kMax;
  int fractionBits = 31 - integerBits;
  int32_t quarter = 1 << (fractionBits - 2);
  int32_t reduced = (a & (quarter - 1)) - quarter;
  int32_t result = expOfLastQuarter(saturatingShiftLeft(reduced, integerBits));
  // The rest is a multiple of 1/4. Its exponential is the product of the
  // factors for its bits.
  int32_t quarters = reduced - a;
  for (int k = -2; k < integerBits; ++k)
    if (quarters & (1 << (fractionBits + k)))
      result = highProduct(result, kFactors[k + 2]);
  return result;
}

/// 1 / x with 2 integer bits for x in [1/2, 1] with none.
static int32_t newtonReciprocal(int32_t x) {
  int32_t y = kNewtonStart + highProduct(x, kNewtonSlope);
  for (int i = 0; i < kNewtonSteps; ++i)
    // The product of two values with 2 integer bits has 4.
    y += saturatingShiftLeft(highProduct(y, kOneQ2 - highProduct(x, y)), 2);
  return y;
}

/// (1 + a) / 2.
static int32_t halfOfOnePlus(int32_t a) {
  return static_cast<int32_t>((static_cast<int64_t>(a) + kMax + 1) / 2);
}

// N37
int32_t quantc::reciprocalOfOnePlus(int32_t a) {
  assert(a >= 0);
  return saturatingShiftLeft(newtonReciprocal(halfOfOnePlus(a)), 1);
}

// N37
int32_t quantc::fixedPointLogistic(int32_t a, int integerBits) {
  if (a == 0)
    return 1 << 30;
  int32_t positive =
      reciprocalOfOnePlus(expOfNegative(a > 0 ? -a : a, integerBits));
  return a > 0 ? positive : kMax - positive;
}

// N37
int32_t quantc::fixedPointTanh(int32_t a, int integerBits) {
  if (a == 0)
    return 0;
  // If the same bits are read with one more integer bit, they represent 2a.
  int32_t e = expOfNegative(a > 0 ? -a : a, integerBits + 1);
  int32_t magnitude =
      saturatingShiftLeft(newtonReciprocal(halfOfOnePlus(e)) - kOneQ2, 2);
  return a > 0 ? magnitude : -magnitude;
}
