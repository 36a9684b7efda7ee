//===- Positions.cpp - What depends on where elements are ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"
#include "Indexed.h"

using namespace mlir;
using namespace quantc;

/// Positions are a constant of the network.
static constexpr int64_t kMaxPositions = int64_t(1) << 24;

/// A sum of more elements is not written as a product with a matrix.
static constexpr int64_t kMaxSumMatrix = 512;

Value quantc::countAlong(NetworkBuilder &b, int64_t rank, int64_t axis,
                         int64_t size, int64_t begin) {
  if (size > kMaxPositions) {
    b.emitError() << "needs the positions of " << size
                  << " elements; no more than " << kMaxPositions
                  << " are supported";
    return {};
  }
  SmallVector<int64_t> shape(rank, 1);
  shape[axis] = size;
  return b.constant(shape, ArrayRef<int32_t>(llvm::to_vector(llvm::seq(
                               int32_t(begin), int32_t(begin + size)))));
}

/// x moved by `count` elements along `axis`, to the end or (negative) to the
/// front, with zeros behind it.
static Value shiftAlong(NetworkBuilder &b, Value x, int64_t axis,
                        int64_t count) {
  if (!x)
    return {};
  SmallVector<int64_t> before(b.rankOf(x), 0), after(before);
  before[axis] = count;
  after[axis] = -count;
  return b.pad(x, before, after);
}

/// Ones where the element of the row counts in the sum of the column.
static Value makeSumMatrix(NetworkBuilder &b, int64_t size, bool exclusive,
                           bool reverse) {
  SmallVector<float> ones;
  for (int64_t row = 0; row < size; ++row)
    for (int64_t column = 0; column < size; ++column)
      ones.push_back((row == column ? !exclusive : (row < column) != reverse)
                         ? 1.0f
                         : 0.0f);
  return b.constant({size, size}, ones);
}

Value NetworkBuilder::cumulativeSum(Value x, int64_t axis, bool exclusive,
                                    bool reverse) {
  if (!requireElement(*this, x, {getF32Type(), getI32Type()}))
    return {};
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  axis = *normalized;
  int64_t rank = rankOf(x), size = shapeOf(x)[axis];
  // One product is quantized once; additions would be, each after the other.
  if (elementOf(x).isF32() && size <= kMaxSumMatrix) {
    Value last = transpose(x, moveAxisLast(rank, axis));
    Value sums = matMul(last, makeSumMatrix(*this, size, exclusive, reverse));
    return sums ? transpose(sums, moveLastToAxis(rank, axis)) : Value();
  }
  int64_t sign = reverse ? -1 : 1;
  if (exclusive)
    x = size == 1 ? splat(typeOf(x), 0) : shiftAlong(*this, x, axis, sign);
  // Sums of 1, 2, 4, ... elements.
  for (int64_t count = 1; x && count < size; count *= 2)
    x = binary(BinaryKind::Add, x, shiftAlong(*this, x, axis, sign * count));
  return x;
}

Value NetworkBuilder::triangle(Value x, int64_t diagonal, bool upper) {
  if (!x)
    return {};
  int64_t rank = rankOf(x);
  if (rank < 2) {
    emitError() << "a triangle of " << x.getType() << ", which is no matrix";
    return {};
  }
  int64_t rows = shapeOf(x)[rank - 2], columns = shapeOf(x)[rank - 1];
  diagonal = std::clamp(diagonal, -rows, columns);
  // Of row r, column r + diagonal is on the diagonal.
  Value row = countAlong(*this, rank, rank - 2, rows, diagonal);
  Value column = countAlong(*this, rank, rank - 1, columns);
  Value kept = binary(upper ? BinaryKind::GreaterEqual : BinaryKind::LessEqual,
                      column, row);
  return select(kept, x, splatLike(*this, x, 0));
}

Value NetworkBuilder::oneHot(Value indices, int64_t depth, Value on, Value off,
                             int64_t axis) {
  if (!requireElement(*this, indices, {getI32Type()}) || !on || !off)
    return {};
  std::optional<int64_t> normalized =
      normalizeAxis(*this, axis, rankOf(indices) + 1);
  if (!normalized)
    return {};
  if (depth < 1) {
    emitError() << "a depth of " << depth;
    return {};
  }
  Value wanted = unsqueeze(indices, *normalized);
  Value all =
      wanted ? countAlong(*this, rankOf(wanted), *normalized, depth) : Value();
  return select(binary(BinaryKind::Equal, wanted, all), on, off);
}
