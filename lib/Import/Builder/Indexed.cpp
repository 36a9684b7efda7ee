//===- Indexed.cpp - Elements by an index each --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Indexed.h"
#include "Constants.h"
#include "Elementwise.h"

using namespace mlir;
using namespace quantc;

/// Constant positions as rows, or nullopt after an error.
static std::optional<SmallVector<int64_t>>
flattenConstants(NetworkBuilder &b, ArrayRef<int64_t> positions,
                 ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> rows, strides = computeStrides(sizes);
  int64_t depth = sizes.size();
  for (int64_t i = 0, e = positions.size(); i < e; ++i) {
    int64_t position = positions[i], size = sizes[i % depth];
    if (position < -size || position >= size) {
      b.emitError() << "index " << position << " of a dimension of size "
                    << size;
      return std::nullopt;
    }
    position += position < 0 ? size : 0;
    if (i % depth == 0)
      rows.push_back(0);
    rows.back() += position * strides[i % depth];
  }
  return rows;
}

RowIndices quantc::flattenIndices(NetworkBuilder &b, Value indices,
                                  ArrayRef<int64_t> sizes, int64_t batches) {
  if (!requireElement(b, indices, {b.getI32Type()}))
    return {};
  if (auto positions = b.getIntegers(indices)) {
    auto rows = flattenConstants(b, *positions, sizes);
    if (!rows)
      return {};
    SmallVector<int32_t> narrow(rows->begin(), rows->end());
    int64_t count = int64_t(narrow.size()) / batches;
    return {b.constant({batches, count}, ArrayRef<int32_t>(narrow)), rows};
  }
  int64_t depth = sizes.size();
  auto list = [&](ArrayRef<int64_t> values) {
    return b.constant({1, depth},
                      ArrayRef<int32_t>(SmallVector<int32_t>(values)));
  };
  Value positions = b.reshape(indices, {-1, depth});
  Value wrapped = b.binary(BinaryKind::Add, positions, list(sizes));
  Value inside = b.select(
      b.binary(BinaryKind::Less, positions, splatLike(b, positions, 0)),
      wrapped, positions);
  if (depth > 1)
    inside = b.reduce(
        ReduceKind::Sum,
        b.binary(BinaryKind::Mul, inside, list(computeStrides(sizes))), {1},
        /*keepDims=*/true);
  return {b.reshape(inside, {batches, -1}), std::nullopt};
}

Value quantc::gatherRows(NetworkBuilder &b, Value table, Value indices) {
  if (!table || !indices)
    return {};
  ArrayRef<int64_t> shape = b.shapeOf(table);
  return b.create<tosa::GatherOp>({shape[0], b.shapeOf(indices)[1], shape[2]},
                                  b.elementOf(table), table, indices);
}

SmallVector<int64_t> quantc::moveAxisLast(int64_t rank, int64_t axis) {
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  order.erase(order.begin() + axis);
  order.push_back(axis);
  return order;
}

SmallVector<int64_t> quantc::moveLastToAxis(int64_t rank, int64_t axis) {
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank - 1));
  order.insert(order.begin() + axis, rank - 1);
  return order;
}

/// True if `indices` are i32 of x's rank, and no larger than x in dimensions
/// other than `axis`.
static bool checkElementIndices(NetworkBuilder &b, Value x, Value indices,
                                int64_t axis) {
  if (!requireElement(b, indices, {b.getI32Type()}))
    return false;
  ArrayRef<int64_t> from = b.shapeOf(x), to = b.shapeOf(indices);
  bool fits = from.size() == to.size();
  for (int64_t dim = 0, e = from.size(); fits && dim < e; ++dim)
    fits = dim == axis || to[dim] <= from[dim];
  if (!fits)
    b.emitError() << "indices of type " << indices.getType()
                  << " for the elements of " << x.getType()
                  << " along dimension " << axis;
  return fits;
}

std::optional<IndexedElements> quantc::moveIndexedLast(NetworkBuilder &b,
                                                       Value x, Value indices,
                                                       int64_t axis) {
  std::optional<int64_t> normalized =
      x ? normalizeAxis(b, axis, b.rankOf(x)) : std::nullopt;
  if (!normalized || !checkElementIndices(b, x, indices, *normalized))
    return std::nullopt;
  int64_t rank = b.rankOf(x);
  // Elements of other dimensions that no index belongs to are not touched.
  SmallVector<int64_t> box(b.shapeOf(indices));
  box[*normalized] = b.shapeOf(x)[*normalized];
  SmallVector<int64_t> order = moveAxisLast(rank, *normalized);
  Value elements =
      b.transpose(b.sliceBox(x, SmallVector<int64_t>(rank, 0), box), order);
  Value positions = b.transpose(indices, order);
  if (!elements || !positions)
    return std::nullopt;
  return IndexedElements{elements, positions, *normalized};
}

Value NetworkBuilder::gatherND(Value x, Value indices, int64_t batchDims) {
  if (!x || !requireElement(*this, indices, {getI32Type()}))
    return {};
  ArrayRef<int64_t> from = shapeOf(x), to = shapeOf(indices);
  int64_t depth = to.empty() ? 0 : to.back(), rank = from.size();
  if (depth < 1 || batchDims < 0 || batchDims >= int64_t(to.size()) ||
      batchDims > rank - depth ||
      from.take_front(batchDims) != to.take_front(batchDims)) {
    emitError() << "indices of type " << indices.getType() << " with "
                << batchDims << " batch dimensions for " << x.getType();
    return {};
  }
  int64_t batches = ShapedType::getNumElements(from.take_front(batchDims));
  ArrayRef<int64_t> sizes = from.slice(batchDims, depth);
  SmallVector<int64_t> shape(to.drop_back());
  llvm::append_range(shape, from.drop_front(batchDims + depth));
  if (!getType(shape, elementOf(x)))
    return {};
  RowIndices rows = flattenIndices(*this, indices, sizes, batches);
  Value table = reshape(x, {batches, ShapedType::getNumElements(sizes), -1});
  return reshape(gatherRows(*this, table, rows.value), shape);
}

Value NetworkBuilder::gatherElements(Value x, Value indices, int64_t axis) {
  auto moved = moveIndexedLast(*this, x, indices, axis);
  if (!moved)
    return {};
  auto [last, positions, from] = *moved;
  int64_t size = shapeOf(last).back();
  SmallVector<int64_t> shape(shapeOf(positions));
  int64_t batches = typeOf(positions).getNumElements() / shape.back();
  RowIndices rows = flattenIndices(*this, positions, {size}, batches);
  Value taken =
      gatherRows(*this, reshape(last, {batches, size, 1}), rows.value);
  return transpose(reshape(taken, shape), moveLastToAxis(rankOf(x), from));
}
