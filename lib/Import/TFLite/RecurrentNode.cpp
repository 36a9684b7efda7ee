//===- RecurrentNode.cpp - What recurrent operators share -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecurrentNode.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;
using ptq::Activation;

StringRef tflite::getRowScheme(bool asymmetric) {
  return asymmetric ? "dynamic-range:row" : "dynamic-range:row,symmetric";
}

bool tflite::hasOwnState(schema::Code code) {
  switch (code) {
  case schema::Code_LSTM:
  case schema::Code_RNN:
  case schema::Code_SVDF:
    return true;
  default:
    return computesSequence(code);
  }
}

bool tflite::computesSequence(schema::Code code) {
  switch (code) {
  case schema::Code_BIDIRECTIONAL_SEQUENCE_LSTM:
  case schema::Code_BIDIRECTIONAL_SEQUENCE_RNN:
  case schema::Code_UNIDIRECTIONAL_SEQUENCE_LSTM:
  case schema::Code_UNIDIRECTIONAL_SEQUENCE_RNN:
    return true;
  default:
    return false;
  }
}

LogicalResult RecurrentNode::checkTypes() const {
  for (const Tensor *tensor : {&node.getInput(0), &node.getOutput(0)})
    if (tensor->type != schema::TensorType_FLOAT32)
      return node.emitError()
             << "computes '" << getTensorName(*tensor) << "' of type "
             << getTypeName(tensor->type)
             << "; quantc reads operators with this state in float only: give "
                "it the float network, and quantize that with quantc";
  return success();
}

LogicalResult RecurrentNode::checkShape(unsigned i, StringRef what,
                                        ArrayRef<int64_t> found,
                                        ArrayRef<int64_t> shape) const {
  if (found == shape)
    return success();
  InFlightDiagnostic error = node.emitError();
  error << "has " << what << " (input " << i << ") of shape [";
  llvm::interleaveComma(found, error);
  error << "] instead of [";
  llvm::interleaveComma(shape, error);
  return error << "]; the file is damaged";
}

Value RecurrentNode::readSequence(unsigned i, std::optional<bool> isTimeMajor) {
  timeMajor = isTimeMajor;
  Value x = node.get(i);
  if (!x)
    return {};
  int64_t rank = NetworkBuilder::rankOf(x), expected = timeMajor ? 3 : 2;
  if (rank != expected) {
    node.emitError() << "has an input " << i << " of " << rank
                     << " dimensions instead of " << expected
                     << "; the file is damaged";
    return {};
  }
  if (!timeMajor)
    x = b.unsqueeze(x, {0});
  else if (!*timeMajor)
    x = b.transpose(x, {1, 0, 2});
  if (x) {
    steps = NetworkBuilder::shapeOf(x)[0];
    batch = NetworkBuilder::shapeOf(x)[1];
  }
  return x;
}

FailureOr<DirectionInputs> RecurrentNode::readDirections(bool isTimeMajor,
                                                         unsigned auxiliary,
                                                         unsigned weights) {
  DirectionInputs x;
  x.forward = x.backward = readSequence(0, isTimeMajor);
  if (!x.forward)
    return failure();
  if (!node.hasInput(auxiliary))
    return x;
  int64_t ownSteps = steps, ownBatch = batch;
  Value second = readSequence(auxiliary, isTimeMajor);
  if (!second)
    return failure();
  if (steps != ownSteps || batch != ownBatch)
    return node.emitError()
           << "has an auxiliary input (input " << auxiliary << ") of " << steps
           << " steps of " << batch << " sequences instead of " << ownSteps
           << " steps of " << ownBatch << "; the file is damaged";
  (node.hasInput(weights) ? x.auxiliary : x.backward) = second;
  return x;
}

LogicalResult RecurrentNode::checkDirections(bool merges) const {
  if (node.getNumOutputs() == (merges ? 1 : 2))
    return success();
  return node.emitError() << "has " << node.getNumOutputs()
                          << " outputs instead of " << (merges ? 1 : 2)
                          << "; the file is damaged";
}

LogicalResult RecurrentNode::setDirections(Value forward, Value backward,
                                           bool merges) {
  if (merges)
    return node.setResult(toFile(b.concat({forward, backward}, 2)));
  return node.setResults({toFile(forward), toFile(backward)});
}

Value RecurrentNode::joinColumns(Value left, Value right) {
  SmallVector<Value> turned;
  for (Value matrix : {left, right}) {
    if (!matrix)
      return {};
    // Columns have no scales.
    if (auto floats = NetworkBuilder::getFloats(matrix))
      matrix = b.constant(SmallVector<int64_t>(b.shapeOf(matrix)), *floats);
    turned.push_back(b.transpose(matrix, {1, 0}));
  }
  Value rows = b.joinRows(turned);
  return rows ? b.transpose(rows, {1, 0}) : rows;
}

Value RecurrentNode::toFile(Value sequence) {
  if (!sequence || (timeMajor && *timeMajor))
    return sequence;
  return timeMajor ? b.transpose(sequence, {1, 0, 2})
                   : b.squeeze(sequence, {0});
}

/// Next to float activations LiteRT takes the bytes of uint8 weights for int8
/// without a zero point, as which old converters wrote them.
Value RecurrentNode::getHybrid(unsigned i) {
  const Tensor &tensor = node.getInput(i);
  if (!tensor.isConstant || tensor.type != schema::TensorType_UINT8)
    return node.get(i);
  QuantizationParams params = getParams(tensor);
  params.isUnsigned = false;
  params.zeroPoints.assign(params.scales.size(), 0);
  return b.quantizedConstant(tensor.shape, tensor.data, params);
}

