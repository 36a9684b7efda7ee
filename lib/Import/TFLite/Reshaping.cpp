//===- Reshaping.cpp - Operators of TFLite that move elements -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Folding.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

using Integers = SmallVector<int64_t>;

/// The numbers are in the second input; old files have them in the options.
FailureOr<Integers> tflite::getNewShape(Node &node) {
  if (node.hasInput(1))
    return node.getIntegers(1, "its shape");
  const auto *options = node.getFlat().options_as_Reshape();
  if (!options || !options->new_shape())
    return node.refuseMissingOptions();
  return Integers(options->new_shape()->begin(), options->new_shape()->end());
}

static LogicalResult importReshape(Node &node) {
  FailureOr<Integers> shape = getNewShape(node);
  Value x = node.get(0);
  if (failed(shape) || !x)
    return failure();
  // The file's numbers are for the batch that it was converted with.
  const Tensor &output = node.getOutput();
  if (shape->size() == output.open.size() && !llvm::is_contained(*shape, -1) &&
      output.open.count() == 1)
    (*shape)[output.open.find_first()] = -1;
  return node.setResult(node.b.reshape(x, *shape));
}

static LogicalResult importSqueeze(Node &node) {
  const auto *options = node.getFlat().options_as_Squeeze();
  Integers axes;
  if (options && options->squeeze_dims())
    axes.assign(options->squeeze_dims()->begin(),
                options->squeeze_dims()->end());
  return node.setResult(node.b.squeeze(node.get(0), axes));
}

static LogicalResult importExpandDims(Node &node) {
  FailureOr<int64_t> axis = node.getInteger(1, "its axis");
  if (failed(axis))
    return failure();
  return node.setResult(node.b.unsqueeze(node.get(0), {*axis}));
}

static LogicalResult importTranspose(Node &node) {
  FailureOr<Integers> permutation = node.getIntegers(1, "its permutation");
  if (failed(permutation))
    return failure();
  return node.setResult(node.b.transpose(node.get(0), *permutation));
}

static LogicalResult importTile(Node &node) {
  FailureOr<Integers> repeats = node.getIntegers(1, "its repetitions");
  if (failed(repeats))
    return failure();
  return node.setResult(node.b.tile(node.get(0), *repeats));
}

static LogicalResult importBroadcastTo(Node &node) {
  FailureOr<Integers> shape = node.getIntegers(1, "its shape");
  if (failed(shape))
    return failure();
  return node.setResult(node.b.broadcastTo(node.get(0), *shape));
}

/// Sets the integers that an operator makes of a shape.
static LogicalResult setIntegers(Node &node, const Array &integers) {
  std::optional<ElementType> type = getHostType(node.getOutput().type);
  return node.setKnown(type ? host::cast(integers, *type) : integers);
}

static LogicalResult importShape(Node &node) {
  FailureOr<host::Shape> shape = node.getShape(0);
  return failed(shape) ? failure() : setIntegers(node, host::makeInts(*shape));
}

static LogicalResult importRank(Node &node) {
  FailureOr<host::Shape> shape = node.getShape(0);
  return failed(shape)
             ? failure()
             : setIntegers(
                   node,
                   host::reshape(host::makeInts({int64_t(shape->size())}), {}));
}

static LogicalResult importFill(Node &node) {
  FailureOr<Integers> shape = node.getIntegers(0, "its shape");
  Value value = node.get(1);
  if (failed(shape) || !value)
    return failure();
  return node.setResult(node.b.broadcastTo(node.b.reshape(value, {}), *shape));
}

static LogicalResult importZerosLike(Node &node) {
  FailureOr<host::Shape> shape = node.getShape(0);
  if (failed(shape))
    return failure();
  std::optional<ElementType> type = getHostType(node.getOutput().type);
  if (type && isFoldable(*shape))
    return node.setKnown(Array::zeros(*type, *shape));
  Type element = getElementType(node.b, node.getOutput().type);
  if (!element)
    return node.emitError()
           << "makes zeros of type " << getTypeName(node.getOutput().type)
           << ", which is not supported";
  return node.setResult(
      node.b.splat(node.b.getType(*shape, element), /*value=*/0.0));
}

/// Not all limits are known: else it would have been computed.
static LogicalResult importRange(Node &node) {
  return node.emitError() << "computes its limits at run time, on which the "
                             "shape of its result depends; convert the "
                             "network with fixed shapes";
}

static LogicalResult importBroadcastArgs(Node &node) {
  return node.emitError() << "computes a shape at run time; convert the "
                             "network with fixed shapes";
}

