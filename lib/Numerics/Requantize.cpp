//===- Requantize.cpp - Integer multiplier and shift -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Requantize.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace quantc;

/// `real` with a multiplier of `bits` significant bits.
static std::optional<FixedPointMultiplier> derive(double real, int bits) {
  if (!std::isfinite(real) || real < 0)
    return std::nullopt;
  if (real == 0)
    return FixedPointMultiplier{};
  // N10: real = mantissa * 2^exponent, mantissa in [0.5, 1).
  int exponent = 0;
  double mantissa = std::frexp(real, &exponent);
  int64_t multiplier = std::llround(std::ldexp(mantissa, bits));
  if (multiplier == int64_t(1) << bits) {
    multiplier >>= 1;
    ++exponent;
  }
  int shift = bits - exponent;
  if (shift < kMinShift)
    return std::nullopt;
  // N11, N67: the product of every integer of the width rounds to 0.
  if (shift > kMaxShift)
    return FixedPointMultiplier{};
  return FixedPointMultiplier{static_cast<int32_t>(multiplier), shift};
}

std::optional<FixedPointMultiplier> quantc::deriveMultiplier(double real) {
  return derive(real, 31);
}

std::optional<FixedPointMultiplier> quantc::deriveMultiplier16(double real) {
  return derive(real, 15);
}

int32_t quantc::applyScale16(int64_t value, FixedPointMultiplier m) {
  assert(m.multiplier >= 0 && m.multiplier <= INT16_MAX);
  assert(value >= -(int64_t(1) << 47) && value < int64_t(1) << 47);
  int64_t round = int64_t(1) << (m.shift - 1); // N67
  return static_cast<int32_t>((value * m.multiplier + round) >> m.shift);
}

int64_t quantc::quantizeBias48(double real, double scale) {
  constexpr double kLimit = int64_t(1) << 46; // N65
  return static_cast<int64_t>(
      std::clamp(std::nearbyint(real / scale), -kLimit, kLimit));
}

int64_t quantc::maxRescaleMagnitude(FixedPointMultiplier m) {
  int64_t limit = (int64_t(1) << (m.shift - 1)) - 1; // N13
  return std::min<int64_t>(limit, std::numeric_limits<int32_t>::max());
}

int32_t quantc::applyScale32(int32_t value, FixedPointMultiplier m,
                             Rounding rounding) {
  assert(m.multiplier >= 0 && m.shift >= kMinShift && m.shift <= kMaxShift);
  int64_t round = int64_t(1) << (m.shift - 1); // N12
  // N14: the first of TFLite's two roundings, folded into the second.
  if (rounding == Rounding::Double && m.shift > 31)
    round += value >= 0 ? (int64_t(1) << 30) : -(int64_t(1) << 30);
  int64_t product = static_cast<int64_t>(value) * m.multiplier + round;
  return static_cast<int32_t>(product >> m.shift);
}

int32_t quantc::requantize(int32_t value, int32_t inputZeroPoint,
                           FixedPointMultiplier m, int32_t outputZeroPoint,
                           StorageRange storage, Rounding rounding) {
  int32_t centred = static_cast<int32_t>(static_cast<uint32_t>(value) -
                                         static_cast<uint32_t>(inputZeroPoint));
  // N15: the zero point is added before saturation. Unsigned, because outside
  // N13's range the sum may wrap, as it does in TOSA's lowering.
  int32_t scaled = static_cast<int32_t>(
      static_cast<uint32_t>(applyScale32(centred, m, rounding)) +
      static_cast<uint32_t>(outputZeroPoint));
  return static_cast<int32_t>(
      std::clamp<int64_t>(scaled, storage.min, storage.max));
}

FixedPointMultiplier quantc::reciprocalScale(uint32_t count) {
  assert(count > 0);
  int32_t bits = llvm::Log2_64_Ceil(count); // N19
  uint64_t numerator = ((uint64_t(1) << 30) + 1) << bits;
  return {static_cast<int32_t>(numerator / count), 30 + bits};
}

double quantc::commonAdditionScale(double lhsScale, double rhsScale,
                                   unsigned width) {
  double steps = width > 8 ? 1 << 15 : 1 << 20; // N68, N16
  return 2 * std::max(lhsScale, rhsScale) / steps;
}

double quantc::widenWeightScaleForBias(double weightScale, double inputScale,
                                       double bias) {
  assert(weightScale > 0 && inputScale > 0 && std::isfinite(bias));
  constexpr double kLimit = (1 << 30) - 0.5; // N9
  double magnitude = std::abs(bias);
  auto fits = [&](double scale) {
    return magnitude <= kLimit * (inputScale * scale);
  };
  if (fits(weightScale))
    return weightScale;
  // The range is made wider. The scale follows from it as for every weight
  // (N7).
  constexpr double kLargest = std::numeric_limits<float>::max();
  constexpr double kSteps = 127;
  auto stepsPerScale = static_cast<float>(kSteps / inputScale);
  auto range = static_cast<float>(
      std::min(magnitude / kLimit * stepsPerScale, kLargest));
  return static_cast<float>(range / kSteps);
}
