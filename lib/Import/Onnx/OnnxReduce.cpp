//===- OnnxReduce.cpp - Reductions -*- C++ -*-===//
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

namespace {
/// The axes to reduce, from the front and each once.
struct Axes {
  SmallVector<int64_t> axes;
  bool keepDims = true;
};
} // namespace

/// Up to operator set 17 (12 for ReduceSum) the axes are an attribute.
static FailureOr<Axes> readAxes(Node &node, int64_t rank) {
  Axes result;
  result.keepDims = node.getInt("keepdims", 1) != 0;
  auto given = node.getIntsOrInput("axes", 1);
  if (failed(given))
    return failure();
  if (*given)
    for (int64_t axis : **given) {
      FailureOr<int64_t> positive = node.getAxis(axis, rank);
      if (failed(positive))
        return failure();
      if (!llvm::is_contained(result.axes, *positive))
        result.axes.push_back(*positive);
    }
  if (result.axes.empty() && node.getInt("noop_with_empty_axes", 0) == 0)
    llvm::append_range(result.axes, llvm::seq<int64_t>(0, rank));
  return result;
}

/// The host's form of a reduction, if it has one.
static std::optional<Reduction> getHostKind(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Mean:
    return Reduction::Mean;
  case ReduceKind::Sum:
    return Reduction::Sum;
  case ReduceKind::Max:
    return Reduction::Max;
  case ReduceKind::Min:
    return Reduction::Min;
  case ReduceKind::Prod:
    return Reduction::Prod;
  default:
    return std::nullopt;
  }
}

/// True if the result is small enough to be computed here: of an empty tensor,
/// it has more elements than the tensor.
static bool isSmall(const Array &in, ArrayRef<int64_t> axes) {
  Shape shape(in.shape.begin(), in.shape.end());
  for (int64_t axis : axes)
    shape[axis] = 1;
  return in.elementCount() <= kMaxFoldedElements &&
         countElements(shape).value_or(INT64_MAX) <= kMaxFoldedElements;
}

static Array fold(Reduction kind, const Array &in, const Axes &spec) {
  Array reduced = reduce(kind, in, spec.axes);
  Shape shape;
  for (auto [dim, size] : llvm::enumerate(reduced.shape))
    if (spec.keepDims || !llvm::is_contained(spec.axes, int64_t(dim)))
      shape.push_back(size);
  return reshape(reduced, shape);
}

template <ReduceKind kind>
static LogicalResult importReduce(Node &node) {
  if (!node.tensor(0))
    return failure();
  FailureOr<Axes> axes = readAxes(node, node.shape(0).size());
  if (failed(axes))
    return failure();
  const Array *in = node.constant(0);
  std::optional<Reduction> host = getHostKind(kind);
  if (in && host && isSmall(*in, axes->axes))
    return node.setResult(0, fold(*host, *in, *axes));
  Value x = node.value(0);
  if (axes->axes.empty() && (host || kind == ReduceKind::LogSumExp))
    return node.setResult(0, x);
  if (axes->axes.empty() && x) {
    // The functions of elements are left, as of one axis of size 1.
    Value y = node.b.reduce(kind, node.b.unsqueeze(x, 0), {0}, false);
    return node.setResult(0, y);
  }
  return node.setResult(0, node.b.reduce(kind, x, axes->axes, axes->keepDims));
}

template <bool isMax>
static LogicalResult importArg(Node &node) {
  Value x = node.value(0);
  int64_t axis = node.getInt("axis", 0);
  bool keepDims = node.getInt("keepdims", 1) != 0;
  bool last = node.getInt("select_last_index", 0) != 0;
  return node.setResult(0, isMax ? node.b.argMax(x, axis, keepDims, last)
                                 : node.b.argMin(x, axis, keepDims, last));
}

void onnximport::addReduceHandlers(Handlers &handlers) {
  handlers["ArgMax"] = {importArg<true>, Integers::Order};
  handlers["ArgMin"] = {importArg<false>, Integers::Order};
  handlers["ReduceL1"] = {importReduce<ReduceKind::L1>};
  handlers["ReduceL2"] = {importReduce<ReduceKind::L2>};
  handlers["ReduceLogSum"] = {importReduce<ReduceKind::LogSum>};
  handlers["ReduceLogSumExp"] = {importReduce<ReduceKind::LogSumExp>};
  handlers["ReduceMax"] = {importReduce<ReduceKind::Max>, Integers::Move};
  handlers["ReduceMean"] = {importReduce<ReduceKind::Mean>};
  handlers["ReduceMin"] = {importReduce<ReduceKind::Min>, Integers::Move};
  handlers["ReduceProd"] = {importReduce<ReduceKind::Prod>};
  handlers["ReduceSum"] = {importReduce<ReduceKind::Sum>};
  handlers["ReduceSumSquare"] = {importReduce<ReduceKind::SumSquare>};
}
