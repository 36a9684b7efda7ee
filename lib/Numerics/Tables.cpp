//===- Tables.cpp - Functions of one value as tables -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Tables.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cassert>
#include <cstdlib>

using namespace quantc;

std::vector<int64_t>
quantc::makeTable(llvm::function_ref<double(double)> function,
                  const AffineParams &input, const AffineParams &output) {
  std::vector<int64_t> table;
  table.reserve(input.storage.max - input.storage.min + 1);
  // N20: one rounding, after the function; N21: NaN and infinities, in
  // quantize.
  for (int64_t q = input.storage.min; q <= input.storage.max; ++q)
    table.push_back(quantize(function(dequantize(q, input)), output));
  return table;
}

/// Distance of the inputs to entries of TOSA's table; also what it multiplies
/// entries by.
static constexpr int32_t kTableStep = 128;

int32_t quantc::interpolate(const Int16Table &table, int16_t q) {
  int32_t fraction = q & (kTableStep - 1);
  const int16_t *entry = &table[(q - fraction) / kTableStep + 256];
  return entry[0] * kTableStep + (entry[1] - entry[0]) * fraction;
}

std::optional<Int16Table>
quantc::makeInt16Table(llvm::ArrayRef<int64_t> exact) {
  assert(exact.size() == (1 << 16) + 1);
  Int16Table table;
  for (auto [i, entry] : llvm::enumerate(table))
    entry = static_cast<int16_t>(exact[i * kTableStep]);
  // TOSA limits the difference of neighbours to int16.
  for (size_t i = 1; i < table.size(); ++i)
    if (!llvm::isInt<16>(int32_t(table[i]) - table[i - 1]))
      return std::nullopt;
  for (int32_t q = INT16_MIN; q <= INT16_MAX; ++q) {
    int64_t rounded =
        (interpolate(table, static_cast<int16_t>(q)) + kTableStep / 2) >> 7;
    if (std::abs(rounded - exact[q - INT16_MIN]) > 1)
      return std::nullopt;
  }
  return table;
}
