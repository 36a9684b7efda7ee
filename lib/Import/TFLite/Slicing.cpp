//===- Slicing.cpp - Parts and sums of tensors in TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "StridedSlice.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

using Integers = SmallVector<int64_t>;

static LogicalResult importConcatenation(Node &node) {
  const auto *options = node.getFlat().options_as_Concatenation();
  if (!options)
    return node.refuseMissingOptions();
  SmallVector<Value> parts;
  for (size_t i = 0; i < node.getNumInputs(); ++i) {
    // An empty part adds nothing, and a network has no empty tensors.
    if (!node.isEmpty(i))
      parts.push_back(node.get(i));
  }
  return node.setResult(node.b.concat(parts, options->axis()),
                        options->activation());
}

static LogicalResult importSplit(Node &node) {
  FailureOr<int64_t> axis = node.getInteger(0, "its axis");
  Value x = node.get(1);
  if (failed(axis) || !x)
    return failure();
  return node.setResults(node.b.splitEvenly(x, *axis, node.getNumOutputs()));
}

static LogicalResult importSplitV(Node &node) {
  Value x = node.get(0);
  FailureOr<Integers> sizes = node.getIntegers(1, "its sizes");
  FailureOr<int64_t> axis = node.getInteger(2, "its axis");
  if (failed(axis) || failed(sizes) || !x)
    return failure();
  // One size may be -1: what is left.
  auto open = llvm::find(*sizes, -1);
  int64_t rank = NetworkBuilder::rankOf(x);
  int64_t dimension = *axis < 0 ? *axis + rank : *axis;
  if (open != sizes->end() && dimension >= 0 && dimension < rank) {
    int64_t left = NetworkBuilder::shapeOf(x)[dimension];
    for (int64_t size : *sizes)
      left -= std::max<int64_t>(size, 0);
    *open = left;
  }
  return node.setResults(node.b.split(x, *axis, *sizes));
}

static LogicalResult importSlice(Node &node) {
  Value x = node.get(0);
  FailureOr<Integers> begins = node.getIntegers(1, "its begin");
  FailureOr<Integers> sizes = node.getIntegers(2, "its size");
  if (failed(begins) || failed(sizes) || !x)
    return failure();
  ArrayRef<int64_t> shape = NetworkBuilder::shapeOf(x);
  if (begins->size() == shape.size() && sizes->size() == shape.size())
    for (auto [d, size] : llvm::enumerate(*sizes))
      if (size == -1) // Up to the end.
        size = shape[d] - (*begins)[d];
  return node.setResult(node.b.sliceBox(x, *begins, *sizes));
}

static LogicalResult importStridedSlice(Node &node) {
  Value x = node.get(0);
  FailureOr<StridedSlice> given = readStridedSlice(node);
  if (failed(given) || !x)
    return failure();
  StridedSlice &slice = *given;
  NetworkBuilder &b = node.b;
  if (!slice.axes.empty())
    x = b.slice(x, slice.axes, slice.starts, slice.stops, slice.steps);
  // The builder takes an empty list for all dimensions of size 1.
  if (!slice.dropped.empty())
    x = b.squeeze(x, slice.dropped);
  if (!slice.added.empty())
    x = b.unsqueeze(x, slice.added);
  return node.setResult(x);
}

static LogicalResult importGather(Node &node) {
  const auto *options = node.getFlat().options_as_Gather();
  if (options && options->batch_dims() != 0)
    return node.emitError() << "has " << options->batch_dims()
                            << " batch dimensions, which is not supported";
  return node.setResult(
      node.b.gather(node.get(0), node.get(1), options ? options->axis() : 0));
}

/// Rows of a table. Next to a float result the rows are gathered as the
/// integers that the file stores; its kernel reads no zero point, and uint8 as
/// int8.
static LogicalResult importEmbeddingLookup(Node &node) {
  const Tensor &table = node.getInput(1);
  NetworkBuilder &b = node.b;
  Value rows = node.get(0);
  if (!rows)
    return failure();
  bool isHybrid = table.isConstant && isQuantizedType(table.type) &&
                  getElementBytes(table.type) == 1 &&
                  node.getOutput().type == schema::TensorType_FLOAT32;
  if (!isHybrid)
    return node.setResult(b.gather(node.get(1), rows, 0));
  QuantizationParams params = getParams(table);
  if (params.axis && *params.axis != 0)
    return node.emitError() << "has a scale for each element of dimension "
                            << *params.axis << ", which is not that of rows";
  RankedTensorType type = b.getType(table.shape, b.getBuilder().getI8Type());
  Value codes =
      type ? b.gather(b.constant(type, table.data), rows, 0) : Value();
  SmallVector<float> scales(params.scales.begin(), params.scales.end());
  SmallVector<int64_t> shape(table.shape.size(), 1);
  shape.front() = scales.size();
  Value factor = b.constant(shape, scales);
  if (params.axis)
    factor = b.gather(factor, rows, 0);
  if (!codes || !factor)
    return failure();
  Value reals =
      b.binary(BinaryKind::Mul, b.cast(codes, b.getF32Type()), factor);
  // The file says how it runs, even if no product does.
  if (Operation *op = reals ? reals.getDefiningOp() : nullptr)
    op->setAttr(ptq::kSchemeAttr,
                llvm::cantFail(ptq::parseScheme(op->getContext(), "float32")));
  return node.setResult(reals);
}

static LogicalResult importPack(Node &node) {
  const auto *options = node.getFlat().options_as_Pack();
  return node.setResult(
      node.b.pack(node.getAll(), options ? options->axis() : 0));
}

static LogicalResult importUnpack(Node &node) {
  const auto *options = node.getFlat().options_as_Unpack();
  Value x = node.get(0);
  if (!x)
    return failure();
  return node.setResults(node.b.unpack(x, options ? options->axis() : 0));
}

static LogicalResult importReverse(Node &node) {
  FailureOr<Integers> axes = node.getIntegers(1, "its axes");
  Value x = node.get(0);
  if (failed(axes) || !x)
    return failure();
  for (int64_t axis : *axes)
    x = node.b.reverse(x, axis);
  return node.setResult(x);
}

ArrayRef<Handler> tflite::getSlicingHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_CONCATENATION, 5, 1, kAnyNumber, 1, importConcatenation},
      {schema::Code_EMBEDDING_LOOKUP, 4, 2, 2, 1, importEmbeddingLookup, 1},
      {schema::Code_GATHER, 7, 2, 2, 1, importGather, 0},
      {schema::Code_PACK, 4, 1, kAnyNumber, 1, importPack},
      {schema::Code_REVERSE_V2, 3, 2, 2, 1, importReverse, 0},
      {schema::Code_SLICE, 6, 3, 3, 1, importSlice, 0},
      {schema::Code_SPLIT, 4, 2, 2, kAnyNumber, importSplit, 1},
      {schema::Code_SPLIT_V, 2, 3, 3, kAnyNumber, importSplitV, 0},
      {schema::Code_STRIDED_SLICE, 8, 4, 4, 1, importStridedSlice, 0},
      {schema::Code_UNPACK, 4, 1, 1, kAnyNumber, importUnpack, 0},
  };
  return kHandlers;
}
