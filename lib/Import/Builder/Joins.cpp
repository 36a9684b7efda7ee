//===- Joins.cpp - Concatenation, padding, repetition -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"

using namespace mlir;
using namespace quantc;

/// Larger broadcast constants are not written out.
static constexpr int64_t kMaxConstant = int64_t(1) << 20;

Value NetworkBuilder::concat(ArrayRef<Value> values, int64_t axis) {
  if (values.empty()) {
    emitError() << "a concatenation of nothing";
    return {};
  }
  if (llvm::is_contained(values, Value()))
    return {};
  std::optional<int64_t> normalized =
      normalizeAxis(*this, axis, rankOf(values.front()));
  if (!normalized)
    return {};
  axis = *normalized;
  SmallVector<int64_t> shape(shapeOf(values.front()));
  shape[axis] = 0;
  for (Value value : values) {
    SmallVector<int64_t> other(shapeOf(value));
    if (other.size() == shape.size()) {
      shape[axis] += other[axis];
      other[axis] = shape[axis];
    }
    if (other != shape || elementOf(value) != elementOf(values.front())) {
      emitError() << "a concatenation along dimension " << axis << " of "
                  << values.front().getType() << " and " << value.getType();
      return {};
    }
  }
  if (values.size() == 1)
    return values.front();
  return create<tosa::ConcatOp>(shape, elementOf(values.front()),
                                ValueRange(values), uint32_t(axis));
}

Value NetworkBuilder::pack(ArrayRef<Value> values, int64_t axis) {
  if (values.empty() || !values.front())
    return concat(values, axis);
  std::optional<int64_t> normalized =
      normalizeAxis(*this, axis, rankOf(values.front()) + 1);
  if (!normalized)
    return {};
  SmallVector<Value> parts;
  for (Value value : values)
    parts.push_back(value && rankOf(value) == rankOf(values.front())
                        ? unsqueeze(value, *normalized)
                        : value);
  return concat(parts, *normalized);
}

/// Padding along one dimension with the tensor's own elements.
static Value padWithOwn(NetworkBuilder &b, Value x, int64_t axis,
                        int64_t before, int64_t after, PadMode mode) {
  if (!x || (before == 0 && after == 0))
    return x;
  int64_t size = b.shapeOf(x)[axis];
  int64_t skip = mode == PadMode::Reflect ? 1 : 0;
  if (mode != PadMode::Edge && std::max(before, after) > size - skip) {
    b.emitError() << "padding of " << std::max(before, after)
                  << " of its own elements for a dimension of size " << size;
    return {};
  }
  SmallVector<Value> parts;
  auto append = [&](int64_t amount, int64_t begin) {
    if (amount == 0)
      return;
    SmallVector<int64_t> repeats(b.rankOf(x), 1);
    if (mode == PadMode::Edge) {
      repeats[axis] = amount;
      parts.push_back(b.tile(b.slice(x, axis, begin, begin + 1), repeats));
      return;
    }
    Value part = b.slice(x, axis, begin, begin + amount);
    parts.push_back(mode == PadMode::Wrap ? part : b.reverse(part, axis));
  };
  bool edge = mode == PadMode::Edge, wrap = mode == PadMode::Wrap;
  append(before, edge ? 0 : wrap ? size - before : skip);
  parts.push_back(x);
  append(after, edge ? size - 1 : wrap ? 0 : size - skip - after);
  return b.concat(parts, axis);
}

/// The part of x that negative padding leaves; makes the amounts positive.
static Value crop(NetworkBuilder &b, Value x, SmallVector<int64_t> &before,
                  SmallVector<int64_t> &after) {
  SmallVector<int64_t> begins, sizes;
  for (auto [axis, dim] : llvm::enumerate(b.shapeOf(x))) {
    begins.push_back(std::max<int64_t>(-before[axis], 0));
    sizes.push_back(dim - begins.back() - std::max<int64_t>(-after[axis], 0));
    before[axis] = std::max<int64_t>(before[axis], 0);
    after[axis] = std::max<int64_t>(after[axis], 0);
  }
  return b.sliceBox(x, begins, sizes);
}

