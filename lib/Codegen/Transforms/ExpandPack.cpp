//===- ExpandPack.cpp - kernel.pack as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Packs one vector of columns at a time. The rows of a group are loaded,
// widened and interleaved. Columns that do not exist become zero, and so does
// the row that the last group may lack.
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;

namespace {

class PackExpander {
public:
  explicit PackExpander(kernel::PackOp op)
      : op(op), w(op), in(cast<MemRefType>(op.getInput().getType())),
        outElement(cast<MemRefType>(op.getInit().getType()).getElementType()),
        strategy(op.getStrategy()), lanes(strategy.getLanes()),
        group(strategy.getGroup()), segment(op.getSegment()),
        segments(in.getDimSize(1) / segment),
        groups(llvm::divideCeil(segment, group)),
        blocks(strategy, in.getDimSize(2)) {}

  void expand() {
    int64_t channels = strategy.getBlockChannels();
    w.forEach(in.getDimSize(0), [&](Value image) {
      w.forEach(blocks.wholeBlocks, [&](Value block) {
        packBlock(image, w.mul(block, channels), strategy.getVectors(),
                  channels);
      });
      if (blocks.tailVectors)
        packBlock(image, w.index(blocks.wholeBlocks * channels),
                  blocks.tailVectors, blocks.tailChannels);
    });
    op.erase();
  }

private:
  void packBlock(Value image, Value channel, int64_t vectors,
                 int64_t channels) {
    Value start = w.mul(channel, segments * groups * group);
    w.forEach(segments, [&](Value index) {
      packSegment(image, w.mul(index, segment), channel,
                  w.add(start, w.mul(index, groups * vectors * lanes * group)),
                  vectors, channels);
    });
  }

  /// Packs one segment. A loop packs the groups of rows; a last group that
  /// lacks a row is packed behind it.
  void packSegment(Value image, Value segmentRow, Value channel, Value start,
                   int64_t vectors, int64_t channels) {
    int64_t whole = segment / group;
    auto packRows = [&](Value groupIndex, int64_t rows) {
      Value firstRow = w.add(segmentRow, w.mul(groupIndex, group));
      Value groupStart =
          w.add(start, w.mul(groupIndex, vectors * lanes * group));
      for (int64_t j = 0; j < vectors; ++j) {
        int64_t count = std::min(lanes, channels - j * lanes);
        Value packed =
            packVector(image, firstRow, rows, w.add(channel, j * lanes), count);
        w.store(packed, op.getInit(),
                {image, w.add(groupStart, j * lanes * group)});
      }
    };
    w.forEach(whole, [&](Value groupIndex) { packRows(groupIndex, group); });
    if (whole != groups)
      packRows(w.index(whole), segment - whole * group);
  }

  Value packVector(Value image, Value firstRow, int64_t rows, Value column,
                   int64_t count) {
    Value first = loadRow(image, firstRow, column, count);
    if (group == 1)
      return first;
    Value second = rows > 1 ? loadRow(image, w.add(firstRow, 1), column, count)
                            : w.splat(outElement, lanes, 0);
    return vector::InterleaveOp::create(w.b, first, second);
  }

  Value loadRow(Value image, Value row, Value column, int64_t count) {
    Value vector =
        w.loadFirst(op.getInput(), {image, row, column}, count, lanes);
    if (isa<FloatType>(outElement))
      return vector;
    if (in.getElementType() != outElement)
      vector = arith::ExtSIOp::create(w.b, VectorType::get(lanes, outElement),
                                      vector);
    if (op.getOffset() != 0)
      vector = arith::AddIOp::create(
          w.b, vector, w.splat(outElement, lanes, op.getOffset()));
    return vector;
  }

  kernel::PackOp op;
  KernelWriter w;
  MemRefType in;
  Type outElement;
  kernel::StrategyAttr strategy;
  int64_t lanes, group, segment, segments, groups;
  ChannelBlocks blocks;
};

} // namespace

void codegen::expandPack(kernel::PackOp op) { PackExpander(op).expand(); }