/// Amounts of padding, [rank, 2] in the file.
static LogicalResult getPaddings(Node &node, Integers &before,
                                 Integers &after) {
  FailureOr<Integers> paddings = node.getIntegers(1, "its paddings");
  Value x = node.get(0);
  if (failed(paddings) || !x)
    return failure();
  if (int64_t(paddings->size()) != 2 * NetworkBuilder::rankOf(x))
    return node.emitError() << "has " << paddings->size() << " paddings for "
                            << NetworkBuilder::rankOf(x) << " dimensions";
  for (size_t i = 0; i < paddings->size(); i += 2) {
    before.push_back((*paddings)[i]);
    after.push_back((*paddings)[i + 1]);
  }
  return success();
}

/// What a pad of integers fills with, as a real of the operand. The kernels
/// copy the integer of the third operand, which stands for `fill` there,
/// whatever the other parameters say. Without it they take the zero point of
/// the result, or 0 where one of the two tensors has no parameters, as
/// LiteRT 2.5 does.
static double getFill(Node &node, double fill) {
  QuantizationParams own = getParams(node.getInput(0));
  double code = 0.0;
  if (node.hasInput(2)) {
    QuantizationParams params = getParams(node.getInput(2));
    code = std::round(fill / params.scales.front()) + params.zeroPoints.front();
  } else if (node.getInput(0).quantization) {
    code = getParams(node.getOutput()).zeroPoints.front();
  }
  return (code - own.zeroPoints.front()) * own.scales.front();
}

static LogicalResult importPad(Node &node) {
  Integers before, after;
  double fill = 0.0;
  if (failed(getPaddings(node, before, after)))
    return failure();
  if (node.hasInput(2)) {
    Value value = node.get(2);
    std::optional<SmallVector<float>> reals =
        value ? NetworkBuilder::getFloats(value) : std::nullopt;
    if (!reals || reals->size() != 1)
      return node.emitError()
             << "fills with '" << getTensorName(node.getInput(2))
             << "', which is not one constant of a float or quantized type";
    fill = reals->front();
  }
  if (isQuantizedType(node.getInput(0).type))
    fill = getFill(node, fill);
  return node.setResult(
      node.b.pad(node.get(0), before, after, PadMode::Constant, fill));
}

static LogicalResult importMirrorPad(Node &node) {
  const auto *options = node.getFlat().options_as_MirrorPad();
  Integers before, after;
  if (!options)
    return node.refuseMissingOptions();
  if (failed(getPaddings(node, before, after)))
    return failure();
  return node.setResult(node.b.pad(
      node.get(0), before, after,
      options->mode() == schema::MirrorPadMode_SYMMETRIC ? PadMode::Symmetric
                                                         : PadMode::Reflect));
}

static LogicalResult importDepthToSpace(Node &node) {
  const auto *options = node.getFlat().options_as_DepthToSpace();
  if (!options)
    return node.refuseMissingOptions();
  return node.setResult(
      node.b.depthToSpace(node.get(0), options->block_size()));
}

static LogicalResult importSpaceToDepth(Node &node) {
  const auto *options = node.getFlat().options_as_SpaceToDepth();
  if (!options)
    return node.refuseMissingOptions();
  return node.setResult(
      node.b.spaceToDepth(node.get(0), options->block_size()));
}

ArrayRef<Handler> tflite::getReshapingHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_BROADCAST_ARGS, 1, 2, 2, 1, importBroadcastArgs},
      {schema::Code_BROADCAST_TO, 3, 2, 2, 1, importBroadcastTo, 0},
      {schema::Code_DEPTH_TO_SPACE, 2, 1, 1, 1, importDepthToSpace, 0},
      {schema::Code_EXPAND_DIMS, 1, 2, 2, 1, importExpandDims, 0},
      {schema::Code_FILL, 4, 2, 2, 1, importFill},
      {schema::Code_MIRROR_PAD, 3, 2, 2, 1, importMirrorPad, 0},
      {schema::Code_PAD, 4, 2, 2, 1, importPad, 0},
      {schema::Code_PADV2, 4, 3, 3, 1, importPad, 0},
      {schema::Code_RANGE, 2, 3, 3, 1, importRange},
      {schema::Code_RANK, 1, 1, 1, 1, importRank},
      {schema::Code_RESHAPE, 2, 1, 2, 1, importReshape, 0},
      {schema::Code_SHAPE, 1, 1, 1, 1, importShape},
      {schema::Code_SPACE_TO_DEPTH, 2, 1, 1, 1, importSpaceToDepth, 0},
      {schema::Code_SQUEEZE, 2, 1, 1, 1, importSqueeze, 0},
      {schema::Code_TILE, 3, 2, 2, 1, importTile, 0},
      {schema::Code_TRANSPOSE, 6, 2, 2, 1, importTranspose, 0},
      {schema::Code_ZEROS_LIKE, 1, 1, 1, 1, importZerosLike},
  };
  return kHandlers;
}
