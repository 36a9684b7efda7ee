//===- ExpandConv.cpp - kernel.conv as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The outermost loop runs over the images. The loops inside it have one of two
// orders:
//
//   rows, chunks of a row that stay in the level-1 cache, channel blocks, tiles
//   channel blocks, rows, tiles
//
// The second order reads the weights only once. It is used if they are too
// large to be read again for every row.
//
// Inside a tile, the loop over the reduction carries pixels x vectors
// accumulators. Each step loads the weights of the block once, and broadcasts
// one group of input elements for each pixel.
//
// With 64-bit sums (`widen_every`), a tile is reduced in 32-bit accumulators as
// long as these cannot overflow. Then they are added to the 64-bit sums.
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DotKind;

namespace {

/// The number of bytes of the level-1 cache that the input of a chunk may take.
constexpr int64_t kChunkBytes = 16 * 1024;
/// With fewer accumulators than this, the multipliers would wait for the result
/// of the step before. Smaller tiles therefore split the reduction.
constexpr int64_t kBusyAccumulators = 8;

/// One block of channels.
struct Block {
  Value firstChannel;
  int64_t vectors, channels;
};

/// Where the weights of one run are, as element indices: the packed weights and
/// the scales that differ by block of groups.
struct RunWeights {
  Value image, first, firstScale;
};

class ConvExpander {
public:
  explicit ConvExpander(kernel::ConvOp op)
      : op(op), w(op), epilogue(w, op), strategy(op.getStrategy()),
        group(strategy.getGroup()), lanes(strategy.getLanes()),
        groups(op.getGroups()), taps(op.getTaps()),
        widensInside(op.getWidenEvery() &&
                     taps[0] * taps[1] * groups >
                         static_cast<int64_t>(*op.getWidenEvery())),
        packed(cast<MemRefType>(op.getWeights().getType()).getElementType()),
        isInt4(kernel::isInt4(strategy.getDot(), packed)),
        packedRun(isInt4 ? llvm::divideCeil(groups, kernel::kInt4PerWord)
                         : groups * group),
        scaleBlock(op.getScaleBlock().value_or(groups)),
        out(cast<MemRefType>(op.getInit().getType())),
        inElement(cast<MemRefType>(op.getInput().getType()).getElementType()),
        blocks(strategy, out.getDimSize(3)) {}

  void expand();

private:
  void forRows(function_ref<void(Value)> body) {
    w.forEach(out.getDimSize(1), body);
  }
  void forBlocks(function_ref<void(const Block &)> body);
  void expandRow(Value image, Value row);
  void expandTile(Value image, Value row, Value pixel, int64_t pixels,
                  const Block &block);
  SmallVector<Value> reduce(const Tile &tile, Value image, Value row,
                            Value pixel, const Block &block);
  SmallVector<Value> reduceTaps(const Tile &tile, ValueRange start, Value image,
                                Value row, Value pixel, const Block &block);
  SmallVector<Value> reduceRun(const Tile &tile, ValueRange accumulators,
                               ArrayRef<Value> inputIndices,
                               const RunWeights &weights);
  SmallVector<Value> reduceGroups(const Tile &tile,
                                  SmallVector<Value> accumulators,
                                  ArrayRef<Value> inputIndices,
                                  const RunWeights &weights, Value firstGroup,
                                  int64_t groupCount);
  SmallVector<Value> reduceBlock(const Tile &tile,
                                 SmallVector<Value> accumulators,
                                 ArrayRef<Value> inputIndices,
                                 const RunWeights &weights, Value firstGroup,
                                 int64_t groupCount);
  void step(const Tile &tile, MutableArrayRef<Value> accumulators,
            ArrayRef<Value> inputIndices, ValueRange weights, Value group);
  void loadScales(const Tile &tile, Value first);
  SmallVector<Value> loadWeights(const Tile &tile, const RunWeights &weights,
                                 Value group, int64_t position);
  Value loadBroadcast(ArrayRef<Value> indices);

