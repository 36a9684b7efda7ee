//===- StridedSlice.h - What STRIDED_SLICE selects -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_STRIDEDSLICE_H
#define QUANTC_LIB_IMPORT_TFLITE_STRIDEDSLICE_H

#include "Importer.h"

namespace quantc::tflite {

/// numpy's x[starts:stops:steps] along `axes` (one element each), of which the
/// dimensions `dropped` of size 1 are removed. Dimensions of size 1 are then
/// added, which are `added` of the result.
struct StridedSlice {
  llvm::SmallVector<int64_t> axes, starts, stops, steps;
  llvm::SmallVector<int64_t> dropped, added;
};

/// What the operator's lists and masks say of its input 0; `stops` of a
/// dropped dimension select one element, and steps are not 0.
mlir::FailureOr<StridedSlice> readStridedSlice(Node &node);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_STRIDEDSLICE_H
