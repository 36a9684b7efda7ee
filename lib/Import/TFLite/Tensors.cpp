//===- Tensors.cpp - Tensors of TFLite files as values -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// Symmetric weights are in [-127, 127]; old files may use -128 too.
static bool isNarrow(const Tensor &tensor) {
  return tensor.type == schema::TensorType_INT8 && tensor.isConstant &&
         !llvm::is_contained(tensor.data, char(INT8_MIN));
}

QuantizationParams tflite::getParams(const Tensor &tensor) {
  QuantizationParams params;
  params.bits = getElementBytes(tensor.type) * 8;
  params.isUnsigned = tensor.type == schema::TensorType_UINT8;
  params.scales = {1.0};
  params.zeroPoints = {0};
  if (const schema::Quantization *flat = tensor.quantization) {
    params.scales.assign(flat->scale()->begin(), flat->scale()->end());
    if (SmallVector<int64_t> stored = readZeroPoints(*flat); !stored.empty())
      params.zeroPoints = std::move(stored);
    params.zeroPoints.resize(params.scales.size(), params.zeroPoints.front());
    if (params.scales.size() > 1)
      params.axis = flat->quantized_dimension();
  }
  params.narrowRange =
      isNarrow(tensor) &&
      llvm::all_of(params.zeroPoints, [](int64_t z) { return z == 0; });
  return params;
}

static Value buildIntegerConstant(NetworkBuilder &b, const Tensor &tensor) {
  SmallVector<int32_t> integers;
  for (int64_t value : readIntegers(tensor)) {
    if (value != int32_t(value)) {
      b.emitError() << "constant '" << getTensorName(tensor) << "' holds "
                    << value << ", which does not fit 32 bits";
      return {};
    }
    integers.push_back(value);
  }
  return b.constant(tensor.shape, integers);
}

Value tflite::buildConstant(NetworkBuilder &b, const Tensor &tensor) {
  switch (tensor.type) {
  case schema::TensorType_FLOAT16:
  case schema::TensorType_FLOAT32:
    return b.constant(tensor.shape, readFloats(tensor));
  case schema::TensorType_INT32:
  case schema::TensorType_INT64:
    return buildIntegerConstant(b, tensor);
  case schema::TensorType_BOOL:
    return b.constant(b.getType(tensor.shape, b.getBoolType()), tensor.data);
  case schema::TensorType_INT8:
  case schema::TensorType_UINT8:
  case schema::TensorType_INT16:
    return b.quantizedConstant(tensor.shape, tensor.data, getParams(tensor));
  default:
    b.emitError() << "constant '" << getTensorName(tensor) << "' is of type "
                  << getTypeName(tensor.type)
                  << ", which is not read; convert the network with float32 "
                     "or int8 constants";
    return {};
  }
}

std::optional<ElementType> tflite::getHostType(schema::TensorType type) {
  switch (type) {
  case schema::TensorType_FLOAT32:
    return ElementType::Float32;
  case schema::TensorType_INT32:
    return ElementType::Int32;
  case schema::TensorType_UINT32:
    return ElementType::UInt32;
  case schema::TensorType_INT64:
    return ElementType::Int64;
  case schema::TensorType_BOOL:
    return ElementType::Bool;
  default:
    return std::nullopt;
  }
}

bool TensorValues::isKnown(int32_t index) const {
  const Tensor &tensor = getTensor(index);
  return slots[index].known ||
         (tensor.isConstant && getHostType(tensor.type) &&
          tensor.getNumElements() <= host::kMaxFoldedElements);
}

bool TensorValues::isEmpty(int32_t index) const {
  const TensorSlot &slot = slots[index];
  return slot.known ? slot.known->bytes.empty()
                    : getTensor(index).isConstant &&
                          getTensor(index).getNumElements() == 0;
}

const Array *TensorValues::getKnown(int32_t index) {
  TensorSlot &slot = slots[index];
  if (slot.known || !isKnown(index))
    return slot.known.get();
  const Tensor &tensor = getTensor(index);
  Array array = Array::zeros(*getHostType(tensor.type), tensor.shape);
  llvm::copy(tensor.data, array.bytes.begin());
  if (array.type == ElementType::Bool)
    for (uint8_t &flag : array.bytes)
      flag = flag != 0;
  slot.known = std::make_shared<const Array>(std::move(array));
  return slot.known.get();
}

LogicalResult TensorValues::setKnown(int32_t index, Array array) {
  session.knownBytes += array.bytes.size();
  if (session.knownBytes > host::kMaxFoldedBytes)
    return session.b.emitError()
           << "'" << getTensorName(getTensor(index))
           << "' brings the constants that are computed at import beyond "
           << host::kMaxFoldedBytes << " bytes";
  slots[index] = TensorSlot();
  slots[index].known = std::make_shared<const Array>(std::move(array));
  return success();
}

/// What no operator has written yet.
static LogicalResult refuseUnwritten(NetworkBuilder &b, const Tensor &tensor) {
  return b.emitError() << "tensor '" << getTensorName(tensor)
                       << "' is read before any operator has written it";
}

