//===- Node.cpp - One node while it is imported -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/Support/JSON.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

InFlightDiagnostic Node::emitError() {
  failed = true;
  return b.emitError() << "'" << proto.op_type() << "' ";
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

bool Node::has(int input) const {
  return input < proto.input_size() && !proto.input(input).empty();
}

Tensor *Node::tensor(int input) {
  if (!has(input)) {
    emitError() << "lacks its input " << input;
    return nullptr;
  }
  auto it = tensors.find(proto.input(input));
  if (it != tensors.end()) {
    Tensor *found = keepsDynamic ? &it->second : resolveDynamic(it->second);
    failed |= !found;
    return found;
  }
  emitError() << "reads '" << llvm::json::fixUTF8(proto.input(input))
              << "', an optional result of an operation that quantc does not "
                 "compute";
  return nullptr;
}

Tensor *onnximport::resolveDynamic(Tensor &tensor) {
  if (!tensor.dynamic)
    return &tensor;
  if (!tensor.computed)
    tensor.computed = std::make_shared<Tensor>(tensor.dynamic->compute());
  return tensor.computed->value ? tensor.computed.get() : nullptr;
}

Value onnximport::materialize(NetworkBuilder &b, Tensor &tensor,
                              StringRef name) {
  if (!tensor.value && tensor.constant)
    tensor.value = b.nameResult(b.hostConstant(*tensor.constant, name), name);
  return tensor.value;
}

Value Node::value(int input) {
  Tensor *in = tensor(input);
  if (!in)
    return {};
  Value value = materialize(b, *in, proto.input(input));
  failed |= !value;
  return value;
}

Value Node::optional(int input) { return has(input) ? value(input) : Value(); }

SmallVector<Value> Node::values() {
  SmallVector<Value> values;
  for (int i = 0; i < getNumInputs(); ++i) {
    values.push_back(value(i));
    if (!values.back())
      return {};
  }
  if (values.empty())
    emitError() << "has no input";
  return values;
}

const Array *Node::constant(int input) {
  if (!has(input))
    return nullptr;
  Tensor *in = tensor(input);
  return in ? in->constant.get() : nullptr;
}

const Array *Node::require(int input, StringRef what) {
  Tensor *in = tensor(input);
  if (in && !in->constant)
    emitError() << "computes its " << what << " ('"
                << llvm::json::fixUTF8(proto.input(input))
                << "') at run time; quantc needs it as a constant, or as a "
                   "function of shapes";
  return in ? in->constant.get() : nullptr;
}

FailureOr<SmallVector<int64_t>> Node::ints(int input, StringRef what) {
  const Array *array = require(input, what);
  if (!array)
    return failure();
  if (isFloat(array->type) || array->elementCount() > kMaxFoldedElements)
    return emitError() << "has " << what << " that are no integers";
  return onnximport::getInts(*array);
}

/// An error if `count` elements were given where one is needed.
static LogicalResult requireOne(Node &node, int64_t count, StringRef what) {
  if (count == 1)
    return success();
  return node.emitError() << "has " << count << " values of " << what
                          << ", but needs one";
}

FailureOr<int64_t> Node::integer(int input, StringRef what) {
  FailureOr<SmallVector<int64_t>> given = ints(input, what);
  if (mlir::failed(given) ||
      mlir::failed(requireOne(*this, given->size(), what)))
    return failure();
  return given->front();
}

FailureOr<double> Node::real(int input, StringRef what) {
  const Array *array = require(input, what);
  if (!array)
    return failure();
  if (mlir::failed(requireOne(*this, array->elementCount(), what)))
    return failure();
  return getReal(*array, 0);
}

Shape Node::shape(int input) {
  const Tensor &in = tensors.find(proto.input(input))->second;
  return in.constant ? Shape(ArrayRef<int64_t>(in.constant->shape))
                     : Shape(NetworkBuilder::shapeOf(in.value));
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

bool Node::isUsed(int result) const {
  return result < proto.output_size() && !proto.output(result).empty();
}

/// The element type that a value has in files.
static ElementType getElementType(Value value) {
  Type element = NetworkBuilder::elementOf(value);
  if (element.isInteger(1))
    return ElementType::Bool;
  if (element.isInteger(8))
    return ElementType::Int8;
  if (element.isInteger(16))
    return ElementType::Int16;
  return element.isInteger() ? ElementType::Int32 : ElementType::Float32;
}

LogicalResult Node::setResult(int result, Value value) {
  failed |= !value;
  return value ? setResult(result, value, ::getElementType(value)) : failure();
}

LogicalResult Node::setResult(int result, Value value, ElementType type) {
  Tensor tensor;
  tensor.value = value;
  tensor.type = type;
  if (resultParams && value) {
    tensor.value = b.quantizeDequantize(value, *resultParams);
    tensor.params = resultParams;
    tensor.type = resultType;
  }
  return setResult(result, std::move(tensor));
}

LogicalResult Node::setResult(int result, Array value, bool isNibble) {
  foldedBytes += value.bytes.size();
  if (foldedBytes > kMaxFoldedBytes)
    return emitError() << "makes a constant that brings the network's computed "
                          "constants beyond "
                       << kMaxFoldedBytes << " bytes";
  Tensor tensor;
  tensor.type = value.type;
  tensor.isNibble = isNibble;
  tensor.constant = std::make_shared<const Array>(std::move(value));
  return setResult(result, std::move(tensor));
}

LogicalResult Node::setResult(int result, Tensor tensor) {
  failed |= !tensor.value && !tensor.constant;
  if (failed)
    return failure();
  if (!isUsed(result))
    return success();
  if (tensor.value)
    tensor.value = b.nameResult(tensor.value, proto.output(result));
  tensors[proto.output(result)] = std::move(tensor);
  return success();
}

LogicalResult Node::setEmptyResult(int result, ArrayRef<int64_t> shape) {
  return setResult(result, Array::zeros(tensor(0)->type, shape));
}

void Node::quantizeResults(QuantizationParams params, ElementType type) {
  resultParams = std::move(params);
  resultType = type;
}

double Node::toReal(double code) const {
  if (!resultParams)
    return code;
  double zero =
      resultParams->zeroPoints.empty() ? 0 : resultParams->zeroPoints.front();
  return (code - zero) * resultParams->scales.front();
}

bool onnximport::isSame(const QuantizationParams &a,
                        const QuantizationParams &b) {
  auto isZero = [](ArrayRef<int64_t> points) {
    return llvm::all_of(points, [](int64_t point) { return point == 0; });
  };
  return a.scales == b.scales && a.axis == b.axis && a.bits == b.bits &&
         a.isUnsigned == b.isUnsigned &&
         (a.zeroPoints == b.zeroPoints ||
          (isZero(a.zeroPoints) && isZero(b.zeroPoints)));
}