Value NetworkBuilder::pad(Value x, ArrayRef<int64_t> before,
                          ArrayRef<int64_t> after, PadMode mode, double value) {
  if (!x)
    return {};
  auto isAbsurd = [](int64_t amount) {
    return amount > INT32_MAX || amount < -INT32_MAX;
  };
  if (int64_t(before.size()) != rankOf(x) ||
      int64_t(after.size()) != rankOf(x) || llvm::any_of(before, isAbsurd) ||
      llvm::any_of(after, isAbsurd)) {
    emitError() << "padding of " << before.size() << " and " << after.size()
                << " dimensions of at most 2^31 - 1 elements each is needed "
                   "for a tensor with "
                << rankOf(x);
    return {};
  }
  SmallVector<int64_t> low(before), high(after);
  x = crop(*this, x, low, high);
  if (!x || (llvm::all_of(low, [](int64_t n) { return n == 0; }) &&
             llvm::all_of(high, [](int64_t n) { return n == 0; })))
    return x;
  SmallVector<int64_t> shape, amounts;
  for (auto [axis, dim] : llvm::enumerate(shapeOf(x))) {
    shape.push_back(low[axis] + dim + high[axis]);
    amounts.append({low[axis], high[axis]});
  }
  if (!getType(shape, elementOf(x)))
    return {};
  if (mode == PadMode::Constant) {
    Value fill = splat(RankedTensorType::get({1}, elementOf(x)), value);
    return fill ? create<tosa::PadOp>(shape, elementOf(x), x,
                                      shapeConstant(amounts), fill)
                : Value();
  }
  for (int64_t axis = 0, rank = rankOf(x); axis < rank; ++axis)
    x = padWithOwn(*this, x, axis, low[axis], high[axis], mode);
  return x;
}

Value NetworkBuilder::tile(Value x, ArrayRef<int64_t> repeats) {
  if (!x)
    return {};
  x = extendRank(*this, x, repeats.size());
  if (!x)
    return {};
  SmallVector<int64_t> all(rankOf(x) - repeats.size(), 1);
  llvm::append_range(all, repeats);
  if (!getType(all, getF32Type()))
    return {};
  SmallVector<int64_t> shape;
  for (auto [dim, count] : llvm::zip(shapeOf(x), all))
    shape.push_back(dim * count);
  RankedTensorType type = getType(shape, elementOf(x));
  if (!type || type == typeOf(x))
    return type ? x : Value();
  SmallVector<int64_t> strides = computeStrides(shape);
  SmallVector<int64_t> fromStrides = computeStrides(shapeOf(x));
  auto source = [&](int64_t i) {
    int64_t position = 0;
    for (auto [axis, stride] : llvm::enumerate(strides)) {
      position += i / stride % shapeOf(x)[axis] * fromStrides[axis];
      i %= stride;
    }
    return position;
  };
  auto mapAxis = [&](int64_t axis) {
    return shape[axis] == shapeOf(x)[axis] ? std::optional(axis) : std::nullopt;
  };
  if (type.getNumElements() <= kMaxConstant)
    if (Value moved = moveConstant(*this, x, {shape, source, mapAxis}))
      return moved;
  return create<tosa::TileOp>(shape, elementOf(x), x, shapeConstant(all));
}

Value NetworkBuilder::broadcastTo(Value x, ArrayRef<int64_t> shape) {
  if (!x || !getType(shape, elementOf(x)))
    return {};
  std::optional<SmallVector<int64_t>> merged =
      broadcastShapes(*this, shapeOf(x), shape);
  if (!merged)
    return {};
  x = extendRank(*this, x, merged->size());
  if (!x)
    return {};
  SmallVector<int64_t> repeats;
  for (auto [size, dim] : llvm::zip(*merged, shapeOf(x)))
    repeats.push_back(size / dim);
  return tile(x, repeats);
}
