//===- TopK.cpp - The largest or smallest elements ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// TOSA does not sort. A few elements are found one after the other; where more
/// are wanted, every element's rank is the number of elements that come before
/// it. Both only compare and move elements, so integers of a quantized tensor
/// give the same positions as the numbers that they stand for.
///
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"
#include "Indexed.h"

using namespace mlir;
using namespace quantc;

/// Up to this many elements, and a quarter of all, are found one after the
/// other.
static constexpr int64_t kFewPasses = 8;
/// The same where there are too many elements to rank.
static constexpr int64_t kMaxPasses = 512;
/// Comparisons of all elements of a row with each other, in all rows.
static constexpr int64_t kMaxComparisons = int64_t(1) << 24;

/// `k` passes, each of which finds the first of the largest elements that no
/// pass before has found.
static TopKValues selectInPasses(NetworkBuilder &b, Value x, int64_t k,
                                 int64_t axis, bool largest) {
  ReduceKind reduce = largest ? ReduceKind::Max : ReduceKind::Min;
  int64_t size = b.shapeOf(x)[axis];
  Value positions = countAlong(b, b.rankOf(x), axis, size);
  Value none = splatLike(b, positions, double(size));
  // What was found gives way to an element that comes last anyway.
  Value last = b.reduce(largest ? ReduceKind::Min : ReduceKind::Max, x, {axis},
                        /*keepDims=*/true);
  Value left = x, found;
  SmallVector<Value> values, indices;
  for (int64_t pass = 0; pass < k; ++pass) {
    Value best = b.reduce(reduce, left, {axis}, /*keepDims=*/true);
    Value candidates = b.binary(BinaryKind::Equal, left, best);
    if (found)
      candidates = b.binary(BinaryKind::LogicalAnd, candidates,
                            b.unary(UnaryKind::LogicalNot, found));
    Value index =
        b.reduce(ReduceKind::Min, b.select(candidates, positions, none), {axis},
                 /*keepDims=*/true);
    values.push_back(best);
    indices.push_back(index);
    if (pass + 1 == k)
      break;
    Value chosen = b.binary(BinaryKind::Equal, positions, index);
    found = found ? b.binary(BinaryKind::LogicalOr, found, chosen) : chosen;
    left = b.select(chosen, last, left);
  }
  return {b.concat(values, axis), b.concat(indices, axis)};
}

/// Sorts rows [N, K] by the rank of each element: the positions [N, k] of the
/// first `k`.
static Value sortByRank(NetworkBuilder &b, Value rows, int64_t k,
                        bool largest) {
  ArrayRef<int64_t> shape = b.shapeOf(rows);
  int64_t n = shape[0], size = shape[1];
  Value self = b.reshape(rows, {n, size, 1});
  Value other = b.reshape(rows, {n, 1, size});
  // Of equal elements, those in front come first.
  Value inFront = b.binary(BinaryKind::Less, countAlong(b, 3, 2, size),
                           countAlong(b, 3, 1, size));
  Value strict =
      b.binary(largest ? BinaryKind::Greater : BinaryKind::Less, other, self);
  Value before = b.binary(BinaryKind::LogicalOr, strict,
                          b.binary(BinaryKind::LogicalAnd, inFront,
                                   b.binary(BinaryKind::Equal, other, self)));
  Value ranks = b.reduce(ReduceKind::Sum, b.cast(before, b.getI32Type()), {2},
                         /*keepDims=*/false);
  // The element of rank r is written at place r.
  Value positions = b.broadcastTo(countAlong(b, 3, 1, size), {n, size, 1});
  Value empty = b.splat(b.getType({n, size, 1}, b.getI32Type()), 0);
  if (!ranks || !positions || !empty)
    return {};
  Value sorted = b.create<tosa::ScatterOp>({n, size, 1}, b.getI32Type(), empty,
                                           ranks, positions);
  return b.sliceBox(b.reshape(sorted, {n, size}), {0, 0}, {n, k});
}

static TopKValues selectByRank(NetworkBuilder &b, Value x, int64_t k,
                               int64_t axis, bool largest) {
  int64_t rank = b.rankOf(x), size = b.shapeOf(x)[axis];
  Value last = b.transpose(x, moveAxisLast(rank, axis));
  if (!last)
    return {};
  SmallVector<int64_t> shape(b.shapeOf(last));
  shape.back() = k;
  Value rows = b.reshape(last, {-1, size});
  Value indices = rows ? sortByRank(b, rows, k, largest) : Value();
  if (!indices)
    return {};
  Value values = gatherRows(b, b.reshape(rows, {-1, size, 1}), indices);
  auto restore = [&](Value value) {
    return b.transpose(b.reshape(value, shape), moveLastToAxis(rank, axis));
  };
  return {restore(values), restore(indices)};
}

TopKValues NetworkBuilder::topK(Value x, int64_t k, int64_t axis,
                                bool largest) {
  if (!requireElement(*this, x, {getF32Type(), getI32Type()}))
    return {};
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  axis = *normalized;
  int64_t size = shapeOf(x)[axis], total = typeOf(x).getNumElements();
  if (k < 1 || k > size) {
    emitError() << "the first " << k << " elements of a dimension of size "
                << size;
    return {};
  }
  int64_t comparisons = 0;
  bool ranks = !llvm::MulOverflow(total, size, comparisons) &&
               comparisons <= kMaxComparisons;
  if ((k <= kFewPasses && 4 * k <= size) || (!ranks && k <= kMaxPasses))
    return selectInPasses(*this, x, k, axis, largest);
  if (ranks)
    return selectByRank(*this, x, k, axis, largest);
  emitError() << "sorts the first " << k << " of " << size
              << " elements; more than " << kMaxPasses
              << " are only found where a row's length times the number of all "
                 "elements is at most "
              << kMaxComparisons << ": end the network before it";
  return {};
}
