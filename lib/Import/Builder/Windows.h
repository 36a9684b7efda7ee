//===- Windows.h - Where windows lie -*- C++ -*- ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportBuilder: the padding of convolutions and pooling, and
/// how it becomes TOSA's, whose windows have to fill the padded input.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_WINDOWS_H
#define QUANTC_LIB_IMPORT_BUILDER_WINDOWS_H

#include "quantc/Import/NetworkBuilder.h"

namespace quantc {

/// One spatial dimension of a window, completely known.
struct WindowDim {
  int64_t size, kernel, stride, dilation;
  /// As the file says, or as AutoPad gives it.
  int64_t before, after;
  /// Number of windows.
  int64_t output;

  /// From the first to the last element of a window.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  /// The padding after the input that the last window reaches into; negative if
  /// it does not reach the input's end.
  int64_t needed() const {
    return (output - 1) * stride + extent() - size - before;
  }
};

/// Each spatial dimension of windows of `kernel` over an input of `sizes`, or
/// nullopt after an error.
std::optional<llvm::SmallVector<WindowDim>>
resolveWindow(NetworkBuilder &b, llvm::ArrayRef<int64_t> sizes,
              llvm::ArrayRef<int64_t> kernel, const Window &window);

/// `list`, or `count` times `value` if it is empty; nullopt after an error if
/// it has another number of elements or one outside [min, 2^31 - 1].
std::optional<llvm::SmallVector<int64_t>>
completeList(NetworkBuilder &b, llvm::ArrayRef<int64_t> list, size_t count,
             int64_t value, int64_t min, llvm::StringRef what);

/// x [N, spatial..., C] without the elements that no window reaches, and the
/// padding that is left: TOSA's [top, bottom, left, right].
std::pair<mlir::Value, llvm::SmallVector<int64_t>>
fitInput(NetworkBuilder &b, mlir::Value x, llvm::ArrayRef<WindowDim> dims);

/// [1, 1, ...] inserted before the last spatial dimension of [N, W, C].
mlir::Value addHeight(NetworkBuilder &b, mlir::Value x);
/// A window of one spatial dimension as one of two.
Window addHeight(const Window &window);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_WINDOWS_H
