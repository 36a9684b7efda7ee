//===- OnnxPosition.cpp - What depends on where elements are -*- C++ -*-===//
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

static LogicalResult importCumSum(Node &node) {
  Value x = node.value(0);
  FailureOr<int64_t> axis = node.integer(1, "axis");
  if (!x || failed(axis))
    return failure();
  return node.setResult(
      0, node.b.cumulativeSum(x, *axis, node.getInt("exclusive", 0) != 0,
                              node.getInt("reverse", 0) != 0));
}

/// The only one of `input`'s elements, or part `part` of its two.
static Value takeElement(Node &node, Value values, int64_t part) {
  return node.b.reshape(node.b.slice(values, 0, part, part + 1), {});
}

static LogicalResult importOneHot(Node &node) {
  Value indices = node.value(0), values = node.value(2);
  FailureOr<double> depth = node.real(1, "depth");
  if (!indices || !values || failed(depth))
    return failure();
  if (NetworkBuilder::shapeOf(values) != ArrayRef<int64_t>(2))
    return node.emitError() << "has values of type " << values.getType()
                            << ", but needs two: off and on";
  if (!(*depth >= 1 && *depth <= INT32_MAX))
    return node.emitError() << "has a depth of " << *depth;
  // Negative positions count from the end; others outside are on nowhere.
  NetworkBuilder &b = node.b;
  indices = b.cast(indices, b.getI32Type());
  Value wrapped = b.binary(BinaryKind::Add, indices,
                           b.scalar(static_cast<int32_t>(*depth)));
  indices = b.select(b.binary(BinaryKind::Less, indices, b.scalar(int32_t(0))),
                     wrapped, indices);
  return node.setResult(0, b.oneHot(indices, static_cast<int64_t>(*depth),
                                    takeElement(node, values, 1),
                                    takeElement(node, values, 0),
                                    node.getInt("axis", -1)));
}

/// The triangle of a constant, as of masks that exporters compute.
static Array foldTriangle(const Array &in, int64_t diagonal, bool upper) {
  Array out = in;
  int64_t columns = in.shape.back(), rows = in.shape[in.shape.size() - 2];
  size_t width = byteSize(in.type);
  for (int64_t i = 0, e = in.elementCount(); i < e; ++i) {
    int64_t row = i / columns % rows, column = i % columns;
    if (upper ? column < row + diagonal : column > row + diagonal)
      std::fill_n(out.bytes.begin() + i * width, width, 0);
  }
  return out;
}

static LogicalResult importTrilu(Node &node) {
  if (!node.tensor(0))
    return failure();
  int64_t diagonal = 0;
  if (node.has(1)) {
    FailureOr<int64_t> given = node.integer(1, "k");
    if (failed(given))
      return failure();
    diagonal = std::clamp<int64_t>(*given, INT32_MIN, INT32_MAX);
  }
  bool upper = node.getInt("upper", 1) != 0;
  const Array *in = node.constant(0);
  if (in && in->shape.size() >= 2 && in->elementCount() <= kMaxFoldedElements)
    return node.setResult(0, foldTriangle(*in, diagonal, upper));
  return node.setResult(0, node.b.triangle(node.value(0), diagonal, upper));
}

void onnximport::addPositionHandlers(Handlers &handlers) {
  handlers["CumSum"] = {importCumSum};
  handlers["OneHot"] = {importOneHot};
  handlers["Trilu"] = {importTrilu, Integers::Move};
}
