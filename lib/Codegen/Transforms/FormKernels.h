//===- FormKernels.h - Pieces of quantc-form-kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What forming a convolution, a depthwise convolution and a matrix product
/// have in common: the fused epilogue, packed constants, and the layout of the
/// input.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CODEGEN_TRANSFORMS_FORMKERNELS_H
#define QUANTC_LIB_CODEGEN_TRANSFORMS_FORMKERNELS_H

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/PatternMatch.h"

#include <cstdlib>
#include <functional>
#include <optional>

namespace quantc::codegen {

/// Multiplier and shift of every channel, and what follows them.
struct Requantization {
  mlir::SmallVector<int32_t> multipliers;
  mlir::SmallVector<int8_t> shifts;
  int64_t zeroPoint = 0, min = 0, max = 0;
  bool doubleRound = false;
};

/// What a kernel computes after its reduction. `result` is the value that the
/// kernel replaces; the ops between the accumulator and it die.
struct Epilogue {
  mlir::Value result;
  /// Constants added to every channel's accumulator, beside the op's own bias.
  mlir::SmallVector<mlir::DenseElementsAttr> biases;
  std::optional<Requantization> requantization;
  mlir::FloatAttr clampMin, clampMax;
  bool ignoreNan = false;
};

/// Follows the only users of `accumulator`, whose last dimension is the
/// channel.
Epilogue matchEpilogue(mlir::Value accumulator);

/// A convolution window over rows of pixels, sizes in pixels.
struct Window {
  int64_t images, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t padTop = 0, padLeft = 0;
  int64_t strideY = 1, strideX = 1, dilationY = 1, dilationX = 1;

  /// Makes rows as long as possible without moving an element: a 1x1
  /// convolution is one row of pixels, a column of pixels is a row.
  void lengthenRows();
};

/// The window of tosa.conv2d or tosa.depthwise_conv2d with filters of
/// `kernelHeight` x `kernelWidth` taps.
template <typename ConvOp>
Window windowOf(ConvOp op, int64_t kernelHeight, int64_t kernelWidth) {
  using mlir::ShapedType;
  auto in = mlir::cast<ShapedType>(op.getInput().getType()).getShape();
  auto out = mlir::cast<ShapedType>(op.getOutput().getType()).getShape();
  return {in[0],
          in[1],
          in[2],
          in[3],
          out[1],
          out[2],
          out[3],
          kernelHeight,
          kernelWidth,
          op.getPad()[0],
          op.getPad()[2],
          op.getStride()[0],
          op.getStride()[1],
          op.getDilation()[0],
          op.getDilation()[1]};
}

/// The weights, i4 as i8, or null if the network computes them.
mlir::DenseElementsAttr getConstantWeights(mlir::Value weights);

/// The largest magnitude of an int8 weight less its zero point.
inline int64_t maxInt8Weight(int64_t zeroPoint) {
  return 128 + std::abs(zeroPoint);
}

/// A weight of output channel `channel` at tap (y, x) and input channel `in`.
using IntWeight =
    std::function<int64_t(int64_t channel, int64_t y, int64_t x, int64_t in)>;
using FloatWeight =
    std::function<float(int64_t channel, int64_t y, int64_t x, int64_t in)>;

/// Forms one kernel in place of an op: builds constants and ops before it.
class KernelFormer {
public:
  KernelFormer(mlir::RewriterBase &rewriter, mlir::Operation *op,
               kernel::StrategyAttr strategy, Epilogue epilogue)
      : rewriter(rewriter), op(op), loc(op->getLoc()), strategy(strategy),
        epilogue(std::move(epilogue)) {}

  /// Makes the kernel accumulate 48 bits: int16 activations times weights of at
  /// most `maxWeight`.
  void accumulateWide(int64_t maxWeight);

  /// A constant tensor of integers of `bits` bits, or of floats.
  mlir::Value constant(mlir::ArrayRef<int64_t> shape,
                       mlir::ArrayRef<int64_t> values, unsigned bits);
  mlir::Value constant(mlir::ArrayRef<int64_t> shape,
                       mlir::ArrayRef<float> values);

