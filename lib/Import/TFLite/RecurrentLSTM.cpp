//===- RecurrentLSTM.cpp - LSTM operators of TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// LSTM, UNIDIRECTIONAL_SEQUENCE_LSTM and BIDIRECTIONAL_SEQUENCE_LSTM. A file
/// has a tensor for each gate, in the order i, f, g, o; their rows become those
/// of one matrix in the order of ptq.lstm.
///
//===----------------------------------------------------------------------===//

#include "RecurrentNode.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;
using ptq::Activation;

namespace {
/// Where an operator has the inputs of one direction: the first of those of
/// several gates.
struct Places {
  unsigned weights, recurrence, peepholes, biases, projection, projectionBias,
      hidden, cell;
  std::optional<unsigned> layerNorm, auxiliary;
};

/// What the operators have for all directions.
struct Options {
  Activation activation = Activation::Tanh;
  std::optional<float> cellClip, projectionClip;
  /// Next to integer weights, inputs have zero points.
  bool asymmetric = false;
};

/// The sizes of a cell and of the hidden state.
struct Sizes {
  int64_t cell = 0, hidden = 0;
};

/// One operator.
class LSTMNode : public RecurrentNode {
public:
  LSTMNode(Node &node, const Options &options)
      : RecurrentNode(node), options(options) {}

  /// The layer of one direction over `x`, beside which `auxiliary` is read if
  /// it is not null. The states are set to what they are afterwards.
  FailureOr<RecurrentValues> importDirection(const Places &at, Value x,
                                             Value auxiliary, bool reverse);

private:
  FailureOr<Sizes> readSizes(const Places &at);
  LogicalResult readGates(const Places &at, Sizes sizes, Value auxiliary,
                          RecurrentLayer &layer);
  LogicalResult readVectors(const Places &at, Sizes sizes,
                            RecurrentLayer &layer);
  LogicalResult readProjection(const Places &at, Sizes sizes,
                               RecurrentLayer &layer);
  LogicalResult readStates(const Places &at, Sizes sizes,
                           RecurrentLayer &layer);

  const Options &options;
};
} // namespace

/// The inputs of the gates i, o, f, g, the first of which is `first`.
static SmallVector<unsigned> ofGates(unsigned first) {
  return {first, first + 3, first + 1, first + 2};
}

FailureOr<Sizes> LSTMNode::readSizes(const Places &at) {
  auto sizeOf = [&](unsigned i, unsigned dim) -> FailureOr<int64_t> {
    if (!node.hasInput(i))
      return node.emitError() << "has no weights of the output gate (input "
                              << i << "); the file is damaged";
    ArrayRef<int64_t> shape = node.getInput(i).shape;
    if (shape.size() != 2)
      return node.emitError()
             << "has weights of the output gate (input " << i << ") of "
             << shape.size() << " dimensions instead of 2"
             << (i == at.weights + 3 ? "; the file is damaged"
                                     : ", as diagonal ones are; train the "
                                       "network with full recurrent weights");
    return shape[dim];
  };
  FailureOr<int64_t> cell = sizeOf(at.weights + 3, 0);
  FailureOr<int64_t> hidden = sizeOf(at.recurrence + 3, 1);
  if (failed(cell) || failed(hidden))
    return failure();
  Sizes sizes;
  sizes.cell = *cell;
  sizes.hidden = node.hasInput(at.projection) ? *hidden : *cell;
  return sizes;
}

LogicalResult LSTMNode::readGates(const Places &at, Sizes sizes,
                                  Value auxiliary, RecurrentLayer &layer) {
  layer.inputCoupled = !node.hasInput(at.weights);
  if (layer.inputCoupled != !node.hasInput(at.recurrence))
    return node.emitError()
           << "has only one of the two weights of the input gate (inputs "
           << at.weights << " and " << at.recurrence
           << "); the file is damaged";
  bool coupled = layer.inputCoupled;
  layer.weights = join(ofGates(at.weights), "weights of a gate",
                       {sizes.cell, b.shapeOf(layer.input).back()}, coupled);
  layer.recurrence = join(ofGates(at.recurrence), "recurrent weights of a gate",
                          {sizes.cell, sizes.hidden}, coupled);
  layer.bias =
      join(ofGates(at.biases), "bias of a gate", {sizes.cell}, coupled);
  if (!layer.weights || !layer.recurrence || !layer.bias)
    return failure();
  if (!auxiliary)
    return success();
  Value more = join(ofGates(*at.auxiliary), "weights of the auxiliary input",
                    {sizes.cell, b.shapeOf(auxiliary).back()}, coupled);
  layer.input = b.concat({layer.input, auxiliary}, 2);
  layer.weights = joinColumns(layer.weights, more);
  return success(layer.input && layer.weights);
}

