//===- FormDepthwise.cpp - Depthwise convolutions as kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DotKind;
using kernel::StrategyAttr;

/// Weights in the layout of kernel.depthwise, `together` of a lane beside each
/// other; `weight` takes a tap and an output channel.
template <typename T, typename WeightFn>
static SmallVector<T> packDepthwise(StrategyAttr strategy, int64_t together,
                                    ArrayRef<int64_t> window, int64_t channels,
                                    const WeightFn &weight) {
  int64_t lanes = strategy.getLanes(), group = strategy.getGroup();
  int64_t padded = ChannelBlocks(strategy, channels).paddedChannels;
  kernel::DepthwiseTaps taps(window, group);
  SmallVector<T> packed;
  auto push = [&](int64_t trip, int64_t position, int64_t channel) {
    std::optional<int64_t> tap;
    if (channel < channels && position < taps.groups * group)
      tap = taps.tap(position / group, position % group);
    packed.push_back(
        tap ? weight(trip * taps.rows * taps.columns + *tap, channel) : 0);
  };
  for (int64_t first = 0; first < padded; first += lanes)
    for (int64_t trip = 0; trip < taps.trips; ++trip)
      for (int64_t position = 0; position < taps.groups * group;
           position += together)
        for (int64_t lane = 0; lane < lanes; ++lane)
          for (int64_t e = 0; e < together; ++e)
            push(trip, position + e, first + lane);
  return packed;
}

/// Narrow weights [KH, KW, C, M] and their scales, which may differ by channel
/// only; null otherwise.
static Value packNarrowDepthwise(KernelFormer &former,
                                 const NarrowWeights &narrow,
                                 ArrayRef<int64_t> window, int64_t channels) {
  if (narrow.isScaled()) {
    SmallVector<float> scales = narrow.getScales();
    for (auto [i, scale] : llvm::enumerate(scales))
      if (scale != scales[i % channels])
        return nullptr;
    scales.truncate(channels);
    int64_t padded = ChannelBlocks(former.strategy, channels).paddedChannels;
    scales.resize(padded, 0.0f);
    former.weightScales = former.constant({padded}, scales);
  }
  SmallVector<int64_t> stored = narrow.getStored();
  bool isInt4 = narrow.getElementType().isInteger(4);
  return former.packedNarrow(
      narrow,
      packDepthwise<int64_t>(
          former.strategy, isInt4 ? kernel::kInt4PerWord : 1, window, channels,
          [&](int64_t tap, int64_t c) { return stored[tap * channels + c]; }));
}

/// Weights [KH, KW, C, M] that the network computes.
static Value packDepthwiseAtRunTime(KernelFormer &former, Value filters,
                                    ArrayRef<int64_t> window, int64_t channels,
                                    int64_t zeroPoint) {
  StrategyAttr strategy = former.strategy;
  kernel::DepthwiseTaps taps(window, strategy.getGroup());
  auto layout = StrategyAttr::get(
      strategy.getContext(), strategy.getDot(), strategy.getPixels(),
      /*vectors=*/1, strategy.getLanes(), strategy.getChannelsOuter(),
      strategy.getHighRequantize());
  Value matrix = former.reshape(filters, {window[0], window[1], channels});
  if (taps.segments > 1) {
    Value init = tensor::EmptyOp::create(former.rewriter, former.loc,
                                         {window[1], window[0], channels},
                                         getElementTypeOrSelf(matrix));
    matrix = linalg::TransposeOp::create(former.rewriter, former.loc, matrix,
                                         init, {1, 0, 2})
                 ->getResult(0);
  }
  matrix = former.reshape(matrix, {1, window[0] * window[1], channels});
  return former.packAtRunTime(matrix, layout, taps.segment, zeroPoint);
}

