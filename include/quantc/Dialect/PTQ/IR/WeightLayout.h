//===- WeightLayout.h - The dimensions of a weight -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Which dimensions of a constant weight run over output channels and which
/// one over input channels.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_WEIGHTLAYOUT_H
#define QUANTC_DIALECT_PTQ_IR_WEIGHTLAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace quantc::ptq {

/// The layout of a weight tensor. Dimensions that it does not name are those
/// of the kernel, or of a batch of matrices.
struct WeightLayout {
  /// The dimensions that run over output channels, the slowest first. A
  /// depthwise convolution has two: [height, width, C, M] has output channel
  /// c * M + m.
  llvm::SmallVector<int64_t, 2> outputs;
  /// The dimension that runs over input channels.
  std::optional<int64_t> input;
  /// The dimension along which scales differ if each output channel has its
  /// own. Nullopt: the whole tensor has one scale.
  std::optional<int64_t> scaleAxis;

  /// How a dimension of the weight runs over a dimension of the activation.
  struct Window {
    int64_t weightDim;
    int64_t stride, dilation, padBefore;
  };
  /// One entry for each dimension of the activation between the first and the
  /// last, which runs over channels: element k of the weight meets position
  /// p * stride + k * dilation - padBefore of the activation in result p, and
  /// zero outside. Empty: each row of channels is multiplied by the weight.
  /// Nullopt: it is not that simple.
  std::optional<llvm::SmallVector<Window, 3>> window = std::nullopt;

  /// The number of output channels of a weight of `shape`.
  int64_t getOutputChannels(llvm::ArrayRef<int64_t> shape) const;
  /// The output channel to which element `i`, in row-major order, belongs.
  int64_t getOutput(llvm::ArrayRef<int64_t> shape, int64_t i) const;
  /// The input channel with which element `i` is multiplied.
  int64_t getInput(llvm::ArrayRef<int64_t> shape, int64_t i) const;
};

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_WEIGHTLAYOUT_H
