//===- Resize.h - Positions of resized images -*- C++ -*- ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportBuilder: where elements of a resized dimension lie in
/// the input.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_RESIZE_H
#define QUANTC_LIB_IMPORT_BUILDER_RESIZE_H

#include "quantc/Import/NetworkBuilder.h"

namespace quantc {

/// The positions in one dimension.
struct Positions {
  int64_t input, output;
  /// Exact numbers, if `unit` is not 0: (o * step + offset) / unit.
  int64_t step = 0, offset = 0, unit = 0;
  /// Output size / input size, otherwise.
  double scale = 1;
};

/// The positions of spatial dimension `index`; nullopt after an error.
std::optional<Positions> computePositions(NetworkBuilder &b, int64_t input,
                                          int64_t output,
                                          const ResizeSpec &spec, size_t index);

/// The position of output `o` as a number.
double getPosition(const Positions &p, int64_t o,
                   ResizeCoordinates coordinates);

/// x [N, H, W, C] resized by cubic convolution along rows and columns.
mlir::Value buildCubicResize(NetworkBuilder &b, mlir::Value x,
                             const Positions &rows, const Positions &columns,
                             const ResizeSpec &spec);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_RESIZE_H
