//===- Blocks.cpp - Blocks of images, and parts by index -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

using Integers = SmallVector<int64_t>;

namespace {
/// The operands of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: the block sizes of
/// the dimensions behind the batch, and what is added to them or cut off.
struct Blocks {
  Integers sizes, before, after;
};
} // namespace

static FailureOr<Blocks> getBlocks(Node &node, int64_t rank) {
  FailureOr<Integers> sizes = node.getIntegers(1, "its block sizes");
  FailureOr<Integers> amounts = node.getIntegers(2, "its paddings or crops");
  if (failed(sizes) || failed(amounts))
    return failure();
  if (int64_t(sizes->size()) >= rank || amounts->size() != 2 * sizes->size())
    return node.emitError()
           << "has " << sizes->size() << " block sizes and " << amounts->size()
           << " amounts for a tensor with " << rank << " dimensions";
  Blocks blocks;
  blocks.before.assign(rank, 0);
  blocks.after.assign(rank, 0);
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    blocks.before[i + 1] = (*amounts)[2 * i];
    blocks.after[i + 1] = (*amounts)[2 * i + 1];
    if (size < 1 || (*amounts)[2 * i] < 0 || (*amounts)[2 * i + 1] < 0)
      return node.emitError() << "has a block size below 1, or adds or crops "
                                 "less than nothing";
  }
  blocks.sizes = std::move(*sizes);
  return blocks;
}

/// x as [batch, dimensions before `dimension`, its size, those behind it].
static Integers split(ArrayRef<int64_t> shape, int64_t dimension) {
  return {shape[0], ShapedType::getNumElements(shape.slice(1, dimension - 1)),
          shape[dimension],
          ShapedType::getNumElements(shape.drop_front(dimension + 1))};
}

/// Every `size`-th element of the dimension is a batch of its own, those that
/// begin first in front.
static Value spread(Node &node, Value x, int64_t dimension, int64_t size) {
  if (!x)
    return {};
  NetworkBuilder &b = node.b;
  Integers shape(NetworkBuilder::shapeOf(x)), parts = split(shape, dimension);
  if (shape[dimension] % size != 0) {
    node.emitError() << "divides " << shape[dimension]
                     << " elements of dimension " << dimension
                     << " into blocks of " << size;
    return {};
  }
  shape[0] *= size;
  shape[dimension] /= size;
  x = b.reshape(x, {parts[0], parts[1], parts[2] / size, size, parts[3]});
  return b.reshape(b.transpose(x, {3, 0, 1, 2, 4}), shape);
}

/// The inverse.
static Value gather(Node &node, Value x, int64_t dimension, int64_t size) {
  if (!x)
    return {};
  NetworkBuilder &b = node.b;
  Integers shape(NetworkBuilder::shapeOf(x)), parts = split(shape, dimension);
  if (shape[0] % size != 0) {
    node.emitError() << "makes blocks of " << size << " from " << shape[0]
                     << " batches";
    return {};
  }
  shape[0] /= size;
  shape[dimension] *= size;
  x = b.reshape(x, {size, parts[0] / size, parts[1], parts[2], parts[3]});
  return b.reshape(b.transpose(x, {1, 2, 3, 0, 4}), shape);
}

static LogicalResult importSpaceToBatch(Node &node) {
  Value x = node.get(0);
  if (!x)
    return failure();
  FailureOr<Blocks> blocks = getBlocks(node, NetworkBuilder::rankOf(x));
  if (failed(blocks))
    return failure();
  x = node.b.pad(x, blocks->before, blocks->after);
  for (int64_t i = blocks->sizes.size(); i > 0; --i)
    x = spread(node, x, i, blocks->sizes[i - 1]);
  return node.setResult(x);
}

static LogicalResult importBatchToSpace(Node &node) {
  Value x = node.get(0);
  if (!x)
    return failure();
  int64_t rank = NetworkBuilder::rankOf(x);
  FailureOr<Blocks> blocks = getBlocks(node, rank);
  if (failed(blocks))
    return failure();
  for (auto [i, size] : llvm::enumerate(blocks->sizes))
    x = gather(node, x, i + 1, size);
  if (!x)
    return failure();
  Integers sizes;
  for (int64_t i = 0; i < rank; ++i)
    sizes.push_back(NetworkBuilder::shapeOf(x)[i] - blocks->before[i] -
                    blocks->after[i]);
  return node.setResult(node.b.sliceBox(x, blocks->before, sizes));
}

static LogicalResult importGatherND(Node &node) {
  return node.setResult(node.b.gatherND(node.get(0), node.get(1)));
}

/// Updates of the same element are added.
static LogicalResult importScatterND(Node &node) {
  FailureOr<Integers> shape = node.getIntegers(2, "its shape");
  Value indices = node.get(0), updates = node.get(1);
  if (failed(shape) || !indices || !updates)
    return failure();
  if (isQuantizedType(node.getOutput().type))
    return node.emitError()
           << "adds the stored integers of quantized tensors, which is not "
              "supported; convert the network with this operator in float32";
  NetworkBuilder &b = node.b;
  Value zeros =
      b.splat(b.getType(*shape, NetworkBuilder::elementOf(updates)), 0.0);
  return node.setResult(b.scatterND(zeros, indices, updates, ScatterKind::Add));
}

static LogicalResult importTopK(Node &node) {
  FailureOr<int64_t> count = node.getInteger(1, "its number of elements");
  Value x = node.get(0);
  if (failed(count) || !x)
    return failure();
  TopKValues found = node.b.topK(x, *count, /*axis=*/-1);
  if (!found.values)
    return failure();
  return node.setResults({found.values, found.indices});
}

ArrayRef<Handler> tflite::getBlockHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_BATCH_TO_SPACE_ND, 4, 3, 3, 1, importBatchToSpace, 0},
      {schema::Code_GATHER_ND, 5, 2, 2, 1, importGatherND, 0},
      {schema::Code_SCATTER_ND, 1, 3, 3, 1, importScatterND},
      {schema::Code_SPACE_TO_BATCH_ND, 4, 3, 3, 1, importSpaceToBatch},
      {schema::Code_TOPK_V2, 3, 2, 2, 2, importTopK},
  };
  return kHandlers;
}
