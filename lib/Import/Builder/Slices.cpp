//===- Slices.cpp - Parts of tensors ------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"

using namespace mlir;
using namespace quantc;

Value NetworkBuilder::sliceBox(Value x, ArrayRef<int64_t> begins,
                               ArrayRef<int64_t> sizes) {
  if (!x)
    return {};
  ArrayRef<int64_t> from = shapeOf(x);
  if (begins.size() != from.size() || sizes.size() != from.size()) {
    emitError() << "a box of " << begins.size() << " and " << sizes.size()
                << " dimensions in a tensor with " << from.size();
    return {};
  }
  bool cut = false;
  for (auto [axis, dim] : llvm::enumerate(from)) {
    int64_t begin = begins[axis], size = sizes[axis];
    if (begin < 0 || size < 1 || begin > dim || size > dim - begin) {
      emitError() << "the slice of " << size << " elements from " << begin
                  << " is outside dimension " << axis << ", which has size "
                  << dim;
      return {};
    }
    cut |= size != dim;
  }
  if (!cut)
    return x;
  SmallVector<int64_t> fromStrides = computeStrides(from);
  SmallVector<int64_t> toStrides = computeStrides(sizes);
  auto source = [&](int64_t i) {
    int64_t position = 0;
    for (auto [axis, stride] : llvm::enumerate(toStrides)) {
      position += (begins[axis] + i / stride) * fromStrides[axis];
      i %= stride;
    }
    return position;
  };
  auto keepAxis = [](int64_t axis) { return std::optional(axis); };
  ConstantMove move{SmallVector<int64_t>(sizes), source, keepAxis};
  // Scales lie along one dimension; which one, the constant knows.
  if (auto perAxis = dyn_cast_or_null<quant::UniformQuantizedPerAxisType>(
          matchConstant(x).type))
    move.axisBegin = begins[perAxis.getQuantizedDimension()];
  if (Value moved = moveConstant(*this, x, move))
    return moved;
  return create<tosa::SliceOp>(sizes, elementOf(x), x, shapeConstant(begins),
                               shapeConstant(sizes));
}

/// More parts of one tensor are refused: each is an operation.
static constexpr int64_t kMaxParts = int64_t(1) << 16;

/// The part from `begin` along one dimension.
static Value sliceAxis(NetworkBuilder &b, Value x, int64_t axis, int64_t begin,
                       int64_t size) {
  if (!x)
    return {};
  SmallVector<int64_t> begins(b.rankOf(x), 0), sizes(b.shapeOf(x));
  begins[axis] = begin;
  sizes[axis] = size;
  return b.sliceBox(x, begins, sizes);
}

Value NetworkBuilder::reverse(Value x, int64_t axis) {
  std::optional<int64_t> normalized =
      x ? normalizeAxis(*this, axis, rankOf(x)) : std::nullopt;
  if (!normalized)
    return {};
  if (shapeOf(x)[*normalized] == 1)
    return x;
  return create<tosa::ReverseOp>(shapeOf(x), elementOf(x), x,
                                 uint32_t(*normalized));
}

/// The highest rank of a tensor (TOSA 1.0, level 8k).
static constexpr size_t kMaxRank = 6;

/// `count` elements from `begin`, `step` apart: groups of `step` elements, of
/// which one is taken.
static Value sliceSteps(NetworkBuilder &b, Value x, int64_t axis, int64_t begin,
                        int64_t count, int64_t step) {
  if (step == 1 || count == 1)
    return sliceAxis(b, x, axis, begin, count);
  int64_t size = b.shapeOf(x)[axis];
  if (count * step > size) {
    // The last group is not complete: what is added is never taken.
    SmallVector<int64_t> before(b.rankOf(x), 0), after(before);
    after[axis] = count * step - size;
    x = b.pad(x, before, after);
    size = count * step;
  }
  int64_t first = std::min(begin, size - count * step);
  x = sliceAxis(b, x, axis, first, count * step);
  if (!x)
    return {};
  SmallVector<int64_t> shape(b.shapeOf(x)), split(shape);
  shape[axis] = count;
  // Only this dimension is split, so that transposes can pass; where ranks do
  // not suffice, those before it are one.
  split[axis] = count;
  split.insert(split.begin() + axis + 1, step);
  if (split.size() > kMaxRank) {
    ArrayRef<int64_t> before = ArrayRef(shape).take_front(axis);
    split = {ShapedType::getNumElements(before), count, step, -1};
    axis = 1;
  }
  Value groups = b.reshape(x, split);
  return b.reshape(sliceAxis(b, groups, axis + 1, begin - first, 1), shape);
}

