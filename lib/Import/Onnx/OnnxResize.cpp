//===- OnnxResize.cpp - Resizing and blocks of pixels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static FailureOr<ResizeMode> readMode(Node &node) {
  std::string mode = node.getString("mode", "nearest");
  if (mode == "nearest")
    return ResizeMode::Nearest;
  if (mode == "linear" || mode == "bilinear")
    return ResizeMode::Linear;
  if (mode == "cubic")
    return ResizeMode::Cubic;
  return node.emitError() << "has the mode '" << mode
                          << "'; quantc knows nearest, linear and cubic";
}

static LogicalResult readCoordinates(Node &node, ResizeSpec &spec) {
  std::string mode =
      node.getString("coordinate_transformation_mode", "half_pixel");
  auto coordinates =
      llvm::StringSwitch<std::optional<ResizeCoordinates>>(mode)
          .Case("half_pixel", ResizeCoordinates::HalfPixel)
          .Case("pytorch_half_pixel", ResizeCoordinates::PytorchHalfPixel)
          .Case("half_pixel_symmetric", ResizeCoordinates::HalfPixelSymmetric)
          .Case("align_corners", ResizeCoordinates::AlignCorners)
          .Case("asymmetric", ResizeCoordinates::Asymmetric)
          .Case("tf_half_pixel_for_nn", ResizeCoordinates::PixelCenter)
          .Default(std::nullopt);
  if (!coordinates)
    return node.emitError() << "has the coordinate_transformation_mode '"
                            << mode << "', which quantc does not know";
  spec.coordinates = *coordinates;
  mode = node.getString("nearest_mode", "round_prefer_floor");
  auto rounding =
      llvm::StringSwitch<std::optional<ResizeRounding>>(mode)
          .Case("floor", ResizeRounding::Floor)
          .Case("ceil", ResizeRounding::Ceil)
          .Case("round_prefer_floor", ResizeRounding::RoundPreferFloor)
          .Case("round_prefer_ceil", ResizeRounding::RoundPreferCeil)
          .Default(std::nullopt);
  if (!rounding)
    return node.emitError() << "has the unknown nearest_mode '" << mode << "'";
  spec.rounding = *rounding;
  if (node.getInt("antialias", 0) != 0)
    return node.emitError() << "smooths (antialias), which quantc does not do";
  spec.cubicCoefficient = node.getFloat("cubic_coeff_a", -0.75);
  spec.excludeOutside = node.getInt("exclude_outside", 0) != 0;
  if (spec.excludeOutside && spec.mode != ResizeMode::Cubic)
    return node.emitError() << "ignores what is outside (exclude_outside), "
                               "which belongs to the mode cubic";
  return success();
}

namespace {
/// Sizes and scales of all dimensions of the result.
struct Target {
  Shape sizes;
  SmallVector<double> scales;
};
} // namespace

/// Fills in the dimensions that `axes` name, all if there are none.
static FailureOr<SmallVector<int64_t>> readAxes(Node &node, int64_t rank) {
  if (!node.hasAttr("axes"))
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  SmallVector<int64_t> axes = node.getInts("axes");
  for (int64_t &axis : axes) {
    FailureOr<int64_t> dim = node.getAxis(axis, rank);
    if (failed(dim))
      return failure();
    axis = *dim;
  }
  return axes;
}

static FailureOr<Target> scaleBy(Node &node, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> axes,
                                 ArrayRef<double> scales) {
  if (scales.size() != axes.size())
    return node.emitError() << "has " << scales.size() << " scales for "
                            << axes.size() << " dimensions";
  Target target{Shape(shape), SmallVector<double>(shape.size(), 1.0)};
  for (auto [axis, scale] : llvm::zip(axes, scales)) {
    double size = std::floor(shape[axis] * scale);
    if (!(size >= 1 && size <= kMaxElements))
      return node.emitError() << "scales dimension " << axis << " of size "
                              << shape[axis] << " by " << scale;
    target.sizes[axis] = static_cast<int64_t>(size);
    target.scales[axis] = scale;
  }
  return target;
}

/// One scale for all axes: the largest with which none exceeds its size, or the
/// smallest with which none stays below it.
static FailureOr<Target> scaleWithin(Node &node, ArrayRef<int64_t> shape,
                                     ArrayRef<int64_t> axes,
                                     ArrayRef<int64_t> sizes, bool notLarger) {
  Target target{Shape(shape), SmallVector<double>(shape.size(), 1.0)};
  std::optional<float> scale;
  for (auto [axis, size] : llvm::zip(axes, sizes)) {
    float own = float(size) / float(shape[axis]);
    scale = !scale      ? own
            : notLarger ? std::min(*scale, own)
                        : std::max(*scale, own);
  }
  for (int64_t axis : axes) {
    float size = std::floor(*scale * float(shape[axis]) + 0.5f);
    if (!(size >= 1 && size <= float(kMaxElements)))
      return node.emitError() << "scales dimension " << axis << " of size "
                              << shape[axis] << " by " << *scale;
    target.scales[axis] = *scale;
    target.sizes[axis] = static_cast<int64_t>(size);
  }
  return target;
}

