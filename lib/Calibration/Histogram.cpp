//===- Histogram.cpp - Fixed-size statistics of a tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Histogram.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

using namespace quantc;

//===----------------------------------------------------------------------===//
// ExactSum
//===----------------------------------------------------------------------===//

/// Bits of a float32's mantissa, and the exponents that its lowest one can
/// have.
static constexpr int kMantissaBits = 24;
static constexpr int32_t kMinBucket = -148 - kMantissaBits;
static constexpr int32_t kMaxBucket = 128 - kMantissaBits;

void ExactSum::add(float value) {
  if (value == 0)
    return;
  int exponent = 0;
  float mantissa = std::frexp(value, &exponent);
  sums[exponent - kMantissaBits] +=
      static_cast<int64_t>(std::ldexp(mantissa, kMantissaBits));
}

void ExactSum::merge(const ExactSum &other) {
  for (const auto &[exponent, sum] : other.sums)
    sums[exponent] += sum;
}

bool ExactSum::isPossible(uint64_t addends) const {
  // A mantissa has a magnitude below 2^24: kMaxSamples of them do not overflow.
  constexpr uint64_t kMaxMantissa = (uint64_t(1) << kMantissaBits) - 1;
  auto limit = static_cast<int64_t>(addends * kMaxMantissa);
  return llvm::all_of(sums, [&](const auto &bucket) {
    return bucket.first >= kMinBucket && bucket.first <= kMaxBucket &&
           bucket.second >= -limit && bucket.second <= limit;
  });
}

double ExactSum::value() const {
  double total = 0;
  for (const auto &[exponent, sum] : sums)
    total += std::ldexp(static_cast<double>(sum), exponent);
  return total;
}

//===----------------------------------------------------------------------===//
// Adding samples
//===----------------------------------------------------------------------===//

namespace {
/// The result of one pass over a sample.
struct Scan {
  int32_t minKey = std::numeric_limits<int32_t>::max();
  int32_t maxKey = std::numeric_limits<int32_t>::min();
  uint64_t nonFinite = 0, zeros = 0;
};
} // namespace

static constexpr uint32_t kMagnitudeMask = 0x7fffffff;
static constexpr uint32_t kInfinityBits = 0x7f800000;

/// Converts the sign-magnitude bits of a float to two's complement, so that
/// keys compare as the floats do. The function is its own inverse.
static int32_t orderedKey(int32_t bits) {
  return bits ^ static_cast<int32_t>(static_cast<uint32_t>(bits >> 31) &
                                     kMagnitudeMask);
}

static float floatOfKey(int32_t key) {
  return llvm::bit_cast<float>(orderedKey(key)) + 0.0f; // -0 becomes 0.
}

/// This loop uses only integer comparisons and selections, so that compilers
/// vectorize it.
static Scan scan(const float *values, size_t count) {
  Scan result;
  for (size_t i = 0; i < count; ++i) {
    int32_t bits = llvm::bit_cast<int32_t>(values[i]);
    uint32_t magnitude = static_cast<uint32_t>(bits) & kMagnitudeMask;
    int32_t key = orderedKey(bits);
    bool isFinite = magnitude < kInfinityBits;
    result.minKey = std::min(
        result.minKey, isFinite ? key : std::numeric_limits<int32_t>::max());
    result.maxKey = std::max(
        result.maxKey, isFinite ? key : std::numeric_limits<int32_t>::min());
    result.nonFinite += !isFinite;
    result.zeros += magnitude == 0;
  }
  return result;
}

/// floor(x) for |x| <= kHalfBins.
static int32_t floorToInt(double x) {
  int32_t truncated = static_cast<int32_t>(x);
  return truncated - (x < truncated);
}

void Histogram::countBins(const float *values, size_t count, bool allFinite) {
  // The product is exact in double for every float32. So the bin depends only
  // on the value and on the final exponent.
  double scale = 1.0 / binWidth();
  uint64_t *zeroBin = counts.data() + kHalfBins;
  if (allFinite) {
    for (size_t i = 0; i < count; ++i)
      ++zeroBin[floorToInt(values[i] * scale)];
    return;
  }
  for (size_t i = 0; i < count; ++i)
    if (std::isfinite(values[i]))
      ++zeroBin[floorToInt(values[i] * scale)];
}

void Histogram::addSample(const float *values, size_t count) {
  Scan found = scan(values, count);
  nonFiniteCount += found.nonFinite;
  if (found.nonFinite == count)
    return;
  float sampleMin = floatOfKey(found.minKey);
  float sampleMax = floatOfKey(found.maxKey);
  extendRange(sampleMin, sampleMax);
  countBins(values, count, found.nonFinite == 0);
  ++sampleCount;
  valueCount += count - found.nonFinite;
  zeroCount += found.zeros;
  sumMin.add(sampleMin);
  sumMax.add(sampleMax);
}

//===----------------------------------------------------------------------===//
// Range and bins
//===----------------------------------------------------------------------===//

int32_t Histogram::exponentFor(float min, float max) {
  float magnitude = std::max(std::abs(min), std::abs(max));
  return magnitude == 0 ? kMinExponent : std::ilogb(magnitude) + 1;
}

/// Extends the range to include [min, max]. Called before the values are
/// counted.
void Histogram::extendRange(float min, float max) {
  if (counts.empty()) {
    counts.resize(2 * kHalfBins);
    minimum = min;
    maximum = max;
  }
  minimum = std::min(minimum, min);
  maximum = std::max(maximum, max);
  widenTo(std::max(exponent, exponentFor(min, max)));
}