Value RecurrentNode::get(unsigned i, StringRef what, ArrayRef<int64_t> shape) {
  if (!node.hasInput(i)) {
    node.emitError() << "has no " << what << " (input " << i
                     << "); the file is damaged";
    return {};
  }
  const Tensor &tensor = node.getInput(i);
  if (getElementType(b, tensor.type) != b.getF32Type()) {
    node.emitError() << "has " << what << " (input " << i << ") of type "
                     << getTypeName(tensor.type) << "; the file is damaged";
    return {};
  }
  Value value = getHybrid(i);
  if (!value || failed(checkShape(i, what, b.shapeOf(value), shape)))
    return {};
  return value;
}

FailureOr<Value> RecurrentNode::find(unsigned i, StringRef what,
                                     ArrayRef<int64_t> shape) {
  if (!node.hasInput(i))
    return Value();
  Value value = get(i, what, shape);
  if (!value)
    return failure();
  return value;
}

/// Zeros that are stored as `like` is.
static Value makeZeros(NetworkBuilder &b, Value like) {
  SmallVector<int64_t> shape(NetworkBuilder::shapeOf(like));
  if (!NetworkBuilder::getQuantization(like))
    return b.splat(b.getType(shape, b.getF32Type()), 0.0);
  QuantizationParams params;
  params.scales = {1.0};
  params.narrowRange = true;
  return b.quantizedConstant(
      shape, SmallVector<char>(b.typeOf(like).getNumElements(), 0), params);
}

Value RecurrentNode::join(ArrayRef<unsigned> inputs, StringRef what,
                          ArrayRef<int64_t> shape, bool isFirstOptional) {
  SmallVector<Value> parts;
  for (auto [place, input] : llvm::enumerate(inputs)) {
    bool isLeftOut = isFirstOptional && place == 0 && !node.hasInput(input);
    parts.push_back(isLeftOut ? Value() : get(input, what, shape));
    if (!parts.back() && !isLeftOut)
      return {};
  }
  if (!parts.front())
    parts.front() = makeZeros(b, parts.back());
  return b.joinRows(parts);
}

FailureOr<Value> RecurrentNode::readState(unsigned i, StringRef what,
                                          ArrayRef<int64_t> shape) {
  if (!node.hasInput(i) || !node.getInput(i).isVariable)
    return node.emitError()
           << "has no variable tensor for its " << what << " (input " << i
           << "); convert the network again, so that the file has one";
  FailureOr<TensorSlot> slot = node.getSlot(i);
  if (failed(slot))
    return failure();
  if (const Array *known = node.getKnown(i);
      known && failed(checkShape(i, what, known->shape, shape)))
    return failure();
  Value value = get(i, what, shape);
  if (!value)
    return failure();
  // Zeros, also where they were quantized.
  Value reals = value;
  while (isa_and_nonnull<quant::DequantizeCastOp, quant::QuantizeCastOp>(
      reals.getDefiningOp()))
    reals = reals.getDefiningOp()->getOperand(0);
  std::optional<SmallVector<float>> known = NetworkBuilder::getFloats(reals);
  if (known && llvm::all_of(*known, [](float real) { return real == 0; }))
    return Value();
  return value;
}

void RecurrentNode::chooseScheme(Value result, std::optional<bool> asymmetric) {
  auto layer = result.getDefiningOp<ptq::QuantizableOpInterface>();
  auto isNarrow = [&](OpOperand &operand) {
    unsigned number = operand.getOperandNumber();
    return layer.getOperandRole(number) != ptq::OperandRole::Weight ||
           (NetworkBuilder::isConstant(operand.get()) &&
            NetworkBuilder::getQuantization(operand.get()));
  };
  if (!llvm::all_of(layer->getOpOperands(), isNarrow))
    return;
  auto parse = [&](StringRef spelled) {
    return llvm::cantFail(ptq::parseScheme(layer->getContext(), spelled));
  };
  std::string reason;
  if (asymmetric) {
    ptq::SchemeAttr rows = parse(getRowScheme(*asymmetric));
    if (succeeded(layer.canQuantize(rows, reason)))
      return layer->setAttr(ptq::kSchemeAttr, rows);
  }
  layer->setAttr(ptq::kSchemeAttr, parse("weight-only"));
  mlir::emitRemark(b.getLoc())
      << getOperatorName(node.getOp())
      << " has integer weights next to float activations: it computes in "
         "float with the file's integers as weights (weight-only)";
}

FailureOr<Activation>
RecurrentNode::getActivation(schema::Activation activation) const {
  switch (activation) {
  case schema::Activation_NONE:
    return Activation::Identity;
  case schema::Activation_RELU:
    return Activation::Relu;
  case schema::Activation_RELU_N1_TO_1:
    return Activation::ReluN1To1;
  case schema::Activation_RELU6:
    return Activation::Relu6;
  case schema::Activation_TANH:
    return Activation::Tanh;
  case schema::Activation_SIGN_BIT:
    break;
  }
  return node.emitError() << "has the fused activation " << int(activation)
                          << ", which is not supported; train the network with "
                             "TANH or RELU";
}
