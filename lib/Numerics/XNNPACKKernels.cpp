//===- XNNPACKKernels.cpp - Arithmetic of XNNPACK's kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/XNNPACKKernels.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

using namespace quantc;

/// `integer` (positive, below 2^29) as a multiplier: value * integer, exactly.
static FixedPointMultiplier makeExactMultiplier(int64_t integer) {
  int up = 30 - static_cast<int>(llvm::Log2_64(integer));
  return {static_cast<int32_t>(integer << up), up};
}

/// A scale in the type that the kernels use.
static float asFloat(double scale) { return static_cast<float>(scale); }

// N58
std::optional<XNNPACKSum>
quantc::deriveXNNPACKSum(double lhsScale, double rhsScale, double resultScale) {
  constexpr float kLeast = 1.0f / 1024, kLimit = 256;
  constexpr int kBits = 20;
  float lhs = asFloat(lhsScale) / asFloat(resultScale);
  float rhs = asFloat(rhsScale) / asFloat(resultScale);
  auto isInside = [&](float ratio) {
    return ratio >= kLeast && ratio < kLimit;
  };
  if (!isInside(lhs) || !isInside(rhs))
    return std::nullopt;
  int shift = kBits - std::ilogb(std::max(lhs, rhs));
  // The ratio is at least 2^-10 and the shift at least 13, so the multiplier is
  // never 0.
  auto scaleUp = [&](float ratio) {
    return makeExactMultiplier(std::lrint(std::ldexp(ratio, shift)));
  };
  return XNNPACKSum{scaleUp(lhs), scaleUp(rhs), {1 << 30, 30 + shift}};
}

/// Fraction bits of the multipliers of QUANTIZE and LEAKY_RELU.
static constexpr int kShortBits = 8;

/// `ratio` with kShortBits fraction bits, or nullopt where no kernel has it.
static std::optional<int64_t> roundRatio(float ratio) {
  constexpr float kLeast = 1.0f / 256, kMost = 128;
  if (!(ratio >= kLeast && ratio <= kMost))
    return std::nullopt;
  return std::lrint(std::ldexp(ratio, kShortBits));
}

// N59
std::optional<FixedPointMultiplier>
quantc::deriveXNNPACKConversion(double ratio) {
  std::optional<int64_t> rounded = roundRatio(asFloat(ratio));
  if (!rounded)
    return std::nullopt;
  FixedPointMultiplier multiplier = makeExactMultiplier(*rounded);
  multiplier.shift += kShortBits;
  return multiplier;
}

// N60
std::optional<Int8Table>
quantc::makeXNNPACKLeakyReluTable(float alpha, const AffineParams &input,
                                  const AffineParams &output) {
  float ratio = asFloat(input.scale) / asFloat(output.scale);
  std::optional<int64_t> positive = roundRatio(ratio);
  std::optional<int64_t> negative = roundRatio(ratio * alpha);
  if (!positive || !negative)
    return std::nullopt;
  Int8Table table;
  for (auto [index, entry] : llvm::enumerate(table)) {
    int64_t steps = static_cast<int64_t>(index) + INT8_MIN - input.zeroPoint;
    int64_t product = steps * (steps < 0 ? *negative : *positive);
    int64_t value = (product + (1 << (kShortBits - 1))) >> kShortBits;
    entry = static_cast<int8_t>(std::clamp(
        value + output.zeroPoint, output.storage.min, output.storage.max));
  }
  return table;
}

// N60
Int8Table quantc::makeXNNPACKEluTable(const AffineParams &input,
                                      const AffineParams &output) {
  // Far above the integers of the result, and far below the limit of int64.
  constexpr float kLimit = 1 << 20;
  float inverse = 1 / asFloat(output.scale);
  Int8Table table;
  for (auto [index, entry] : llvm::enumerate(table)) {
    int64_t steps = static_cast<int64_t>(index) + INT8_MIN - input.zeroPoint;
    float real = asFloat(input.scale) * static_cast<float>(steps);
    float value = real < 0 ? std::expm1(real) : real;
    // The zero point is added before the rounding, so that ties go to the even
    // integer.
    int64_t rounded = std::lrint(std::clamp(value * inverse, -kLimit, kLimit) +
                                 static_cast<float>(output.zeroPoint));
    entry = static_cast<int8_t>(
        std::clamp(rounded, output.storage.min, output.storage.max));
  }
  return table;
}
