//===- OnnxConv.cpp - Convolutions, pools and products -*- C++ -*-===//
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

static LogicalResult importConv(Node &node) {
  Value x = node.value(0), weights = node.value(1);
  return node.setResult(0, buildConv(node, x, weights, node.optional(2)));
}

/// Weights [I, O/groups, ...] as the builder's [O, ..., I/groups].
static Value convertTransposedWeights(Node &node, Value weights,
                                      int64_t groups) {
  Shape shape(NetworkBuilder::shapeOf(weights));
  if (groups < 1 || shape[0] % groups != 0) {
    node.emitError() << "has " << groups << " groups, which do not divide "
                     << shape[0] << " channels";
    return {};
  }
  // Without groups no dimension is split: a scale per channel can follow.
  auto spatial = llvm::seq<int64_t>(2, shape.size());
  if (groups == 1) {
    Shape order{1};
    llvm::append_range(order, spatial);
    order.push_back(0);
    return node.b.transpose(weights, order);
  }
  Shape split{groups, shape[0] / groups}, order{0, 2}, merged;
  llvm::append_range(split, ArrayRef<int64_t>(shape).drop_front());
  merged.push_back(groups * shape[1]);
  for (int64_t dim : spatial) {
    order.push_back(dim + 1);
    merged.push_back(shape[dim]);
  }
  order.push_back(1);
  merged.push_back(shape[0] / groups);
  return node.b.reshape(node.b.transpose(node.b.reshape(weights, split), order),
                        merged);
}

static LogicalResult importConvTranspose(Node &node) {
  Value x = node.value(0), weights = node.value(1);
  if (!x || !weights)
    return failure();
  int64_t rank = NetworkBuilder::rankOf(x);
  if (rank < 3 || rank > 4 || NetworkBuilder::rankOf(weights) != rank)
    return node.emitError()
           << "has an input of " << rank << " dimensions and weights of "
           << NetworkBuilder::rankOf(weights)
           << "; quantc has transposed convolutions of 3 and 4 dimensions";
  FailureOr<Window> window = readWindow(node, rank - 2);
  if (failed(window))
    return failure();
  TransposedSize size;
  size.outputPadding = node.getInts("output_padding");
  size.outputSize = node.getInts("output_shape");
  // Some exporters write the sizes of all dimensions.
  if (static_cast<int64_t>(size.outputSize.size()) == rank)
    size.outputSize.erase(size.outputSize.begin(), size.outputSize.begin() + 2);
  int64_t groups = node.getInt("group", 1);
  Value bias = node.optional(2);
  Value filters = convertTransposedWeights(node, weights, groups);
  return node.setResult(0, onChannelsLast(node, x, [&](Value input) {
                          return node.b.transposeConv(input, filters, bias,
                                                      *window, size, groups);
                        }));
}

static LogicalResult importMaxPool(Node &node) {
  Value x = node.value(0);
  if (!x)
    return failure();
  int64_t spatial = NetworkBuilder::rankOf(x) - 2;
  FailureOr<Window> window = readWindow(node, spatial);
  FailureOr<SmallVector<int64_t>> kernel = readKernel(node, spatial);
  if (failed(window) || failed(kernel))
    return failure();
  return node.setResult(0, onChannelsLast(node, x, [&](Value input) {
                          return node.b.maxPool(input, *kernel, *window);
                        }));
}

static LogicalResult importAveragePool(Node &node) {
  Value x = node.value(0);
  return node.setResult(0, buildAveragePool(node, x));
}

template <ReduceKind kind>
static LogicalResult importGlobalPool(Node &node) {
  return node.setResult(0, buildGlobalPool(node, node.value(0), kind));
}

static LogicalResult importMatMul(Node &node) {
  Value a = node.value(0), b = node.value(1);
  return node.setResult(0, node.b.matMul(a, b));
}

static LogicalResult importGemm(Node &node) {
  Value a = node.value(0), b = node.value(1), c = node.optional(2);
  if (node.hasFailed())
    return failure();
  return node.setResult(0, node.b.gemm(a, b, c, node.getFloat("alpha", 1.0),
                                       node.getFloat("beta", 1.0),
                                       node.getInt("transA", 0) != 0,
                                       node.getInt("transB", 0) != 0));
}

void onnximport::addConvHandlers(Handlers &handlers) {
  handlers["Conv"] = {importConv};
  handlers["ConvTranspose"] = {importConvTranspose};
  handlers["MatMul"] = {importMatMul};
  handlers["Gemm"] = {importGemm};
}

void onnximport::addPoolHandlers(Handlers &handlers) {
  handlers["MaxPool"] = {importMaxPool, Integers::Move};
  handlers["AveragePool"] = {importAveragePool};
  handlers["GlobalAveragePool"] = {importGlobalPool<ReduceKind::Mean>};
  handlers["GlobalMaxPool"] = {importGlobalPool<ReduceKind::Max>,
                               Integers::Move};
}
