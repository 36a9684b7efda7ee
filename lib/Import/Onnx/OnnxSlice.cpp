//===- OnnxSlice.cpp - Parts of tensors, and padding -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/ADT/StringSwitch.h"

#include <numeric>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static bool isFoldable(const Array *array) {
  return array && array->elementCount() <= kMaxFoldedElements;
}

namespace {
/// What Slice selects, one element per axis that it names.
struct Selection {
  SmallVector<int64_t> axes, starts, ends, steps;
};
} // namespace

/// Before operator set 10 all are attributes, later all are inputs.
static FailureOr<Selection> readSelection(Node &node) {
  auto starts = node.getIntsOrInput("starts", 1);
  auto ends = node.getIntsOrInput("ends", 2);
  auto axes = node.getIntsOrInput("axes", 3);
  auto steps = node.getIntsOrInput("steps", 4);
  if (failed(starts) || failed(ends) || failed(axes) || failed(steps))
    return failure();
  if (!*starts || !*ends)
    return node.emitError() << "has no starts or no ends";
  Selection result;
  size_t count = (*starts)->size();
  result.starts = **starts;
  result.ends = **ends;
  result.axes = *axes ? **axes : llvm::to_vector(llvm::seq<int64_t>(0, count));
  result.steps = steps->value_or(SmallVector<int64_t>(count, 1));
  if (result.ends.size() != count || result.axes.size() != count ||
      result.steps.size() != count)
    return node.emitError()
           << "has lists of different lengths for starts, ends, axes and steps";
  return result;
}

namespace {
/// The elements start + i * step, i below size, of each dimension.
struct Ranges {
  Shape starts, sizes, steps;
};
} // namespace

static FailureOr<Ranges> resolveSelection(Node &node,
                                          const Selection &selection,
                                          ArrayRef<int64_t> shape) {
  Ranges ranges{Shape(shape.size(), 0), Shape(shape), Shape(shape.size(), 1)};
  for (auto [i, axis] : llvm::enumerate(selection.axes)) {
    FailureOr<int64_t> dim = node.getAxis(axis, shape.size());
    if (failed(dim))
      return failure();
    int64_t step = selection.steps[i], &size = ranges.sizes[*dim];
    if (step == 0)
      return node.emitError() << "has a step of 0";
    std::tie(ranges.starts[*dim], size) =
        clampRange(selection.starts[i], selection.ends[i], step, shape[*dim]);
    ranges.steps[*dim] = size > 1 ? step : 1;
  }
  return ranges;
}

static LogicalResult importSlice(Node &node) {
  FailureOr<Selection> selection = readSelection(node);
  if (failed(selection) || !node.tensor(0))
    return failure();
  FailureOr<Ranges> ranges = resolveSelection(node, *selection, node.shape(0));
  if (failed(ranges))
    return failure();
  if (const Array *in = node.constant(0); isFoldable(in))
    return node.setResult(
        0, slice(*in, ranges->starts, ranges->sizes, ranges->steps));
  if (llvm::is_contained(ranges->sizes, 0))
    return node.setEmptyResult(0, ranges->sizes);
  return node.setResult(0, node.b.slice(node.value(0), selection->axes,
                                        selection->starts, selection->ends,
                                        selection->steps));
}

static bool isNotEmpty(int64_t size) { return size != 0; }

static LogicalResult importSplit(Node &node) {
  auto sizes = node.getIntsOrInput("split", 1);
  if (failed(sizes) || !node.tensor(0))
    return failure();
  Shape shape = node.shape(0);
  FailureOr<int64_t> axis = node.getAxis(node.getInt("axis", 0), shape.size());
  if (failed(axis))
    return failure();
  int64_t size = shape[*axis], count = node.getNumResults();
  if (!*sizes) {
    // Since operator set 18 the last part may be smaller.
    int64_t part = (size + count - 1) / count;
    if (part == 0 || (node.version < 18 && size % count != 0))
      return node.emitError() << "cannot divide " << size << " by " << count;
    sizes->emplace(count, part);
    (*sizes)->back() = size - part * (count - 1);
  }
  ArrayRef<int64_t> parts(**sizes);
  if (static_cast<int64_t>(parts.size()) != count ||
      llvm::any_of(parts, [&](int64_t n) { return n < 0 || n > size; }) ||
      std::accumulate(parts.begin(), parts.end(), int64_t(0)) != size)
    return node.emitError() << "has parts that do not add up to dimension "
                            << *axis << ", which has " << size;
  if (const Array *in = node.constant(0); isFoldable(in)) {
    Shape starts(shape.size(), 0), steps(shape.size(), 1);
    for (auto [index, part] : llvm::enumerate(parts)) {
      shape[*axis] = part;
      if (failed(node.setResult(index, slice(*in, starts, shape, steps))))
        return failure();
      starts[*axis] += part;
    }
    return success();
  }
  SmallVector<int64_t> filled(llvm::make_filter_range(parts, isNotEmpty));
  SmallVector<Value> values = node.b.split(node.value(0), *axis, filled);
  if (values.empty())
    return failure();
  const Value *next = values.begin();
  for (auto [index, part] : llvm::enumerate(parts)) {
    shape[*axis] = part;
    if (failed(part != 0 ? node.setResult(index, *next++)
                         : node.setEmptyResult(index, shape)))
      return failure();
  }
  return success();
}

/// What is filled in: an attribute before operator set 11, then an input.
static FailureOr<double> readPadValue(Node &node) {
  double value = node.getFloat("value", 0.0);
  if (node.has(2)) {
    FailureOr<double> given = node.real(2, "constant_value");
    if (failed(given))
      return failure();
    value = *given;
  }
  return node.toReal(value);
}

static LogicalResult importPad(Node &node) {
  auto amounts = node.getIntsOrInput("pads", 1);
  FailureOr<double> fill = readPadValue(node);
  Value x = node.value(0);
  if (failed(amounts) || failed(fill) || !x)
    return failure();
  std::string name = node.getString("mode", "constant");
  auto mode = llvm::StringSwitch<std::optional<PadMode>>(name)
                  .Case("constant", PadMode::Constant)
                  .Case("reflect", PadMode::Reflect)
                  .Case("edge", PadMode::Edge)
                  .Case("wrap", PadMode::Wrap)
                  .Default(std::nullopt);
  if (!mode)
    return node.emitError() << "has the mode '" << name
                            << "'; quantc knows constant, reflect, edge and "
                               "wrap";
  int64_t rank = NetworkBuilder::rankOf(x);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.has(3)) {
    FailureOr<SmallVector<int64_t>> given = node.ints(3, "axes");
    if (failed(given))
      return failure();
    axes = *given;
  }
  if (!*amounts || (*amounts)->size() != 2 * axes.size())
    return node.emitError() << "does not have two amounts for each axis";
  Shape before(rank, 0), after(rank, 0);
  for (auto [index, axis] : llvm::enumerate(axes)) {
    FailureOr<int64_t> dim = node.getAxis(axis, rank);
    if (failed(dim))
      return failure();
    before[*dim] = (**amounts)[index];
    after[*dim] = (**amounts)[axes.size() + index];
  }
  return node.setResult(0, node.b.pad(x, before, after, *mode, *fill));
}

void onnximport::addSliceHandlers(Handlers &handlers) {
  handlers["Pad"] = {importPad, Integers::Move};
  handlers["Slice"] = {importSlice, Integers::Move};
  handlers["Split"] = {importSplit, Integers::Move};
}
