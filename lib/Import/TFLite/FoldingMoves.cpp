//===- FoldingMoves.cpp - Parts of known tensors in TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Folding.h"
#include "StridedSlice.h"

#include <numeric>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;
using namespace quantc::host;

using Integers = SmallVector<int64_t>;

/// `axis` from the front, nullopt if there is none such.
static std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

static FailureOr<bool> foldReshape(Node &node) {
  FailureOr<Integers> sizes = getNewShape(node);
  if (failed(sizes))
    return failure();
  const Array &x = *node.getKnown(0);
  auto *open = llvm::find(*sizes, -1);
  if (open != sizes->end())
    *open = 1;
  std::optional<int64_t> count = countElements(*sizes);
  if (count && open != sizes->end() && *count > 0)
    *open = x.elementCount() / *count;
  if (countElements(*sizes) != x.elementCount())
    return false;
  return fold(node, reshape(x, *sizes));
}

static FailureOr<bool> foldExpandDims(Node &node) {
  FailureOr<int64_t> given = node.getInteger(1, "its axis");
  if (failed(given))
    return failure();
  const Array &x = *node.getKnown(0);
  std::optional<int64_t> axis = normalizeAxis(*given, x.shape.size() + 1);
  if (!axis)
    return false;
  Shape shape(x.shape.begin(), x.shape.end());
  shape.insert(shape.begin() + *axis, 1);
  return fold(node, reshape(x, shape));
}

static FailureOr<bool> foldSqueeze(Node &node) {
  const auto *options = node.getFlat().options_as_Squeeze();
  const Array &x = *node.getKnown(0);
  Integers axes;
  if (options && options->squeeze_dims())
    for (int64_t given : *options->squeeze_dims()) {
      std::optional<int64_t> axis = normalizeAxis(given, x.shape.size());
      if (!axis || x.shape[*axis] != 1)
        return false;
      axes.push_back(*axis);
    }
  Shape shape;
  for (auto [dimension, size] : llvm::enumerate(x.shape))
    if (axes.empty() ? size != 1
                     : !llvm::is_contained(axes, int64_t(dimension)))
      shape.push_back(size);
  return fold(node, reshape(x, shape));
}

static FailureOr<bool> foldTranspose(Node &node) {
  FailureOr<Integers> permutation = node.getIntegers(1, "its permutation");
  if (failed(permutation))
    return failure();
  const Array &x = *node.getKnown(0);
  Integers sorted(*permutation);
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq<int64_t>(0, x.shape.size())))
    return false;
  return fold(node, transpose(x, *permutation));
}

static FailureOr<bool> foldBroadcastTo(Node &node) {
  FailureOr<Integers> sizes = node.getIntegers(1, "its shape");
  if (failed(sizes))
    return failure();
  const Array &x = *node.getKnown(0);
  std::optional<Shape> shape = broadcastShapes(x.shape, *sizes);
  if (!shape || ArrayRef<int64_t>(*shape) != ArrayRef<int64_t>(*sizes) ||
      !isFoldable(*shape))
    return false;
  return fold(node, expand(x, *shape));
}

/// The shape that two shapes broadcast to.
static FailureOr<bool> foldBroadcastArgs(Node &node) {
  FailureOr<Integers> a = node.getIntegers(0, "its first shape");
  FailureOr<Integers> b = node.getIntegers(1, "its second shape");
  if (failed(a) || failed(b))
    return failure();
  std::optional<Shape> shape = broadcastShapes(*a, *b);
  if (!shape)
    return node.emitError() << "is given shapes that do not broadcast";
  return fold(node, cast(makeInts(*shape), node.getKnown(0)->type));
}

static FailureOr<bool> foldFill(Node &node) {
  FailureOr<Integers> shape = node.getIntegers(0, "its shape");
  if (failed(shape))
    return failure();
  const Array &value = *node.getKnown(1);
  if (value.elementCount() != 1 || !isFoldable(*shape))
    return false;
  return fold(node, expand(reshape(value, {}), *shape));
}

