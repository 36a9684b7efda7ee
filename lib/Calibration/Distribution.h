//===- Distribution.h - A tensor as weighted intervals -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A compact form of a histogram. The estimators read it hundreds of times, so
/// it contains only bins that are not empty, is cut at the extremes, and has
/// the exact zeros in a cell of their own.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CALIBRATION_DISTRIBUTION_H
#define QUANTC_LIB_CALIBRATION_DISTRIBUTION_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Numerics/Affine.h"

#include "llvm/ADT/ArrayRef.h"

namespace quantc {

/// `count` values spread evenly over [low, high]; all equal if low == high.
struct Cell {
  double low = 0, high = 0, count = 0;

  double center() const { return (low + high) / 2; }
};

class Distribution {
public:
  explicit Distribution(const Histogram &histogram);

  /// Nonempty, in ascending order. Exact zeros are a cell of their own.
  llvm::ArrayRef<Cell> cells() const { return ascending; }
  double total() const { return totalCount; }

  /// Expected squared error of quantizing one value.
  double squaredError(const AffineParams &params) const;

  /// The value that has `below` values below it.
  double lowerQuantile(double below) const;
  /// The value that has `above` values above it.
  double upperQuantile(double above) const;

private:
  std::vector<Cell> ascending;
  double totalCount = 0;
};

} // namespace quantc

#endif // QUANTC_LIB_CALIBRATION_DISTRIBUTION_H
