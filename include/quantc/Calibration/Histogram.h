//===- Histogram.h - Fixed-size statistics of a tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The statistics that calibration keeps for a tensor: extreme values, exact
/// sums of per-sample extremes, and a histogram whose size does not depend on
/// the number of samples.
///
/// Merging the statistics of two disjoint sets of samples, in any order, gives
/// exactly the statistics of their union. For this, bin widths are powers of
/// two and a bin begins at 0, so that a wider histogram is made by adding
/// neighbouring bins.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_HISTOGRAM_H
#define QUANTC_CALIBRATION_HISTOGRAM_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace quantc {

/// The exact sum of finite float32 values: one integer per exponent, so that
/// the result does not depend on the order of additions. Holds up to 2^39
/// values.
class ExactSum {
public:
  void add(float value);
  void merge(const ExactSum &other);
  /// The sum rounded to double; equal sums of parts give equal results.
  double value() const;
  const std::map<int32_t, int64_t> &buckets() const { return sums; }
  /// True if this can be the sum of so many float32 values, at most
  /// Histogram::kMaxSamples.
  bool isPossible(uint64_t addends) const;
  void setBucket(int32_t exponent, int64_t sum) { sums[exponent] = sum; }
  bool operator==(const ExactSum &other) const { return sums == other.sums; }

private:
  std::map<int32_t, int64_t> sums; // exponent -> sum of signed mantissas
};

/// Statistics of one tensor over all samples seen.
class Histogram {
public:
  /// Bins on each side of zero.
  static constexpr size_t kHalfBins = 8192;
  /// The most samples and values that one histogram counts.
  static constexpr uint64_t kMaxSamples = uint64_t(1) << 39;
  static constexpr uint64_t kMaxValues = uint64_t(1) << 62;

  /// Adds one sample, which is the `count` values of a tensor in one run of the
  /// network. NaN and infinite values are only counted, and have no influence
  /// on the rest. A sample without a finite value does not count as a sample.
  void addSample(const float *values, size_t count);
  /// True if the union of both histograms stays within kMaxSamples and
  /// kMaxValues.
  bool canMerge(const Histogram &other) const;
  void merge(const Histogram &other);
  bool operator==(const Histogram &other) const;

  /// Samples with a finite value.
  uint64_t samples() const { return sampleCount; }
  /// Finite values seen.
  uint64_t values() const { return valueCount; }
  uint64_t nonFinite() const { return nonFiniteCount; }
  /// The number of values equal to 0. They are also counted in the bins.
  uint64_t zeros() const { return zeroCount; }
  /// Extremes of the finite values; 0 if none was seen.
  float min() const { return minimum; }
  float max() const { return maximum; }
  /// The mean, over all samples, of the sample's minimum and of its maximum.
  double meanMin() const;
  double meanMax() const;
  /// Bin i covers [(i - kHalfBins) * binWidth, (i - kHalfBins + 1) * binWidth).
  /// Empty before the first value.
  const std::vector<uint64_t> &bins() const { return counts; }
  double binWidth() const;
  double binLow(size_t bin) const;
  double binCenter(size_t bin) const;

  /// The state as the profile file stores it.
  struct State {
    uint64_t samples = 0, values = 0, nonFinite = 0, zeros = 0;
    float min = 0, max = 0;
    int32_t exponent = kMinExponent; // binWidth = 2^exponent / kHalfBins
    std::map<int32_t, int64_t> sumMin, sumMax;
    std::vector<uint64_t> bins; // 2 * kHalfBins or empty
  };
  State state() const;
  /// False if `state` is not one that `state()` can return.
  bool setState(const State &state);

private:
  /// The smallest exponent that a float32 value can require. It is also the
  /// exponent of an empty histogram.
  static constexpr int32_t kMinExponent = -148;

  static int32_t exponentFor(float min, float max);
  size_t binOf(float value) const;
  void widenTo(int32_t newExponent);
  void extendRange(float min, float max);
  void countBins(const float *values, size_t count, bool allFinite);
  bool isConsistent() const;

  uint64_t sampleCount = 0, valueCount = 0, nonFiniteCount = 0, zeroCount = 0;
  float minimum = 0, maximum = 0;
  int32_t exponent = kMinExponent;
  ExactSum sumMin, sumMax;
  std::vector<uint64_t> counts;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_HISTOGRAM_H
