//===- OnnxMove.cpp - Operations that move elements -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// The elements of an input if they are known and few enough to be moved here.
static const Array *getHost(Node &node, int input) {
  const Array *array = node.constant(input);
  return array && array->elementCount() <= kMaxFoldedElements ? array : nullptr;
}

static LogicalResult setReshaped(Node &node, ArrayRef<int64_t> shape) {
  if (const Array *in = getHost(node, 0))
    return node.setResult(0, reshape(*in, shape));
  return node.setResult(0, node.b.reshape(node.value(0), shape));
}

/// The sizes that -1 and 0 stand for.
static LogicalResult resolveSizes(Node &node, ArrayRef<int64_t> from,
                                  bool allowZero, Shape &sizes) {
  int64_t open = -1;
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    if (size == 0 && !allowZero) {
      if (dim >= from.size())
        return node.emitError() << "copies the size of dimension " << dim
                                << ", which its input does not have";
      size = from[dim];
    }
    if (size == -1) {
      if (open >= 0)
        return node.emitError() << "leaves two sizes open";
      open = dim;
      size = 1;
    }
  }
  std::optional<int64_t> count = countElements(sizes);
  std::optional<int64_t> total = countElements(from);
  if (count && total && open >= 0 && *count > 0 && *total % *count == 0) {
    sizes[open] = *total / *count;
    count = total;
  }
  if (!count || count != total)
    return node.emitError() << "cannot arrange " << total.value_or(0)
                            << " elements in the shape that it is given";
  return success();
}

static LogicalResult importReshape(Node &node) {
  auto given = node.getIntsOrInput("shape", 1);
  if (failed(given) || !node.tensor(0))
    return failure();
  if (!*given)
    return node.emitError() << "has no shape";
  Shape sizes((*given)->begin(), (*given)->end());
  if (failed(resolveSizes(node, node.shape(0), node.getInt("allowzero", 0) != 0,
                          sizes)))
    return failure();
  return setReshaped(node, sizes);
}

static LogicalResult importFlatten(Node &node) {
  if (!node.tensor(0))
    return failure();
  Shape shape = node.shape(0);
  int64_t rank = shape.size(), axis = node.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return node.emitError() << "has axis " << axis << ", but its tensor has "
                            << rank << " dimensions";
  axis += axis < 0 ? rank : 0;
  int64_t rows = *countElements(ArrayRef<int64_t>(shape).take_front(axis));
  return setReshaped(
      node, {rows, *countElements(ArrayRef<int64_t>(shape).drop_front(axis))});
}

/// The axes of Squeeze and Unsqueeze in a tensor of `rank`, from the front.
static FailureOr<SmallVector<int64_t>>
convertAxes(Node &node, ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> positive = node.getAxis(axis, rank);
    if (failed(positive))
      return failure();
    if (llvm::is_contained(result, *positive))
      return node.emitError() << "names axis " << *positive << " twice";
    result.push_back(*positive);
  }
  return result;
}

static LogicalResult importSqueeze(Node &node) {
  auto given = node.getIntsOrInput("axes", 1);
  if (failed(given) || !node.tensor(0))
    return failure();
  Shape from = node.shape(0), shape;
  auto axes =
      convertAxes(node, given->value_or(SmallVector<int64_t>()), from.size());
  if (failed(axes))
    return failure();
  for (int64_t axis : *axes)
    if (from[axis] != 1)
      return node.emitError()
             << "removes dimension " << axis << " of size " << from[axis];
  for (auto [dim, size] : llvm::enumerate(from))
    if (*given ? !llvm::is_contained(*axes, int64_t(dim)) : size != 1)
      shape.push_back(size);
  return setReshaped(node, shape);
}

static LogicalResult importUnsqueeze(Node &node) {
  auto given = node.getIntsOrInput("axes", 1);
  if (failed(given) || !node.tensor(0))
    return failure();
  if (!*given)
    return node.emitError() << "has no axes";
  Shape from = node.shape(0), shape;
  auto axes = convertAxes(node, **given, from.size() + (*given)->size());
  if (failed(axes))
    return failure();
  const int64_t *next = from.begin();
  for (int64_t dim = 0, e = from.size() + axes->size(); dim < e; ++dim)
    shape.push_back(llvm::is_contained(*axes, dim) ? 1 : *next++);
  return setReshaped(node, shape);
}

