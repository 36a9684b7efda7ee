//===- Int16Kernels.cpp - TFLite's kernels of int16 -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Int16Kernels.h"

#include "quantc/Numerics/ReferenceKernels.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

using namespace quantc;

// N74
std::optional<FixedPointMultiplier>
quantc::deriveReducedMultiplier(double real) {
  constexpr int kBits = 16; // that are cut off
  std::optional<FixedPointMultiplier> nearest = deriveMultiplier16(real);
  if (!nearest || nearest->multiplier == 0)
    return nearest;
  std::optional<FixedPointMultiplier> m = deriveMultiplier(real);
  // Below 2^-32 the kernel has no multiplier, and its sums become zeros.
  if (!m || m->multiplier == 0)
    return m;
  int64_t cut = (int64_t(m->multiplier) + (1 << (kBits - 1))) >> kBits;
  m->multiplier = static_cast<int32_t>(std::min<int64_t>(cut, INT16_MAX));
  m->shift -= kBits;
  if (m->shift < kMinShift)
    return std::nullopt;
  return m;
}

/// Entry i is that of sigmoid(i / 24) in steps of 2^-16. It is raised by half
/// of what a straight line to the next entry lacks at its middle, so that
/// errors of the interpolation have both signs. The last entry stands for 1.
static std::array<int32_t, 256> makeSigmoidTable() {
  constexpr double kOne = 65536, kDensity = 24;
  auto sigmoid = [](double x) { return kOne / (1 + std::exp(-x / kDensity)); };
  std::array<int32_t, 256> table;
  for (auto [i, entry] : llvm::enumerate(table)) {
    auto x = static_cast<double>(i);
    double chord = (sigmoid(x) + sigmoid(x + 1)) / 2;
    entry = static_cast<int32_t>(
        std::lround(sigmoid(x) + (sigmoid(x + 0.5) - chord) / 2));
  }
  table.back() = UINT16_MAX;
  return table;
}

/// `last` is what stands for all entries from the 255th on.
static std::optional<SigmoidKernel> makeSigmoidKernel(double inputScale,
                                                      int largestPowerOfTwo,
                                                      int fractionBits,
                                                      int32_t last) {
  constexpr double kUnit = 4096; // Of an input in [-8, 8], times 3 below.
  constexpr double kMostMultiplier = INT16_MAX;
  constexpr double kTolerance = 1e-3;
  SigmoidKernel kernel{};
  auto scale = static_cast<float>(inputScale);
  // Scales that are nearly a power of two count as such.
  float exponent = std::log(scale) * (1.0f / std::log(2.0f));
  float rounded = std::round(exponent);
  int up = 12 + static_cast<int>(std::clamp(rounded, -1000.0f, 1000.0f));
  if (std::fabs(exponent - rounded) < kTolerance && up >= 0 &&
      up <= largestPowerOfTwo) {
    kernel.multiplier = 3 << up;
  } else {
    double multiplier = scale * kUnit * 3.0;
    while (multiplier <= kMostMultiplier / 2 && kernel.shift <= 30) {
      ++kernel.shift;
      multiplier *= 2;
    }
    if (!(multiplier <= kMostMultiplier))
      return std::nullopt;
    kernel.multiplier = static_cast<int32_t>(multiplier); // Truncates.
  }
  kernel.fractionBits = fractionBits;
  kernel.bases = makeSigmoidTable();
  for (size_t i = 0; i + 1 < kernel.bases.size(); ++i)
    kernel.slopes[i] = kernel.bases[i + 1] - kernel.bases[i];
  kernel.bases.back() = last;
  return kernel;
}

// N77
std::optional<SigmoidKernel> quantc::makeLogisticKernel(double inputScale) {
  constexpr int kFractionBits = 9;
  auto kernel = makeSigmoidKernel(inputScale, /*largestPowerOfTwo=*/0,
                                  kFractionBits, /*last=*/INT16_MAX << 1);
  if (kernel) {
    kernel->resultShift = 10;
    kernel->positive = 1 << 9;
    kernel->negative = (1 << (16 + kFractionBits)) + kernel->positive - 1;
  }
  return kernel;
}