LogicalResult LSTMNode::readVectors(const Places &at, Sizes sizes,
                                    RecurrentLayer &layer) {
  bool coupled = layer.inputCoupled;
  // Those of the forget and the output gate come together.
  if (node.hasInput(at.peepholes + 1) || node.hasInput(at.peepholes + 2)) {
    Value rows = join({at.peepholes, at.peepholes + 2, at.peepholes + 1},
                      "peephole weights of a gate", {sizes.cell}, coupled);
    layer.peepholes = rows ? b.reshape(rows, {3, sizes.cell}) : rows;
    if (!layer.peepholes)
      return failure();
  }
  if (!at.layerNorm || !node.hasInput(*at.layerNorm + 1))
    return success();
  Value rows = join(ofGates(*at.layerNorm), "layer normalization of a gate",
                    {sizes.cell}, coupled);
  layer.layerNorm = rows ? b.reshape(rows, {4, sizes.cell}) : rows;
  return success(bool(layer.layerNorm));
}

LogicalResult LSTMNode::readProjection(const Places &at, Sizes sizes,
                                       RecurrentLayer &layer) {
  if (!node.hasInput(at.projection))
    return success();
  FailureOr<Value> bias =
      find(at.projectionBias, "bias of the projection", {sizes.hidden});
  layer.projection =
      get(at.projection, "projection", {sizes.hidden, sizes.cell});
  if (failed(bias) || !layer.projection)
    return failure();
  layer.projectionBias = *bias;
  layer.projectionClip = options.projectionClip;
  return success();
}

LogicalResult LSTMNode::readStates(const Places &at, Sizes sizes,
                                   RecurrentLayer &layer) {
  FailureOr<Value> hidden =
      readState(at.hidden, "activation state", {batch, sizes.hidden});
  FailureOr<Value> cell = readState(at.cell, "cell state", {batch, sizes.cell});
  if (failed(hidden) || failed(cell))
    return failure();
  layer.initialHidden = *hidden;
  layer.initialCell = *cell;
  return success();
}

FailureOr<RecurrentValues> LSTMNode::importDirection(const Places &at, Value x,
                                                     Value auxiliary,
                                                     bool reverse) {
  FailureOr<Sizes> sizes = readSizes(at);
  if (failed(sizes))
    return failure();
  RecurrentLayer layer;
  layer.input = x;
  layer.reverse = reverse;
  layer.cellClip = options.cellClip;
  layer.activations = {Activation::Sigmoid, options.activation,
                       options.activation};
  if (failed(readGates(at, *sizes, auxiliary, layer)) ||
      failed(readVectors(at, *sizes, layer)) ||
      failed(readProjection(at, *sizes, layer)) ||
      failed(readStates(at, *sizes, layer)))
    return failure();
  RecurrentValues values = b.lstm(layer);
  if (!values.hidden)
    return failure();
  chooseScheme(values.hidden, options.asymmetric);
  node.setState(at.hidden, values.hidden);
  node.setState(at.cell, values.cell);
  return values;
}

/// What all three operators have in their options.
template <typename Flat>
static FailureOr<Options> readOptions(Node &node, const Flat *flat) {
  if (!flat)
    return FailureOr<Options>(node.refuseMissingOptions());
  FailureOr<Activation> activation =
      RecurrentNode(node).getActivation(flat->activation());
  if (failed(activation))
    return failure();
  auto limit = [](float value) {
    return value > 0 ? std::optional<float>(value) : std::nullopt;
  };
  return Options{*activation, limit(flat->cell_clip()),
                 limit(flat->proj_clip()), flat->asymmetric_quantize_inputs()};
}

/// Operators of one direction have the inputs of their gates at these places.
static constexpr Places kForward = {1, 5, 9, 12, 16, 17, 18, 19, {/*norm*/ 20},
                                    {}};

static LogicalResult importForward(Node &node, const Options &options,
                                   std::optional<bool> timeMajor) {
  constexpr unsigned kWithoutNorm = 20, kWithNorm = 24;
  if (node.getNumInputs() != kWithoutNorm && node.getNumInputs() != kWithNorm)
    return node.emitError()
           << "has " << node.getNumInputs() << " inputs instead of "
           << kWithoutNorm << ", or " << kWithNorm
           << " with layer normalization; the file is damaged";
  if (timeMajor && node.getInput(0).type == schema::TensorType_INT8)
    return importIntegerLSTM(node, options.activation, options.cellClip,
                             *timeMajor);
  LSTMNode lstm(node, options);
  if (failed(lstm.checkTypes()))
    return failure();
  Value x = lstm.readSequence(0, timeMajor);
  if (!x)
    return failure();
  FailureOr<RecurrentValues> values =
      lstm.importDirection(kForward, x, Value(), /*reverse=*/false);
  if (failed(values))
    return failure();
  return node.setResult(lstm.toFile(values->sequence));
}

static LogicalResult importSequence(Node &node) {
  const auto *flat = node.getFlat().options_as_UnidirectionalSequenceLSTM();
  FailureOr<Options> options = readOptions(node, flat);
  if (failed(options))
    return failure();
  if (flat->diagonal_recurrent_tensors())
    return node.emitError() << "has diagonal recurrent weights, which are not "
                               "supported; train the network with full ones";
  return importForward(node, *options, flat->time_major());
}

