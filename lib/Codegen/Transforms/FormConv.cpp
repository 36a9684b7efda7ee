//===- FormConv.cpp - Convolutions as kernel.conv -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DotKind;
using kernel::StrategyAttr;

/// Weights in the layout of kernel.conv.
template <typename T, typename WeightFn>
static SmallVector<T> packWeights(StrategyAttr strategy, const Window &window,
                                  const WeightFn &weight) {
  int64_t group = strategy.getGroup(), lanes = strategy.getLanes();
  Reduction reduction(window, group);
  ChannelBlocks blocks(strategy, window.outChannels);
  SmallVector<T> packed;
  packed.reserve(blocks.paddedChannels * reduction.rowTaps * reduction.taps *
                 reduction.groups * group);
  auto element = [&](int64_t channel, int64_t y, int64_t tap, int64_t k) -> T {
    if (channel >= window.outChannels || k >= reduction.run)
      return 0;
    return weight(channel, y, tap + k / window.inChannels,
                  k % window.inChannels);
  };
  auto packBlock = [&](int64_t firstChannel, int64_t vectors) {
    for (int64_t y = 0; y < reduction.rowTaps; ++y)
      for (int64_t tap = 0; tap < reduction.taps; ++tap)
        for (int64_t g = 0; g < reduction.groups; ++g)
          for (int64_t lane = 0; lane < vectors * lanes; ++lane)
            for (int64_t e = 0; e < group; ++e)
              packed.push_back(
                  element(firstChannel + lane, y, tap, g * group + e));
  };
  for (int64_t block = 0; block < blocks.wholeBlocks; ++block)
    packBlock(block * strategy.getBlockChannels(), strategy.getVectors());
  if (blocks.tailVectors)
    packBlock(blocks.wholeBlocks * strategy.getBlockChannels(),
              blocks.tailVectors);
  return packed;
}

static SmallVector<int64_t> sumWeights(const Window &window,
                                       const IntWeight &weight) {
  SmallVector<int64_t> sums(window.outChannels, 0);
  for (int64_t c = 0; c < window.outChannels; ++c)
    for (int64_t y = 0; y < window.kernelHeight; ++y)
      for (int64_t x = 0; x < window.kernelWidth; ++x)
        for (int64_t in = 0; in < window.inChannels; ++in)
          sums[c] += weight(c, y, x, in);
  return sums;
}

void KernelFormer::finishConv(Value input, Value weights, Value bias,
                              const Window &window, int64_t zeroPoint) {
  Reduction reduction(window, strategy.getGroup());
  int64_t rows = (window.outHeight - 1) * window.strideY +
                 (reduction.rowTaps - 1) * reduction.rowStep + 1;
  int64_t elements =
      (window.outWidth - 1) * window.strideX * window.inChannels +
      (reduction.taps - 1) * reduction.tapStep +
      reduction.groups * strategy.getGroup();
  Value prepared = prepareInput(input, window, zeroPoint, rows, elements);
  finish<kernel::ConvOp>(prepared, weights, bias, window,
                         {reduction.rowTaps, reduction.taps},
                         {reduction.rowStep, reduction.tapStep},
                         window.outChannels, reduction.groups);
}

/// Lengthens the rows of `window`, and returns the function for the weights of
/// the result. If a column became a row, the two coordinates of a tap are
/// swapped.
template <typename WeightFn>
static WeightFn lengthenRows(Window &window, const WeightFn &weight) {
  bool wasColumn = window.kernelWidth == 1;
  window.lengthenRows();
  if (!wasColumn || window.kernelWidth == 1)
    return weight;
  return [weight](int64_t c, int64_t y, int64_t x, int64_t in) {
    return weight(c, x, y, in);
  };
}

void KernelFormer::formConv(Value input, Value opBias, Window window,
                            int64_t zeroPoint, const IntWeight &opWeight) {
  IntWeight weight = lengthenRows(window, opWeight);
  Value weights = packedWeights(packWeights<int64_t>(strategy, window, weight));
  Value start =
      bias(opBias, window.outChannels, zeroPoint, sumWeights(window, weight));
  finishConv(input, weights, start, window, zeroPoint);
}

void KernelFormer::formConv(Value input, Value opBias, Window window,
                            const FloatWeight &opWeight) {
  FloatWeight weight = lengthenRows(window, opWeight);
  Value weights = packedWeights(packWeights<float>(strategy, window, weight));
  finishConv(input, weights, bias(opBias, window.outChannels, 0, {}), window,
             0);
}

void KernelFormer::formConvAtRunTime(Value input, Value opBias, Window window,
                                     int64_t zeroPoint, Value matrix,
                                     int64_t weightZeroPoint) {
  // A column that becomes a row has the same weights in the same order, so they
  // need not be moved.
  window.lengthenRows();
  Reduction reduction(window, strategy.getGroup());
  Value weights =
      packAtRunTime(matrix, strategy, reduction.run, weightZeroPoint);
  finishConv(input, weights, bias(opBias, window.outChannels, zeroPoint, {}),
             window, zeroPoint);
}

/// [OC, KH, KW, IC] -> [1, KH * KW * IC, OC].
static Value transposeFilters(KernelFormer &former, Value filters) {
  auto type = cast<RankedTensorType>(filters.getType());
  int64_t channels = type.getDimSize(0);
  int64_t reduction = type.getNumElements() / channels;
  auto transposed =
      RankedTensorType::get({reduction, channels}, type.getElementType());
  Value rows = former.reshape(filters, {channels, reduction});
  Value columns = tosa::TransposeOp::create(
      former.rewriter, former.loc, transposed, rows, ArrayRef<int32_t>{1, 0});
  return former.reshape(columns, {1, reduction, channels});
}

void codegen::formConv2D(RewriterBase &rewriter, tosa::Conv2DOp op,
                         StrategyAttr strategy) {
  ArrayRef<int64_t> kernel =
      cast<ShapedType>(op.getWeight().getType()).getShape();
  Window window = windowOf(op, kernel[1], kernel[2]);
  DenseElementsAttr attr = getConstantWeights(op.getWeight());
  auto index = [kernel](int64_t c, int64_t y, int64_t x, int64_t i) {
    return ((c * kernel[1] + y) * kernel[2] + x) * kernel[3] + i;
  };
  bool isFloat = strategy.getDot() == DotKind::Float;
  int64_t zeroPoint = isFloat ? 0 : *op.getInputZeroPoint();
  int64_t weightZp = isFloat ? 0 : *op.getWeightZeroPoint();
  KernelFormer former(rewriter, op, strategy, matchEpilogue(op.getResult()));
  if (getElementTypeOrSelf(op.getOutput()).isInteger(48))
    former.accumulateWide(maxInt8Weight(weightZp));
  if (!attr)
    return former.formConvAtRunTime(
        op.getInput(), op.getBias(), window, zeroPoint,
        transposeFilters(former, op.getWeight()), weightZp);
  if (isFloat) {
    auto values = attr.getValues<float>();
    former.formConv(op.getInput(), op.getBias(), window,
                    [&](int64_t c, int64_t y, int64_t x, int64_t i) {
                      return values[index(c, y, x, i)];
                    });
    return;
  }
  auto values = attr.getValues<int8_t>();
  former.formConv(op.getInput(), op.getBias(), window, zeroPoint,
                  IntWeight([&](int64_t c, int64_t y, int64_t x, int64_t i) {
                    return values[index(c, y, x, i)] - weightZp;
                  }));
}