FailureOr<TensorSlot> TensorValues::getSlot(int32_t index) {
  TensorSlot &slot = slots[index];
  const Tensor &tensor = getTensor(index);
  if (slot.isEmpty() && tensor.isVariable && !tensor.isConstant) {
    FailureOr<TensorSlot> read = readVariableTensor(session, network, tensor);
    if (failed(read))
      return failure();
    slot = *read;
  }
  if (slot.isEmpty() && !tensor.isConstant)
    return refuseUnwritten(session.b, tensor);
  TensorSlot result = slot;
  if (tensor.isConstant)
    result.constant = &tensor;
  return result;
}

Value TensorValues::get(int32_t index) {
  TensorSlot &slot = slots[index];
  if (slot.value)
    return slot.value;
  FailureOr<TensorSlot> all = getSlot(index);
  if (failed(all))
    return {};
  const Tensor &tensor = getTensor(index);
  NetworkBuilder &b = session.b;
  std::string name = getTensorName(tensor);
  if (slot.state)
    b.emitError() << "'" << name << "' is a variable, not its value";
  else if (slot.known && !tensor.isConstant)
    slot.value = b.nameResult(b.hostConstant(*slot.known, name), name);
  else if (!slot.value && (slot.value = buildConstant(b, tensor))) {
    b.nameResult(slot.value, name);
    session.constantTypes[slot.value] = tensor.type;
  }
  return slot.value;
}

Node::Node(Session &session, const Operator &op, unsigned index,
           const Handler *handler, TensorValues &values)
    : session(session), b(session.b), op(op), index(index), handler(handler),
      values(values) {}

void Node::enter() const {
  b.setNode(op.outputs.empty()
                ? getOperatorName(op)
                : getTensorName(values.network.tensors[op.outputs.front()]),
            index);
}

/// Whether `value` is made at run time by a quant.dcast.
static bool isDequantized(Value value) {
  if (!NetworkBuilder::getQuantization(value))
    return false;
  auto storage = value.getDefiningOp()
                     ->getOperand(0)
                     .getDefiningOp<quant::StorageCastOp>();
  return !storage || !matchPattern(storage.getInput(), m_Constant());
}

Value Node::get(unsigned i) {
  Value value = getOwn(i);
  if (!value || getInput(i).type != schema::TensorType_FLOAT32 ||
      !isDequantized(value))
    return value;
  // One for all operators that read the tensor.
  for (Operation *user : value.getUsers())
    if (auto border = dyn_cast<ptq::FloatBorderOp>(user))
      return border.getOutput();
  return b.create<ptq::FloatBorderOp>(b.shapeOf(value), b.getF32Type(), value);
}

SmallVector<Value> Node::getAll() {
  SmallVector<Value> all;
  for (size_t i = 0; i < getNumInputs(); ++i)
    all.push_back(get(i));
  return all;
}

schema::TensorType Node::getStoredType(unsigned i) const {
  schema::TensorType type = getInput(i).type;
  Value value = values.find(op.inputs[i]);
  auto stored = session.constantTypes.find(value);
  return value && stored != session.constantTypes.end() ? stored->second : type;
}

bool Node::areInputsKnown() const {
  return llvm::all_of(op.inputs, [&](int32_t index) {
    return index < 0 || values.isKnown(index);
  });
}

FailureOr<host::Shape> Node::getShape(unsigned i) {
  if (hasInput(i) && values.isKnown(op.inputs[i]))
    return host::Shape(ArrayRef<int64_t>(getKnown(i)->shape));
  Value value = get(i);
  if (!value)
    return failure();
  return host::Shape(NetworkBuilder::shapeOf(value));
}

FailureOr<SmallVector<int64_t>> Node::getIntegers(unsigned i, StringRef what) {
  if (!hasInput(i)) {
    emitError() << "has no input for " << what;
    return failure();
  }
  const Tensor &tensor = getInput(i);
  std::optional<SmallVector<int64_t>> integers;
  // Known ones first: borders of slices may need 64 bits.
  if (const Array *known = getKnown(i)) {
    if (!host::isFloat(known->type))
      integers = host::getInts(*known);
  } else if (Value value = get(i)) {
    integers = NetworkBuilder::getIntegers(value);
  } else {
    return failure();
  }
  if (!integers) {
    emitError() << "computes " << what << " ('" << getTensorName(tensor)
                << "') at run time; only constants are supported: convert the "
                   "network with fixed shapes";
    return failure();
  }
  return *integers;
}

FailureOr<int64_t> Node::getInteger(unsigned i, StringRef what) {
  FailureOr<SmallVector<int64_t>> integers = getIntegers(i, what);
  if (failed(integers))
    return failure();
  if (integers->size() == 1)
    return integers->front();
  emitError() << "has " << integers->size() << " numbers for " << what
              << " instead of one";
  return failure();
}