static LogicalResult importTranspose(Node &node) {
  if (!node.tensor(0))
    return failure();
  int64_t rank = node.shape(0).size();
  SmallVector<int64_t> perms = node.getInts("perm");
  if (!node.hasAttr("perm"))
    perms = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  // ONNX counts axes from the end elsewhere, but not here.
  if (llvm::any_of(perms, [](int64_t axis) { return axis < 0; }))
    return node.emitError() << "has a negative axis in 'perm'";
  auto checked = convertAxes(node, perms, rank);
  if (failed(checked))
    return failure();
  if (static_cast<int64_t>(checked->size()) != rank)
    return node.emitError() << "permutes " << perms.size()
                            << " dimensions of a tensor that has " << rank;
  if (const Array *in = getHost(node, 0))
    return node.setResult(0, transpose(*in, *checked));
  return node.setResult(0, node.b.transpose(node.value(0), *checked));
}

/// Concatenates known tensors, or nullopt.
static FailureOr<std::optional<Array>> foldConcat(Node &node, int64_t axis) {
  SmallVector<const Array *> parts;
  int64_t count = 0;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    const Array *part = getHost(node, i);
    if (!part)
      return std::optional<Array>();
    parts.push_back(part);
    count += part->elementCount();
  }
  FailureOr<int64_t> dim = node.getAxis(axis, parts.front()->shape.size());
  if (failed(dim))
    return failure();
  std::vector<int64_t> shape = parts.front()->shape;
  for (const Array *part : parts) {
    std::vector<int64_t> other = part->shape;
    if (other.size() == shape.size())
      other[*dim] = shape[*dim];
    if (other != shape || part->type != parts.front()->type)
      return node.emitError() << "joins constants of different shapes";
  }
  if (count > kMaxFoldedElements)
    return std::optional<Array>();
  return std::optional(concat(parts, *dim));
}

static LogicalResult importConcat(Node &node) {
  if (node.getNumInputs() == 0)
    return node.emitError() << "has no input";
  int64_t axis = node.getInt("axis", 1);
  FailureOr<std::optional<Array>> folded = foldConcat(node, axis);
  if (failed(folded))
    return failure();
  if (*folded)
    return node.setResult(0, std::move(**folded));
  // Tensors without elements add nothing; not all are, or they were folded.
  SmallVector<Value> values;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    if (const Array *part = node.constant(i); part && !part->elementCount())
      continue;
    values.push_back(node.value(i));
    if (!values.back())
      return failure();
  }
  return node.setResult(0, node.b.concat(values, axis));
}

static LogicalResult importExpand(Node &node) {
  FailureOr<SmallVector<int64_t>> sizes = node.ints(1, "shape");
  if (failed(sizes) || !node.tensor(0))
    return failure();
  std::optional<Shape> shape = broadcastShapes(node.shape(0), *sizes);
  std::optional<int64_t> count = shape ? countElements(*shape) : std::nullopt;
  if (!count)
    return node.emitError() << "cannot expand its input to the shape that it "
                               "is given";
  const Array *in = getHost(node, 0);
  if (in && *count <= kMaxFoldedElements)
    return node.setResult(0, expand(*in, *shape));
  return node.setResult(0, node.b.broadcastTo(node.value(0), *shape));
}

/// `in` repeated in each dimension; nothing if that is too much.
static std::optional<Array> tileHost(const Array &in,
                                     ArrayRef<int64_t> repeats) {
  Array spread = in;
  spread.shape.clear();
  Shape whole, tiled;
  for (auto [size, count] : llvm::zip_equal(in.shape, repeats)) {
    spread.shape.insert(spread.shape.end(), {1, size});
    whole.append({count, size});
    tiled.push_back(size * count);
  }
  std::optional<int64_t> count = countElements(whole);
  if (!count || *count > kMaxFoldedElements ||
      llvm::any_of(whole, [](int64_t size) { return size < 1; }))
    return std::nullopt;
  Array result = expand(spread, whole);
  result.shape.assign(tiled.begin(), tiled.end());
  return result;
}

