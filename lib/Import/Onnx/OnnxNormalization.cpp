//===- OnnxNormalization.cpp - Normalizations and softmax -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static LogicalResult importBatchNormalization(Node &node) {
  Value x = node.value(0), scale = node.value(1), bias = node.value(2);
  Value mean = node.value(3), variance = node.value(4);
  if (node.hasFailed())
    return failure();
  if (node.getInt("training_mode", 0) != 0)
    return node.emitError() << "is in training mode; export the network for "
                               "inference";
  if (node.version < 9 && node.getInt("spatial", 1) == 0)
    return node.emitError() << "has parameters per element (spatial=0), which "
                               "quantc does not read";
  double epsilon = node.getFloat("epsilon", 1e-5f);
  auto build = [&](Value input) {
    return node.b.batchNorm(input, scale, bias, mean, variance, epsilon);
  };
  // Between the same transposes as the convolution before it.
  if (NetworkBuilder::rankOf(x) > 2)
    return node.setResult(0, onChannelsLast(node, x, build));
  return node.setResult(0, build(x));
}

static LogicalResult importInstanceNormalization(Node &node) {
  Value x = node.value(0), scale = node.value(1), bias = node.value(2);
  return node.setResult(0, onChannelsLast(node, x, [&](Value input) {
                          return node.b.instanceNorm(
                              input, scale, bias,
                              node.getFloat("epsilon", 1e-5f));
                        }));
}

/// Since operator set 21 scale and bias belong to channels, before to groups.
static LogicalResult importGroupNormalization(Node &node) {
  Value x = node.value(0), scale = node.value(1), bias = node.value(2);
  return node.setResult(0, node.b.groupNorm(x, scale, bias,
                                            node.getInt("num_groups", 1),
                                            node.getFloat("epsilon", 1e-5f)));
}

/// The mean and 1 / sqrt(variance + epsilon), where a network asks for them.
static LogicalResult setStatistics(Node &node, Value x, ArrayRef<int64_t> axes,
                                   double epsilon) {
  if (!node.isUsed(1) && !node.isUsed(2))
    return success();
  NetworkBuilder &b = node.b;
  auto getMean = [&](Value value) {
    return b.reduce(ReduceKind::Mean, value, axes, /*keepDims=*/true);
  };
  Value mean = getMean(x);
  Value variance = getMean(b.binary(BinaryKind::SquaredDifference, x, mean));
  Value shifted = b.binary(BinaryKind::Add, variance,
                           b.scalar(static_cast<float>(epsilon)));
  if (failed(node.setResult(1, mean)))
    return failure();
  return node.setResult(2, b.unary(UnaryKind::Rsqrt, shifted));
}

static LogicalResult importLayerNormalization(Node &node) {
  Value x = node.value(0), scale = node.value(1), bias = node.optional(2);
  if (node.hasFailed())
    return failure();
  int64_t rank = NetworkBuilder::rankOf(x);
  FailureOr<int64_t> axis = node.getAxis(node.getInt("axis", -1), rank);
  if (failed(axis))
    return failure();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  double epsilon = node.getFloat("epsilon", 1e-5f);
  if (failed(
          node.setResult(0, node.b.layerNorm(x, axes, scale, bias, epsilon))))
    return failure();
  return setStatistics(node, x, axes, epsilon);
}

/// Before operator set 13, the function runs over all dimensions from `axis`
/// on, 1 by default.
template <bool isLog>
static LogicalResult importSoftmax(Node &node) {
  Value x = node.value(0);
  if (!x)
    return failure();
  bool flattens = node.version < 13;
  int64_t rank = NetworkBuilder::rankOf(x);
  FailureOr<int64_t> axis =
      node.getAxis(node.getInt("axis", flattens ? 1 : -1), rank);
  if (failed(axis))
    return failure();
  auto build = [&](Value input, int64_t dim) {
    return isLog ? node.b.logSoftmax(input, dim) : node.b.softmax(input, dim);
  };
  if (!flattens || *axis == rank - 1)
    return node.setResult(0, build(x, *axis));
  Shape shape(NetworkBuilder::shapeOf(x));
  return node.setResult(
      0, node.b.reshape(build(node.b.flatten(x, *axis), 1), shape));
}

void onnximport::addNormalizationHandlers(Handlers &handlers) {
  handlers["BatchNormalization"] = {importBatchNormalization};
  handlers["GroupNormalization"] = {importGroupNormalization};
  handlers["InstanceNormalization"] = {importInstanceNormalization};
  handlers["LayerNormalization"] = {importLayerNormalization};
  handlers["LogSoftmax"] = {importSoftmax<true>};
  handlers["Softmax"] = {importSoftmax<false>};
}
