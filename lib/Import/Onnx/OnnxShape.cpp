//===- OnnxShape.cpp - Constants and shapes -*- C++ -*-===//
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

static LogicalResult importShape(Node &node) {
  if (!node.tensor(0))
    return failure();
  Shape shape = node.shape(0);
  int64_t rank = shape.size();
  auto clamp = [&](int64_t position) {
    position = std::clamp(position, -rank, rank);
    return position < 0 ? position + rank : position;
  };
  int64_t start = clamp(node.getInt("start", 0));
  int64_t end = std::max(start, clamp(node.getInt("end", rank)));
  return node.setResult(
      0, makeInts(ArrayRef<int64_t>(shape).slice(start, end - start)));
}

static LogicalResult importSize(Node &node) {
  if (!node.tensor(0))
    return failure();
  return node.setResult(
      0, reshape(makeInts({countElements(node.shape(0)).value_or(0)}), {}));
}

/// An array of the attribute's type, not of a tensor.
static std::optional<Array> readPlainConstant(Node &node) {
  if (node.hasAttr("value_int"))
    return reshape(makeInts({node.getInt("value_int", 0)}), {});
  if (node.hasAttr("value_ints"))
    return makeInts(node.getInts("value_ints"));
  bool single = node.hasAttr("value_float");
  if (!single && !node.hasAttr("value_floats"))
    return std::nullopt;
  SmallVector<double> values = node.getFloats("value_floats");
  Shape shape{static_cast<int64_t>(values.size())};
  if (single) {
    values = {node.getFloat("value_float", 0.0)};
    shape.clear();
  }
  Array array = Array::zeros(ElementType::Float32, shape);
  for (auto [index, value] : llvm::enumerate(values))
    setReal(array, index, value);
  return array;
}

static LogicalResult importConstant(Node &node) {
  bool isNibble = false;
  std::optional<Array> array = node.getTensor("value", &isNibble);
  if (node.hasFailed())
    return failure();
  if (!array)
    array = readPlainConstant(node);
  if (!array)
    return node.emitError()
           << "holds text, a sparse tensor or nothing, which quantc does not "
              "read";
  return node.setResult(0, std::move(*array), isNibble);
}

/// Room for a constant of `shape`, or an error.
static FailureOr<Array> allocate(Node &node, ElementType type,
                                 ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  if (!count || *count > kMaxFoldedElements)
    return node.emitError()
           << "makes a constant of more than " << kMaxFoldedElements
           << " elements, or of a negative size";
  return Array::zeros(type, shape);
}

static LogicalResult importConstantOfShape(Node &node) {
  FailureOr<SmallVector<int64_t>> shape = node.ints(0, "shape");
  std::optional<Array> value = node.getTensor("value");
  if (failed(shape) || node.hasFailed())
    return failure();
  if (value && value->elementCount() != 1)
    return node.emitError() << "has a value of " << value->elementCount()
                            << " elements, but needs one";
  FailureOr<Array> room =
      allocate(node, value ? value->type : ElementType::Float32, *shape);
  if (failed(room))
    return failure();
  if (!value)
    return node.setResult(0, std::move(*room));
  return node.setResult(0, expand(reshape(*value, {}), *shape));
}

static LogicalResult importRange(Node &node) {
  const Array *start = node.require(0, "start");
  const Array *limit = node.require(1, "limit");
  const Array *delta = node.require(2, "delta");
  if (node.hasFailed())
    return failure();
  for (const Array *array : {start, limit, delta})
    if (array->elementCount() != 1)
      return node.emitError() << "has limits that are no single numbers";
  std::optional<Array> out = makeRange(*start, *limit, *delta);
  if (!out)
    return node.emitError() << "makes a constant of more than "
                            << kMaxFoldedElements << " elements";
  return node.setResult(0, std::move(*out));
}

/// The positions of all elements that are not 0, one row per dimension.
static LogicalResult importNonZero(Node &node) {
  const Array *in = node.require(0, "elements");
  if (!in)
    return failure();
  int64_t rank = in->shape.size();
  SmallVector<int64_t> found;
  for (int64_t i = 0, e = in->elementCount(); i < e; ++i)
    if (getReal(*in, i) != 0)
      found.push_back(i);
  FailureOr<Array> out =
      allocate(node, ElementType::Int64, {rank, int64_t(found.size())});
  if (failed(out))
    return failure();
  for (auto [column, position] : llvm::enumerate(found))
    for (int64_t dim = rank; dim-- > 0; position /= in->shape[dim])
      setInt(*out, dim * found.size() + column, position % in->shape[dim]);
  return node.setResult(0, std::move(*out));
}

void onnximport::addShapeHandlers(Handlers &handlers) {
  handlers["Constant"] = {importConstant};
  handlers["ConstantOfShape"] = {importConstantOfShape};
  handlers["NonZero"] = {importNonZero};
  handlers["Range"] = {importRange};
  handlers["Shape"] = {importShape, Integers::Own};
  handlers["Size"] = {importSize, Integers::Own};
}