static LogicalResult importBidirectional(Node &node) {
  constexpr Places kFirst = {1, 5, 9, 12, 16, 17, 35, 36, {}, {40}};
  constexpr Places kSecond = {18, 22, 26, 29, 33, 34, 37, 38, {}, {44}};
  constexpr unsigned kAuxiliary = 39;
  const auto *flat = node.getFlat().options_as_BidirectionalSequenceLSTM();
  FailureOr<Options> options = readOptions(node, flat);
  if (failed(options))
    return failure();
  LSTMNode lstm(node, *options);
  if (failed(lstm.checkDirections(flat->merge_outputs())) ||
      failed(lstm.checkTypes()))
    return failure();
  FailureOr<DirectionInputs> x = lstm.readDirections(
      flat->time_major(), kAuxiliary, *kFirst.auxiliary + 1);
  if (failed(x))
    return failure();
  FailureOr<RecurrentValues> forward =
      lstm.importDirection(kFirst, x->forward, x->auxiliary, /*reverse=*/false);
  if (failed(forward))
    return failure();
  FailureOr<RecurrentValues> backward = lstm.importDirection(
      kSecond, x->backward, x->auxiliary, /*reverse=*/true);
  if (failed(backward))
    return failure();
  return lstm.setDirections(forward->sequence, backward->sequence,
                            flat->merge_outputs());
}

/// The older kernel of LSTM: one matrix of all gates in the order i, g, f, o,
/// over the input and the hidden state. States are no variable tensors, but
/// inputs and outputs.
static LogicalResult importBasic(Node &node) {
  enum { kX, kHidden, kWeights, kBiases, kCell, kCount };
  RecurrentNode lstm(node);
  if (node.getNumInputs() != kCount || node.getNumOutputs() < 2)
    return node.emitError()
           << "has the basic kernel with " << node.getNumInputs()
           << " inputs and " << node.getNumOutputs()
           << " outputs instead of 5 and 4; the file is damaged";
  if (failed(lstm.checkTypes()))
    return failure();
  NetworkBuilder &b = node.b;
  Value x = lstm.readSequence(kX, std::nullopt);
  if (!x)
    return failure();
  ArrayRef<int64_t> cellShape = node.getInput(kCell).shape;
  int64_t size = cellShape.empty() ? 0 : cellShape.back();
  int64_t inputSize = b.shapeOf(x).back();
  RecurrentLayer layer;
  layer.input = x;
  layer.activations = {Activation::Sigmoid, Activation::Tanh, Activation::Tanh};
  layer.initialHidden =
      lstm.get(kHidden, "activation state", {lstm.batch, size});
  layer.initialCell = lstm.get(kCell, "cell state", {lstm.batch, size});
  Value weights = lstm.get(kWeights, "weights", {4 * size, inputSize + size});
  Value biases = lstm.get(kBiases, "biases", {4 * size});
  if (!layer.initialHidden || !layer.initialCell || !weights || !biases)
    return failure();
  // The rows of i, o, f and g.
  auto reorder = [&](Value all, int64_t begin, int64_t width) {
    SmallVector<Value> parts;
    for (int64_t gate : {0, 3, 2, 1}) {
      bool isMatrix = b.rankOf(all) == 2;
      parts.push_back(isMatrix
                          ? b.sliceBox(all, {gate * size, begin}, {size, width})
                          : b.sliceBox(all, {gate * size}, {size}));
      if (!parts.back())
        return Value();
    }
    return b.joinRows(parts);
  };
  layer.weights = reorder(weights, 0, inputSize);
  layer.recurrence = reorder(weights, inputSize, size);
  layer.bias = reorder(biases, 0, 0);
  if (!layer.weights || !layer.recurrence || !layer.bias)
    return failure();
  RecurrentValues values = b.lstm(layer);
  if (!values.hidden || failed(node.setResult(values.cell, 1)))
    return failure();
  // No kernel multiplies the input apart from the hidden state.
  lstm.chooseScheme(values.hidden, std::nullopt);
  // The other outputs are memory of the kernel.
  return node.setResult(lstm.toFile(values.sequence));
}

static LogicalResult importStep(Node &node) {
  const auto *flat = node.getFlat().options_as_LSTM();
  FailureOr<Options> options = readOptions(node, flat);
  if (failed(options))
    return failure();
  switch (flat->kernel()) {
  case schema::LSTMKernel_BASIC:
    return importBasic(node);
  case schema::LSTMKernel_FULL:
    if (node.getNumOutputs() == 1)
      return importForward(node, *options, std::nullopt);
    return node.emitError() << "has " << node.getNumOutputs()
                            << " outputs instead of 1; the file is damaged";
  }
  return node.emitError() << "has the unknown kernel " << int(flat->kernel());
}

ArrayRef<Handler> tflite::getLSTMHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_BIDIRECTIONAL_SEQUENCE_LSTM, 3, 1, 48, kAnyNumber,
       importBidirectional},
      {schema::Code_LSTM, 5, 1, 24, kAnyNumber, importStep},
      {schema::Code_UNIDIRECTIONAL_SEQUENCE_LSTM, 4, 1, 24, 1, importSequence},
  };
  return kHandlers;
}
