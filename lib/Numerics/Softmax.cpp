//===- Softmax.cpp - Softmax in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Softmax.h"

#include "quantc/Numerics/FixedPoint.h"
#include "quantc/Numerics/Requantize.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace quantc;

/// Index of the entry for a difference of 0.
static constexpr int32_t kZeroEntry = 256;
/// The factor with which a difference selects an entry without interpolation.
/// It is also the factor by which tosa.table multiplies the entry.
static constexpr int32_t kTableStep = 128;

Int16Table quantc::makeExpTable(double inputScale) {
  constexpr int16_t kOne = std::numeric_limits<int16_t>::max();
  Int16Table table;
  table.fill(kOne);
  for (int32_t d = -kZeroEntry; d < 0; ++d) // N24
    table[d + kZeroEntry] =
        static_cast<int16_t>(std::nearbyint(kOne * std::exp(inputScale * d)));
  return table;
}

int32_t quantc::softmaxShift(int64_t count) {
  assert(count >= 1 && count <= kMaxSoftmax);
  // N25: an exponential is below 2^22; 2^8 of them sum up to 2^30.
  return std::max(0, static_cast<int32_t>(llvm::Log2_64_Ceil(count)) - 8);
}

LogitFormat quantc::chooseLogitFormat(double maxScale) {
  LogitFormat format;
  // N46: an accumulator with a magnitude of 2^31 becomes at most 2^30, so that
  // differences of two fit in 32 bits.
  auto fitting = static_cast<int32_t>(std::floor(-1 - std::log2(maxScale)));
  int32_t coarser = std::max(0, format.fractionBits - fitting);
  format.fractionBits -= coarser;
  format.leftShift = std::min(coarser, 15);
  format.lowest >>= format.leftShift;
  return format;
}

/// N25 to N28, from the exponentials on.
static std::vector<int8_t> divideBySum(std::vector<int32_t> exponentials) {
  int32_t shift = softmaxShift(exponentials.size());
  int32_t sum = 0; // N26: exact.
  for (int32_t &e : exponentials)
    sum += e >>= shift;
  std::vector<int8_t> result;
  for (int32_t e : exponentials) {
    // N27: no operand is negative, so the truncating division rounds to
    // nearest. N28: the probability 1 is one step above the storage range.
    int32_t steps = ((e << 8) + (sum >> 1)) / sum;
    result.push_back(static_cast<int8_t>(std::min(steps - 128, 127)));
  }
  return result;
}

std::vector<int8_t> quantc::softmaxReference(llvm::ArrayRef<int8_t> row,
                                             double inputScale) {
  auto table = makeExpTable(inputScale);
  int32_t max = *llvm::max_element(row); // N23
  std::vector<int32_t> exponentials;
  for (int8_t q : row)
    exponentials.push_back(
        interpolate(table, static_cast<int16_t>((q - max) * kTableStep)));
  return divideBySum(std::move(exponentials));
}

std::vector<int8_t>
quantc::softmaxOfAccumulators(llvm::ArrayRef<int32_t> row,
                              llvm::ArrayRef<double> scales) {
  LogitFormat format = chooseLogitFormat(*llvm::max_element(scales));
  auto table = makeExpTable(kLogitTableStep);
  std::vector<int32_t> logits, exponentials;
  for (auto [i, accumulator] : llvm::enumerate(row))
    logits.push_back(
        requantize(accumulator, /*inputZeroPoint=*/0,
                   *deriveMultiplier(std::ldexp(scales[i % scales.size()],
                                                format.fractionBits)),
                   /*outputZeroPoint=*/0, kInt32Bias, Rounding::Single));
  int32_t max = *llvm::max_element(logits);
  for (int32_t logit : logits)
    exponentials.push_back(interpolate(
        table, static_cast<int16_t>(std::max(logit - max, format.lowest) *
                                    (1 << format.leftShift))));
  return divideBySum(std::move(exponentials));
}

ExpFactors quantc::makeExpFactors(double inputScale) {
  auto getFactor = [&](int32_t steps) {
    constexpr double kOne = 2147483648.0;
    return static_cast<int32_t>(std::min(
        std::nearbyint(kOne * std::exp(-inputScale * steps)), kOne - 1));
  };
  ExpFactors factors;
  for (int32_t i = 0; i < 256; ++i) {
    factors.coarse[i] = getFactor(256 * i);
    factors.fine[i] = getFactor(i);
  }
  return factors;
}

std::vector<int16_t> quantc::softmaxOfInt16(llvm::ArrayRef<int16_t> row,
                                            double inputScale) {
  assert(!row.empty() && row.size() <= kMaxInt16Softmax);
  ExpFactors factors = makeExpFactors(inputScale);
  int32_t max = *llvm::max_element(row);
  std::vector<int32_t> exponentials;
  int32_t high = 0, low = 0;
  for (int16_t q : row) {
    int32_t distance = max - q;
    int32_t e = highProduct(factors.coarse[distance >> 8],
                            factors.fine[distance & 255]);
    exponentials.push_back(e);
    high += e >> 16;
    low += e & 0xffff;
  }
  // The sum in units of 2^-15, at least 2^15 - 1, and what is left of it.
  int32_t sum = high + (low >> 16), rest = low & 0xffff;
  auto zeros = static_cast<int32_t>(llvm::countl_zero<uint32_t>(sum));
  // Half of the sum, shifted up to [2^31, 2^32), which is 1 + a.
  int32_t half = (sum << (zeros - 1)) + (rest >> (17 - zeros));
  auto a = static_cast<int32_t>(uint32_t(half) * 2 - (uint32_t(1) << 31));
  int32_t reciprocal = reciprocalOfOnePlus(a);
  std::vector<int16_t> result;
  for (int32_t e : exponentials) {
    int64_t product = highProduct(e, reciprocal);
    int32_t shift = 32 - zeros;
    int64_t steps = (product + (int64_t(1) << (shift - 1))) >> shift;
    result.push_back(static_cast<int16_t>(
        std::min<int64_t>(steps, kSoftmaxInt16Output.storage.max)));
  }
  return result;
}
