//===- OnnxRecurrent.cpp - LSTM, GRU, RNN -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A recurrent operator is one layer for each direction. Gates have the order
/// of the ptq dialect; the two biases of a gate are added.
///
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "Quantized.h"

#include <cmath>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;
using ptq::Activation;

namespace {
enum class Kind { LSTM, GRU, RNN };

// The inputs of all kinds; those of an LSTM follow.
enum Input {
  kX,
  kW,
  kR,
  kBias,
  kLengths,
  kInitialHidden,
  kInitialCell,
  kPeepholes,
  // Of a DynamicQuantizeLSTM.
  kWScale,
  kWZeroPoint,
  kRScale,
  kRZeroPoint
};

/// The operator, with what all of its directions share.
class Recurrent {
public:
  /// A `isDynamic` one has integer weights, which are transposed.
  Recurrent(Node &node, Kind kind, bool isDynamic)
      : node(node), b(node.b), kind(kind), isDynamic(isDynamic) {}

  LogicalResult import();

private:
  LogicalResult readDirection();
  LogicalResult readSizes();
  LogicalResult checkShape(int input, StringRef name, ArrayRef<int64_t> shape,
                           StringRef sizes);
  LogicalResult checkShapes();
  LogicalResult checkLengths();
  LogicalResult readActivations();
  FailureOr<Activation> readActivation(size_t index, StringRef name);
  LogicalResult readOptions();

  LogicalResult checkWeights();
  Value row(Value x, int64_t direction);
  Value weights(int input, int64_t direction);
  RecurrentValues build(const RecurrentLayer &layer);
  void setBias(RecurrentLayer &layer, int64_t direction);
  Value initialState(int input, int64_t direction);
  FailureOr<RecurrentValues> importDirection(int64_t direction);
  LogicalResult setResults(ArrayRef<RecurrentValues> directions);

  size_t activationsOfDirection() const {
    return kind == Kind::LSTM ? 3 : kind == Kind::GRU ? 2 : 1;
  }

  Node &node;
  NetworkBuilder &b;
  Kind kind;
  bool isDynamic;
  /// Of x; time comes first in any layout.
  Value input;
  int64_t directions = 1, gates = 1, steps = 0, batch = 0, inputSize = 0,
          hidden = 0;
  bool isReverse = false, isBatchFirst = false;
  SmallVector<Activation> activations;
  std::optional<float> clip;
};
} // namespace

LogicalResult Recurrent::readDirection() {
  std::string direction = node.getString("direction", "forward");
  if (direction == "bidirectional")
    directions = 2;
  else if (direction == "reverse")
    isReverse = true;
  else if (direction != "forward")
    return node.emitError() << "has the direction '" << direction
                            << "'; it is forward, reverse or bidirectional";
  int64_t layout = node.getInt("layout", 0);
  if (layout != 0 && layout != 1)
    return node.emitError() << "has layout " << layout
                            << "; it is 0 (time first) or 1 (batch first)";
  isBatchFirst = layout == 1;
  return success();
}

/// Reads the sizes from the inputs, which exist.
LogicalResult Recurrent::readSizes() {
  Shape x = node.shape(kX), r = node.shape(kR);
  if (x.size() != 3)
    return node.emitError() << "reads an input of " << x.size()
                            << " dimensions; it has 3: time, batch and size";
  steps = x[isBatchFirst ? 1 : 0];
  batch = x[isBatchFirst ? 0 : 1];
  inputSize = x[2];
  int64_t size = r.empty() ? 0 : isDynamic ? r[r.size() / 2] : r.back();
  hidden = node.getInt("hidden_size", size);
  if (hidden < 1 || hidden > kMaxElements)
    return node.emitError()
           << "has hidden_size " << hidden << "; it has to be at least 1";
  return success();
}

