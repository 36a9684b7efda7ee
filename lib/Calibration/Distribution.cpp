//===- Distribution.cpp - A tensor as weighted intervals -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distribution.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>

using namespace quantc;
using namespace llvm;

Distribution::Distribution(const Histogram &histogram) {
  double min = histogram.min(), max = histogram.max();
  auto add = [&](double low, double high, uint64_t count) {
    if (count == 0)
      return;
    low = std::max(low, min);
    high = std::max(low, std::min(high, max));
    ascending.push_back({low, high, static_cast<double>(count)});
  };
  for (const auto &[bin, count] : enumerate(histogram.bins())) {
    uint64_t nonzero = count;
    if (bin == Histogram::kHalfBins) {
      add(0, 0, histogram.zeros());
      nonzero -= histogram.zeros();
    }
    add(histogram.binLow(bin), histogram.binLow(bin + 1), nonzero);
  }
  totalCount = static_cast<double>(histogram.values());
}

/// The integral, from 0 to t, of the squared distance between a position and
/// the nearest of the integers 0 to `last`. Each unit between two integers
/// contributes 1/12.
static double integralOfError(double t, double last) {
  double nearest = std::clamp(std::nearbyint(t), 0.0, last);
  double distance = t - nearest;
  return nearest / 12 + distance * distance * distance / 3;
}

/// Mean squared error over [from, to], in steps of the quantization.
static double meanError(double from, double to, double last) {
  // In an interval this narrow, a difference of two integrals is not accurate.
  // The error at its center is used instead.
  if (to - from < 1e-4) {
    double t = (from + to) / 2;
    double distance = t - std::clamp(std::nearbyint(t), 0.0, last);
    return distance * distance;
  }
  return (integralOfError(to, last) - integralOfError(from, last)) /
         (to - from);
}

double Distribution::squaredError(const AffineParams &params) const {
  auto first = static_cast<double>(params.storage.min - params.zeroPoint);
  auto last = static_cast<double>(params.storage.max - params.storage.min);
  double inverse = 1 / params.scale;
  double sum = 0;
  for (const Cell &cell : ascending)
    sum += cell.count * meanError(cell.low * inverse - first,
                                  cell.high * inverse - first, last);
  return totalCount == 0
             ? 0
             : std::max(sum, 0.0) / totalCount * params.scale * params.scale;
}

double Distribution::lowerQuantile(double below) const {
  for (const Cell &cell : ascending) {
    if (below < cell.count)
      return cell.low + (cell.high - cell.low) * (below / cell.count);
    below -= cell.count;
  }
  return ascending.empty() ? 0 : ascending.back().high;
}

double Distribution::upperQuantile(double above) const {
  for (const Cell &cell : reverse(ascending)) {
    if (above < cell.count)
      return cell.high - (cell.high - cell.low) * (above / cell.count);
    above -= cell.count;
  }
  return ascending.empty() ? 0 : ascending.front().low;
}
