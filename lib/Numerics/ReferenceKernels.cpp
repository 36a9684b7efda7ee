//===- ReferenceKernels.cpp - Arithmetic of TFLite's kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/ReferenceKernels.h"
#include "quantc/Numerics/FixedPoint.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace quantc;

/// TFLite's exponent of a multiplier.
static int getExponent(FixedPointMultiplier m) { return 31 - m.shift; }

// N36
int32_t quantc::multiplyDouble(int32_t value, FixedPointMultiplier m) {
  int exponent = getExponent(m);
  int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(value)
                                         << std::max(exponent, 0));
  return roundingShiftRight(highProduct(shifted, m.multiplier),
                            std::max(-exponent, 0));
}

// N40
std::optional<FixedPointMultiplier>
quantc::deriveMeanMultiplier(double real, int64_t count) {
  assert(count > 0);
  std::optional<FixedPointMultiplier> m = deriveMultiplier(real);
  if (!m)
    return std::nullopt;
  int up = std::min<int>(llvm::Log2_64(count), kMaxShift - m->shift);
  m->multiplier =
      static_cast<int32_t>((static_cast<int64_t>(m->multiplier) << up) / count);
  m->shift += up;
  return m;
}

// N43
int64_t quantc::quantizeInFloat32(float real, const AffineParams &params) {
  if (std::isnan(real))
    return params.zeroPoint;
  // std::round breaks ties away from zero. Saturation precedes the conversion.
  double steps = std::round(real / static_cast<float>(params.scale));
  double low = static_cast<double>(params.storage.min - params.zeroPoint);
  double high = static_cast<double>(params.storage.max - params.zeroPoint);
  return static_cast<int64_t>(std::clamp(steps, low, high)) + params.zeroPoint;
}

// N43
float quantc::getQuantizeThreshold(int64_t q, const AffineParams &params) {
  assert(q > params.storage.min && q <= params.storage.max);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  double steps = static_cast<double>(q - params.zeroPoint) - 0.5;
  auto threshold = static_cast<float>(steps * params.scale);
  // Division and rounding are monotone, and off by a few float32 at most.
  while (quantizeInFloat32(threshold, params) < q)
    threshold = std::nextafter(threshold, kInfinity);
  while (quantizeInFloat32(std::nextafter(threshold, -kInfinity), params) >= q)
    threshold = std::nextafter(threshold, -kInfinity);
  return threshold;
}

/// A table of the fixed-point `function` of inputs with 4 integer bits, which
/// returns values with no integer bits; `outputBits` of them are kept.
static Int8Table
makeFunctionTable(llvm::function_ref<int32_t(int32_t, int)> function,
                  int outputBits, int32_t outputZeroPoint, double inputScale,
                  int64_t inputZeroPoint) {
  constexpr int kIntegerBits = 4;
  constexpr int64_t kOne = int64_t(1) << (31 - kIntegerBits);
  Int8Table table;
  // Beyond this radius every result saturates. If the ratio has no multiplier,
  // a single step is larger than the whole domain, so every result saturates.
  double radius = 0;
  std::optional<FixedPointMultiplier> m = deriveMultiplier(inputScale * kOne);
  if (m)
    radius = std::floor(
        std::ldexp(((1 << kIntegerBits) - 1) * kOne, -getExponent(*m)));
  for (auto [index, entry] : llvm::enumerate(table)) {
    int64_t steps = static_cast<int64_t>(index) + INT8_MIN - inputZeroPoint;
    if (std::abs(static_cast<double>(steps)) >= radius) {
      entry = steps > 0 || (steps == 0 && !m) ? INT8_MAX : INT8_MIN;
      continue;
    }
    int32_t value = roundingShiftRight(
        function(multiplyDouble(steps, *m), kIntegerBits), 31 - outputBits);
    entry = static_cast<int8_t>(
        std::clamp<int32_t>(value + outputZeroPoint, INT8_MIN, INT8_MAX));
  }
  return table;
}

// N42
Int8Table quantc::makeLogisticTable(double inputScale, int64_t inputZeroPoint) {
  return makeFunctionTable(fixedPointLogistic, /*outputBits=*/8,
                           /*outputZeroPoint=*/-128, inputScale,
                           inputZeroPoint);
}

// N42
Int8Table quantc::makeTanhTable(double inputScale, int64_t inputZeroPoint) {
  return makeFunctionTable(fixedPointTanh, /*outputBits=*/7,
                           /*outputZeroPoint=*/0, inputScale, inputZeroPoint);
}

/// A table of `function`, whose argument and result are integers minus their
/// zero points.
static Int8Table makeTable(const AffineParams &input,
                           const AffineParams &output,
                           llvm::function_ref<int64_t(int32_t)> function) {
  Int8Table table;
  for (auto [index, entry] : llvm::enumerate(table)) {
    int64_t steps = static_cast<int64_t>(index) + INT8_MIN - input.zeroPoint;
    entry = static_cast<int8_t>(
        std::clamp(function(static_cast<int32_t>(steps)) + output.zeroPoint,
                   output.storage.min, output.storage.max));
  }
  return table;
}

/// A scale in the type that the kernels use.
static float asFloat(double scale) { return static_cast<float>(scale); }

// N44
std::optional<Int8Table>
quantc::makeLeakyReluTable(float alpha, const AffineParams &input,
                           const AffineParams &output) {
  assert(alpha > 0);
  // Products and quotients of float32.
  float identity = asFloat(input.scale) / asFloat(output.scale);
  float slope = asFloat(input.scale) * alpha / asFloat(output.scale);
  auto positive = deriveMultiplier(identity),
       negative = deriveMultiplier(slope);
  if (!positive || !negative)
    return std::nullopt;
  return makeTable(input, output, [&](int32_t steps) {
    return multiplyDouble(steps, steps >= 0 ? *positive : *negative);
  });
}

