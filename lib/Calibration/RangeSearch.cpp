//===- RangeSearch.cpp - Ranges that minimize a cost -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RangeSearch.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cmath>
#include <limits>
#include <vector>

using namespace quantc;
using namespace llvm;

/// The coarse search shrinks the range in steps of an eighth of an octave, down
/// to 2^-kOctaves. The fine search then tries steps of a thirty-second around
/// the best range.
static constexpr int kCoarse = 8, kFine = 32, kOctaves = 8;

/// The divergence hardly counts how many values are clipped, or how far. More
/// than this share of them are no outliers.
static constexpr double kMostClipped = 0.01;

namespace {
/// The best range so far. A later range must be strictly better. Wider ranges
/// are tried first, so of equally good ranges the widest is kept.
struct Best {
  Range range;
  double cost = std::numeric_limits<double>::infinity();

  bool offer(Range candidate, double candidateCost) {
    if (!(candidateCost < cost))
      return false;
    range = candidate;
    cost = candidateCost;
    return true;
  }
};
} // namespace

using Cost = function_ref<double(Range)>;

/// Tries `widest` shrunk by the same factor at both ends.
static Best searchJointly(Range widest, Cost cost) {
  Best best;
  for (int i = 0; i <= kOctaves * kCoarse; ++i) {
    double factor = std::exp2(-static_cast<double>(i) / kCoarse);
    Range range{widest.low * factor, widest.high * factor};
    best.offer(range, cost(range));
  }
  return best;
}

/// Tries factors around `best` for one or both ends, never beyond `widest`.
static bool refine(Best &best, Range widest, bool moveLow, bool moveHigh,
                   Cost cost) {
  Range start = best.range;
  bool improved = false;
  for (int i = -kFine / kCoarse * 2; i <= kFine / kCoarse * 2; ++i) {
    double factor = std::exp2(static_cast<double>(i) / kFine);
    Range range = start;
    if (moveLow)
      range.low = std::max(widest.low, start.low * factor);
    if (moveHigh)
      range.high = std::min(widest.high, start.high * factor);
    improved |= best.offer(range, cost(range));
  }
  return improved;
}

Range quantc::searchSquaredError(const Distribution &distribution, Range widest,
                                 StorageRange storage) {
  auto cost = [&](Range range) {
    return distribution.squaredError(
        chooseAsymmetric(range.low, range.high, storage));
  };
  Best best = searchJointly(widest, cost);
  // Moves one end at a time, until moving either does not help. An end that is
  // 0 is not moved.
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds; ++round) {
    bool low = widest.low < 0 && refine(best, widest, true, false, cost);
    bool high = widest.high > 0 && refine(best, widest, false, true, cost);
    if (!low && !high)
      break;
  }
  return best.range;
}

namespace {
/// The divergence of one distribution under many ranges; buffers are reused.
class Divergence {
public:
  Divergence(const Distribution &distribution, StorageRange storage)
      : storage(storage), levelCount(storage.max - storage.min + 1),
        levelCells(levelCount.size()) {
    // Zero is represented exactly in every range, so zeros do not matter to the
    // choice.
    for (const Cell &cell : distribution.cells())
      if (cell.low != 0 || cell.high != 0)
        cells.push_back(cell);
    for (const Cell &cell : cells)
      count += cell.count;
  }

  double operator()(Range range);

private:
  size_t levelOf(const Cell &cell) const {
    return quantize(cell.center(), params) - storage.min;
  }

  StorageRange storage;
  AffineParams params;
  std::vector<Cell> cells;
  double count = 0;
  std::vector<double> levelCount, levelCells;
};
} // namespace

double Divergence::operator()(Range range) {
  params = chooseAsymmetric(range.low, range.high, storage);
  double low = dequantize(storage.min, params) - params.scale / 2;
  double high = dequantize(storage.max, params) + params.scale / 2;
  size_t first = 0, last = cells.size();
  double below = 0, above = 0;
  while (first < last && cells[first].center() < low)
    below += cells[first++].count;
  while (last > first && cells[last - 1].center() > high)
    above += cells[--last].count;
  if (cells.empty())
    return 0;
  if (below + above > kMostClipped * count)
    return std::numeric_limits<double>::infinity();

  std::fill(levelCount.begin(), levelCount.end(), 0.0);
  std::fill(levelCells.begin(), levelCells.end(), 0.0);
  double inside = 0;
  for (size_t i = first; i < last; ++i) {
    size_t level = levelOf(cells[i]);
    levelCount[level] += cells[i].count;
    levelCells[level] += 1;
    inside += cells[i].count;
  }
  // Even cells that are equally likely differ in a sample, which is no reason
  // to clip: the mean divergence by chance (G. Miller, 1955) does not count.
  double usedLevels = count_if(levelCells, [](double n) { return n > 0; });
  double divergence = (usedLevels - (last - first)) / (2 * count);
  for (size_t i = first; i < last; ++i) {
    size_t level = levelOf(cells[i]);
    double reference = cells[i].count;
    reference += (i == first ? below : 0) + (i + 1 == last ? above : 0);
    reference /= count;
    double quantized = levelCount[level] / levelCells[level] / inside;
    divergence += reference * std::log(reference / quantized);
  }
  return divergence;
}

Range quantc::searchDivergence(const Distribution &distribution, Range widest,
                               StorageRange storage) {
  Divergence divergence(distribution, storage);
  auto cost = [&](Range range) { return divergence(range); };
  Best best = searchJointly(widest, cost);
  refine(best, widest, true, true, cost);
  return best.range;
}