bool tflite::hasShape(const Tensor &tensor, ArrayRef<int64_t> shape) {
  if (shape.size() != tensor.shape.size())
    return tensor.shape.empty(); // Also written for an unknown rank.
  for (auto [d, size] : llvm::enumerate(shape))
    if (size != tensor.shape[d] && !tensor.open[d])
      return false;
  return true;
}

Type tflite::getElementType(NetworkBuilder &b, schema::TensorType type) {
  switch (type) {
  case schema::TensorType_FLOAT32:
  case schema::TensorType_INT8:
  case schema::TensorType_UINT8:
  case schema::TensorType_INT16:
    return b.getF32Type();
  case schema::TensorType_INT32:
  case schema::TensorType_INT64:
    return b.getI32Type();
  case schema::TensorType_BOOL:
    return b.getBoolType();
  default:
    return {};
  }
}

/// The reals of `tensor` for the result `value`.
Value Node::applyParams(Value value, const Tensor &tensor) {
  QuantizationParams params = getParams(tensor);
  if (handler->copied < 0 || getInput(handler->copied).type != tensor.type)
    return b.quantizeDequantize(value, params);
  ArrayRef<int64_t> shape = NetworkBuilder::shapeOf(value);
  QuantizationParams copied = getParams(getInput(handler->copied));
  if (copied.axis)
    return b.quantizeDequantize(value, params);
  quant::QuantizedType from = b.getQuantizedType(copied, shape);
  quant::QuantizedType to = b.getQuantizedType(params, shape);
  if (!from || !to || from == to)
    return from && to ? b.quantizeDequantize(value, params) : Value();
  // The same integers, read with other parameters.
  Value codes = b.create<quant::StorageCastOp>(
      shape, from.getStorageType(),
      b.create<quant::QuantizeCastOp>(shape, from, value));
  return b.create<quant::DequantizeCastOp>(
      shape, b.getF32Type(), b.create<quant::StorageCastOp>(shape, to, codes));
}

LogicalResult Node::checkShape(const Tensor &tensor,
                               ArrayRef<int64_t> shape) const {
  if (hasShape(tensor, shape))
    return success();
  InFlightDiagnostic error = emitError() << "makes a tensor of shape [";
  llvm::interleaveComma(shape, error);
  error << "], but the file says [";
  llvm::interleaveComma(tensor.shape, error);
  return error << "] of '" << getTensorName(tensor) << "'";
}

LogicalResult Node::setKnown(Array elements, unsigned i) {
  const Tensor &tensor = getOutput(i);
  if (getHostType(tensor.type) != elements.type)
    return emitError() << "makes " << stringify(elements.type)
                       << ", which does not become '" << getTensorName(tensor)
                       << "' of type " << getTypeName(tensor.type);
  if (failed(checkShape(tensor, elements.shape)))
    return failure();
  return values.setKnown(op.outputs[i], std::move(elements));
}

LogicalResult Node::setSlot(unsigned i, TensorSlot slot, const Tensor &from) {
  if (failed(checkSame(b, slot, from, getOutput(i), "becomes")))
    return failure();
  values.setSlot(op.outputs[i], std::move(slot));
  return success();
}

LogicalResult Node::setResult(Value value, unsigned i) {
  if (!value)
    return failure();
  const Tensor &tensor = getOutput(i);
  Type element = getElementType(b, tensor.type);
  if (element != NetworkBuilder::elementOf(value))
    return emitError() << "makes " << NetworkBuilder::elementOf(value)
                       << ", which does not become '" << getTensorName(tensor)
                       << "' of type " << getTypeName(tensor.type);
  if (failed(checkShape(tensor, NetworkBuilder::shapeOf(value))))
    return failure();
  value = b.nameResult(value, getTensorName(tensor));
  if (isQuantizedType(tensor.type))
    value = applyParams(value, tensor);
  values.set(op.outputs[i], value);
  return success(bool(value));
}

LogicalResult Node::setResult(Value value, schema::Activation activation) {
  switch (activation) {
  case schema::Activation_NONE:
    return setResult(value);
  case schema::Activation_RELU:
    return setResult(b.unary(UnaryKind::Relu, value));
  case schema::Activation_RELU_N1_TO_1:
    return setResult(b.unary(UnaryKind::ReluN1To1, value));
  case schema::Activation_RELU6:
    return setResult(b.unary(UnaryKind::Relu6, value));
  case schema::Activation_TANH:
    return setResult(b.unary(UnaryKind::Tanh, value));
  case schema::Activation_SIGN_BIT:
    break;
  }
  return emitError() << "has the fused activation " << int(activation)
                     << ", which is not supported";
}

LogicalResult Node::setResults(ArrayRef<Value> results) {
  if (results.empty())
    return failure();
  if (results.size() != getNumOutputs())
    return emitError() << "makes " << results.size() << " tensors, but has "
                       << getNumOutputs() << " outputs";
  for (auto [i, value] : llvm::enumerate(results))
    if (failed(setResult(value, i)))
      return failure();
  return success();
}
