//===- Gather.cpp - Elements by index -----------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Gather.h"
#include "Constants.h"
#include "Elementwise.h"

using namespace mlir;
using namespace quantc;

/// More runs of indices than this are gathered, not sliced one by one.
static constexpr size_t kMaxRuns = 4;

/// Constant indices for every batch of a gather have at most this many
/// elements.
static constexpr int64_t kMaxIndices = int64_t(1) << 16;

/// The parts of x that consecutive indices are, if there are few.
static Value sliceRuns(NetworkBuilder &b, Value x, ArrayRef<int64_t> indices,
                       int64_t axis) {
  SmallVector<std::pair<int64_t, int64_t>> runs;
  for (int64_t index : indices) {
    if (!runs.empty() && runs.back().second == index)
      ++runs.back().second;
    else if (runs.size() == kMaxRuns)
      return {};
    else
      runs.push_back({index, index + 1});
  }
  SmallVector<Value> parts;
  for (auto [begin, end] : runs)
    parts.push_back(b.slice(x, axis, begin, end));
  return b.concat(parts, axis);
}

/// tosa.gather from x [N, K, C] by indices [1, W], the same for each batch.
static Value buildGather(NetworkBuilder &b, Value x, Value indices) {
  ArrayRef<int64_t> shape = b.shapeOf(x);
  int64_t count = b.shapeOf(indices)[1];
  indices = b.tile(indices, {shape[0], 1});
  if (!indices)
    return {};
  return b.create<tosa::GatherOp>({shape[0], count, shape[2]}, b.elementOf(x),
                                  x, indices);
}

/// x with dimension `axis` replaced by the elements at `indices` [1, W].
static Value gatherAxis(NetworkBuilder &b, Value x, Value indices,
                        int64_t axis) {
  ArrayRef<int64_t> from = b.shapeOf(x);
  int64_t outer = ShapedType::getNumElements(from.take_front(axis));
  int64_t inner = ShapedType::getNumElements(from.drop_front(axis + 1));
  int64_t count = b.shapeOf(indices)[1];
  SmallVector<int64_t> shape(from);
  shape[axis] = count;
  if (!b.getType(shape, b.elementOf(x)))
    return {};
  Value batches = b.reshape(x, {outer, from[axis], inner});
  if (outer == 1 || outer * count <= kMaxIndices)
    return b.reshape(buildGather(b, batches, indices), shape);
  // One batch, whose rows are what has the same index.
  Value rows = b.reshape(b.transpose(batches, {1, 0, 2}),
                         {1, from[axis], outer * inner});
  Value taken = b.reshape(buildGather(b, rows, indices), {count, outer, inner});
  return taken ? b.reshape(b.transpose(taken, {1, 0, 2}), shape) : Value();
}

Value quantc::takeAlong(NetworkBuilder &b, Value x, ArrayRef<int64_t> indices,
                        int64_t axis) {
  if (!x)
    return {};
  if (Value sliced = sliceRuns(b, x, indices, axis))
    return sliced;
  SmallVector<int32_t> narrow(indices.begin(), indices.end());
  Value constant =
      b.constant({1, int64_t(narrow.size())}, ArrayRef<int32_t>(narrow));
  return constant ? gatherAxis(b, x, constant, axis) : Value();
}

/// Constant indices counted from the front, or nullopt after an error.
static bool checkIndices(NetworkBuilder &b, MutableArrayRef<int64_t> indices,
                         int64_t size) {
  for (int64_t &index : indices) {
    if (index < -size || index >= size) {
      b.emitError() << "index " << index << " of a dimension of size " << size;
      return false;
    }
    index += index < 0 ? size : 0;
  }
  return true;
}

/// Indices [1, W] that count from the front.
static Value wrapIndices(NetworkBuilder &b, Value indices, int64_t size) {
  Value flat = b.reshape(indices, {1, -1});
  Value wrapped = b.binary(BinaryKind::Add, flat, splatLike(b, flat, size));
  return b.select(b.binary(BinaryKind::Less, flat, splatLike(b, flat, 0)),
                  wrapped, flat);
}

Value NetworkBuilder::gather(Value x, Value indices, int64_t axis) {
  if (!x || !requireElement(*this, indices, {getI32Type()}))
    return {};
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  axis = *normalized;
  int64_t size = shapeOf(x)[axis];
  SmallVector<int64_t> shape(shapeOf(x).take_front(axis));
  llvm::append_range(shape, shapeOf(indices));
  llvm::append_range(shape, shapeOf(x).drop_front(axis + 1));
  if (!getType(shape, elementOf(x)))
    return {};
  std::optional<SmallVector<int64_t>> constants = getIntegers(indices);
  if (constants && !checkIndices(*this, *constants, size))
    return {};
  Value taken =
      constants ? takeAlong(*this, x, *constants, axis)
                : gatherAxis(*this, x, wrapIndices(*this, indices, size), axis);
  return taken ? reshape(taken, shape) : Value();
}
