//===- Estimators.cpp - From statistics to a range -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Estimators.h"

#include "Distribution.h"
#include "RangeSearch.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace quantc;
using namespace llvm;

namespace {
struct Name {
  Estimator estimator;
  StringLiteral name;
};
} // namespace

/// The estimators in the order in which `Auto` tries them. If two have the same
/// error, the first one, which is the simpler, is chosen.
static constexpr Name kNames[] = {{Estimator::MinMax, "min-max"},
                                  {Estimator::MovingAverage, "moving-average"},
                                  {Estimator::Percentile, "percentile"},
                                  {Estimator::Entropy, "entropy"},
                                  {Estimator::Mse, "mse"},
                                  {Estimator::Auto, "auto"}};

std::optional<Estimator> quantc::parseEstimator(StringRef name) {
  for (const Name &known : kNames)
    if (known.name == name)
      return known.estimator;
  return std::nullopt;
}

llvm::cl::ValuesClass quantc::estimatorValues() {
  return llvm::cl::values(
      clEnumValN(Estimator::Auto, "auto",
                 "per tensor, the one with the least error (default)"),
      clEnumValN(Estimator::MinMax, "min-max", "all values seen"),
      clEnumValN(Estimator::MovingAverage, "moving-average",
                 "mean over samples of their extremes"),
      clEnumValN(Estimator::Percentile, "percentile",
                 "the share of values that --percentile gives"),
      clEnumValN(Estimator::Entropy, "entropy", "least KL divergence"),
      clEnumValN(Estimator::Mse, "mse", "least squared error"));
}

StringRef quantc::stringifyEstimator(Estimator estimator) {
  return find_if(
             kNames,
             [&](const Name &known) { return known.estimator == estimator; })
      ->name;
}

/// Cuts (100 - percentile) % of the values off the ends that the tensor has.
static Range cutPercentile(const Distribution &distribution, Range widest,
                           double percentile) {
  assert(percentile > 50 && percentile <= 100);
  bool hasBothEnds = widest.low < 0 && widest.high > 0;
  double share = (100 - percentile) / 100 / (hasBothEnds ? 2 : 1);
  // Rounded down to whole values, so that a tensor with few values is not
  // clipped at all.
  double cut = std::floor(share * distribution.total());
  Range range;
  if (widest.low < 0)
    range.low = std::min(0.0, distribution.lowerQuantile(cut));
  if (widest.high > 0)
    range.high = std::max(0.0, distribution.upperQuantile(cut));
  return range;
}

static Range estimate(Estimator estimator, const Histogram &histogram,
                      const Distribution &distribution, Range widest,
                      StorageRange storage, double percentile) {
  switch (estimator) {
  case Estimator::MinMax:
  case Estimator::Auto:
    return widest;
  case Estimator::MovingAverage:
    // The means are clamped, because sums that were read from a file are not
    // trusted.
    return {std::clamp(histogram.meanMin(), widest.low, 0.0),
            std::clamp(histogram.meanMax(), 0.0, widest.high)};
  case Estimator::Percentile:
    return cutPercentile(distribution, widest, percentile);
  case Estimator::Entropy:
    return searchDivergence(distribution, widest, storage);
  case Estimator::Mse:
    return searchSquaredError(distribution, widest, storage);
  }
  llvm_unreachable("unknown estimator");
}

std::optional<EstimatorOptions>
quantc::parseEstimatorSpec(llvm::StringRef text, EstimatorOptions options) {
  auto [name, percentage] = text.split('=');
  std::optional<Estimator> estimator = parseEstimator(name);
  if (!estimator)
    return std::nullopt;
  options.estimator = *estimator;
  if (name == text)
    return options;
  bool isShare = *estimator == Estimator::Percentile &&
                 !percentage.getAsDouble(options.percentile) &&
                 options.percentile > 50 && options.percentile <= 100;
  return isShare ? std::optional(options) : std::nullopt;
}

std::string quantc::stringifyEstimatorSpec(const EstimatorOptions &options) {
  std::string name = stringifyEstimator(options.estimator).str();
  if (options.estimator != Estimator::Percentile)
    return name;
  // A JSON number is read as the same double.
  return llvm::formatv("{0}={1}", name, llvm::json::Value(options.percentile));
}

RangeEstimate quantc::estimateRange(const Histogram &histogram,
                                    StorageRange storage,
                                    const EstimatorOptions &options) {
  Distribution distribution(histogram);
  Range widest{std::min<double>(histogram.min(), 0),
               std::max<double>(histogram.max(), 0)};
  std::optional<RangeEstimate> best;
  for (const Name &candidate : kNames) {
    bool isWanted = options.estimator == Estimator::Auto
                        ? candidate.estimator != Estimator::Auto
                        : candidate.estimator == options.estimator;
    if (!isWanted)
      continue;
    Range range = estimate(candidate.estimator, histogram, distribution, widest,
                           storage, options.percentile);
    double error = distribution.squaredError(
        chooseAsymmetric(range.low, range.high, storage));
    if (!best || error < best->expectedSquaredError)
      best = RangeEstimate{range.low, range.high, candidate.estimator, error};
  }
  return *best;
}

double quantc::expectedSquaredError(const Histogram &histogram,
                                    const AffineParams &params) {
  return Distribution(histogram).squaredError(params);
}