  /// Packed weights as one row: 8 bits wide if every value fits, else 16.
  mlir::Value packedWeights(mlir::ArrayRef<int64_t> packed);
  mlir::Value packedWeights(mlir::ArrayRef<float> packed);

  /// Matrices [B][K][N], less their zero point, packed in `layout` when the
  /// network runs: kernel.pack.
  mlir::Value packAtRunTime(mlir::Value matrices, kernel::StrategyAttr layout,
                            int64_t segment, int64_t zeroPoint);

  /// `value` with another static shape.
  mlir::Value reshape(mlir::Value value, mlir::ArrayRef<int64_t> shape);

  /// `input` as rows from which every element up to (`rows`, `elements`) may be
  /// read: the input itself, or a `kernel.prepare` of it. `repeat` as in that
  /// op.
  mlir::Value prepareInput(mlir::Value input, const Window &window,
                           int64_t zeroPoint, int64_t rows, int64_t elements,
                           int64_t repeat = 1);

  /// What has to be added to an int8 input so that the kernel can use it.
  int64_t inputOffset(int64_t zeroPoint) const;

  /// The start of every accumulator, padded to whole vectors. `weightSums`
  /// (integers only) are the sums of each channel's weights, to which the
  /// input's zero point is still attached.
  mlir::Value bias(mlir::Value opBias, int64_t channels, int64_t zeroPoint,
                   mlir::ArrayRef<int64_t> weightSums);

  /// Creates the kernel and replaces the epilogue's result. `groups` only for
  /// conv.
  template <typename KernelTy>
  void finish(mlir::Value input, mlir::Value weights, mlir::Value bias,
              const Window &window, mlir::ArrayRef<int64_t> taps,
              mlir::ArrayRef<int64_t> tapSteps, int64_t channels,
              std::optional<int64_t> groups);

  /// Forms the kernel.conv of `window` with constant weights.
  void formConv(mlir::Value input, mlir::Value opBias, Window window,
                int64_t zeroPoint, const IntWeight &weight);
  void formConv(mlir::Value input, mlir::Value opBias, Window window,
                const FloatWeight &weight);
  /// The same with weights that the network computes: [1][K][N], where K is tap
  /// rows, taps and input channels, and N output channels.
  void formConvAtRunTime(mlir::Value input, mlir::Value opBias, Window window,
                         int64_t zeroPoint, mlir::Value matrix,
                         int64_t weightZeroPoint);

  mlir::RewriterBase &rewriter;
  mlir::Operation *op;
  mlir::Location loc;
  kernel::StrategyAttr strategy;
  Epilogue epilogue;
  std::optional<int64_t> widenEvery;

private:
  mlir::Value padBias(mlir::Value opBias, int64_t channels, int64_t padded);
  mlir::Value constantBias(mlir::DenseElementsAttr opBias, int64_t channels,
                           int64_t zeroPoint,
                           mlir::ArrayRef<int64_t> weightSums);
  void finishConv(mlir::Value input, mlir::Value weights, mlir::Value bias,
                  const Window &window, int64_t zeroPoint);
  mlir::NamedAttrList epilogueAttributes(int64_t channels,
                                         mlir::Value &multiplier,
                                         mlir::Value &shift);
};

/// How `kernel.conv` walks a window: with undilated columns, a row of the
/// window is one run of elements.
struct Reduction {
  Reduction(const Window &window, int64_t group);

  int64_t rowTaps, taps, run, groups;
  int64_t rowStep, tapStep;
};

void formConv2D(mlir::RewriterBase &rewriter, mlir::tosa::Conv2DOp op,
                kernel::StrategyAttr strategy);
void formDepthwise(mlir::RewriterBase &rewriter,
                   mlir::tosa::DepthwiseConv2DOp op,
                   kernel::StrategyAttr strategy);
void formMatMul(mlir::RewriterBase &rewriter, mlir::tosa::MatMulOp op,
                kernel::StrategyAttr strategy);

} // namespace quantc::codegen

#endif // QUANTC_LIB_CODEGEN_TRANSFORMS_FORMKERNELS_H