static FailureOr<Target> scaleTo(Node &node, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> axes,
                                 ArrayRef<int64_t> sizes) {
  std::string policy = node.getString("keep_aspect_ratio_policy", "stretch");
  if (sizes.size() != axes.size())
    return node.emitError() << "has " << sizes.size() << " sizes for "
                            << axes.size() << " dimensions";
  if (policy == "not_larger" || policy == "not_smaller")
    return scaleWithin(node, shape, axes, sizes, policy == "not_larger");
  if (policy != "stretch")
    return node.emitError() << "has the keep_aspect_ratio_policy '" << policy
                            << "', which quantc does not know";
  Target target{Shape(shape), {}};
  for (auto [axis, size] : llvm::zip(axes, sizes))
    target.sizes[axis] = size;
  return target;
}

static SmallVector<double> getReals(const Array &array) {
  SmallVector<double> reals;
  for (int64_t i = 0, e = array.elementCount(); i < e; ++i)
    reals.push_back(getReal(array, i));
  return reals;
}

static FailureOr<Target> readTarget(Node &node, ArrayRef<int64_t> shape) {
  FailureOr<SmallVector<int64_t>> axes = readAxes(node, shape.size());
  if (failed(axes))
    return failure();
  if (node.hasAttr("scales")) // Upsample before operator set 9.
    return scaleBy(node, shape, *axes, node.getFloats("scales"));
  bool old = node.getOp() == "Upsample" || node.version < 11;
  if (!old && node.has(3)) {
    FailureOr<SmallVector<int64_t>> sizes = node.ints(3, "sizes");
    if (failed(sizes))
      return failure();
    if (!sizes->empty())
      return scaleTo(node, shape, *axes, *sizes);
  }
  const Array *scales = node.require(old ? 1 : 2, "scales");
  if (!scales)
    return failure();
  return scaleBy(node, shape, *axes, getReals(*scales));
}

/// Upsample, and Resize of operator set 10, know one way to find positions.
static void setOldRules(ResizeSpec &spec, const Target &target) {
  spec.coordinates = ResizeCoordinates::Asymmetric;
  bool shrinks =
      llvm::any_of(target.scales, [](double scale) { return scale < 1; });
  spec.rounding = shrinks ? ResizeRounding::Ceil : ResizeRounding::Floor;
}

static LogicalResult importResize(Node &node) {
  Value x = node.value(0);
  FailureOr<ResizeMode> mode = readMode(node);
  if (!x || failed(mode))
    return failure();
  if (node.quantizesResults() && *mode != ResizeMode::Nearest)
    return node.emitError() << "computes means of integers; put a "
                               "DequantizeLinear before it";
  Shape shape(NetworkBuilder::shapeOf(x));
  FailureOr<Target> target = readTarget(node, shape);
  if (failed(target))
    return failure();
  ResizeSpec spec;
  spec.mode = *mode;
  if (node.getOp() == "Upsample" || node.version < 11)
    setOldRules(spec, *target);
  else if (failed(readCoordinates(node, spec)))
    return failure();
  if (shape.size() < 3 || target->sizes[0] != shape[0] ||
      target->sizes[1] != shape[1])
    return node.emitError() << "resizes the batch or the channels of its "
                               "input; quantc resizes [N, C, ...] in its other "
                               "dimensions";
  ArrayRef<double> scales(target->scales);
  if (!scales.empty())
    llvm::append_range(spec.scales, scales.drop_front(2));
  return node.setResult(
      0, onChannelsLast(node, x, [&](Value input) {
        return node.b.resize(
            input, ArrayRef<int64_t>(target->sizes).drop_front(2), spec);
      }));
}

static LogicalResult importDepthToSpace(Node &node) {
  std::string mode = node.getString("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    return node.emitError() << "has the unknown mode '" << mode << "'";
  DepthOrder order =
      mode == "DCR" ? DepthOrder::BlockFirst : DepthOrder::ChannelFirst;
  return node.setResult(0, onChannelsLast(node, node.value(0), [&](Value x) {
                          return node.b.depthToSpace(
                              x, node.getInt("blocksize", 0), order);
                        }));
}

static LogicalResult importSpaceToDepth(Node &node) {
  return node.setResult(0, onChannelsLast(node, node.value(0), [&](Value x) {
                          return node.b.spaceToDepth(
                              x, node.getInt("blocksize", 0));
                        }));
}

void onnximport::addResizeHandlers(Handlers &handlers) {
  handlers["DepthToSpace"] = {importDepthToSpace, Integers::Move};
  handlers["Resize"] = {importResize, Integers::Move};
  handlers["SpaceToDepth"] = {importSpaceToDepth, Integers::Move};
  handlers["Upsample"] = {importResize, Integers::Move};
}
