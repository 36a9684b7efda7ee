//===- StridedSlice.cpp - What STRIDED_SLICE selects -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StridedSlice.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

using Integers = SmallVector<int64_t>;

namespace {
/// The lists of the operator, one element per entry of its specification, on
/// their way to lists with one element per dimension of the input.
struct Resolver : StridedSlice {
  Integers begins, ends, strides;
  const schema::StridedSliceOptions &options;

  explicit Resolver(const schema::StridedSliceOptions &options)
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
void Resolver::addEntry(size_t entry, int64_t dimension) {
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
bool Resolver::resolve(int64_t rank) {
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

FailureOr<StridedSlice> tflite::readStridedSlice(Node &node) {
  const auto *options = node.getFlat().options_as_StridedSlice();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<host::Shape> shape = node.getShape(0);
  FailureOr<Integers> begins = node.getIntegers(1, "its begin");
  FailureOr<Integers> ends = node.getIntegers(2, "its end");
  FailureOr<Integers> strides = node.getIntegers(3, "its strides");
  if (failed(begins) || failed(ends) || failed(strides) || failed(shape))
    return failure();
  if (llvm::is_contained(*strides, 0))
    return node.emitError() << "has a stride of 0";
  Resolver resolver(*options);
  resolver.begins = std::move(*begins);
  resolver.ends = std::move(*ends);
  resolver.strides = std::move(*strides);
  if (!resolver.resolve(shape->size()))
    return node.emitError()
           << "has " << resolver.begins.size() << " begins, "
           << resolver.ends.size() << " ends and " << resolver.strides.size()
           << " strides for " << shape->size() << " dimensions";
  return StridedSlice(std::move(resolver));
}
