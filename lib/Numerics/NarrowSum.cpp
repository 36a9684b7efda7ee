//===- NarrowSum.cpp - Sums of int8 tensors in 32 bits ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/NarrowSum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace quantc;

static constexpr int64_t kMin = -128, kMax = 127, kValues = 256;
/// Fewer bits leave too little room for an addend.
static constexpr int32_t kLeastShift = 8;

int8_t NarrowSum::apply(int8_t a, int8_t b) const {
  int64_t sum = int64_t(a) * lhs + int64_t(b) * rhs + addend;
  return static_cast<int8_t>(std::clamp(sum >> shift, kMin, kMax));
}

/// The addend with which the factors give all `results`: every result bounds it
/// from below and from above, those that saturate from one side only.
static std::optional<int64_t> findAddend(llvm::ArrayRef<int8_t> results,
                                         int64_t lhs, int64_t rhs,
                                         int32_t shift) {
  int64_t least = std::numeric_limits<int32_t>::min(),
          most = std::numeric_limits<int32_t>::max();
  for (int64_t a = kMin; a <= kMax; ++a)
    for (int64_t b = kMin; b <= kMax; ++b) {
      int64_t result = results[(a - kMin) * kValues + b - kMin];
      int64_t sum = a * lhs + b * rhs, unit = int64_t(1) << shift;
      if (result != kMin)
        least = std::max(least, result * unit - sum);
      if (result != kMax)
        most = std::min(most, (result + 1) * unit - 1 - sum);
      if (least > most)
        return std::nullopt;
    }
  return least + (most - least) / 2;
}

/// True if the sum fits int32 for all values.
static bool fits(int64_t lhs, int64_t rhs, int64_t addend) {
  auto extreme = [](int64_t factor, bool largest) {
    return (factor > 0) == largest ? factor * kMax : factor * kMin;
  };
  return extreme(lhs, true) + extreme(rhs, true) + addend <=
             std::numeric_limits<int32_t>::max() &&
         extreme(lhs, false) + extreme(rhs, false) + addend >=
             std::numeric_limits<int32_t>::min();
}

std::optional<NarrowSum>
quantc::findNarrowSum(llvm::ArrayRef<int32_t> lhs, llvm::ArrayRef<int32_t> rhs,
                      llvm::function_ref<int32_t(int32_t)> result,
                      double lhsStep, double rhsStep) {
  std::vector<int8_t> results;
  results.reserve(kValues * kValues);
  for (int32_t a : lhs)
    for (int32_t b : rhs)
      results.push_back(static_cast<int8_t>(result(a + b)));
  // The more bits the factors have, the nearer they are to the steps.
  int tries = 0;
  for (int32_t shift = 30; shift >= kLeastShift && tries < 3; --shift) {
    auto first = static_cast<int64_t>(std::llround(std::ldexp(lhsStep, shift)));
    auto second =
        static_cast<int64_t>(std::llround(std::ldexp(rhsStep, shift)));
    if (!fits(first, second, 0))
      continue;
    ++tries;
    for (int64_t i : {0, 1, -1})
      for (int64_t j : {0, 1, -1}) {
        std::optional<int64_t> addend =
            findAddend(results, first + i, second + j, shift);
        if (addend && fits(first + i, second + j, *addend))
          return NarrowSum{static_cast<int32_t>(first + i),
                           static_cast<int32_t>(second + j),
                           static_cast<int32_t>(*addend), shift};
      }
  }
  return std::nullopt;
}
