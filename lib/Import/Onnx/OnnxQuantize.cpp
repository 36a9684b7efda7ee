//===- OnnxQuantize.cpp - Quantization and its inverse -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantized.h"

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

/// The real numbers of `in`, blocks of `block` elements along `axis`.
static Array dequantizeBlocks(const Array &in, const Array &scale,
                              const Array *zero, int64_t axis, int64_t block) {
  int64_t inner = 1, size = in.shape[axis];
  for (int64_t dim : ArrayRef<int64_t>(in.shape).drop_front(axis + 1))
    inner *= dim;
  int64_t blocks = llvm::divideCeil(size, block);
  Array out = Array::zeros(ElementType::Float32, in.shape);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    int64_t position = i / inner % size, outer = i / inner / size;
    int64_t at = (outer * blocks + position / block) * inner + i % inner;
    int64_t difference = getInt(in, i) - (zero ? getInt(*zero, at) : 0);
    setReal(out, i,
            static_cast<float>(difference) *
                static_cast<float>(getReal(scale, at)));
  }
  return out;
}

/// A constant with a scale per block of an axis. Blocks that kernels cannot
/// follow and wide integers become real numbers here.
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
  int64_t size = in->shape[*axis];
  bool isNarrow =
      in->type == ElementType::Int8 || in->type == ElementType::UInt8;
  if (!isNarrow || block % 8 != 0 || size % block != 0)
    return node.setResult(0, dequantizeBlocks(*in, *scale, zero, *axis, block));
  QuantizationParams params;
  params.axis = *axis;
  params.block = block;
  params.bits = node.tensor(0)->isNibble ? 4 : 8;
  params.isUnsigned = in->type == ElementType::UInt8;
  for (int64_t i = 0, e = scale->elementCount(); i < e; ++i) {
    params.scales.push_back(getReal(*scale, i));
    if (zero)
      params.zeroPoints.push_back(getInt(*zero, i));
  }
  Value value = node.b.quantizedConstant(in->shape, getBytes(*in), params);
  return node.setResult(0, node.b.nameResult(value, node.getInputName(0)));
}

/// Whether an input is a single element that the network computes.
static bool isComputed(Node &node, int input) {
  if (!node.has(input) || node.constant(input) || !node.tensor(input))
    return false;
  return countElements(node.shape(input)) == 1;
}

/// (integers - zero point) * scale, where the network computes either.
static Value readComputed(Node &node) {
  Value codes = readCodes(node, 0), scale = node.value(1);
  if (node.has(2))
    codes = node.b.binary(BinaryKind::Sub, codes, readCodes(node, 2));
  // One element of any rank; the rank of the result is the input's.
  return node.b.binary(BinaryKind::Mul, codes, node.b.reshape(scale, {}));
}

static LogicalResult importDequantizeLinear(Node &node) {
  Tensor *in = node.tensor(0), *scale = node.tensor(1);
  if (!in || !scale)
    return failure();
  if (int64_t block = node.getInt("block_size", 0))
    return importBlocks(node, block);
  if (in->dynamic && scale->dynamic &&
      in->dynamic->source == scale->dynamic->source &&
      in->dynamic->exponent + scale->dynamic->exponent == 0 &&
      isDynamicZeroPoint(node, 2, *in->dynamic))
    return node.setResult(0, in->value);
  node.keepDynamic(false);
  if (isComputed(node, 1) || isComputed(node, 2))
    return node.setResult(0, readComputed(node));
  return node.setResult(0, readReals(node, 0, {1, 2}, node.getInt("axis", 1)));
}

void onnximport::addQuantizeHandlers(Handlers &handlers) {
  handlers["DequantizeLinear"] = {importDequantizeLinear, Integers::Dynamic};
  handlers["QuantizeLinear"] = {importQuantizeLinear};
  handlers["com.microsoft.DequantizeLinear"] = handlers["DequantizeLinear"];
  handlers["com.microsoft.QuantizeLinear"] = handlers["QuantizeLinear"];
}
