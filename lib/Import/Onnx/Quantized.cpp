//===- Quantized.cpp - Integers of quantized files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantized.h"
#include "TensorData.h"

#include "llvm/Support/JSON.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static unsigned getBits(ElementType type) { return 8 * byteSize(type); }

static bool isUnsigned(ElementType type) {
  return type == ElementType::UInt8 || type == ElementType::UInt16 ||
         type == ElementType::UInt32;
}

/// Checks that `count` parameters are one or fit to dimension `axis`.
static LogicalResult setAxis(Node &node, QuantizationParams &params,
                             int64_t count, int64_t axis, int64_t rank) {
  if (count == 1)
    return success();
  FailureOr<int64_t> dim = node.getAxis(axis, rank);
  if (failed(dim))
    return failure();
  params.axis = *dim;
  return success();
}

QuantizationParams onnximport::getUnitParams(ElementType type) {
  QuantizationParams params;
  params.scales.push_back(1.0);
  params.bits = getBits(type);
  params.isUnsigned = isUnsigned(type);
  return params;
}

/// One value, or one per element of an axis.
static const Array *readVector(Node &node, int input, StringRef what) {
  const Array *array = node.require(input, what);
  if (!array)
    return nullptr;
  if (array->shape.size() <= 1 && !array->bytes.empty())
    return array;
  node.emitError() << "has a " << what << " of " << array->shape.size()
                   << " dimensions; quantc reads one per tensor or one per "
                      "element of an axis";
  return nullptr;
}

FailureOr<QuantizationParams>
onnximport::readParams(Node &node, ParamInputs inputs, ElementType type,
                       int64_t axis, int64_t rank) {
  const Array *scale = readVector(node, inputs.scale, "scale");
  if (!scale)
    return failure();
  FailureOr<QuantizationParams> params =
      readZeroPoint(node, inputs.zero, type, axis, rank);
  if (failed(params))
    return failure();
  int64_t count = scale->elementCount();
  params->scales.clear();
  for (int64_t i = 0; i < count; ++i)
    params->scales.push_back(getReal(*scale, i));
  if (params->zeroPoints.size() == 1 && count > 1)
    params->zeroPoints.assign(count, params->zeroPoints.front());
  if (!params->zeroPoints.empty() &&
      static_cast<int64_t>(params->zeroPoints.size()) != count)
    return node.emitError() << "has " << count << " scales, but "
                            << params->zeroPoints.size() << " zero points";
  if (failed(setAxis(node, *params, count, axis, rank)))
    return failure();
  return params;
}

FailureOr<QuantizationParams> onnximport::readZeroPoint(Node &node, int zero,
                                                        ElementType type,
                                                        int64_t axis,
                                                        int64_t rank) {
  QuantizationParams params = getUnitParams(type);
  if (!node.has(zero))
    return params;
  const Array *array = readVector(node, zero, "zero point");
  if (!array)
    return failure();
  params.zeroPoints = getInts(*array);
  params.scales.assign(params.zeroPoints.size(), 1.0);
  if (failed(setAxis(node, params, params.zeroPoints.size(), axis, rank)))
    return failure();
  return params;
}

/// True if the values could be those of symmetric weights.
static bool isNarrow(const Array &array, const QuantizationParams &params) {
  return array.type == ElementType::Int8 &&
         llvm::all_of(params.zeroPoints, [](int64_t z) { return z == 0; }) &&
         !llvm::is_contained(array.as<int8_t>(), llvm::minIntN(params.bits));
}

ArrayRef<char> onnximport::getBytes(const Array &array) {
  return {reinterpret_cast<const char *>(array.bytes.data()),
          array.bytes.size()};
}

static Value readConstant(Node &node, int input, const Array &array,
                          QuantizationParams params) {
  if (isFloat(array.type) || array.type == ElementType::Bool ||
      getBits(array.type) > 32) {
    node.emitError() << "has numbers where it needs integers of 8, 16 or 32 "
                        "bits ('"
                     << llvm::json::fixUTF8(node.getInputName(input)) << "')";
    return {};
  }
  if (node.tensor(input)->isNibble)
    params.bits = 4;
  params.narrowRange = isNarrow(array, params);
  Value value = node.b.quantizedConstant(array.shape, getBytes(array), params);
  return node.b.nameResult(value, node.getInputName(input));
}

/// (codes - zeroPoint) * scale, with parameters along `axis` broadcast.
static Value buildReals(Node &node, Value codes,
                        const QuantizationParams &params) {
  auto broadcast = [&](auto values) {
    Shape shape;
    if (params.axis) {
      shape.assign(NetworkBuilder::rankOf(codes), 1);
      shape[*params.axis] = values.size();
    }
    SmallVector<float> floats(values.begin(), values.end());
    return node.b.constant(shape, ArrayRef<float>(floats));
  };
  if (llvm::any_of(params.zeroPoints, [](int64_t z) { return z != 0; }))
    codes = node.b.binary(BinaryKind::Sub, codes, broadcast(params.zeroPoints));
  if (codes && llvm::any_of(params.scales, [](double s) { return s != 1; }))
    codes = node.b.binary(BinaryKind::Mul, codes, broadcast(params.scales));
  return codes;
}

Value onnximport::getCodes(Node &node, Tensor &tensor) {
  const QuantizationParams &params = *tensor.params;
  if (params.axis) {
    node.emitError() << "reads the integers of a tensor with a scale per "
                        "channel";
    return {};
  }
  Value codes = tensor.value;
  if (params.scales.front() != 1)
    codes =
        node.b.binary(BinaryKind::Div, codes,
                      node.b.scalar(static_cast<float>(params.scales.front())));
  if (!params.zeroPoints.empty() && params.zeroPoints.front() != 0)
    codes = node.b.binary(
        BinaryKind::Add, codes,
        node.b.scalar(static_cast<float>(params.zeroPoints.front())));
  return codes;
}