LogicalResult Recurrent::checkShape(int input, StringRef name,
                                    ArrayRef<int64_t> expected,
                                    StringRef sizes) {
  if (!node.has(input))
    return success();
  if (!node.tensor(input))
    return failure();
  Shape shape = node.shape(input);
  if (ArrayRef<int64_t>(shape) == expected)
    return success();
  InFlightDiagnostic error = node.emitError();
  error << "has " << name << " of shape [";
  llvm::interleaveComma(shape, error);
  error << "] instead of [" << sizes << "] = [";
  llvm::interleaveComma(expected, error);
  return error << "]; export it again, or correct hidden_size, direction and "
                  "layout";
}

LogicalResult Recurrent::checkWeights() {
  int64_t all = gates * hidden;
  std::string rows = std::to_string(gates) + " * hidden_size";
  if (isDynamic)
    return failure(
        failed(checkShape(kW, "weights W", {directions, inputSize, all},
                          "directions, input size, " + rows)) ||
        failed(checkShape(kR, "recurrent weights R", {directions, hidden, all},
                          "directions, hidden_size, " + rows)));
  return failure(
      failed(checkShape(kW, "weights W", {directions, all, inputSize},
                        "directions, " + rows + ", input size")) ||
      failed(checkShape(kR, "recurrent weights R", {directions, all, hidden},
                        "directions, " + rows + ", hidden_size")));
}

LogicalResult Recurrent::checkShapes() {
  std::string biases =
      "directions, " + std::to_string(2 * gates) + " * hidden_size";
  int64_t all = gates * hidden;
  SmallVector<int64_t> state = {directions, batch, hidden};
  StringRef stateSizes = "directions, batch, hidden_size";
  if (isBatchFirst) {
    std::swap(state[0], state[1]);
    stateSizes = "batch, directions, hidden_size";
  }
  if (failed(checkWeights()) ||
      failed(checkShape(kBias, "biases B", {directions, 2 * all}, biases)) ||
      failed(checkShape(kLengths, "sequence_lens", {batch}, "batch")) ||
      failed(checkShape(kInitialHidden, "initial_h", state, stateSizes)))
    return failure();
  if (kind != Kind::LSTM)
    return success();
  if (failed(checkShape(kInitialCell, "initial_c", state, stateSizes)))
    return failure();
  return checkShape(kPeepholes, "peepholes P", {directions, 3 * hidden},
                    "directions, 3 * hidden_size");
}

/// Every sequence takes all steps.
LogicalResult Recurrent::checkLengths() {
  if (!node.has(kLengths))
    return success();
  FailureOr<SmallVector<int64_t>> lengths =
      node.ints(kLengths, "sequence lengths");
  if (failed(lengths))
    return failure();
  for (int64_t length : *lengths)
    if (length < steps)
      return node.emitError()
             << "has a sequence of " << length << " steps in sequence_lens, "
             << "but the time axis has " << steps
             << "; quantc computes all steps: give the network an input of "
             << length << " steps, or export it without sequence_lens";
    else if (length > steps)
      return node.emitError()
             << "has a sequence of " << length
             << " steps in sequence_lens, beyond the time axis of " << steps
             << "; export it without sequence_lens, or with a longer input";
  return success();
}

/// Function `name`, number `index` of the attribute.
FailureOr<Activation> Recurrent::readActivation(size_t index, StringRef name) {
  std::string lower = name.lower();
  if (lower == "sigmoid")
    return Activation::Sigmoid;
  if (lower == "tanh")
    return Activation::Tanh;
  if (lower == "relu")
    return Activation::Relu;
  if (lower != "hardsigmoid")
    return node.emitError()
           << "has the activation '" << name
           << "'; quantc has Sigmoid, Tanh, Relu and HardSigmoid in recurrent "
              "layers: train the network with one of these";
  // Parameters are given for those functions in front that have them.
  SmallVector<double> alphas = node.getFloats("activation_alpha"),
                      betas = node.getFloats("activation_beta");
  double alpha = index < alphas.size() ? alphas[index] : 0.2;
  double beta = index < betas.size() ? betas[index] : 0.5;
  if (static_cast<float>(alpha) != 0.2f || static_cast<float>(beta) != 0.5f)
    return node.emitError()
           << "has a HardSigmoid with alpha = " << alpha
           << " and beta = " << beta
           << "; quantc has the one with 0.2 and 0.5 in recurrent "
              "layers: train the network with that";
  return Activation::HardSigmoid;
}