/// numpy's x[start:end:step] of one dimension.
static Value sliceRange(NetworkBuilder &b, Value x, int64_t axis, int64_t start,
                        int64_t end, int64_t step) {
  if (!x)
    return {};
  int64_t size = b.shapeOf(x)[axis];
  if (step == 0) {
    b.emitError() << "a slice with step 0";
    return {};
  }
  // A step of `size` takes one element, as every longer one does.
  step = std::clamp(step, -size, size);
  int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
  start = std::clamp(start < 0 ? start + size : start, low, high);
  end = std::clamp(end < 0 ? end + size : end, low, high);
  int64_t count =
      step > 0 ? llvm::divideCeil(std::max<int64_t>(end - start, 0), step)
               : llvm::divideCeil(std::max<int64_t>(start - end, 0), -step);
  if (count == 0) {
    b.emitError() << "the slice of dimension " << axis << " is empty";
    return {};
  }
  if (step > 0)
    return sliceSteps(b, x, axis, start, count, step);
  return b.reverse(
      sliceSteps(b, x, axis, start + (count - 1) * step, count, -step), axis);
}

Value NetworkBuilder::slice(Value x, ArrayRef<int64_t> axes,
                            ArrayRef<int64_t> starts, ArrayRef<int64_t> ends,
                            ArrayRef<int64_t> steps) {
  if (!x)
    return {};
  if (starts.size() != ends.size() ||
      (!axes.empty() && axes.size() != starts.size()) ||
      (!steps.empty() && steps.size() != starts.size())) {
    emitError() << "a slice with " << axes.size() << " axes, " << starts.size()
                << " starts, " << ends.size() << " ends and " << steps.size()
                << " steps";
    return {};
  }
  SmallVector<int64_t> taken(axes);
  if (axes.empty())
    llvm::append_range(taken, llvm::seq<int64_t>(0, starts.size()));
  if (!normalizeAxes(*this, taken, rankOf(x)))
    return {};
  int64_t rank = rankOf(x);
  for (auto [i, axis] : llvm::enumerate(taken))
    x = sliceRange(*this, x, axis < 0 ? axis + rank : axis, starts[i], ends[i],
                   steps.empty() ? 1 : steps[i]);
  return x;
}

SmallVector<Value> NetworkBuilder::split(Value x, int64_t axis,
                                         ArrayRef<int64_t> sizes) {
  std::optional<int64_t> normalized =
      x ? normalizeAxis(*this, axis, rankOf(x)) : std::nullopt;
  if (!normalized)
    return {};
  int64_t total = shapeOf(x)[*normalized], begin = 0;
  SmallVector<Value> parts;
  for (int64_t size : sizes) {
    parts.push_back(sliceAxis(*this, x, *normalized, begin, size));
    if (!parts.back())
      return {};
    begin += size;
  }
  if (begin == total)
    return parts;
  emitError() << "the parts of a dimension of size " << total << " have "
              << begin << " elements in total";
  return {};
}

SmallVector<Value> NetworkBuilder::splitEvenly(Value x, int64_t axis,
                                               int64_t count) {
  std::optional<int64_t> normalized =
      x ? normalizeAxis(*this, axis, rankOf(x)) : std::nullopt;
  if (!normalized)
    return {};
  int64_t total = shapeOf(x)[*normalized];
  if (count < 1 || count > kMaxParts || total % count != 0) {
    emitError() << "a dimension of size " << total << " does not split into "
                << count << " parts of one size";
    return {};
  }
  return split(x, *normalized, SmallVector<int64_t>(count, total / count));
}

SmallVector<Value> NetworkBuilder::unpack(Value x, int64_t axis) {
  std::optional<int64_t> normalized =
      x ? normalizeAxis(*this, axis, rankOf(x)) : std::nullopt;
  if (!normalized)
    return {};
  SmallVector<Value> parts =
      splitEvenly(x, *normalized, shapeOf(x)[*normalized]);
  for (Value &part : parts)
    part = squeeze(part, *normalized);
  return parts;
}
