//===- FormKernels.h - Pieces of quantc-form-kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What convolutions, depthwise convolutions and matrix products have in common
/// when they become kernels: the fused epilogue, packed constants, and the
/// layout of the input.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CODEGEN_TRANSFORMS_FORMKERNELS_H
#define QUANTC_LIB_CODEGEN_TRANSFORMS_FORMKERNELS_H

#include "NarrowWeights.h"

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/PatternMatch.h"

#include <cstdlib>
#include <functional>
#include <optional>

namespace quantc::codegen {

/// The multiplier and shift of every channel, and the clamp that follows them.
struct Requantization {
  mlir::SmallVector<int32_t> multipliers;
  mlir::SmallVector<int8_t> shifts;
  int64_t zeroPoint = 0, min = 0, max = 0;
  bool doubleRound = false;
};

/// What a kernel computes after its reduction. The kernel replaces the value
/// `result`; the operations between the accumulator and `result` are no longer
/// used.
struct Epilogue {
  mlir::Value result;
  /// Constants that are added to the accumulators, in addition to the bias of
  /// the operation.
  mlir::SmallVector<mlir::DenseElementsAttr> biases;
  /// i32 by channel that the network computes, added to the accumulators or
  /// subtracted from them.
  mlir::SmallVector<mlir::Value> addedAtRunTime, subtractedAtRunTime;
  /// f32 by channel or for all: f32(accumulator) * factor + addend. Null if the
  /// accumulator is not scaled, or nothing is added then.
  mlir::Value factor, addend;
  std::optional<Requantization> requantization;
  mlir::FloatAttr clampMin, clampMax;
  bool ignoreNan = false;
};

/// Finds the operations behind `accumulator` that can be fused. Each must be
/// the only user of the one before it. The last dimension of `accumulator` is
/// the channel.
Epilogue matchEpilogue(mlir::Value accumulator);

/// A convolution window over rows of pixels, sizes in pixels.
struct Window {
  int64_t images, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t padTop = 0, padLeft = 0;
  int64_t strideY = 1, strideX = 1, dilationY = 1, dilationX = 1;

  /// Makes the rows as long as possible without moving an element. For a 1x1
  /// convolution, all pixels become one row, and a column of pixels becomes a
  /// row.
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

/// The largest magnitude that an int8 weight minus its zero point can have.
inline int64_t maxInt8Weight(int64_t zeroPoint) {
  return 128 + std::abs(zeroPoint);
}

/// A weight of output channel `channel` at tap (y, x) and input channel `in`.
using IntWeight =
    std::function<int64_t(int64_t channel, int64_t y, int64_t x, int64_t in)>;
/// The number of that weight in the op's operand.
using WeightIndex = IntWeight;
using FloatWeight =
    std::function<float(int64_t channel, int64_t y, int64_t x, int64_t in)>;

/// Builds the kernel that replaces an operation. Constants and operations are
/// created before the operation.
class KernelFormer {
public:
  KernelFormer(mlir::RewriterBase &rewriter, mlir::Operation *op,
               kernel::StrategyAttr strategy, Epilogue epilogue)
      : rewriter(rewriter), op(op), loc(op->getLoc()), strategy(strategy),
        epilogue(std::move(epilogue)) {
    // What an epilogue reads may be computed after the product.
    if (this->epilogue.factor)
      rewriter.setInsertionPoint(this->epilogue.result.getDefiningOp());
  }

  /// Makes the kernel accumulate in 48 bits, for int16 activations. No weight
  /// has a magnitude above `maxWeight`.
  void accumulateWide(int64_t maxWeight);

  /// A constant tensor of integers of `bits` bits, or of floats.
  mlir::Value constant(mlir::ArrayRef<int64_t> shape,
                       mlir::ArrayRef<int64_t> values, unsigned bits);
  mlir::Value constant(mlir::ArrayRef<int64_t> shape,
                       mlir::ArrayRef<float> values);

  /// Packed weights as one row: 8 bits wide if every value fits, else 16.
  mlir::Value packedWeights(mlir::ArrayRef<int64_t> packed);
  mlir::Value packedWeights(mlir::ArrayRef<float> packed);
  /// Narrow weights, in an element type that the kernel widens: `packed` holds
  /// the integers or bits, those of i4 in groups of `kernel::kInt4PerWord`.
  mlir::Value packedNarrow(const NarrowWeights &weights,
                           mlir::ArrayRef<int64_t> packed);

  /// Packs matrices [B][K][N], from which their zero point is subtracted, in
  /// `layout` when the network runs (kernel.pack).
  mlir::Value packAtRunTime(mlir::Value matrices, kernel::StrategyAttr layout,
                            int64_t segment, int64_t zeroPoint);

  /// `value` with another static shape.
  mlir::Value reshape(mlir::Value value, mlir::ArrayRef<int64_t> shape);

  /// `input` as rows from which every element up to (`rows`, `elements`) may be
  /// read. This is the input itself, or a `kernel.prepare` of it if it is too
  /// small. `repeat` is that of `kernel.prepare`.
  mlir::Value prepareInput(mlir::Value input, const Window &window,
                           int64_t zeroPoint, int64_t rows, int64_t elements,
                           int64_t repeat = 1);

  /// What has to be added to an int8 input so that the kernel can use it.
  int64_t inputOffset(int64_t zeroPoint) const;

  /// The initial values of the accumulators, padded to whole vectors.
  /// `weightSums` (for integers only) has the sum of the weights of each
  /// channel. This sum times the zero point of the prepared input is
  /// subtracted.
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
  /// The same with weights that are widened in registers; false, and nothing
  /// is formed, if their scales change more often than kernels can follow.
  bool formConv(mlir::Value input, mlir::Value opBias, Window window,
                const NarrowWeights &weights, const WeightIndex &index);
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
  /// Packed scales of narrow weights, or null, and the groups of a run that
  /// share one.
  mlir::Value weightScales;
  std::optional<int64_t> scaleBlock;

private:
  mlir::Value padChannels(mlir::Value values, int64_t channels);
  mlir::Value scaleOfChannels(mlir::Value values, int64_t channels);
  mlir::Value startOf(mlir::Value opBias, int64_t channels, int64_t zeroPoint,
                      mlir::ArrayRef<int64_t> weightSums);
  mlir::Value constantBias(mlir::DenseElementsAttr opBias, int64_t channels,
                           int64_t zeroPoint,
                           mlir::ArrayRef<int64_t> weightSums);
  void finishConv(mlir::Value input, mlir::Value weights, mlir::Value bias,
                  const Window &window, int64_t zeroPoint);
  mlir::NamedAttrList epilogueAttributes(int64_t channels,
                                         mlir::Value &multiplier,
                                         mlir::Value &shift);
};

/// How `kernel.conv` visits the elements of a window. If columns are not
/// dilated, a row of the window is one run of contiguous elements.
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
