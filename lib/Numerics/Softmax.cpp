//===- Softmax.cpp - Softmax in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Softmax.h"

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

std::vector<int8_t> quantc::softmaxReference(llvm::ArrayRef<int8_t> row,
                                             double inputScale) {
  auto table = makeExpTable(inputScale);
  int32_t shift = softmaxShift(row.size());
  int32_t max = *llvm::max_element(row); // N23
  auto exponential = [&](int8_t q) {
    return table[q - max + kZeroEntry] * kTableStep >> shift;
  };
  int32_t sum = 0; // N26: exact.
  for (int8_t q : row)
    sum += exponential(q);
  std::vector<int8_t> result;
  for (int8_t q : row) {
    // N27: nothing is negative, so that the division's truncation rounds to
    // nearest; N28: probability 1 is one step beyond the storage range.
    int32_t steps = ((exponential(q) << 8) + (sum >> 1)) / sum;
    result.push_back(static_cast<int8_t>(std::min(steps - 128, 127)));
  }
  return result;
}
