//===- OnnxQuantize.cpp - Quantized operators -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantized.h"
#include "Windows.h"

#include <cmath>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// round(x / scale) + zero point, halves to even, as ONNX defines it.
static Array quantize(const Array &in, const QuantizationParams &params,
                      ElementType type) {
  Array out = Array::zeros(type, in.shape);
  int64_t inner = 1;
  for (int64_t dim = in.shape.size(); params.axis && --dim > *params.axis;)
    inner *= in.shape[dim];
  double low = params.isUnsigned ? 0 : -std::ldexp(1.0, params.bits - 1);
  double high = low + std::ldexp(1.0, params.bits) - 1;
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    size_t channel = i / inner % params.scales.size();
    float quotient = static_cast<float>(getReal(in, i)) /
                     static_cast<float>(params.scales[channel]);
    double zero = params.zeroPoints.empty() ? 0 : params.zeroPoints[channel];
    double code = std::nearbyint(quotient) + zero;
    setInt(out, i, std::isnan(code) ? 0 : std::clamp(code, low, high));
  }
  return out;
}

static LogicalResult importQuantizeLinear(Node &node) {
  ParamInputs inputs{1, 2};
  int64_t axis = node.getInt("axis", 1);
  if (int64_t block = node.getInt("block_size", 0))
    return node.emitError() << "has a scale per " << block
                            << " elements (block_size); quantc reads such "
                               "scales of constants in DequantizeLinear";
  const Array *in = node.constant(0);
  if (!in || !isFloat(in->type))
    return setQuantized(node, node.value(0), inputs, axis);
  FailureOr<StoredType> integers = readResultType(node, inputs.zero);
  if (failed(integers))
    return failure();
  FailureOr<QuantizationParams> params =
      readParams(node, inputs, integers->type, axis, in->shape.size());
  if (failed(params))
    return failure();
  // The builder checks the parameters.
  if (!node.b.getQuantizedType(*params, in->shape))
    return failure();
  if (integers->isNibble)
    params->bits = 4;
  return node.setResult(0, quantize(*in, *params, integers->type),
                        integers->isNibble);
}

/// Whether `params` hold one number for each `block` elements of dimension
/// `axis` of `in`.
static bool fitsBlocks(const Array &in, const Array &params, int64_t axis,
                       int64_t block) {
  std::vector<int64_t> shape = in.shape;
  shape[axis] = llvm::divideCeil(shape[axis], block);
  return params.shape == shape;
}

/// A constant with a scale per block of an axis: no quantized type has such
/// scales, so the numbers that it stands for are computed here.
static LogicalResult importBlocks(Node &node, int64_t block) {
  const Array *in = node.require(0, "elements, with a scale per block,");
  const Array *scale = node.require(1, "scale");
  const Array *zero = node.has(2) ? node.require(2, "zero point") : nullptr;
  if (node.hasFailed())
    return failure();
  FailureOr<int64_t> axis =
      node.getAxis(node.getInt("axis", 1), in->shape.size());
  if (failed(axis))
    return failure();
  if (block < 0 || isFloat(in->type) || !isFloat(scale->type) ||
      !fitsBlocks(*in, *scale, *axis, block) ||
      (zero && !fitsBlocks(*in, *zero, *axis, block)))
    return node.emitError() << "has scales or zero points that are not one for "
                               "each block of "
                            << block << " elements";
  if (in->elementCount() > int64_t(kMaxFoldedBytes / sizeof(float)))
    return node.emitError()
           << "makes a constant of more than " << kMaxFoldedBytes << " bytes";
  int64_t inner = 1, size = in->shape[*axis];
  for (int64_t dim : ArrayRef<int64_t>(in->shape).drop_front(*axis + 1))
    inner *= dim;
  int64_t blocks = llvm::divideCeil(size, block);
  Array out = Array::zeros(ElementType::Float32, in->shape);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    int64_t position = i / inner % size, outer = i / inner / size;
    int64_t at = (outer * blocks + position / block) * inner + i % inner;
    int64_t difference = getInt(*in, i) - (zero ? getInt(*zero, at) : 0);
    setReal(out, i,
            static_cast<float>(difference) *
                static_cast<float>(getReal(*scale, at)));
  }
  return node.setResult(0, std::move(out));
}

static LogicalResult importDequantizeLinear(Node &node) {
  Tensor *in = node.tensor(0), *scale = node.tensor(1);
  if (!in || !scale)
    return failure();
  if (int64_t block = node.getInt("block_size", 0))
    return importBlocks(node, block);
  if (in->dynamic && scale->dynamic &&
      in->dynamic->source == scale->dynamic->source &&
      in->dynamic->exponent + scale->dynamic->exponent == 0)
    return node.setResult(0, in->value);
  return node.setResult(0, readReals(node, 0, {1, 2}, node.getInt("axis", 1)));
}

