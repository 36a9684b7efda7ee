//===- ExpandDepthwise.cpp - kernel.depthwise as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loops run over images, rows, tiles of pixels and blocks of channels. Each
// lane is a channel, so no element has to be broadcast. The loop over taps is
// unrolled. If two products are added to a lane at a time, they belong to two
// taps, whose inputs are interleaved.
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DepthwiseTaps;

namespace {

class DepthwiseExpander {
public:
  explicit DepthwiseExpander(kernel::DepthwiseOp op)
      : op(op), w(op), epilogue(w, op), strategy(op.getStrategy()),
        group(strategy.getGroup()), lanes(strategy.getLanes()),
        taps(op.getTaps(), group),
        packed(cast<MemRefType>(op.getWeights().getType()).getElementType()),
        packedTaps(
            kernel::isInt4(strategy.getDot(), packed)
                ? DepthwiseTaps(op.getTaps(), kernel::kInt4PerWord).groups
                : taps.groups * group),
        out(cast<MemRefType>(op.getInit().getType())),
        inElement(cast<MemRefType>(op.getInput().getType()).getElementType()),
        blocks(strategy, out.getDimSize(3)) {}

  void expand();

private:
  void expandPixels(Value image, Value row, Value pixel, int64_t pixels);
  void expandTile(const Tile &tile, const TilePosition &position);
  SmallVector<Value> reduce(const Tile &tile, const TilePosition &position,
                            ValueRange start);
  SmallVector<Value> reduceWide(const Tile &tile, const TilePosition &position,
                                ValueRange start);
  void reduceTrip(const Tile &tile, const TilePosition &position, Value trip,
                  int64_t firstGroup, int64_t endGroup,
                  MutableArrayRef<Value> accumulators);
  Value loadInput(const TilePosition &position, Value trip, int64_t pixel,
                  int64_t vector, int64_t firstTap);
  Value loadTap(const TilePosition &position, Value trip, int64_t pixel,
                int64_t vector, int64_t tap);
  Value loadWeight(Value channel, Value trip, int64_t vector, int64_t tapGroup);

