//===- RecurrentIntegers.cpp - LSTM of quantized files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// UNIDIRECTIONAL_SEQUENCE_LSTM with int8 inputs, weights and hidden state, and
/// an int16 cell: what TensorFlow Lite Micro's kernel computes. All integers
/// are those of the file; the tensors that it calls intermediates say nothing
/// that the kernel needs.
///
//===----------------------------------------------------------------------===//

#include "RecurrentNode.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

namespace {
/// Places of inputs; the first of those of several gates.
enum Place {
  kX = 0,
  kWeights = 1,
  kRecurrence = 5,
  kPeepholes = 9,
  kBiases = 12,
  kProjection = 16,
  kHidden = 18,
  kCell = 19,
  kNorm = 20
};

/// The operator in integers.
class IntegerLSTMNode : public RecurrentNode {
public:
  using RecurrentNode::RecurrentNode;

  LogicalResult import(ptq::Activation activation,
                       std::optional<float> cellClip, bool timeMajor);

private:
  InFlightDiagnostic refuse(const Twine &what) const;
  LogicalResult checkOptions(ptq::Activation activation) const;
  LogicalResult checkStates(IntegerLSTMLayer &layer) const;
  /// The integers of the gates i, o, f, g, whose inputs follow `first`: one
  /// constant of `type`, and their scales. Null after an error.
  Value joinIntegers(unsigned first, StringRef what, schema::TensorType type,
                     ArrayRef<int64_t> shape, SmallVectorImpl<double> &scales);
};
} // namespace

/// What the kernel does not have is in float files only.
InFlightDiagnostic IntegerLSTMNode::refuse(const Twine &what) const {
  return node.emitError() << "computes in integers with " << what
                          << ", which is supported in float only; give quantc "
                             "the float network, and quantize that with quantc";
}

LogicalResult IntegerLSTMNode::checkOptions(ptq::Activation activation) const {
  if (activation != ptq::Activation::Tanh)
    return refuse("another activation than TANH");
  if (!node.hasInput(kWeights))
    return refuse("an input gate made of the forget gate");
  for (unsigned i = kPeepholes; i < kBiases; ++i)
    if (node.hasInput(i))
      return refuse("peephole weights");
  if (node.hasInput(kProjection) || node.hasInput(kProjection + 1))
    return refuse("a projection");
  for (unsigned i = kNorm; i < node.getNumInputs(); ++i)
    if (node.hasInput(i))
      return refuse("layer normalization");
  return success();
}

/// Reads the parameters of the input, the states and the output.
LogicalResult IntegerLSTMNode::checkStates(IntegerLSTMLayer &layer) const {
  for (auto [i, what, type] :
       {std::tuple(kHidden, "an activation state", schema::TensorType_INT8),
        std::tuple(kCell, "a cell state", schema::TensorType_INT16)})
    if (!node.hasInput(i) || !node.getInput(i).isVariable)
      return node.emitError()
             << "has no variable tensor for " << what << " (input " << int(i)
             << "); convert the network again, so that the file has one";
    else if (node.getInput(i).type != type)
      return refuse(Twine(what) + " of type " +
                    getTypeName(node.getInput(i).type));
  layer.inputParams = getParams(node.getInput(kX));
  layer.hiddenParams = getParams(node.getInput(kHidden));
  layer.cellParams = getParams(node.getInput(kCell));
  QuantizationParams output = getParams(node.getOutput());
  if (node.getOutput().type != schema::TensorType_INT8 ||
      output.scales != layer.hiddenParams.scales ||
      output.zeroPoints != layer.hiddenParams.zeroPoints)
    return refuse("an output that has other integers than its activation "
                  "state");
  int exponent = 0;
  double fraction = std::frexp(layer.cellParams.scales.front(), &exponent);
  layer.cellExponent = exponent - 1;
  if (fraction != 0.5 || layer.cellExponent < -15 || layer.cellExponent > -9 ||
      layer.cellParams.zeroPoints.front() != 0)
    return refuse("a cell state of scale " +
                  Twine(std::to_string(layer.cellParams.scales.front())) +
                  " instead of a power of two from 2^-15 to 2^-9");
  return success();
}

Value IntegerLSTMNode::joinIntegers(unsigned first, StringRef what,
                                    schema::TensorType type,
                                    ArrayRef<int64_t> shape,
                                    SmallVectorImpl<double> &scales) {
  SmallVector<char> bytes;
  for (unsigned gate : {0, 3, 1, 2}) {
    unsigned i = first + gate;
    if (!node.hasInput(i)) {
      node.emitError() << "has no " << what << " (input " << i
                       << "); the file is damaged";
      return {};
    }
    const Tensor &tensor = node.getInput(i);
    QuantizationParams params = getParams(tensor);
    if (!tensor.isConstant || tensor.type != type ||
        ArrayRef<int64_t>(tensor.shape) != shape || params.scales.size() != 1 ||
        params.zeroPoints.front() != 0) {
      InFlightDiagnostic error = node.emitError();
      error << "has " << what << " (input " << i << ") that "
            << "are no constants of type " << getTypeName(type)
            << " and shape [";
      llvm::interleaveComma(shape, error);
      error << "] with one scale and the zero point 0; give quantc the float "
               "network, and quantize that with quantc";
      return {};
    }
    scales.push_back(params.scales.front());
    bytes.append(tensor.data.begin(), tensor.data.end());
  }
  SmallVector<int64_t> all(shape);
  all.front() *= 4;
  Type element = type == schema::TensorType_INT32 ? Type(b.getI32Type())
                                                  : b.getBuilder().getI8Type();
  return b.constant(b.getType(all, element), bytes);
}

LogicalResult IntegerLSTMNode::import(ptq::Activation activation,
                                      std::optional<float> cellClip,
                                      bool timeMajor) {
  IntegerLSTMLayer layer;
  layer.cellClip = cellClip;
  if (failed(checkOptions(activation)) || failed(checkStates(layer)))
    return failure();
  layer.input = readSequence(kX, timeMajor);
  if (!layer.input)
    return failure();
  ArrayRef<int64_t> state = node.getInput(kHidden).shape;
  int64_t size = state.empty() ? 0 : state.back();
  int64_t inputSize = b.shapeOf(layer.input).back();
  SmallVector<double> biasScales;
  layer.weights =
      joinIntegers(kWeights, "weights of a gate", schema::TensorType_INT8,
                   {size, inputSize}, layer.weightScales);
  if (!layer.weights)
    return failure();
  layer.recurrence = joinIntegers(kRecurrence, "recurrent weights of a gate",
                                  schema::TensorType_INT8, {size, size},
                                  layer.recurrenceScales);
  if (!layer.recurrence)
    return failure();
  layer.bias = joinIntegers(kBiases, "biases of a gate",
                            schema::TensorType_INT32, {size}, biasScales);
  FailureOr<Value> hidden =
      readState(kHidden, "activation state", {batch, size});
  FailureOr<Value> cell = readState(kCell, "cell state", {batch, size});
  if (!layer.bias || failed(hidden) || failed(cell))
    return failure();
  layer.initialHidden = *hidden;
  layer.initialCell = *cell;
  RecurrentValues values = b.integerLSTM(layer);
  if (!values.sequence)
    return failure();
  node.setState(kHidden, values.hidden);
  node.setState(kCell, values.cell);
  return node.setResult(toFile(values.sequence));
}

LogicalResult tflite::importIntegerLSTM(Node &node, ptq::Activation activation,
                                        std::optional<float> cellClip,
                                        bool timeMajor) {
  return IntegerLSTMNode(node).import(activation, cellClip, timeMajor);
}