LogicalResult Recurrent::readActivations() {
  constexpr Activation kSigmoid = Activation::Sigmoid, kTanh = Activation::Tanh;
  std::vector<std::string> given = node.getStrings("activations");
  size_t count = activationsOfDirection();
  if (given.empty()) {
    SmallVector<Activation> defaults = {kSigmoid, kTanh, kTanh};
    if (kind == Kind::RNN)
      defaults = {kTanh};
    defaults.resize(count);
    for (int64_t i = 0; i < directions; ++i)
      llvm::append_range(activations, defaults);
    return success();
  }
  if (given.size() != count * directions)
    return node.emitError() << "has " << given.size()
                            << " activations, but needs " << count * directions;
  for (auto [index, name] : llvm::enumerate(given)) {
    FailureOr<Activation> activation = readActivation(index, name);
    if (failed(activation))
      return failure();
    activations.push_back(*activation);
  }
  return success();
}

LogicalResult Recurrent::readOptions() {
  if (failed(readActivations()))
    return failure();
  if (!node.hasAttr("clip"))
    return success();
  double limit = node.getFloat("clip", 0);
  if (!(limit > 0) || !std::isfinite(limit))
    return node.emitError()
           << "has clip = " << limit << "; it has to be above 0 and finite";
  clip = static_cast<float>(limit);
  return success();
}

/// x [directions, ...] of one direction, without that dimension.
Value Recurrent::row(Value x, int64_t direction) {
  if (!x)
    return {};
  SmallVector<int64_t> begins(NetworkBuilder::rankOf(x), 0),
      sizes(NetworkBuilder::shapeOf(x));
  begins[0] = direction;
  sizes[0] = 1;
  return b.squeeze(b.sliceBox(x, begins, sizes), {0});
}

Value Recurrent::weights(int input, int64_t direction) {
  if (!isDynamic)
    return row(node.value(input), direction);
  return readDynamicWeights(node, input,
                            input == kW ? ParamInputs{kWScale, kWZeroPoint}
                                        : ParamInputs{kRScale, kRZeroPoint},
                            direction);
}

RecurrentValues Recurrent::build(const RecurrentLayer &layer) {
  switch (kind) {
  case Kind::LSTM:
    return b.lstm(layer);
  case Kind::GRU:
    return b.gru(layer);
  case Kind::RNN:
    return b.rnn(layer);
  }
  llvm_unreachable("unknown kind of layer");
}

/// A GRU with linear_before_reset keeps one bias of the new gate apart.
void Recurrent::setBias(RecurrentLayer &layer, int64_t direction) {
  const Array *biases = node.constant(kBias);
  auto get = [&](bool recurrent, int64_t gate, int64_t unit) {
    int64_t place = ((direction * 2 + recurrent) * gates + gate) * hidden;
    return static_cast<float>(getReal(*biases, place + unit));
  };
  SmallVector<float> sums, apart;
  for (int64_t gate = 0; gate < gates; ++gate)
    for (int64_t unit = 0; unit < hidden; ++unit) {
      float input = get(false, gate, unit), recurrent = get(true, gate, unit);
      bool isApart = layer.resetAfter && gate == 2;
      sums.push_back(isApart ? input : input + recurrent);
      if (isApart)
        apart.push_back(recurrent);
    }
  layer.bias = b.constant({gates * hidden}, sums);
  if (layer.resetAfter)
    layer.hiddenBias = b.constant({hidden}, apart);
}

/// Null if the state is not given, is all zeros, or after an error.
Value Recurrent::initialState(int input, int64_t direction) {
  if (!node.has(input))
    return {};
  if (const Array *known = node.constant(input)) {
    auto isZero = [&](int64_t i) { return getReal(*known, i) == 0; };
    if (llvm::all_of(llvm::seq<int64_t>(0, known->elementCount()), isZero))
      return {};
  }
  Value states = node.value(input);
  if (states && isBatchFirst)
    states = b.transpose(states, {1, 0, 2});
  return row(states, direction);
}