void codegen::formDepthwise(RewriterBase &rewriter, tosa::DepthwiseConv2DOp op,
                            StrategyAttr strategy) {
  ArrayRef<int64_t> kernel =
      cast<ShapedType>(op.getWeight().getType()).getShape();
  Window window = windowOf(op, kernel[0], kernel[1]);
  DenseElementsAttr attr = getConstantWeights(op.getWeight());
  int64_t channels = window.outChannels, multiplier = kernel[3];
  bool isFloat = strategy.getDot() == DotKind::Float;
  int64_t zeroPoint = isFloat ? 0 : *op.getInputZeroPoint();
  int64_t weightZp = isFloat ? 0 : *op.getWeightZeroPoint();
  KernelFormer former(rewriter, op, strategy, matchEpilogue(op.getResult()));
  if (getElementTypeOrSelf(op.getOutput()).isInteger(48))
    former.accumulateWide(maxInt8Weight(weightZp));

  // The last two dimensions of [KH, KW, C, M] together are the output channel.
  auto floatWeight = [&](int64_t tap, int64_t c) {
    return attr.getValues<float>()[tap * channels + c];
  };
  auto intWeight = [&](int64_t tap, int64_t c) -> int64_t {
    return attr.getValues<int8_t>()[tap * channels + c] - weightZp;
  };
  ArrayRef<int64_t> taps = kernel.take_front(2);
  auto narrow = NarrowWeights::match(op.getWeight());
  auto index = [&](int64_t c, int64_t y, int64_t x, int64_t) {
    return (y * kernel[1] + x) * channels + c;
  };
  if (window.inChannels == 1 && narrow &&
      former.formConv(op.getInput(), op.getBias(), window, *narrow, index))
    return;
  if (window.inChannels == 1 && !attr)
    return former.formConvAtRunTime(
        op.getInput(), op.getBias(), window, zeroPoint,
        former.reshape(op.getWeight(), {1, kernel[0] * kernel[1], channels}),
        weightZp);
  if (window.inChannels == 1) {
    auto tapOf = [&](int64_t y, int64_t x) { return y * kernel[1] + x; };
    if (isFloat)
      former.formConv(op.getInput(), op.getBias(), window,
                      [&](int64_t c, int64_t y, int64_t x, int64_t) {
                        return floatWeight(tapOf(y, x), c);
                      });
    else
      former.formConv(op.getInput(), op.getBias(), window, zeroPoint,
                      IntWeight([&](int64_t c, int64_t y, int64_t x, int64_t) {
                        return intWeight(tapOf(y, x), c);
                      }));
    return;
  }

  Value weights;
  int64_t group = strategy.getGroup();
  if (narrow)
    weights = packNarrowDepthwise(former, *narrow, taps, channels);
  else if (attr && isFloat)
    weights = former.packedWeights(
        packDepthwise<float>(strategy, group, taps, channels, floatWeight));
  else if (attr)
    weights = former.packedWeights(
        packDepthwise<int64_t>(strategy, group, taps, channels, intWeight));
  if (!weights)
    weights = packDepthwiseAtRunTime(former, op.getWeight(), taps, channels,
                                     weightZp);
  int64_t padded = ChannelBlocks(strategy, channels).paddedChannels;
  int64_t rows = (window.outHeight - 1) * window.strideY +
                 (kernel[0] - 1) * window.dilationY + 1;
  int64_t tapStep = window.dilationX * channels;
  int64_t elements = (window.outWidth - 1) * window.strideX * channels +
                     (kernel[1] - 1) * tapStep + padded;
  Value input = former.prepareInput(op.getInput(), window, zeroPoint, rows,
                                    elements, multiplier);
  SmallVector<int64_t> sums;
  if (attr && strategy.getDot() == DotKind::UnsignedSigned4)
    for (int64_t c = 0; c < channels; ++c) {
      sums.push_back(0);
      for (int64_t tap = 0; tap < kernel[0] * kernel[1]; ++tap)
        sums.back() += intWeight(tap, c);
    }
  Value start = former.bias(op.getBias(), channels, zeroPoint, sums);
  former.finish<kernel::DepthwiseOp>(
      input, weights, start, window, {kernel[0], kernel[1]},
      {window.dilationY, tapStep}, channels, std::nullopt);
}