/// Makes bins wider by adding neighbouring ones. With k the difference of the
/// exponents, bin n >= 0 from zero becomes bin n >> k, and bin -1 - n becomes
/// -1 - (n >> k). Both are floor(index / 2^k), so the result is the same
/// whether values are counted before or after widening.
void Histogram::widenTo(int32_t newExponent) {
  assert(newExponent >= exponent);
  int32_t shift = std::min(newExponent - exponent, 31);
  exponent = newExponent;
  if (shift == 0)
    return;
  uint64_t *positive = counts.data() + kHalfBins;
  uint64_t *negative = positive - 1;
  for (ptrdiff_t n = 1; n < static_cast<ptrdiff_t>(kHalfBins); ++n) {
    positive[n >> shift] += std::exchange(positive[n], 0);
    negative[-(n >> shift)] += std::exchange(negative[-n], 0);
  }
}

double Histogram::binWidth() const {
  return std::ldexp(1.0 / kHalfBins, exponent);
}

double Histogram::binLow(size_t bin) const {
  return (static_cast<double>(bin) - kHalfBins) * binWidth();
}

double Histogram::binCenter(size_t bin) const {
  return binLow(bin) + binWidth() / 2;
}

size_t Histogram::binOf(float value) const {
  return kHalfBins + floorToInt(value / binWidth());
}

double Histogram::meanMin() const {
  return sampleCount ? sumMin.value() / static_cast<double>(sampleCount) : 0;
}

double Histogram::meanMax() const {
  return sampleCount ? sumMax.value() / static_cast<double>(sampleCount) : 0;
}

//===----------------------------------------------------------------------===//
// Merging, comparing, storing
//===----------------------------------------------------------------------===//

bool Histogram::canMerge(const Histogram &other) const {
  // Neither operand exceeds the limits, so these sums do not wrap.
  return sampleCount + other.sampleCount <= kMaxSamples &&
         valueCount + other.valueCount <= kMaxValues &&
         nonFiniteCount + other.nonFiniteCount <= kMaxValues;
}

void Histogram::merge(const Histogram &other) {
  assert(canMerge(other));
  nonFiniteCount += other.nonFiniteCount;
  if (other.counts.empty())
    return;
  extendRange(other.minimum, other.maximum);
  Histogram widened = other;
  widened.widenTo(exponent);
  for (size_t i = 0; i < counts.size(); ++i)
    counts[i] += widened.counts[i];
  sampleCount += other.sampleCount;
  valueCount += other.valueCount;
  zeroCount += other.zeroCount;
  sumMin.merge(other.sumMin);
  sumMax.merge(other.sumMax);
}

bool Histogram::operator==(const Histogram &other) const {
  return sampleCount == other.sampleCount && valueCount == other.valueCount &&
         nonFiniteCount == other.nonFiniteCount &&
         zeroCount == other.zeroCount && minimum == other.minimum &&
         maximum == other.maximum && exponent == other.exponent &&
         sumMin == other.sumMin && sumMax == other.sumMax &&
         counts == other.counts;
}

Histogram::State Histogram::state() const {
  State state;
  state.samples = sampleCount;
  state.values = valueCount;
  state.nonFinite = nonFiniteCount;
  state.zeros = zeroCount;
  state.min = minimum;
  state.max = maximum;
  state.exponent = exponent;
  state.sumMin = sumMin.buckets();
  state.sumMax = sumMax.buckets();
  state.bins = counts;
  return state;
}

static ExactSum sumOf(const std::map<int32_t, int64_t> &buckets) {
  ExactSum sum;
  for (const auto &[exponent, mantissas] : buckets)
    sum.setBucket(exponent, mantissas);
  return sum;
}

bool Histogram::setState(const State &state) {
  Histogram histogram;
  histogram.sampleCount = state.samples;
  histogram.valueCount = state.values;
  histogram.nonFiniteCount = state.nonFinite;
  histogram.zeroCount = state.zeros;
  histogram.minimum = state.min;
  histogram.maximum = state.max;
  histogram.exponent = state.exponent;
  histogram.sumMin = sumOf(state.sumMin);
  histogram.sumMax = sumOf(state.sumMax);
  histogram.counts = state.bins;
  if (!histogram.isConsistent())
    return false;
  *this = std::move(histogram);
  return true;
}

bool Histogram::isConsistent() const {
  if (nonFiniteCount > kMaxValues)
    return false;
  if (counts.empty()) {
    Histogram none;
    none.nonFiniteCount = nonFiniteCount;
    return *this == none;
  }
  if (counts.size() != 2 * kHalfBins || sampleCount == 0 ||
      sampleCount > kMaxSamples || sampleCount > valueCount ||
      valueCount > kMaxValues || zeroCount > counts[kHalfBins])
    return false;
  if (!std::isfinite(minimum) || !std::isfinite(maximum) || minimum > maximum ||
      exponent != exponentFor(minimum, maximum))
    return false;
  uint64_t total = 0;
  for (uint64_t count : counts) {
    if (count > valueCount - total)
      return false;
    total += count;
  }
  auto isCounted = [](uint64_t count) { return count != 0; };
  auto first = llvm::find_if(counts, isCounted);
  auto last = std::find_if(counts.rbegin(), counts.rend(), isCounted);
  return total == valueCount &&
         static_cast<size_t>(first - counts.begin()) == binOf(minimum) &&
         static_cast<size_t>(counts.rend() - last) == binOf(maximum) + 1 &&
         sumMin.isPossible(sampleCount) && sumMax.isPossible(sampleCount);
}
