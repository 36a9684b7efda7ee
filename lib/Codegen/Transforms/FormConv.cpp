//===- FormConv.cpp - Convolutions as kernel.conv -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "mlir/IR/Matchers.h"

#include "llvm/ADT/bit.h"

#include <numeric>

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DotKind;
using kernel::StrategyAttr;

/// Weights in the layout of kernel.conv, with groups of `group` elements.
template <typename T, typename WeightFn>
static SmallVector<T> packWeights(StrategyAttr strategy, int64_t group,
                                  const Window &window,
                                  const WeightFn &weight) {
  int64_t lanes = strategy.getLanes();
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
  Value weights = packedWeights(
      packWeights<int64_t>(strategy, strategy.getGroup(), window, weight));
  Value start =
      bias(opBias, window.outChannels, zeroPoint, sumWeights(window, weight));
  finishConv(input, weights, start, window, zeroPoint);
}

void KernelFormer::formConv(Value input, Value opBias, Window window,
                            const FloatWeight &opWeight) {
  FloatWeight weight = lengthenRows(window, opWeight);
  Value weights = packedWeights(
      packWeights<float>(strategy, strategy.getGroup(), window, weight));
  finishConv(input, weights, bias(opBias, window.outChannels, 0, {}), window,
             0);
}

/// A scale for a group of products, by channel, row, trip and group of a run.
using GroupScale =
    std::function<float(int64_t channel, int64_t y, int64_t tap, int64_t k)>;

/// Zeros of different sign are different scales.
static bool isSame(float a, float b) {
  return llvm::bit_cast<uint32_t>(a) == llvm::bit_cast<uint32_t>(b);
}

/// The groups of a run that share their scales: 0 if the scales differ by
/// channel only, none if kernels cannot follow them.
static std::optional<int64_t> findScaleBlock(const Window &window,
                                             const GroupScale &scale) {
  Reduction reduction(window, /*group=*/1);
  bool perChannel = true;
  int64_t block = reduction.run;
  for (int64_t c = 0; c < window.outChannels; ++c)
    for (int64_t y = 0; y < reduction.rowTaps; ++y)
      for (int64_t tap = 0; tap < reduction.taps; ++tap) {
        perChannel &= isSame(scale(c, y, tap, 0), scale(c, 0, 0, 0));
        for (int64_t k = 1; k < reduction.run; ++k)
          if (!isSame(scale(c, y, tap, k), scale(c, y, tap, k - 1)))
            block = std::gcd(block, k);
      }
  if (perChannel && block == reduction.run)
    return 0;
  if (block % kernel::kInt4PerWord != 0)
    return std::nullopt;
  return block;
}

/// Scales in the layout of kernel.conv.
static SmallVector<float> packScales(StrategyAttr strategy,
                                     const Window &window, int64_t block,
                                     const GroupScale &scale) {
  Reduction reduction(window, /*group=*/1);
  ChannelBlocks blocks(strategy, window.outChannels);
  int64_t rows = block ? reduction.rowTaps : 1;
  int64_t taps = block ? reduction.taps : 1;
  int64_t step = block ? block : reduction.run;
  SmallVector<float> packed;
  for (int64_t first = 0; first < blocks.paddedChannels;
       first += strategy.getBlockChannels()) {
    int64_t end =
        std::min(first + strategy.getBlockChannels(), blocks.paddedChannels);
    for (int64_t y = 0; y < rows; ++y)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t k = 0; k < (block ? reduction.run : 1); k += step)
          for (int64_t c = first; c < end; ++c)
            packed.push_back(c < window.outChannels ? scale(c, y, tap, k) : 0);
  }
  return packed;
}

bool KernelFormer::formConv(Value input, Value opBias, Window window,
                            const NarrowWeights &narrow,
                            const WeightIndex &opIndex) {
  WeightIndex index = lengthenRows(window, opIndex);
  if (narrow.isScaled()) {
    SmallVector<float> scales = narrow.getScales();
    GroupScale scale = [&](int64_t c, int64_t y, int64_t tap, int64_t k) {
      return scales[index(c, y, tap + k / window.inChannels,
                          k % window.inChannels)];
    };
    std::optional<int64_t> block = findScaleBlock(window, scale);
    if (!block)
      return false;
    SmallVector<float> packed = packScales(strategy, window, *block, scale);
    weightScales = constant({static_cast<int64_t>(packed.size())}, packed);
    if (*block)
      scaleBlock = *block;
  }
  SmallVector<int64_t> stored = narrow.getStored();
  auto weight = [&](int64_t c, int64_t y, int64_t x, int64_t in) {
    return stored[index(c, y, x, in)];
  };
  bool isInt4 = narrow.getElementType().isInteger(4);
  Value weights = packedNarrow(
      narrow, packWeights<int64_t>(strategy, isInt4 ? kernel::kInt4PerWord : 1,
                                   window, weight));
  finishConv(input, weights, bias(opBias, window.outChannels, 0, {}), window,
             0);
  return true;
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
  if (auto narrow = NarrowWeights::match(op.getWeight());
      narrow &&
      former.formConv(op.getInput(), op.getBias(), window, *narrow, index))
    return;
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