  kernel::ConvOp op;
  KernelWriter w;
  TileEpilogue<kernel::ConvOp> epilogue;
  kernel::StrategyAttr strategy;
  int64_t group, lanes, groups;
  ArrayRef<int64_t> taps;
  /// True if the sums of a tile may overflow 32 bits. The loop then carries
  /// 64-bit sums.
  bool widensInside;
  Type packed;
  bool isInt4;
  /// Packed elements of a run, for each channel; groups that share scales.
  int64_t packedRun, scaleBlock;
  /// The scales of the groups that are being reduced, vector by vector.
  SmallVector<Value> scales;
  MemRefType out;
  Type inElement;
  ChannelBlocks blocks;
};

void ConvExpander::forBlocks(function_ref<void(const Block &)> body) {
  int64_t channels = strategy.getBlockChannels();
  w.forEach(blocks.wholeBlocks, [&](Value block) {
    body({w.mul(block, channels), strategy.getVectors(), channels});
  });
  if (blocks.tailVectors)
    body({w.index(blocks.wholeBlocks * channels), blocks.tailVectors,
          blocks.tailChannels});
}

void ConvExpander::expand() {
  int64_t pixels = out.getDimSize(2), tilePixels = strategy.getPixels();
  int64_t wholePixels = pixels / tilePixels * tilePixels;
  w.forEach(out.getDimSize(0), [&](Value image) {
    if (!strategy.getChannelsOuter())
      return forRows([&](Value row) { expandRow(image, row); });
    forBlocks([&](const Block &block) {
      forRows([&](Value row) {
        w.forEach(0, wholePixels, tilePixels, [&](Value pixel) {
          expandTile(image, row, pixel, tilePixels, block);
        });
        if (wholePixels != pixels)
          expandTile(image, row, w.index(wholePixels), pixels - wholePixels,
                     block);
      });
    });
  });
  op.erase();
}

/// One row of output, chunk by chunk.
void ConvExpander::expandRow(Value image, Value row) {
  int64_t pixels = out.getDimSize(2), tilePixels = strategy.getPixels();
  int64_t wholePixels = pixels / tilePixels * tilePixels;
  int64_t tileBytes = tilePixels * static_cast<int64_t>(op.getPixelStride()) *
                      inElement.getIntOrFloatBitWidth() / 8;
  int64_t chunk = std::max<int64_t>(1, kChunkBytes / tileBytes) * tilePixels;
  auto tiles = [&](Value begin, int64_t count) {
    forBlocks([&](const Block &block) {
      w.forEach(0, count, tilePixels, [&](Value pixel) {
        expandTile(image, row, w.add(begin, pixel), tilePixels, block);
      });
    });
  };
  int64_t wholeChunks = wholePixels / chunk * chunk;
  w.forEach(0, wholeChunks, chunk, [&](Value begin) { tiles(begin, chunk); });
  if (wholeChunks != wholePixels)
    tiles(w.index(wholeChunks), wholePixels - wholeChunks);
  if (wholePixels != pixels)
    forBlocks([&](const Block &block) {
      expandTile(image, row, w.index(wholePixels), pixels - wholePixels, block);
    });
}

void ConvExpander::expandTile(Value image, Value row, Value pixel,
                              int64_t pixels, const Block &block) {
  Tile tile{pixels, block.vectors, block.channels};
  SmallVector<Value> sums = reduce(tile, image, row, pixel, block);
  epilogue.finish(sums, tile, {image, row, pixel, block.firstChannel});
}

SmallVector<Value> ConvExpander::reduce(const Tile &tile, Value image,
                                        Value row, Value pixel,
                                        const Block &block) {
  SmallVector<Value> start = epilogue.start(tile, block.firstChannel);
  if (!op.getWidenEvery() || widensInside)
    return reduceTaps(tile, start, image, row, pixel, block);
  WideSums wide(w, lanes);
  return wide.add(start, reduceTaps(tile, wide.zeros(start.size()), image, row,
                                    pixel, block));
}

SmallVector<Value> ConvExpander::reduceTaps(const Tile &tile, ValueRange start,
                                            Value image, Value row, Value pixel,
                                            const Block &block) {
  Value firstRow = w.mul(row, op.getRowStride());
  Value firstElement = w.mul(pixel, op.getPixelStride());
  int64_t runWeights = packedRun * tile.vectors * lanes;
  int64_t runScales = groups / scaleBlock * tile.vectors * lanes;
  if (!op.getScaleBlock())
    loadScales(tile, block.firstChannel);
  Value firstWeight = w.mul(block.firstChannel, taps[0] * taps[1] * packedRun);
  Value firstScale =
      w.mul(block.firstChannel, taps[0] * taps[1] * (groups / scaleBlock));
  return w.forCarried(taps[0], 1, start, [&](Value tapRow, ValueRange outer) {
    Value inRow = w.add(firstRow, w.mul(tapRow, op.getTapSteps()[0]));
    Value rowRun = w.mul(tapRow, taps[1]);
    return w.forCarried(taps[1], 1, outer, [&](Value tap, ValueRange inner) {
      Value element = w.add(firstElement, w.mul(tap, op.getTapSteps()[1]));
      Value run = w.add(rowRun, tap);
      RunWeights weights{image, w.add(firstWeight, w.mul(run, runWeights)),
                         w.add(firstScale, w.mul(run, runScales))};
      return reduceRun(tile, inner, {image, inRow, element}, weights);
    });
  });
}

/// Reduces one run of elements.
SmallVector<Value> ConvExpander::reduceRun(const Tile &tile,
                                           ValueRange accumulators,
                                           ArrayRef<Value> inputIndices,
                                           const RunWeights &weights) {
  if (!widensInside)
    return reduceGroups(tile, SmallVector<Value>(accumulators), inputIndices,
                        weights, w.index(0), groups);
  WideSums wide(w, lanes);
  auto addGroups = [&](ValueRange sums, Value first, int64_t groupCount) {
    return wide.add(sums,
                    reduceGroups(tile, wide.zeros(sums.size()), inputIndices,
                                 weights, first, groupCount));
  };
  int64_t every = *op.getWidenEvery(), whole = groups / every * every;
  SmallVector<Value> sums = w.forCarried(
      whole, every, accumulators, [&](Value first, ValueRange carried) {
        return addGroups(carried, first, every);
      });
  if (whole != groups)
    sums = addGroups(sums, w.index(whole), groups - whole);
  return sums;
}

/// Reduces some groups of a run. If the tile is small, it gets several sets of
/// accumulators, each of which takes every n-th group. Then no step has to wait
/// for the result of the step before.
SmallVector<Value> ConvExpander::reduceGroups(const Tile &tile,
                                              SmallVector<Value> accumulators,
                                              ArrayRef<Value> inputIndices,
                                              const RunWeights &weights,
                                              Value firstGroup,
                                              int64_t groupCount) {
  int64_t count = tile.pixels * tile.vectors;
  int64_t splits =
      std::clamp<int64_t>(kBusyAccumulators / count, 1, groupCount);
  Type element =
      cast<VectorType>(accumulators.front().getType()).getElementType();
  for (int64_t i = count; i < count * splits; ++i)
    accumulators.push_back(w.splat(element, lanes, 0));
  if (!op.getScaleBlock())
    accumulators = reduceBlock(tile, accumulators, inputIndices, weights,
                               firstGroup, groupCount);
  else
    accumulators = w.forCarried(
        groupCount, scaleBlock, accumulators,
        [&](Value first, ValueRange carried) {
          Value block = w.div(first, scaleBlock);
          loadScales(tile, w.add(weights.firstScale,
                                 w.mul(block, tile.vectors * lanes)));
          return reduceBlock(tile, SmallVector<Value>(carried), inputIndices,
                             weights, first, scaleBlock);
        });
  for (int64_t i = count; i < count * splits; ++i) {
    Value &sum = accumulators[i % count];
    if (isa<FloatType>(element))
      sum = arith::AddFOp::create(w.b, sum, accumulators[i]);
    else
      sum = arith::AddIOp::create(w.b, sum, accumulators[i]);
  }
  accumulators.truncate(count);
  return accumulators;
}

/// Reduces groups whose weights have the same scales into sets of
/// accumulators. The set of a group is its number modulo that of the sets,
/// whatever the unrolling.
SmallVector<Value> ConvExpander::reduceBlock(const Tile &tile,
                                             SmallVector<Value> accumulators,
                                             ArrayRef<Value> inputIndices,
                                             const RunWeights &weights,
                                             Value firstGroup,
                                             int64_t groupCount) {
  int64_t count = tile.pixels * tile.vectors;
  int64_t splits = accumulators.size() / count;
  // The place of an i4 in its word is part of the code.
  int64_t unroll = isInt4 ? kernel::kInt4PerWord : splits;
  auto reduceGroup = [&](MutableArrayRef<Value> sums, Value first,
                         int64_t number) {
    Value groupIndex = w.add(firstGroup, w.add(first, number));
    SmallVector<Value> vectors = loadWeights(
        tile, weights, isInt4 ? w.add(firstGroup, first) : groupIndex, number);
    step(tile, sums.slice(number % splits * count, count), inputIndices,
         vectors, groupIndex);
  };
  int64_t whole = groupCount / unroll * unroll;
  accumulators = w.forCarried(
      whole, unroll, accumulators, [&](Value first, ValueRange carried) {
        SmallVector<Value> next(carried);
        for (int64_t number = 0; number < unroll; ++number)
          reduceGroup(next, first, number);
        return next;
      });
  for (int64_t number = 0; number < groupCount - whole; ++number)
    reduceGroup(accumulators, w.index(whole), number);
  return accumulators;
}

void ConvExpander::step(const Tile &tile, MutableArrayRef<Value> accumulators,
                        ArrayRef<Value> inputIndices, ValueRange weights,
                        Value groupIndex) {
  Value element = w.add(inputIndices[2], w.mul(groupIndex, group));
  for (int64_t p = 0; p < tile.pixels; ++p) {
    Value input = loadBroadcast({inputIndices[0], inputIndices[1],
                                 w.add(element, p * op.getPixelStride())});
    for (int64_t j = 0; j < tile.vectors; ++j) {
      Value &accumulator = accumulators[p * tile.vectors + j];
      accumulator =
          kernel::DotOp::create(w.b, accumulator.getType(), strategy.getDot(),
                                accumulator, input, weights[j]);
    }
  }
}

/// Loads the scales of a tile's channels, if weights have any.
void ConvExpander::loadScales(const Tile &tile, Value first) {
  scales.assign(tile.vectors, Value());
  if (!op.getWeightScales())
    return;
  for (auto [j, scale] : llvm::enumerate(scales))
    scale = w.load(op.getWeightScales(), w.add(first, j * lanes), lanes);
}

/// The vectors of weights of one group, in the element type of the input.
/// `group` is the first of a word if weights are i4.
SmallVector<Value> ConvExpander::loadWeights(const Tile &tile,
                                             const RunWeights &run,
                                             Value groupIndex,
                                             int64_t position) {
  bool batched = cast<MemRefType>(op.getWeights().getType()).getDimSize(0) != 1;
  Value set = batched ? run.image : w.index(0);
  int64_t size = lanes * group;
  Value packedGroup =
      isInt4 ? w.div(groupIndex, kernel::kInt4PerWord) : groupIndex;
  Value first = w.add(run.first, w.mul(packedGroup, tile.vectors * size));
  SmallVector<Value> weights;
  if (packed != inElement && group == 1 && !isa<FloatType>(inElement)) {
    // Short vectors: widen them all at once.
    Value all = w.load(op.getWeights(), {set, first}, size * tile.vectors);
    Value wide = arith::ExtSIOp::create(
        w.b, VectorType::get(size * tile.vectors, inElement), all);
    for (int64_t j = 0; j < tile.vectors; ++j)
      weights.push_back(vector::ExtractStridedSliceOp::create(
          w.b, wide, ArrayRef<int64_t>{j * size}, ArrayRef<int64_t>{size},
          ArrayRef<int64_t>{1}));
    return weights;
  }
  for (int64_t j = 0; j < tile.vectors; ++j) {
    Value vector = w.load(op.getWeights(), {set, w.add(first, j * size)}, size);
    if (packed != inElement)
      vector = isa<FloatType>(inElement)
                   ? widenWeights(w, vector, position, scales[j])
                   : Value(arith::ExtSIOp::create(
                         w.b, VectorType::get(size, inElement), vector));
    weights.push_back(vector);
  }
  return weights;
}

/// Loads one group of elements and copies it to every lane.
Value ConvExpander::loadBroadcast(ArrayRef<Value> indices) {
  auto type = VectorType::get(lanes * group, inElement);
  if (group == 1) {
    Value scalar =
        vector::ExtractOp::create(w.b, w.load(op.getInput(), indices, 1), 0);
    return vector::BroadcastOp::create(w.b, type, scalar);
  }
  Type i32 = w.b.getI32Type();
  Value bytes = w.load(op.getInput(), indices, group);
  Value word = vector::BitCastOp::create(w.b, VectorType::get(1, i32), bytes);
  Value scalar = vector::ExtractOp::create(w.b, word, 0);
  Value words =
      vector::BroadcastOp::create(w.b, VectorType::get(lanes, i32), scalar);
  return vector::BitCastOp::create(w.b, type, words);
}

} // namespace

void codegen::expandConv(kernel::ConvOp op) { ConvExpander(op).expand(); }
