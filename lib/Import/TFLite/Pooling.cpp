//===- Pooling.cpp - Pooling, reductions and resizing of TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

static LogicalResult importPool(Node &node) {
  const auto *options = node.getFlat().options_as_Pool2D();
  if (!options)
    return node.refuseMissingOptions();
  if (options->padding() != schema::Padding_SAME &&
      options->padding() != schema::Padding_VALID)
    return node.emitError()
           << "has the unknown padding " << int(options->padding());
  Window window;
  window.autoPad = options->padding() == schema::Padding_SAME
                       ? AutoPad::SameUpper
                       : AutoPad::Valid;
  window.stride = {options->stride_h(), options->stride_w()};
  int64_t kernel[] = {options->filter_height(), options->filter_width()};
  Value x = node.get(0);
  if (node.getCode() == schema::Code_MAX_POOL_2D)
    return node.setResult(node.b.maxPool(x, kernel, window),
                          options->activation());
  Value average = node.b.averagePool(x, kernel, window);
  // The kernels round codes, which matters to ties: N39.
  if (average && node.getInput(0).type == schema::TensorType_UINT8)
    average.getDefiningOp()->setAttr(ptq::kUnsignedAttr,
                                     node.b.getBuilder().getUnitAttr());
  return node.setResult(average, options->activation());
}

template <ReduceKind kind>
static LogicalResult importReduce(Node &node) {
  const auto *options = node.getFlat().options_as_Reducer();
  FailureOr<SmallVector<int64_t>> axes = node.getIntegers(1, "its axes");
  Value x = node.get(0);
  if (failed(axes) || !x)
    return failure();
  // The builder takes an empty list for all axes; here it means none.
  if (axes->empty())
    return node.setResult(x);
  return node.setResult(
      node.b.reduce(kind, x, *axes, options && options->keep_dims()));
}

/// Booleans are 0 and 1: any is their maximum, all their minimum.
template <ReduceKind kind>
static LogicalResult importReduceBooleans(Node &node) {
  const auto *options = node.getFlat().options_as_Reducer();
  FailureOr<SmallVector<int64_t>> axes = node.getIntegers(1, "its axes");
  Value x = node.get(0);
  if (failed(axes) || !x)
    return failure();
  NetworkBuilder &b = node.b;
  if (axes->empty())
    return node.setResult(x);
  Value reduced = b.reduce(kind, b.cast(x, b.getI32Type()), *axes,
                           options && options->keep_dims());
  return node.setResult(b.cast(reduced, b.getBoolType()));
}

static LogicalResult importArg(Node &node) {
  FailureOr<int64_t> axis = node.getInteger(1, "its axis");
  Value x = node.get(0);
  if (failed(axis) || !x)
    return failure();
  return node.setResult(node.getCode() == schema::Code_ARG_MAX
                            ? node.b.argMax(x, *axis, /*keepDims=*/false)
                            : node.b.argMin(x, *axis, /*keepDims=*/false));
}

static LogicalResult resize(Node &node, bool alignCorners, bool halfPixels,
                            ResizeSpec spec) {
  FailureOr<SmallVector<int64_t>> size =
      node.getIntegers(1, "the size of its output");
  Value x = node.get(0);
  if (failed(size) || !x)
    return failure();
  if (alignCorners && halfPixels)
    return node.emitError()
           << "aligns both corners and centers of pixels, which contradict "
              "each other";
  if (alignCorners)
    spec.coordinates = ResizeCoordinates::AlignCorners;
  else if (!halfPixels)
    spec.coordinates = ResizeCoordinates::Asymmetric;
  return node.setResult(node.b.resize(x, *size, spec));
}

static LogicalResult importResizeBilinear(Node &node) {
  const auto *options = node.getFlat().options_as_ResizeBilinear();
  ResizeSpec spec;
  spec.mode = ResizeMode::Linear;
  spec.coordinates = ResizeCoordinates::HalfPixel;
  return resize(node, options && options->align_corners(),
                options && options->half_pixel_centers(), spec);
}

static LogicalResult importResizeNearest(Node &node) {
  const auto *options = node.getFlat().options_as_ResizeNearestNeighbor();
  bool alignCorners = options && options->align_corners();
  ResizeSpec spec;
  spec.mode = ResizeMode::Nearest;
  spec.coordinates = ResizeCoordinates::PixelCenter;
  spec.rounding =
      alignCorners ? ResizeRounding::RoundPreferCeil : ResizeRounding::Floor;
  return resize(node, alignCorners, options && options->half_pixel_centers(),
                spec);
}

ArrayRef<Handler> tflite::getPoolingHandlers() {
  using K = ReduceKind;
  static constexpr Handler kHandlers[] = {
      {schema::Code_ARG_MAX, 3, 2, 2, 1, importArg},
      {schema::Code_ARG_MIN, 3, 2, 2, 1, importArg},
      {schema::Code_AVERAGE_POOL_2D, 3, 1, 1, 1, importPool, 0},
      {schema::Code_MAX_POOL_2D, 3, 1, 1, 1, importPool, 0},
      {schema::Code_MEAN, 3, 2, 2, 1, importReduce<K::Mean>},
      {schema::Code_REDUCE_ALL, 2, 2, 2, 1, importReduceBooleans<K::Min>},
      {schema::Code_REDUCE_ANY, 2, 2, 2, 1, importReduceBooleans<K::Max>},
      {schema::Code_REDUCE_MAX, 3, 2, 2, 1, importReduce<K::Max>},
      {schema::Code_REDUCE_MIN, 3, 2, 2, 1, importReduce<K::Min>},
      {schema::Code_REDUCE_PROD, 2, 2, 2, 1, importReduce<K::Prod>},
      {schema::Code_RESIZE_BILINEAR, 4, 2, 2, 1, importResizeBilinear},
      {schema::Code_RESIZE_NEAREST_NEIGHBOR, 4, 2, 2, 1, importResizeNearest,
       0},
      {schema::Code_SUM, 2, 2, 2, 1, importReduce<K::Sum>},
  };
  return kHandlers;
}