// N44
std::optional<Int8Table> quantc::makeAbsTable(const AffineParams &input,
                                              const AffineParams &output) {
  auto multiplier = deriveMultiplier(input.scale / output.scale);
  if (!multiplier)
    return std::nullopt;
  return makeTable(input, output, [&](int32_t steps) {
    return multiplyDouble(std::abs(steps), *multiplier);
  });
}

// N44
Int8Table quantc::makeEluTable(const AffineParams &input,
                               const AffineParams &output) {
  // Far above the integers of the result, and far below the limit of int64.
  constexpr float kLimit = 1 << 20;
  float inverse = 1 / asFloat(output.scale);
  return makeTable(input, output, [&](int32_t steps) -> int64_t {
    float real = asFloat(input.scale) * static_cast<float>(steps);
    float value = real < 0 ? std::exp(real) - 1.0f : real;
    return std::llround(std::clamp(value * inverse, -kLimit, kLimit));
  });
}

/// A multiplier with 16 bits of a ratio computed in float32, and its exponent.
static std::optional<std::pair<int16_t, int>>
deriveShortMultiplier(float real) {
  auto m = deriveMultiplier(real);
  if (!m)
    return std::nullopt;
  int64_t rounded = (int64_t(m->multiplier) + (1 << 15)) >> 16;
  return std::pair(static_cast<int16_t>(std::min<int64_t>(rounded, INT16_MAX)),
                   getExponent(*m));
}

/// a * b / 2^15 to nearest, ties towards plus infinity.
static int16_t shortHighProduct(int16_t a, int16_t b) {
  return static_cast<int16_t>((int32_t(a) * b + (1 << 14)) >> 15);
}

static int16_t shortShiftLeft(int16_t value, int shift) {
  return static_cast<int16_t>(
      std::clamp<int64_t>(value * (int64_t(1) << shift), INT16_MIN, INT16_MAX));
}

// N44
std::optional<Int8Table>
quantc::makeHardSwishTable(const AffineParams &input,
                           const AffineParams &output) {
  constexpr float kThird = 3.0f / 32768.0f; // The scale at which 3 is 32768.
  float fine = asFloat(input.scale) / 128.0f;
  auto toOutput = deriveShortMultiplier(fine / asFloat(output.scale));
  auto toGate = deriveShortMultiplier(fine / kThird);
  if (!toOutput || !toGate || toOutput->second > 0)
    return std::nullopt;
  return makeTable(input, output, [&](int32_t steps) -> int64_t {
    auto value = static_cast<int16_t>(steps * 128);
    int16_t scaled = shortHighProduct(value, toOutput->first);
    // x / 3, saturated. The last bit of a left shift comes after the product,
    // so that only it saturates the result.
    auto [multiplier, exponent] = *toGate;
    int16_t gate = shortShiftLeft(value, std::max(exponent - 1, 0));
    gate = shortHighProduct(gate, multiplier);
    gate = exponent > 0
               ? shortShiftLeft(gate, 1)
               : static_cast<int16_t>(roundingShiftRight(gate, -exponent));
    // From [-1, 1] to [0, 1].
    gate = static_cast<int16_t>((gate + (1 << 15)) >> 1);
    int32_t product = int32_t(gate) * scaled / (1 << 15); // Truncates.
    return roundingShiftRight(product, -toOutput->second);
  });
}

// N41
std::array<int32_t, 256> quantc::makeSoftmaxExponentials(double inputScale) {
  constexpr int kIntegerBits = 5;
  constexpr int64_t kOne = int64_t(1) << (31 - kIntegerBits);
  constexpr double kLargest = (int64_t(1) << 31) - 1;
  int exponent;
  double mantissa =
      std::frexp(std::min(inputScale * kOne, kLargest), &exponent);
  int64_t multiplier = std::llround(std::ldexp(mantissa, 31));
  if (multiplier == int64_t(1) << 31) {
    multiplier >>= 1;
    ++exponent;
  }
  double least =
      -std::floor(std::ldexp(((1 << kIntegerBits) - 1) * kOne, -exponent));
  std::array<int32_t, 256> table = {};
  for (int32_t d = -255; d <= 0; ++d)
    if (d >= least)
      table[d + 255] = expOfNegative(
          highProduct(static_cast<int32_t>(d * std::ldexp(1.0, exponent)),
                      static_cast<int32_t>(multiplier)),
          kIntegerBits);
  return table;
}

// N41
std::vector<int8_t> quantc::softmaxInFixedPoint(llvm::ArrayRef<int8_t> row,
                                                double inputScale) {
  assert(!row.empty() &&
         static_cast<int64_t>(row.size()) <= kMaxReferenceSoftmax);
  auto table = makeSoftmaxExponentials(inputScale);
  int32_t max = *llvm::max_element(row);
  int32_t sum = 0;
  for (int8_t q : row)
    sum += roundingShiftRight(table[q - max + 255], kSoftmaxSumBits);
  int zeros = llvm::countl_zero(static_cast<uint32_t>(sum));
  uint32_t normalized = static_cast<uint32_t>(sum) << zeros;
  int32_t reciprocal =
      reciprocalOfOnePlus(static_cast<int32_t>(normalized - (1u << 31)));
  // 8 of 31 bits are kept. TFLite does not define the result of a shift above
  // 31.
  int shift = std::min(kSoftmaxSumBits - zeros + 31 - 8, 31);
  std::vector<int8_t> result;
  for (int8_t q : row) {
    int32_t value = roundingShiftRight(
        highProduct(reciprocal, table[q - max + 255]), shift);
    result.push_back(static_cast<int8_t>(std::min(value - 128, 127)));
  }
  return result;
}
