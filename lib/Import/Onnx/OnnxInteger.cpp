//===- OnnxInteger.cpp - Products of integers -*- C++ -*-===//
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

/// The integers of an input minus its zero point; `unit` gets what a step of
/// the result stands for.
static Value readDifference(Node &node, int input, int zero, int64_t axis,
                            double &unit) {
  Tensor *tensor = node.tensor(input);
  if (!tensor)
    return {};
  if (node.has(zero) && !node.constant(zero))
    return node.b.binary(BinaryKind::Sub, readCodes(node, input),
                         readCodes(node, zero));
  FailureOr<QuantizationParams> params =
      readZeroPoint(node, zero, tensor->type, axis, node.shape(input).size());
  if (failed(params))
    return {};
  // Quantized activations are taken as they are, whatever their scale.
  if (!tensor->constant && tensor->params && !tensor->params->axis) {
    QuantizationParams scaled = *params;
    scaled.scales = tensor->params->scales;
    if (isSame(scaled, *tensor->params)) {
      unit *= scaled.scales.front();
      return tensor->value;
    }
  }
  return readAs(node, input, *params);
}

namespace {
/// ConvInteger or MatMulInteger.
struct Product {
  /// The product of two differences of a node.
  Value (*build)(Node &node, Value x, Value weights);
  /// The axis of weights along which they may have several zero points.
  int64_t axis;
};
} // namespace

/// The product whose integers are the real numbers over the unit.
static Tensor multiply(Node &node, const Product &product) {
  double unit = 1;
  Value x = readDifference(node, 0, 2, 0, unit);
  Value weights = readDifference(node, 1, 3, product.axis, unit);
  Tensor result;
  if (!x || !weights)
    return result;
  result.type = ElementType::Int32;
  result.value = product.build(node, x, weights);
  result.params = getUnitParams(result.type);
  result.params->scales.front() = unit;
  return result;
}

static LogicalResult importInteger(Node &node, const Product &product) {
  Tensor *x = node.tensor(0), *weights = node.tensor(1);
  if (!x || !weights)
    return failure();
  bool cancels = x->dynamic && isDynamicZeroPoint(node, 2, *x->dynamic) &&
                 weights->constant && (!node.has(3) || node.constant(3));
  Value real = x->value;
  Tensor result;
  if (cancels)
    result.dynamic = x->dynamic;
  node.keepDynamic(false);
  double unit = 1;
  if (cancels) {
    Value difference = readDifference(node, 1, 3, product.axis, unit);
    if (!difference)
      return failure();
    result.value = buildDynamicProduct(node.b, real, difference, [&] {
      return product.build(node, real, difference);
    });
  }
  if (node.hasFailed())
    return failure();
  if (!result.value)
    return node.setResult(0, multiply(node, product));
  result.type = ElementType::Int32;
  result.dynamic->compute = [copy = node, product]() mutable {
    return multiply(copy, product);
  };
  return node.setResult(0, std::move(result));
}

static LogicalResult importConvInteger(Node &node) {
  return importInteger(node, {[](Node &node, Value x, Value weights) {
                                return buildConv(node, x, weights, Value());
                              },
                              0});
}

static LogicalResult importMatMulInteger(Node &node) {
  return importInteger(node, {[](Node &node, Value x, Value weights) {
                                return node.b.matMul(x, weights);
                              },
                              -1});
}

/// The product of x, quantized when the network runs, and the weights at input
/// 1, which have their parameters at `inputs`.
static Value multiplyDynamic(Node &node, Value x, ParamInputs inputs) {
  Value weights = readReals(node, 1, inputs, -1);
  if (!x || !weights)
    return {};
  auto build = [&](Value activations) {
    return node.b.matMul(activations, weights);
  };
  Value product;
  if (node.constant(1))
    product = buildDynamicProduct(node.b, x, weights, [&] { return build(x); });
  return product ? product : build(roundDynamically(node.b, x));
}

/// `product` plus the bias at `input`, if there is one, is result 0.
static LogicalResult addBias(Node &node, Value product, int input) {
  Value bias = node.optional(input);
  if (!product || node.hasFailed())
    return failure();
  return node.setResult(0, bias ? node.b.binary(BinaryKind::Add, product, bias)
                                : product);
}

static LogicalResult importDynamicQuantizeMatMul(Node &node) {
  return addBias(node, multiplyDynamic(node, node.value(0), {2, 3}), 4);
}

static LogicalResult importMatMulIntegerToFloat(Node &node) {
  Tensor *x = node.tensor(0), *scale = node.tensor(2);
  if (!x || !scale)
    return failure();
  bool cancels = x->dynamic && scale->dynamic &&
                 scale->dynamic->source == x->dynamic->source &&
                 x->dynamic->exponent + scale->dynamic->exponent == 0 &&
                 isDynamicZeroPoint(node, 4, *x->dynamic);
  Value real = x->value;
  node.keepDynamic(false);
  if (cancels)
    return addBias(node, multiplyDynamic(node, real, {3, 5}), 6);
  Value a = readReals(node, 0, {2, 4}), b = readReals(node, 1, {3, 5}, -1);
  if (!a || !b)
    return failure();
  return addBias(node, node.b.matMul(a, b), 6);
}

void onnximport::addIntegerHandlers(Handlers &handlers) {
  handlers["ConvInteger"] = {importConvInteger, Integers::Dynamic};
  handlers["MatMulInteger"] = {importMatMulInteger, Integers::Dynamic};
  handlers["com.microsoft.DynamicQuantizeMatMul"] = {
      importDynamicQuantizeMatMul, Integers::Own};
  handlers["com.microsoft.MatMulIntegerToFloat"] = {importMatMulIntegerToFloat,
                                                    Integers::Dynamic};
}
