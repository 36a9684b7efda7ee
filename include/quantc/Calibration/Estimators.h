//===- Estimators.h - From statistics to a range -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_ESTIMATORS_H
#define QUANTC_CALIBRATION_ESTIMATORS_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Numerics/Affine.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"

#include <optional>
#include <string>

namespace quantc {

/// How the range of a tensor is estimated from its statistics.
enum class Estimator {
  /// The extremes of all values.
  MinMax,
  /// The mean of the samples' minima and the mean of their maxima. It is a
  /// plain mean, because an exponential one depends on the order of samples.
  MovingAverage,
  /// The range that is left when the outermost values are cut off.
  Percentile,
  /// The range with the least Kullback-Leibler divergence between the
  /// distribution and its quantized form.
  Entropy,
  /// The range with the least expected squared error.
  Mse,
  /// For each tensor, the estimator whose range has the least expected squared
  /// error.
  Auto
};

/// "min-max", "moving-average", "percentile", "entropy", "mse", "auto".
std::optional<Estimator> parseEstimator(llvm::StringRef name);
llvm::StringRef stringifyEstimator(Estimator estimator);

/// The estimators by name, for options.
llvm::cl::ValuesClass estimatorValues();

struct EstimatorOptions {
  Estimator estimator = Estimator::Auto;
  /// For `Percentile`: the share of values that is kept, in percent, in (50,
  /// 100]. Half of the others are cut from each end of the range. If a tensor
  /// has no negative (or no positive) values, it has only one end, and all are
  /// cut from that.
  double percentile = 99.99;
};

/// `options` with the estimator that `text` spells: a name, or `percentile=P`
/// with the percentage that is kept. Nullopt if it spells none.
std::optional<EstimatorOptions> parseEstimatorSpec(llvm::StringRef text,
                                                   EstimatorOptions options);

/// The text that parseEstimatorSpec reads as these options.
std::string stringifyEstimatorSpec(const EstimatorOptions &options);

/// An estimated range and the estimator that `Auto` settled on.
struct RangeEstimate {
  double min = 0, max = 0;
  Estimator chosen = Estimator::MinMax;
  /// Expected squared error, per value, of quantizing with this range.
  double expectedSquaredError = 0;
};

/// The range, for asymmetric quantization to `storage`, of the tensor that
/// `histogram` describes. It lies inside of [histogram.min(), histogram.max()]
/// extended to contain 0. An end that is 0 stays exactly 0. If the histogram
/// has no value, the range is [0, 0].
RangeEstimate estimateRange(const Histogram &histogram, StorageRange storage,
                            const EstimatorOptions &options);

/// The expected squared error, per value, of quantizing the values of the
/// histogram. The values in a bin are assumed to be spread evenly over it;
/// zeros are known exactly.
double expectedSquaredError(const Histogram &histogram,
                            const AffineParams &params);

} // namespace quantc

#endif // QUANTC_CALIBRATION_ESTIMATORS_H