  kernel::DepthwiseOp op;
  KernelWriter w;
  TileEpilogue<kernel::DepthwiseOp> epilogue;
  kernel::StrategyAttr strategy;
  int64_t group, lanes;
  DepthwiseTaps taps;
  Type packed;
  /// Packed elements of one trip, for each channel.
  int64_t packedTaps;
  MemRefType out;
  Type inElement;
  ChannelBlocks blocks;
};

void DepthwiseExpander::expand() {
  int64_t pixels = out.getDimSize(2), tilePixels = strategy.getPixels();
  int64_t wholePixels = pixels / tilePixels * tilePixels;
  w.forEach(out.getDimSize(0), [&](Value image) {
    w.forEach(out.getDimSize(1), [&](Value row) {
      w.forEach(0, wholePixels, tilePixels, [&](Value pixel) {
        expandPixels(image, row, pixel, tilePixels);
      });
      if (wholePixels != pixels)
        expandPixels(image, row, w.index(wholePixels), pixels - wholePixels);
    });
  });
  op.erase();
}

void DepthwiseExpander::expandPixels(Value image, Value row, Value pixel,
                                     int64_t pixels) {
  int64_t channels = strategy.getBlockChannels();
  w.forEach(blocks.wholeBlocks, [&](Value block) {
    expandTile({pixels, strategy.getVectors(), channels},
               {image, row, pixel, w.mul(block, channels)});
  });
  if (blocks.tailVectors)
    expandTile({pixels, blocks.tailVectors, blocks.tailChannels},
               {image, row, pixel, w.index(blocks.wholeBlocks * channels)});
}

void DepthwiseExpander::expandTile(const Tile &tile,
                                   const TilePosition &position) {
  SmallVector<Value> start = epilogue.start(tile, position.channel);
  bool isWide = op.getWidenEvery().has_value();
  epilogue.finish(isWide ? reduceWide(tile, position, start)
                         : reduce(tile, position, start),
                  tile, position);
}

SmallVector<Value> DepthwiseExpander::reduce(const Tile &tile,
                                             const TilePosition &position,
                                             ValueRange start) {
  return w.forCarried(taps.trips, 1, start,
                      [&](Value trip, ValueRange carried) {
                        SmallVector<Value> next(carried);
                        reduceTrip(tile, position, trip, 0, taps.groups, next);
                        return next;
                      });
}

SmallVector<Value> DepthwiseExpander::reduceWide(const Tile &tile,
                                                 const TilePosition &position,
                                                 ValueRange start) {
  WideSums wide(w, lanes);
  int64_t every = *op.getWidenEvery(), count = start.size();
  if (taps.trips * taps.groups <= every)
    return wide.add(start, reduce(tile, position, wide.zeros(count)));
  return w.forCarried(
      taps.trips, 1, start, [&](Value trip, ValueRange carried) {
        SmallVector<Value> sums(carried);
        for (int64_t first = 0; first < taps.groups; first += every) {
          SmallVector<Value> accumulators = wide.zeros(count);
          reduceTrip(tile, position, trip, first,
                     std::min(first + every, taps.groups), accumulators);
          sums = wide.add(sums, accumulators);
        }
        return sums;
      });
}

void DepthwiseExpander::reduceTrip(const Tile &tile,
                                   const TilePosition &position, Value trip,
                                   int64_t firstGroup, int64_t endGroup,
                                   MutableArrayRef<Value> accumulators) {
  for (int64_t tapGroup = firstGroup; tapGroup < endGroup; ++tapGroup)
    for (int64_t j = 0; j < tile.vectors; ++j) {
      Value weight = loadWeight(position.channel, trip, j, tapGroup);
      for (int64_t p = 0; p < tile.pixels; ++p) {
        Value &accumulator = accumulators[p * tile.vectors + j];
        Value input = loadInput(position, trip, p, j, tapGroup * group);
        accumulator =
            kernel::DotOp::create(w.b, accumulator.getType(), strategy.getDot(),
                                  accumulator, input, weight);
      }
    }
}

/// The inputs of one group of taps, lane by lane.
Value DepthwiseExpander::loadInput(const TilePosition &position, Value trip,
                                   int64_t pixel, int64_t vector,
                                   int64_t firstTap) {
  Value first = loadTap(position, trip, pixel, vector, firstTap);
  if (group == 1)
    return first;
  // If there is no second tap, its weight is 0, so any input will do.
  bool exists = firstTap + 1 < taps.rows * taps.columns;
  Value second =
      exists ? loadTap(position, trip, pixel, vector, firstTap + 1) : first;
  return vector::InterleaveOp::create(w.b, first, second);
}

Value DepthwiseExpander::loadTap(const TilePosition &position, Value trip,
                                 int64_t pixel, int64_t vector, int64_t tap) {
  int64_t tapRow = tap / taps.columns, tapColumn = tap % taps.columns;
  Value row = w.add(w.mul(position.row, op.getRowStride()),
                    w.mul(trip, op.getTapSteps()[0]));
  Value element =
      w.add(w.mul(position.pixel, op.getPixelStride()), position.channel);
  int64_t offset = pixel * static_cast<int64_t>(op.getPixelStride()) +
                   tapColumn * op.getTapSteps()[1] + vector * lanes;
  return w.load(op.getInput(),
                {position.image, w.add(row, tapRow * op.getTapSteps()[0]),
                 w.add(element, offset)},
                lanes);
}

Value DepthwiseExpander::loadWeight(Value channel, Value trip, int64_t vector,
                                    int64_t tapGroup) {
  bool isInt4 = kernel::isInt4(strategy.getDot(), packed);
  int64_t packedGroup =
      isInt4 ? tapGroup / kernel::kInt4PerWord : tapGroup * group;
  Value firstChannel = w.add(channel, vector * lanes);
  Value vectorStart = w.mul(firstChannel, taps.trips * packedTaps);
  Value start = w.add(w.add(vectorStart, w.mul(trip, packedTaps * lanes)),
                      packedGroup * lanes);
  Value weight = w.load(op.getWeights(), {w.index(0), start}, lanes * group);
  if (packed == inElement)
    return weight;
  if (!isa<FloatType>(inElement))
    return arith::ExtSIOp::create(
        w.b, VectorType::get(lanes * group, inElement), weight);
  Value scale = op.getWeightScales()
                    ? w.load(op.getWeightScales(), firstChannel, lanes)
                    : Value();
  return widenWeights(w, weight, tapGroup % kernel::kInt4PerWord, scale);
}

} // namespace

void codegen::expandDepthwise(kernel::DepthwiseOp op) {
  DepthwiseExpander(op).expand();
}