static LogicalResult importTile(Node &node) {
  FailureOr<SmallVector<int64_t>> repeats = node.ints(1, "repeats");
  if (failed(repeats) || !node.tensor(0))
    return failure();
  const Array *in = getHost(node, 0);
  if (in && repeats->size() == in->shape.size())
    if (std::optional<Array> tiled = tileHost(*in, *repeats))
      return node.setResult(0, std::move(*tiled));
  return node.setResult(0, node.b.tile(node.value(0), *repeats));
}

/// Each sequence of the batch has all steps.
static LogicalResult importReverseSequence(Node &node) {
  FailureOr<SmallVector<int64_t>> lengths = node.ints(1, "sequence lengths");
  if (failed(lengths) || !node.tensor(0))
    return failure();
  Shape shape = node.shape(0);
  FailureOr<int64_t> time =
      node.getAxis(node.getInt("time_axis", 0), shape.size());
  if (failed(time))
    return failure();
  int64_t steps = shape[*time];
  for (int64_t length : *lengths)
    if (length != steps)
      return node.emitError()
             << "reverses " << length << " of the " << steps
             << " steps of a sequence; quantc reverses whole sequences: give "
                "all of them the length of the time axis";
  return node.setResult(0, node.b.reverse(node.value(0), *time));
}

static LogicalResult importGather(Node &node) {
  Tensor *data = node.tensor(0), *indices = node.tensor(1);
  if (!data || !indices)
    return failure();
  Shape shape = node.shape(0);
  FailureOr<int64_t> axis = node.getAxis(node.getInt("axis", 0), shape.size());
  if (failed(axis))
    return failure();
  const Array *in = getHost(node, 0), *known = getHost(node, 1);
  if (!in || !known) {
    Value x = node.value(0), positions = node.value(1);
    return node.setResult(0, node.b.gather(x, positions, *axis));
  }
  for (int64_t index : getInts(*known))
    if (index < -shape[*axis] || index >= shape[*axis])
      return node.emitError() << "reads element " << index << " of dimension "
                              << *axis << ", which has " << shape[*axis];
  shape[*axis] = 1;
  std::optional<int64_t> rest = countElements(shape);
  int64_t total = 0;
  if (!rest || llvm::MulOverflow(*rest, known->elementCount(), total) ||
      total > kMaxFoldedElements)
    return node.emitError() << "makes a constant of more than "
                            << kMaxFoldedElements << " elements";
  return node.setResult(0, gather(*in, *known, *axis));
}

static LogicalResult importIdentity(Node &node) {
  Tensor *in = node.tensor(0);
  return in ? node.setResult(0, Tensor(*in)) : failure();
}

/// True if the ratio, an input since operator set 12, is known to be 0.
static bool dropsNothing(Node &node) {
  const Array *ratio = node.constant(1);
  return ratio && ratio->elementCount() == 1 && getReal(*ratio, 0) == 0;
}

/// Nothing is dropped at inference. `training_mode` is input 2.
static LogicalResult importDropout(Node &node) {
  if (node.has(2)) {
    FailureOr<double> training = node.real(2, "training_mode");
    if (failed(training))
      return failure();
    if (*training != 0 && !dropsNothing(node))
      return node.emitError() << "is in training mode; export the network for "
                                 "inference";
  }
  if (failed(importIdentity(node)))
    return failure();
  // The mask says what is kept.
  if (!node.isUsed(1))
    return success();
  NetworkBuilder &b = node.b;
  return node.setResult(1,
                        b.splat(b.getType(node.shape(0), b.getBoolType()), 1));
}

void onnximport::addMoveHandlers(Handlers &handlers) {
  handlers["Concat"] = {importConcat, Integers::Move};
  handlers["Dropout"] = {importDropout, Integers::Dynamic};
  handlers["Expand"] = {importExpand, Integers::Move};
  handlers["Flatten"] = {importFlatten, Integers::Move};
  handlers["Gather"] = {importGather, Integers::Move};
  handlers["Identity"] = {importIdentity, Integers::Dynamic};
  handlers["Reshape"] = {importReshape, Integers::Move};
  handlers["ReverseSequence"] = {importReverseSequence, Integers::Move};
  handlers["Squeeze"] = {importSqueeze, Integers::Move};
  handlers["Tile"] = {importTile, Integers::Move};
  handlers["Transpose"] = {importTranspose, Integers::Move};
  handlers["Unsqueeze"] = {importUnsqueeze, Integers::Move};
}