static FailureOr<bool> foldRange(Node &node) {
  const Array *limits[] = {node.getKnown(0), node.getKnown(1),
                           node.getKnown(2)};
  for (const Array *limit : limits)
    if (limit->elementCount() != 1)
      return node.emitError() << "has limits that are no single numbers";
  std::optional<Array> range = makeRange(*limits[0], *limits[1], *limits[2]);
  if (!range)
    return node.emitError() << "makes a constant of more than "
                            << kMaxFoldedElements << " elements";
  return fold(node, std::move(*range));
}

static FailureOr<bool> foldSlice(Node &node) {
  FailureOr<Integers> begins = node.getIntegers(1, "its begin");
  FailureOr<Integers> sizes = node.getIntegers(2, "its size");
  if (failed(begins) || failed(sizes))
    return failure();
  const Array &x = *node.getKnown(0);
  size_t rank = x.shape.size();
  if (begins->size() != rank || sizes->size() != rank)
    return false;
  for (auto [size, begin, total] : llvm::zip(*sizes, *begins, x.shape)) {
    if (begin < 0 || begin > total)
      return false;
    if (size == -1)
      size = total - begin;
    if (size < 0 || size > total - begin)
      return false;
  }
  return fold(node, slice(x, *begins, *sizes, Integers(rank, 1)));
}

static FailureOr<bool> foldStridedSlice(Node &node) {
  FailureOr<StridedSlice> spec = readStridedSlice(node);
  if (failed(spec))
    return failure();
  const Array &x = *node.getKnown(0);
  Shape starts(x.shape.size(), 0), steps(x.shape.size(), 1), shape;
  Shape sizes(x.shape.begin(), x.shape.end());
  for (auto [axis, start, stop, step] :
       llvm::zip(spec->axes, spec->starts, spec->stops, spec->steps)) {
    std::tie(starts[axis], sizes[axis]) =
        clampRange(start, stop, step, x.shape[axis]);
    steps[axis] = sizes[axis] > 1 ? step : 1;
  }
  for (auto [dimension, size] : llvm::enumerate(sizes)) {
    bool isDropped = llvm::is_contained(spec->dropped, int64_t(dimension));
    if (isDropped && size != 1)
      return node.emitError() << "reads an element of dimension " << dimension
                              << ", which has " << x.shape[dimension];
    if (!isDropped)
      shape.push_back(size);
  }
  for (int64_t added : spec->added)
    shape.insert(shape.begin() + added, 1);
  return fold(node, reshape(slice(x, starts, sizes, steps), shape));
}

static FailureOr<bool> foldGather(Node &node) {
  const auto *options = node.getFlat().options_as_Gather();
  const Array &x = *node.getKnown(0), &indices = *node.getKnown(1);
  std::optional<int64_t> axis =
      normalizeAxis(options ? options->axis() : 0, x.shape.size());
  if (!axis || isFloat(indices.type) || (options && options->batch_dims() != 0))
    return false;
  for (int64_t index : getInts(indices))
    if (index < 0 || index >= x.shape[*axis])
      return node.emitError() << "reads element " << index << " of dimension "
                              << *axis << ", which has " << x.shape[*axis];
  Shape shape(x.shape.begin(), x.shape.end());
  shape[*axis] = indices.elementCount();
  return isFoldable(shape) ? fold(node, gather(x, indices, *axis))
                           : FailureOr<bool>(false);
}

/// Joins arrays that have `shape` but for dimension `axis`.
static FailureOr<bool> join(Node &node, ArrayRef<Array> parts, int64_t axis) {
  SmallVector<const Array *> pointers;
  int64_t count = 0;
  for (const Array &part : parts) {
    std::vector<int64_t> shape = part.shape;
    if (shape.size() == parts.front().shape.size())
      shape[axis] = parts.front().shape[axis];
    if (shape != parts.front().shape || part.type != parts.front().type)
      return false;
    count += part.elementCount();
    pointers.push_back(&part);
  }
  return count <= kMaxFoldedElements ? fold(node, concat(pointers, axis))
                                     : FailureOr<bool>(false);
}