FailureOr<RecurrentValues> Recurrent::importDirection(int64_t direction) {
  RecurrentLayer layer;
  layer.input = input;
  layer.reverse = isReverse || direction == 1;
  layer.coupled = kind == Kind::LSTM && node.getInt("input_forget", 0) != 0;
  layer.resetAfter =
      kind == Kind::GRU && node.getInt("linear_before_reset", 0) != 0;
  layer.clip = clip;
  size_t count = activationsOfDirection();
  layer.activations.assign(activations.begin() + direction * count,
                           activations.begin() + (direction + 1) * count);
  layer.weights = weights(kW, direction);
  layer.recurrence = weights(kR, direction);
  if (!layer.weights || !layer.recurrence)
    return failure();
  if (node.has(kBias)) {
    if (!node.require(kBias, "biases"))
      return failure();
    setBias(layer, direction);
  }
  layer.initialHidden = initialState(kInitialHidden, direction);
  if (kind == Kind::LSTM) {
    layer.initialCell = initialState(kInitialCell, direction);
    if (node.has(kPeepholes)) {
      layer.peepholes =
          b.reshape(row(node.value(kPeepholes), direction), {3, hidden});
      if (!layer.peepholes)
        return failure();
    }
  }
  if (node.hasFailed())
    return failure();
  if (isDynamic)
    b.setScheme("dynamic-range");
  RecurrentValues values = build(layer);
  b.setScheme("");
  if (!values.hidden)
    return failure();
  return values;
}

LogicalResult Recurrent::setResults(ArrayRef<RecurrentValues> values) {
  auto join = [&](Value RecurrentValues::*member, int64_t axis) {
    SmallVector<Value> parts;
    for (const RecurrentValues &direction : values)
      parts.push_back(b.unsqueeze(direction.*member, {axis}));
    return parts.size() == 1 ? parts.front() : b.concat(parts, axis);
  };
  if (node.isUsed(0)) {
    Value y = join(&RecurrentValues::sequence, 1);
    if (y && isBatchFirst)
      y = b.transpose(y, {2, 0, 1, 3});
    if (failed(node.setResult(0, y)))
      return failure();
  }
  for (auto [result, member] :
       {std::pair(1, &RecurrentValues::hidden), {2, &RecurrentValues::cell}}) {
    if (!node.isUsed(result) || (result == 2 && kind != Kind::LSTM))
      continue;
    if (failed(node.setResult(result, join(member, isBatchFirst ? 1 : 0))))
      return failure();
  }
  return success();
}

LogicalResult Recurrent::import() {
  gates = kind == Kind::LSTM ? 4 : kind == Kind::GRU ? 3 : 1;
  for (int needed : {kX, kW, kR})
    if (!node.tensor(needed))
      return failure();
  if (failed(readDirection()) || failed(readSizes()) || failed(checkShapes()) ||
      failed(checkLengths()) || failed(readOptions()))
    return failure();
  input = node.value(kX);
  if (isBatchFirst)
    input = b.transpose(input, {1, 0, 2});
  if (!input)
    return failure();
  SmallVector<RecurrentValues, 2> values;
  for (int64_t direction = 0; direction < directions; ++direction) {
    FailureOr<RecurrentValues> layer = importDirection(direction);
    if (failed(layer))
      return failure();
    values.push_back(*layer);
  }
  return setResults(values);
}

template <Kind kind, bool isDynamic = false>
static LogicalResult importRecurrent(Node &node) {
  return Recurrent(node, kind, isDynamic).import();
}

void onnximport::addRecurrentHandlers(Handlers &handlers) {
  handlers["GRU"] = {importRecurrent<Kind::GRU>};
  handlers["LSTM"] = {importRecurrent<Kind::LSTM>};
  handlers["RNN"] = {importRecurrent<Kind::RNN>};
  handlers["com.microsoft.DynamicQuantizeLSTM"] = {
      importRecurrent<Kind::LSTM, /*isDynamic=*/true>, Integers::Own};
}