//===----------------------------------------------------------------------===//
// Scales that are computed at run time
//===----------------------------------------------------------------------===//

static LogicalResult importDynamicQuantizeLinear(Node &node) {
  Value x = node.value(0);
  if (!x)
    return failure();
  std::string source = node.getResultName(1).str();
  auto set = [&](int result, Value value, int exponent) {
    Tensor tensor;
    tensor.type = result == 1 ? ElementType::Float32 : ElementType::UInt8;
    tensor.value = value;
    tensor.dynamic = DynamicScale{source, exponent};
    return node.setResult(result, std::move(tensor));
  };
  return failure(failed(set(0, x, -1)) ||
                 failed(set(1, node.b.scalar(1.0f), 1)) ||
                 failed(set(2, node.b.scalar(0.0f), 0)));
}

FailureOr<bool> onnximport::importDynamicMul(Node &node) {
  Tensor *a = node.tensor(0), *b = node.tensor(1);
  if (!a || !b)
    return failure();
  if (a->params || b->params)
    return node.emitError() << "computes with the integers of a quantized "
                               "tensor; put a DequantizeLinear before it";
  if (!a->dynamic && !b->dynamic)
    return false;
  if (a->dynamic && b->dynamic && a->dynamic->source != b->dynamic->source)
    return node.emitError() << "mixes the scales of two DynamicQuantizeLinear";
  Tensor result;
  DynamicScale scale{a->dynamic ? a->dynamic->source : b->dynamic->source, 0};
  for (Tensor *factor : {a, b})
    scale.exponent += factor->dynamic ? factor->dynamic->exponent : 0;
  if (scale.exponent != 0)
    result.dynamic = scale;
  Value lhs = node.value(0), rhs = node.value(1);
  result.value = node.b.binary(BinaryKind::Mul, lhs, rhs);
  if (failed(node.setResult(0, std::move(result))))
    return failure();
  return true;
}

LogicalResult onnximport::importDynamicCast(Node &node, ElementType type) {
  if (!isFloat(type))
    return node.emitError() << "makes integers of what a scale computed at run "
                               "time applies to";
  Tensor result = *node.tensor(0);
  result.type = ElementType::Float32;
  return node.setResult(0, std::move(result));
}

//===----------------------------------------------------------------------===//
// ConvInteger, MatMulInteger
//===----------------------------------------------------------------------===//

/// The integers of an input minus its zero point; `unit` gets what a step of
/// the result stands for.
static Value readDifference(Node &node, int input, int zero, int64_t axis,
                            double &unit,
                            std::optional<DynamicScale> &dynamic) {
  Tensor *tensor = node.tensor(input);
  if (!tensor)
    return {};
  if (tensor->dynamic) {
    dynamic = tensor->dynamic;
    return tensor->value;
  }
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

/// `build` on the differences. The result's integers are the real numbers over
/// the unit.
static LogicalResult importInteger(Node &node, int64_t axis,
                                   function_ref<Value(Value, Value)> build) {
  double unit = 1;
  std::optional<DynamicScale> dynamic, other;
  Value x = readDifference(node, 0, 2, 0, unit, dynamic);
  Value weights = readDifference(node, 1, 3, axis, unit, other);
  if (!x || !weights)
    return failure();
  if (other)
    return node.emitError()
           << "multiplies two tensors of which the second has a scale that is "
              "computed at run time; quantc reads constant weights there";
  Tensor result;
  result.type = ElementType::Int32;
  result.value = build(x, weights);
  result.dynamic = dynamic;
  if (!dynamic) {
    result.params.emplace();
    result.params->bits = 32;
    result.params->scales.push_back(unit);
  }
  return node.setResult(0, std::move(result));
}

static LogicalResult importConvInteger(Node &node) {
  return importInteger(node, 0, [&](Value x, Value weights) {
    return buildConv(node, x, weights, Value());
  });
}

static LogicalResult importMatMulInteger(Node &node) {
  return importInteger(node, -1, [&](Value x, Value weights) {
    return node.b.matMul(x, weights);
  });
}

void onnximport::addQuantizeHandlers(Handlers &handlers) {
  handlers["ConvInteger"] = {importConvInteger, Integers::Own};
  handlers["DequantizeLinear"] = {importDequantizeLinear, Integers::Own};
  handlers["DynamicQuantizeLinear"] = {importDynamicQuantizeLinear};
  handlers["MatMulInteger"] = {importMatMulInteger, Integers::Own};
  handlers["QuantizeLinear"] = {importQuantizeLinear};
  handlers["com.microsoft.DequantizeLinear"] = handlers["DequantizeLinear"];
  handlers["com.microsoft.QuantizeLinear"] = handlers["QuantizeLinear"];
}
