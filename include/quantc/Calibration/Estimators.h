//===- Estimators.h - From statistics to a range -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_ESTIMATORS_H
#define QUANTC_CALIBRATION_ESTIMATORS_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Numerics/Affine.h"

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace quantc {

/// How the range of a tensor is estimated from its statistics. `Auto` takes, per
/// tensor, the estimator whose parameters have the least expected squared error.
enum class Estimator { MinMax, MovingAverage, Percentile, Entropy, Mse, Auto };

/// "min-max", "moving-average", "percentile", "entropy", "mse", "auto".
std::optional<Estimator> parseEstimator(llvm::StringRef name);
llvm::StringRef stringifyEstimator(Estimator estimator);

struct EstimatorOptions {
  Estimator estimator = Estimator::Auto;
  /// The share of values kept, in percent, by `Percentile`: in (50, 100].
  double percentile = 99.99;
};

/// An estimated range and the estimator that `Auto` settled on.
struct RangeEstimate {
  double min = 0, max = 0;
  Estimator chosen = Estimator::MinMax;
  /// Expected squared error of quantizing to int8 with this range.
  double expectedSquaredError = 0;
};

/// The range of the tensor that `histogram` describes, for asymmetric
/// quantization to `storage`. The histogram holds at least one value.
RangeEstimate estimateRange(const Histogram &histogram, StorageRange storage,
                            const EstimatorOptions &options);

/// Expected squared error, per value, of quantizing the histogram's values.
double expectedSquaredError(const Histogram &histogram,
                            const AffineParams &params);

} // namespace quantc

#endif // QUANTC_CALIBRATION_ESTIMATORS_H
