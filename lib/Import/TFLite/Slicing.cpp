//===- Slicing.cpp - Parts and sums of tensors in TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

using Integers = SmallVector<int64_t>;

static LogicalResult importConcatenation(Node &node) {
  const auto *options = node.getFlat().options_as_Concatenation();
  if (!options)
    return node.refuseMissingOptions();
  return node.setResult(node.b.concat(node.getAll(), options->axis()),
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

namespace {
/// The lists of STRIDED_SLICE, one element per entry of its specification, on
/// their way to lists with one element per dimension of the input.
struct StridedSlice {
  Integers begins, ends, strides;
  const schema::StridedSliceOptions &options;
  Integers axes, starts, stops, steps;
  /// Dimensions of the sliced tensor that go, and of the result that come.
  Integers dropped, added;

  explicit StridedSlice(const schema::StridedSliceOptions &options)
      : options(options) {}

  bool resolve(int64_t rank);

private:
  void addEntry(size_t entry, int64_t dimension);
  static bool has(int32_t mask, size_t entry) {
    return entry < 32 && (uint32_t(mask) >> entry & 1);
  }
};
} // namespace

/// Element `entry` of the lists says what is taken of `dimension`.
void StridedSlice::addEntry(size_t entry, int64_t dimension) {
  int64_t step = strides[entry], start = begins[entry], stop = ends[entry];
  if (options.offset() && llvm::AddOverflow(start, stop, stop))
    stop = start < 0 ? INT64_MIN : INT64_MAX;
  if (has(options.shrink_axis_mask(), entry)) {
    step = 1;
    stop = start == -1 ? INT64_MAX : start + 1;
    dropped.push_back(dimension);
  } else {
    if (has(options.begin_mask(), entry))
      start = step < 0 ? INT64_MAX : INT64_MIN;
    if (has(options.end_mask(), entry))
      stop = step < 0 ? INT64_MIN : INT64_MAX;
  }
  axes.push_back(dimension);
  starts.push_back(start);
  stops.push_back(stop);
  steps.push_back(step);
}

/// False if the entries do not fit `rank` dimensions.
bool StridedSlice::resolve(int64_t rank) {
  size_t entries = begins.size();
  if (ends.size() != entries || strides.size() != entries)
    return false;
  int64_t taken = 0; // Dimensions that an entry stands for.
  for (size_t entry = 0; entry < entries; ++entry)
    taken += !has(options.new_axis_mask(), entry) &&
             !has(options.ellipsis_mask(), entry);
  if (taken > rank)
    return false;
  int64_t dimension = 0, resultDimension = 0;
  for (size_t entry = 0; entry < entries; ++entry) {
    if (has(options.ellipsis_mask(), entry)) {
      dimension += rank - taken;
      resultDimension += rank - taken;
      taken = rank; // Another one stands for nothing.
    } else if (has(options.new_axis_mask(), entry)) {
      added.push_back(resultDimension++);
    } else {
      resultDimension += !has(options.shrink_axis_mask(), entry);
      addEntry(entry, dimension++);
    }
  }
  return true;
}

static LogicalResult importStridedSlice(Node &node) {
  const auto *options = node.getFlat().options_as_StridedSlice();
  if (!options)
    return node.refuseMissingOptions();
  Value x = node.get(0);
  FailureOr<Integers> begins = node.getIntegers(1, "its begin");
  FailureOr<Integers> ends = node.getIntegers(2, "its end");
  FailureOr<Integers> strides = node.getIntegers(3, "its strides");
  if (failed(begins) || failed(ends) || failed(strides) || !x)
    return failure();
  StridedSlice slice(*options);
  slice.begins = std::move(*begins);
  slice.ends = std::move(*ends);
  slice.strides = std::move(*strides);
  if (!slice.resolve(NetworkBuilder::rankOf(x)))
    return node.emitError()
           << "has " << slice.begins.size() << " begins, " << slice.ends.size()
           << " ends and " << slice.strides.size() << " strides for "
           << NetworkBuilder::rankOf(x) << " dimensions";
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
