//===- OnnxQLinear.cpp - Operations from integers to integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantized.h"
#include "Windows.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// The bias of a convolution or product: integers at the product of the scales.
static Value readBias(Node &node, int input, int xScale, int weightScale) {
  if (!node.has(input))
    return {};
  const Array *x = node.require(xScale, "scale");
  const Array *weights = node.require(weightScale, "scale");
  if (!x || !weights || !node.require(input, "bias"))
    return {};
  QuantizationParams params;
  params.bits = 32;
  for (int64_t i = 0, e = weights->elementCount(); i < e; ++i)
    params.scales.push_back(getReal(*x, 0) * getReal(*weights, i));
  if (params.scales.size() > 1)
    params.axis = node.shape(input).size() - 1;
  return readAs(node, input, params);
}

static LogicalResult importQLinearConv(Node &node) {
  Value x = readReals(node, 0, {1, 2});
  Value weights = readReals(node, 3, {4, 5}, 0);
  if (!x || !weights)
    return failure();
  Value bias = readBias(node, 8, 1, 4);
  if (node.hasFailed())
    return failure();
  return setQuantized(node, buildConv(node, x, weights, bias), {6, 7});
}

static LogicalResult importQLinearMatMul(Node &node) {
  Value a = readReals(node, 0, {1, 2});
  Value b = readReals(node, 3, {4, 5}, -1);
  if (!a || !b)
    return failure();
  return setQuantized(node, node.b.matMul(a, b), {6, 7});
}

static LogicalResult importQGemm(Node &node) {
  bool transposed = node.getInt("transB", 0) != 0;
  Value a = readReals(node, 0, {1, 2});
  Value b = readReals(node, 3, {4, 5}, transposed ? 0 : 1);
  if (!a || !b)
    return failure();
  Value c = readBias(node, 6, 1, 4);
  if (node.hasFailed())
    return failure();
  Value result = node.b.gemm(a, b, c, node.getFloat("alpha", 1.0), 1.0,
                             node.getInt("transA", 0) != 0, transposed);
  // Without parameters of the result it is real.
  return node.has(7) ? setQuantized(node, result, {7, 8})
                     : node.setResult(0, result);
}

template <BinaryKind kind>
static LogicalResult importQLinearBinary(Node &node) {
  Value a = readReals(node, 0, {1, 2});
  Value b = readReals(node, 3, {4, 5});
  if (!a || !b)
    return failure();
  return setQuantized(node, node.b.binary(kind, a, b), {6, 7});
}

/// Operations of one tensor: x, its parameters, the result's.
static LogicalResult importQLinearUnary(Node &node,
                                        function_ref<Value(Value)> build) {
  Value x = readReals(node, 0, {1, 2});
  return x ? setQuantized(node, build(x), {3, 4}) : failure();
}

static LogicalResult importQLinearSigmoid(Node &node) {
  return importQLinearUnary(
      node, [&](Value x) { return node.b.unary(UnaryKind::Sigmoid, x); });
}

static LogicalResult importQLinearLeakyRelu(Node &node) {
  return importQLinearUnary(node, [&](Value x) {
    return node.b.leakyRelu(x, node.getFloat("alpha", 0.01f));
  });
}

static LogicalResult importQLinearSoftmax(Node &node) {
  return importQLinearUnary(node, [&](Value x) -> Value {
    int64_t rank = NetworkBuilder::rankOf(x);
    FailureOr<int64_t> axis = node.getAxis(node.getInt("axis", -1), rank);
    if (failed(axis))
      return {};
    if (node.getInt("opset", 13) >= 13 || *axis == rank - 1)
      return node.b.softmax(x, *axis);
    Shape shape(NetworkBuilder::shapeOf(x));
    return node.b.reshape(node.b.softmax(node.b.flatten(x, *axis), 1), shape);
  });
}

/// Pools of channels-first tensors; others say so.
static LogicalResult importQLinearPool(Node &node,
                                       function_ref<Value(Value)> build) {
  if (node.getInt("channels_last", 0) != 0)
    return node.emitError() << "works on channels-last tensors; quantc reads "
                               "channels-first ones";
  return importQLinearUnary(node, build);
}

static LogicalResult importQLinearAveragePool(Node &node) {
  return importQLinearPool(node,
                           [&](Value x) { return buildAveragePool(node, x); });
}

static LogicalResult importQLinearGlobalAveragePool(Node &node) {
  return importQLinearPool(node, [&](Value x) {
    return buildGlobalPool(node, x, ReduceKind::Mean);
  });
}

static LogicalResult importQLinearConcat(Node &node) {
  SmallVector<Value> values;
  for (int i = 2; i + 1 < node.getNumInputs(); i += 3) {
    values.push_back(readReals(node, i, {i + 1, i + 2}));
    if (!values.back())
      return failure();
  }
  if (values.empty())
    return node.emitError() << "has no input";
  return setQuantized(node, node.b.concat(values, node.getInt("axis", 0)),
                      {0, 1});
}

void onnximport::addQLinearHandlers(Handlers &handlers) {
  auto add = [&](StringRef name, ImportFunction import) {
    handlers[("com.microsoft." + name).str()] = {import, Integers::Own};
  };
  handlers["QLinearConv"] = {importQLinearConv, Integers::Own};
  handlers["QLinearMatMul"] = {importQLinearMatMul, Integers::Own};
  handlers["QLinearAdd"] = {importQLinearBinary<BinaryKind::Add>,
                            Integers::Own};
  add("QGemm", importQGemm);
  add("QLinearAdd", importQLinearBinary<BinaryKind::Add>);
  add("QLinearAveragePool", importQLinearAveragePool);
  add("QLinearConcat", importQLinearConcat);
  add("QLinearGlobalAveragePool", importQLinearGlobalAveragePool);
  add("QLinearLeakyRelu", importQLinearLeakyRelu);
  add("QLinearMul", importQLinearBinary<BinaryKind::Mul>);
  add("QLinearSigmoid", importQLinearSigmoid);
  add("QLinearSoftmax", importQLinearSoftmax);
}