static FailureOr<bool> foldConcatenation(Node &node) {
  const auto *options = node.getFlat().options_as_Concatenation();
  if (!options || options->activation() != schema::Activation_NONE)
    return false;
  SmallVector<Array> parts;
  for (size_t i = 0; i < node.getNumInputs(); ++i)
    parts.push_back(*node.getKnown(i));
  std::optional<int64_t> axis =
      normalizeAxis(options->axis(), parts.front().shape.size());
  return axis ? join(node, parts, *axis) : FailureOr<bool>(false);
}

static FailureOr<bool> foldPack(Node &node) {
  const auto *options = node.getFlat().options_as_Pack();
  std::vector<int64_t> from = node.getKnown(0)->shape;
  std::optional<int64_t> axis =
      normalizeAxis(options ? options->axis() : 0, from.size() + 1);
  if (!axis)
    return false;
  SmallVector<Array> parts;
  for (size_t i = 0; i < node.getNumInputs(); ++i) {
    if (node.getKnown(i)->shape != from)
      return false;
    Shape shape(from.begin(), from.end());
    shape.insert(shape.begin() + *axis, 1);
    parts.push_back(reshape(*node.getKnown(i), shape));
  }
  return join(node, parts, *axis);
}

/// Parts of `sizes` along `given`, without that dimension if `drops`.
static FailureOr<bool> divide(Node &node, const Array &x, int64_t given,
                              ArrayRef<int64_t> sizes, bool drops) {
  std::optional<int64_t> axis = normalizeAxis(given, x.shape.size());
  if (!axis || sizes.size() != node.getNumOutputs() ||
      llvm::any_of(sizes, [](int64_t size) { return size < 0; }) ||
      std::accumulate(sizes.begin(), sizes.end(), int64_t(0)) != x.shape[*axis])
    return false;
  Shape starts(x.shape.size(), 0), steps(x.shape.size(), 1);
  Shape part(x.shape.begin(), x.shape.end());
  for (auto [i, size] : llvm::enumerate(sizes)) {
    part[*axis] = size;
    Shape shape = part;
    if (drops)
      shape.erase(shape.begin() + *axis);
    if (failed(fold(node, reshape(slice(x, starts, part, steps), shape), i)))
      return failure();
    starts[*axis] += size;
  }
  return true;
}

static FailureOr<bool> foldSplit(Node &node) {
  FailureOr<int64_t> axis = node.getInteger(0, "its axis");
  if (failed(axis))
    return failure();
  const Array &x = *node.getKnown(1);
  std::optional<int64_t> dimension = normalizeAxis(*axis, x.shape.size());
  int64_t count = node.getNumOutputs();
  if (!dimension || count == 0)
    return false;
  return divide(node, x, *dimension,
                Integers(count, x.shape[*dimension] / count), /*drops=*/false);
}

static FailureOr<bool> foldUnpack(Node &node) {
  const auto *options = node.getFlat().options_as_Unpack();
  return divide(node, *node.getKnown(0), options ? options->axis() : 0,
                Integers(node.getNumOutputs(), 1), /*drops=*/true);
}

ArrayRef<Fold> tflite::getMovingFolds() {
  static constexpr Fold kFolds[] = {
      {schema::Code_BROADCAST_ARGS, foldBroadcastArgs},
      {schema::Code_BROADCAST_TO, foldBroadcastTo},
      {schema::Code_CONCATENATION, foldConcatenation},
      {schema::Code_EXPAND_DIMS, foldExpandDims},
      {schema::Code_FILL, foldFill},
      {schema::Code_GATHER, foldGather},
      {schema::Code_PACK, foldPack},
      {schema::Code_RANGE, foldRange},
      {schema::Code_RESHAPE, foldReshape},
      {schema::Code_SLICE, foldSlice},
      {schema::Code_SPLIT, foldSplit},
      {schema::Code_SQUEEZE, foldSqueeze},
      {schema::Code_STRIDED_SLICE, foldStridedSlice},
      {schema::Code_TRANSPOSE, foldTranspose},
      {schema::Code_UNPACK, foldUnpack},
  };
  return kFolds;
}
