//===- Windows.cpp - Convolutions and pools -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

#include "llvm/ADT/StringSwitch.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static FailureOr<AutoPad> readAutoPad(Node &node) {
  std::string mode = node.getString("auto_pad", "NOTSET");
  auto result = llvm::StringSwitch<std::optional<AutoPad>>(mode)
                    .Cases({"NOTSET", ""}, AutoPad::Explicit)
                    .Case("VALID", AutoPad::Valid)
                    .Case("SAME_UPPER", AutoPad::SameUpper)
                    .Case("SAME_LOWER", AutoPad::SameLower)
                    .Default(std::nullopt);
  if (!result)
    return node.emitError() << "has the unknown auto_pad '" << mode << "'";
  return *result;
}

/// An optional list of `count` integers.
static FailureOr<SmallVector<int64_t>> readList(Node &node, StringRef name,
                                                int64_t count) {
  SmallVector<int64_t> values = node.getInts(name);
  if (!values.empty() && static_cast<int64_t>(values.size()) != count)
    return node.emitError()
           << "has " << values.size() << " " << name << ", but needs " << count;
  return values;
}

FailureOr<Window> onnximport::readWindow(Node &node, int64_t spatial) {
  auto strides = readList(node, "strides", spatial);
  auto dilations = readList(node, "dilations", spatial);
  auto pads = readList(node, "pads", 2 * spatial);
  FailureOr<AutoPad> autoPad = readAutoPad(node);
  if (failed(strides) || failed(dilations) || failed(pads) || failed(autoPad))
    return failure();
  Window window;
  window.stride = *strides;
  window.dilation = *dilations;
  window.autoPad = *autoPad;
  window.ceilMode = node.getInt("ceil_mode", 0) != 0;
  ArrayRef<int64_t> amounts(*pads);
  if (window.autoPad == AutoPad::Explicit && !amounts.empty()) {
    llvm::append_range(window.before, amounts.take_front(spatial));
    llvm::append_range(window.after, amounts.drop_front(spatial));
  }
  return window;
}

FailureOr<SmallVector<int64_t>> onnximport::readKernel(Node &node,
                                                       int64_t spatial) {
  SmallVector<int64_t> kernel = node.getInts("kernel_shape");
  if (static_cast<int64_t>(kernel.size()) != spatial)
    return node.emitError()
           << "has a kernel_shape of " << kernel.size()
           << " sizes, but its input has " << spatial << " spatial dimensions";
  return kernel;
}

/// The number of spatial dimensions of x [N, C, ...]; an error if not 1 to 3.
static FailureOr<int64_t> getSpatial(Node &node, Value x) {
  if (!x)
    return failure();
  int64_t spatial = NetworkBuilder::rankOf(x) - 2;
  if (spatial < 1 || spatial > 3)
    return node.emitError()
           << "works on a tensor of " << NetworkBuilder::rankOf(x)
           << " dimensions; quantc has windows over one to three of them "
              "([N, C, W], [N, C, H, W] and [N, C, D, H, W])";
  return spatial;
}

Value onnximport::onChannelsLast(Node &node, Value x,
                                 function_ref<Value(Value)> build) {
  return node.b.toChannelsFirst(build(node.b.toChannelsLast(x)));
}

Value onnximport::buildConv(Node &node, Value x, Value weights, Value bias) {
  FailureOr<int64_t> spatial = getSpatial(node, x);
  if (failed(spatial) || !weights)
    return {};
  ArrayRef<int64_t> shape = NetworkBuilder::shapeOf(weights);
  if (static_cast<int64_t>(shape.size()) != *spatial + 2) {
    node.emitError() << "has weights of " << shape.size() << " dimensions and "
                     << "an input of " << *spatial + 2;
    return {};
  }
  SmallVector<int64_t> kernel = node.getInts("kernel_shape");
  if (!kernel.empty() && ArrayRef<int64_t>(kernel) != shape.drop_front(2)) {
    node.emitError() << "has a kernel_shape other than its weights'";
    return {};
  }
  FailureOr<Window> window = readWindow(node, *spatial);
  int64_t groups = node.getInt("group", 1);
  if (failed(window))
    return {};
  Value filters = node.b.toChannelsLast(weights);
  return onChannelsLast(node, x, [&](Value input) {
    return node.b.conv(input, filters, bias, *window, groups);
  });
}

Value onnximport::buildAveragePool(Node &node, Value x) {
  FailureOr<int64_t> spatial = getSpatial(node, x);
  if (failed(spatial))
    return {};
  FailureOr<Window> window = readWindow(node, *spatial);
  FailureOr<SmallVector<int64_t>> kernel = readKernel(node, *spatial);
  if (failed(window) || failed(kernel))
    return {};
  bool countPadding = node.getInt("count_include_pad", 0) != 0;
  return onChannelsLast(node, x, [&](Value input) {
    return node.b.averagePool(input, *kernel, *window, countPadding);
  });
}

Value onnximport::buildGlobalPool(Node &node, Value x, ReduceKind kind) {
  if (!x)
    return {};
  int64_t rank = NetworkBuilder::rankOf(x);
  if (rank < 3) {
    node.emitError() << "needs a tensor [N, C, ...] of 3 dimensions or more";
    return {};
  }
  return onChannelsLast(node, x, [&](Value input) {
    return node.b.reduce(kind, input,
                         llvm::to_vector(llvm::seq<int64_t>(1, rank - 1)),
                         /*keepDims=*/true);
  });
}