// N77: 2 * logistic(2 * x) - 1.
std::optional<SigmoidKernel> quantc::makeTanhKernel(double inputScale) {
  constexpr int kFractionBits = 8;
  constexpr int32_t kHalf = 1 << 7, kOne = 1 << 23;
  auto kernel = makeSigmoidKernel(inputScale, /*largestPowerOfTwo=*/1,
                                  kFractionBits, /*last=*/UINT16_MAX);
  if (kernel) {
    kernel->resultShift = 8;
    kernel->positive = kHalf - kOne;
    kernel->negative = kHalf + kOne - 1;
  }
  return kernel;
}

int16_t quantc::applySigmoid(const SigmoidKernel &kernel, int16_t q) {
  int32_t round = kernel.shift > 0 ? 1 << (kernel.shift - 1) : 0;
  int32_t x = (q * kernel.multiplier + round) >> kernel.shift;
  int32_t magnitude = std::abs(x);
  int32_t i = std::min(magnitude >> kernel.fractionBits, 255);
  int32_t fraction = magnitude & ((1 << kernel.fractionBits) - 1);
  int32_t y = kernel.bases[i] * (1 << kernel.fractionBits) +
              fraction * kernel.slopes[i];
  y = x < 0 ? kernel.negative - y : y + kernel.positive;
  return static_cast<int16_t>(y >> kernel.resultShift);
}

/// The table of `function` over [low, high]: entries are lowered by half of
/// what a straight line exceeds the function at its middle.
static Int16Table
makeInterpolatedTable(double low, double high,
                      llvm::function_ref<double(double)> function) {
  constexpr double kOne = 65536.0 / (2.0 / 65535.0 * 65535.0);
  Int16Table table;
  int steps = static_cast<int>(table.size()) - 1;
  double step = (high - low) / steps;
  auto clamp = [](double value) {
    return static_cast<int16_t>(
        std::clamp<double>(value, INT16_MIN, INT16_MAX));
  };
  for (int i = 0; i < steps; ++i) {
    double value = std::round(function(low + i * step) * kOne);
    double next = function(low + (i + 1) * step) * kOne;
    double middle = std::round(function(low + i * step + step / 2) * kOne);
    double excess = std::round((next + value) / 2) - middle;
    table[i] = clamp(value - std::round(excess / 2));
  }
  table[steps] = clamp(std::round(function(high) * kOne));
  return table;
}

// N79
Int16Table quantc::makeSoftmaxExpTable() {
  return makeInterpolatedTable(-10, 0, [](double x) { return std::exp(x); });
}
Int16Table quantc::makeSoftmaxReciprocalTable() {
  return makeInterpolatedTable(0, 1, [](double x) { return 1 / (1 + x); });
}

int16_t quantc::lookUpInt16(const Int16Table &table, int16_t q) {
  return static_cast<int16_t>((interpolate(table, q) + 64) >> 7);
}

// N79
std::optional<std::vector<int16_t>>
quantc::softmaxInTables(llvm::ArrayRef<int16_t> row, double inputScale) {
  assert(!row.empty() && static_cast<int64_t>(row.size()) <= kMaxTableSoftmax);
  auto m = deriveMultiplier(softmaxDistanceRatio(inputScale));
  if (!m)
    return std::nullopt;
  Int16Table exponentials = makeSoftmaxExpTable();
  int32_t max = *llvm::max_element(row), sum = 0;
  auto saturate = [](int64_t value) {
    return static_cast<int16_t>(
        std::clamp<int64_t>(value, INT16_MIN, INT16_MAX));
  };
  std::vector<int16_t> result;
  for (int16_t q : row) {
    int64_t distance = multiplyDouble(q - max, *m);
    result.push_back(lookUpInt16(exponentials, saturate(distance + INT16_MAX)));
    sum += result.back();
  }
  int zeros = llvm::countl_zero(static_cast<uint32_t>(sum));
  int64_t shifted = ((int64_t(sum) << (zeros - 1)) + (1 << 13)) >> 14;
  int64_t reciprocal = lookUpInt16(makeSoftmaxReciprocalTable(),
                                   saturate(shifted - ((1 << 15) + (1 << 16))));
  int shift = 31 - zeros;
  for (int16_t &e : result)
    e = static_cast<int16_t>(std::clamp<int64_t>(
        (e * reciprocal + (int64_t(1) << (shift - 1))) >> shift, 0, INT16_MAX));
  return result;
}
