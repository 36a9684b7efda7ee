//===- Softmax.cpp - Softmax in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Softmax.h"

#include "quantc/Numerics/Requantize.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace quantc;

/// Index of the entry for a difference of 0.
static constexpr int32_t kZeroEntry = 256;
/// What a difference is multiplied by to select an entry without interpolation;
/// also what the table operation multiplies the entry by.
static constexpr int32_t kTableStep = 128;

std::array<int16_t, kInt16TableSize> quantc::makeExpTable(double inputScale) {
  constexpr int16_t kOne = std::numeric_limits<int16_t>::max();
  std::array<int16_t, kInt16TableSize> table;
  table.fill(kOne);
  for (int32_t d = -kZeroEntry; d < 0; ++d) // N24
    table[d + kZeroEntry] =
        static_cast<int16_t>(std::nearbyint(kOne * std::exp(inputScale * d)));
  return table;
}

int32_t quantc::softmaxShift(int64_t count) {
  assert(count >= 1 && count <= int64_t(1) << 29);
  // N25: an exponential is below 2^22; 2^8 of them sum up to 2^30.
  return std::max(0, static_cast<int32_t>(llvm::Log2_64_Ceil(count)) - 8);
}

LogitFormat quantc::chooseLogitFormat(double maxScale) {
  LogitFormat format;
  // N46: |accumulator| <= 2^31 becomes at most 2^30, so that differences fit.
  auto fitting = static_cast<int32_t>(std::floor(-1 - std::log2(maxScale)));
  int32_t coarser = std::max(0, format.fractionBits - fitting);
  format.fractionBits -= coarser;
  format.leftShift = std::min(coarser, 15);
  format.lowest >>= format.leftShift;
  return format;
}

/// The exponential of `step`, at most 0, that tosa.table interpolates.
static int32_t lookUp(const std::array<int16_t, kInt16TableSize> &table,
                      int32_t step) {
  int32_t fraction = step & (kTableStep - 1);
  const int16_t *entry = &table[(step - fraction) / kTableStep + kZeroEntry];
  return entry[0] * kTableStep + (entry[1] - entry[0]) * fraction;
}

/// N25 to N28, from the exponentials on.
static std::vector<int8_t> divideBySum(std::vector<int32_t> exponentials) {
  int32_t shift = softmaxShift(exponentials.size());
  int32_t sum = 0; // N26: exact.
  for (int32_t &e : exponentials)
    sum += e >>= shift;
  std::vector<int8_t> result;
  for (int32_t e : exponentials) {
    // N27: nothing is negative, so that the division's truncation rounds to
    // nearest; N28: probability 1 is one step beyond the storage range.
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
    exponentials.push_back(lookUp(table, (q - max) * kTableStep));
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
    exponentials.push_back(lookUp(table, std::max(logit - max, format.lowest) *
                                             (1 << format.leftShift)));
  return divideBySum(std::move(exponentials));
}
