//===- RemarkState.cpp - What a state's type does to it -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Remarks.h"

#include "quantc/Calibration/Histogram.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// How many values of `histogram` are at least `limit` in magnitude, to a bin.
static uint64_t countFrom(const Histogram &histogram, double limit) {
  uint64_t count = 0;
  for (auto [bin, values] : llvm::enumerate(histogram.bins())) {
    double low = histogram.binLow(bin), high = low + histogram.binWidth();
    if (low >= limit || high <= -limit)
      count += values;
  }
  return count;
}

void quantc::ptq::remarkState(Location loc, StringRef name,
                              quant::UniformQuantizedType type,
                              const Histogram &histogram) {
  // The argument whose tanh is half a step of int8 below 1.
  const double kFlat = std::atanh(1 - 1.0 / 256);
  AffineParams params = getAffineParams(type);
  double limit = dequantize(params.storage.max, params);
  remark::passed(loc,
                 remark::RemarkOpts::name("state").category("ptq-annotate"))
      << remark::metric("Tensor", name.str()) << realMetric("Limit", limit)
      << remark::metric("Values", int64_t(histogram.values()))
      << remark::metric("Saturated",
                        int64_t(countFrom(histogram, limit + params.scale)))
      << remark::metric("Flat", int64_t(countFrom(histogram, kFlat)));
}
