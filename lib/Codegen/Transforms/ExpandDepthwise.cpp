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
// unrolled. If several products are added to a lane at a time, they belong to
// several taps, whose inputs are interleaved. The inputs that were interleaved
// for one pixel are those of other taps of its neighbours.
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

#include <map>
#include <tuple>

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DepthwiseTaps;

namespace {

/// Where an input is, from the first tap of a tile.
struct InputOffset {
  int64_t element, row;

  bool operator<(const InputOffset &other) const {
    return std::tie(element, row) < std::tie(other.element, other.row);
  }
};

class DepthwiseExpander {
public:
  explicit DepthwiseExpander(kernel::DepthwiseOp op)
      : op(op), w(op), epilogue(w, op), strategy(op.getStrategy()),
        group(strategy.getGroup()), lanes(strategy.getLanes()),
        taps(op.getTaps(), group),
        packed(cast<MemRefType>(op.getWeights().getType()).getElementType()),
        packedTaps(kernel::isInt4(strategy.getDot(), packed)
                       ? llvm::divideCeil(taps.groups, kernel::kInt4PerWord)
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
  void reduceGroups(const Tile &tile, const TilePosition &position, Value trip,
                    int64_t firstGroup, int64_t endGroup, int64_t vector,
                    MutableArrayRef<Value> accumulators);
  Value dot(Value accumulator, Value input, Value weight) {
    return kernel::DotOp::create(w.b, accumulator.getType(), strategy.getDot(),
                                 accumulator, input, weight);
  }
  InputOffset offsetOf(int64_t pixel, int64_t vector, int64_t tap);
  Value load(const TilePosition &position, Value trip, InputOffset offset);
  Value interleave(ArrayRef<Value> inputs);
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
  for (int64_t j = 0; group > 1 && j < tile.vectors; ++j)
    reduceGroups(tile, position, trip, firstGroup, endGroup, j, accumulators);
  if (group > 1)
    return;
  for (int64_t tap = firstGroup; tap < endGroup; ++tap)
    for (int64_t j = 0; j < tile.vectors; ++j) {
      Value weight = loadWeight(position.channel, trip, j, tap);
      for (int64_t p = 0; p < tile.pixels; ++p) {
        Value &accumulator = accumulators[p * tile.vectors + j];
        accumulator =
            dot(accumulator, load(position, trip, offsetOf(p, j, tap)), weight);
      }
    }
}

/// The order of the taps does not matter to integers, so each group of inputs
/// is used for all pixels at once.
void DepthwiseExpander::reduceGroups(const Tile &tile,
                                     const TilePosition &position, Value trip,
                                     int64_t firstGroup, int64_t endGroup,
                                     int64_t vector,
                                     MutableArrayRef<Value> accumulators) {
  struct Use {
    int64_t tapGroup, pixel;
  };
  std::map<std::vector<InputOffset>, SmallVector<Use>> uses;
  SmallVector<Value> weights;
  for (int64_t tapGroup = firstGroup; tapGroup < endGroup; ++tapGroup) {
    weights.push_back(loadWeight(position.channel, trip, vector, tapGroup));
    for (int64_t p = 0; p < tile.pixels; ++p) {
      // If there is no such tap, its weight is 0, so any input will do.
      std::vector<InputOffset> inputs;
      for (int64_t e = 0; e < group; ++e)
        inputs.push_back(offsetOf(
            p, vector, taps.tap(tapGroup, e).value_or(*taps.tap(tapGroup, 0))));
      uses[inputs].push_back({tapGroup, p});
    }
  }
  for (const auto &[offsets, dots] : uses) {
    SmallVector<Value> inputs;
    for (InputOffset offset : offsets)
      inputs.push_back(load(position, trip, offset));
    Value input = interleave(inputs);
    for (const Use &use : dots) {
      Value &accumulator = accumulators[use.pixel * tile.vectors + vector];
      accumulator = dot(accumulator, input, weights[use.tapGroup - firstGroup]);
    }
  }
}

InputOffset DepthwiseExpander::offsetOf(int64_t pixel, int64_t vector,
                                        int64_t tap) {
  return {pixel * static_cast<int64_t>(op.getPixelStride()) +
              tap % taps.columns * op.getTapSteps()[1] + vector * lanes,
          tap / taps.columns * op.getTapSteps()[0]};
}

Value DepthwiseExpander::load(const TilePosition &position, Value trip,
                              InputOffset offset) {
  Value row = w.add(w.mul(position.row, op.getRowStride()),
                    w.mul(trip, op.getTapSteps()[0]));
  Value element =
      w.add(w.mul(position.pixel, op.getPixelStride()), position.channel);
  return w.load(
      op.getInput(),
      {position.image, w.add(row, offset.row), w.add(element, offset.element)},
      lanes);
}

/// Lane by lane the elements of `inputs`, two or four vectors. Shuffles of
/// bytes reach no further than 128 bits on many CPUs, so the elements of four
/// lanes are brought together first.
Value DepthwiseExpander::interleave(ArrayRef<Value> inputs) {
  int64_t count = inputs.size();
  SmallVector<Value> joined(inputs);
  for (; joined.size() > 1; joined.truncate(joined.size() / 2))
    for (size_t i = 0; i < joined.size() / 2; ++i) {
      int64_t size =
          2 * cast<VectorType>(joined[2 * i].getType()).getNumElements();
      joined[i] = vector::ShuffleOp::create(
          w.b, joined[2 * i], joined[2 * i + 1],
          llvm::to_vector(llvm::seq<int64_t>(0, size)));
    }
  SmallVector<int64_t> parts, transposes;
  for (int64_t first = 0; first < lanes; first += 4)
    for (int64_t i = 0; i < 4 * count; ++i) {
      parts.push_back(i / 4 * lanes + first + i % 4);
      transposes.push_back(first * count + i % count * 4 + i / count);
    }
  Value all = joined.front();
  all = vector::ShuffleOp::create(w.b, all, all, parts);
  return vector::ShuffleOp::create(w.b, all, all, transposes);
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
