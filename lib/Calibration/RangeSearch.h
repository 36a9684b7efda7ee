//===- RangeSearch.h - Ranges that minimize a cost -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The estimators that search. They choose, among the ranges inside of a
/// tensor's range, the one with the least squared error or divergence.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CALIBRATION_RANGESEARCH_H
#define QUANTC_LIB_CALIBRATION_RANGESEARCH_H

#include "Distribution.h"

namespace quantc {

/// A range that contains 0.
struct Range {
  double low = 0, high = 0;
};

/// The range inside `widest` with the least expected squared error. Both ends
/// move independently.
Range searchSquaredError(const Distribution &distribution, Range widest,
                         StorageRange storage);

/// The range inside of `widest`, shrunk at both ends by the same factor, whose
/// quantized distribution diverges least from the real one. This is the
/// Kullback-Leibler criterion of Migacz, "8-bit inference with TensorRT" (GTC
/// 2017). Values that are clipped are counted at the ends of the reference
/// distribution.
Range searchDivergence(const Distribution &distribution, Range widest,
                       StorageRange storage);

} // namespace quantc

#endif // QUANTC_LIB_CALIBRATION_RANGESEARCH_H