Value onnximport::readCodes(Node &node, int input) {
  Tensor *tensor = node.tensor(input);
  if (tensor && tensor->params)
    return getCodes(node, *tensor);
  return tensor ? readAs(node, input, getUnitParams(tensor->type)) : Value();
}

Value onnximport::readAs(Node &node, int input,
                         const QuantizationParams &params) {
  Tensor *tensor = node.tensor(input);
  if (!tensor)
    return {};
  if (tensor->constant)
    return readConstant(node, input, *tensor->constant, params);
  if (!tensor->params) {
    Value real = node.b.cast(node.value(input), node.b.getF32Type());
    return real ? buildReals(node, real, params) : Value();
  }
  // Accumulators and activations differ in width only.
  if (tensor->params->bits == params.bits && isSame(*tensor->params, params))
    return tensor->value;
  Value codes = getCodes(node, *tensor);
  return codes ? buildReals(node, codes, params) : Value();
}

Value onnximport::readOperand(Node &node, int input) {
  const QuantizationParams *params = node.getResultParams();
  const Tensor *tensor = params ? node.tensor(input) : nullptr;
  return tensor && !tensor->params ? readAs(node, input, *params)
                                   : node.value(input);
}

Value onnximport::readReals(Node &node, int input, ParamInputs inputs,
                            int64_t axis) {
  Tensor *tensor = node.tensor(input);
  if (!tensor)
    return {};
  auto params =
      readParams(node, inputs, tensor->type, axis, node.shape(input).size());
  return failed(params) ? Value() : readAs(node, input, *params);
}

FailureOr<StoredType> onnximport::readResultType(Node &node, int zero) {
  if (node.has(zero)) {
    Tensor *given = node.tensor(zero);
    if (!given)
      return failure();
    return StoredType{given->type, given->isNibble};
  }
  int code = static_cast<int>(node.getInt("output_dtype", 0));
  if (code == 0)
    return StoredType();
  if (isNibble(code))
    return StoredType{code == kInt4 ? ElementType::Int8 : ElementType::UInt8,
                      true};
  llvm::Expected<ElementType> type = getElementType(code);
  if (!type)
    return node.emitError()
           << "output_dtype: " << llvm::toString(type.takeError());
  return StoredType{*type};
}

LogicalResult onnximport::setQuantized(Node &node, Value value,
                                       ParamInputs inputs, int64_t axis) {
  if (!value)
    return failure();
  FailureOr<StoredType> integers = readResultType(node, inputs.zero);
  if (failed(integers))
    return failure();
  if (integers->isNibble)
    return node.emitError() << "quantizes to integers of 4 bits what the "
                               "network computes; quantc reads such constants "
                               "only";
  ElementType type = integers->type;
  FailureOr<QuantizationParams> params =
      readParams(node, inputs, type, axis, NetworkBuilder::rankOf(value));
  if (failed(params))
    return failure();
  node.quantizeResults(*params, type);
  return node.setResult(0, value);
}

//===----------------------------------------------------------------------===//
// Inputs of the network
//===----------------------------------------------------------------------===//

/// Where `node` has scale and zero point of its input `index`, if it defines
/// what that input stands for. A scale at input -1 is 1.
static std::optional<ParamInputs> getParamInputs(const onnx::NodeProto &node,
                                                 int index) {
  StringRef op = node.op_type();
  bool second = op == "QLinearMatMul" || op == "QLinearAdd" ||
                op == "QLinearMul" || op == "QGemm";
  if (op == "QLinearConcat")
    return index >= 2 ? std::optional<ParamInputs>({index + 1, index + 2})
                      : std::nullopt;
  if (index <= 1 && (op == "MatMulInteger" || op == "ConvInteger"))
    return ParamInputs{-1, index + 2};
  if (index == 0 &&
      (op == "DequantizeLinear" || op.starts_with("QLinear") || op == "QGemm"))
    return ParamInputs{1, 2};
  if (index == 3 && second)
    return ParamInputs{4, 5};
  return std::nullopt;
}

QuantizationParams onnximport::findInputParams(const Graph &graph,
                                               const Tensors &tensors,
                                               StringRef input) {
  QuantizationParams params;
  params.scales.push_back(1.0);
  auto getSingle = [&](const onnx::NodeProto &node,
                       int index) -> const Array * {
    if (index >= node.input_size())
      return nullptr;
    auto it = tensors.find(node.input(index));
    const Array *array =
        it == tensors.end() ? nullptr : it->second.constant.get();
    return array && array->elementCount() == 1 ? array : nullptr;
  };
  for (int index : graph.order) {
    const onnx::NodeProto &node = graph.proto().node(index);
    for (int i = 0; i < node.input_size(); ++i) {
      std::optional<ParamInputs> inputs = getParamInputs(node, i);
      if (node.input(i) != input || !inputs)
        continue;
      const Array *scale =
          inputs->scale < 0 ? nullptr : getSingle(node, inputs->scale);
      if (!scale && inputs->scale >= 0)
        continue;
      if (scale)
        params.scales.front() = getReal(*scale, 0);
      if (const Array *zero = getSingle(node, inputs->zero))
        params.zeroPoints.push_back(getInt(*zero, 0));
      return params;
    }
  }
  return params;
}
