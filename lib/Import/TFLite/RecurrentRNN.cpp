//===- RecurrentRNN.cpp - Recurrent operators without gates -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// RNN, UNIDIRECTIONAL_SEQUENCE_RNN and BIDIRECTIONAL_SEQUENCE_RNN.
///
//===----------------------------------------------------------------------===//

#include "RecurrentNode.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;
using ptq::Activation;

namespace {
/// Where an operator has the inputs of one direction.
struct Places {
  unsigned weights, recurrence, bias, hidden;
  std::optional<unsigned> auxiliary;
};

/// What the operators have for all directions.
struct Options {
  Activation activation;
  /// Next to integer weights, inputs have zero points.
  bool asymmetric;
};
} // namespace

/// What all three operators have in their options.
template <typename Flat>
static FailureOr<Options> readOptions(Node &node, const Flat *flat) {
  if (!flat)
    return FailureOr<Options>(node.refuseMissingOptions());
  FailureOr<Activation> activation =
      RecurrentNode(node).getActivation(flat->activation());
  if (failed(activation))
    return failure();
  return Options{*activation, flat->asymmetric_quantize_inputs()};
}

/// The layer of one direction over `x`, beside which `auxiliary` is read if it
/// is not null. Null after an error.
static Value importDirection(RecurrentNode &rnn, const Places &at,
                             const Options &options, Value x, Value auxiliary,
                             bool reverse) {
  Node &node = rnn.node;
  NetworkBuilder &b = node.b;
  ArrayRef<int64_t> shape;
  if (node.hasInput(at.weights))
    shape = node.getInput(at.weights).shape;
  int64_t units = shape.empty() ? 0 : shape.front();
  RecurrentLayer layer;
  layer.reverse = reverse;
  layer.activations = {options.activation};
  layer.input = x;
  layer.weights = rnn.get(at.weights, "weights", {units, b.shapeOf(x).back()});
  if (!layer.weights)
    return {};
  layer.recurrence =
      rnn.get(at.recurrence, "recurrent weights", {units, units});
  layer.bias = rnn.get(at.bias, "bias", {units});
  FailureOr<Value> hidden =
      rnn.readState(at.hidden, "hidden state", {rnn.batch, units});
  if (!layer.recurrence || !layer.bias || failed(hidden))
    return {};
  layer.initialHidden = *hidden;
  if (auxiliary) {
    Value more = rnn.get(*at.auxiliary, "weights of the auxiliary input",
                         {units, b.shapeOf(auxiliary).back()});
    layer.input = b.concat({x, auxiliary}, 2);
    layer.weights = rnn.joinColumns(layer.weights, more);
    if (!layer.input || !layer.weights)
      return {};
  }
  RecurrentValues values = b.rnn(layer);
  if (!values.hidden)
    return {};
  rnn.chooseScheme(values.hidden, options.asymmetric);
  node.setState(at.hidden, values.hidden);
  return values.sequence;
}

static constexpr Places kForward = {1, 2, 3, 4, {}};

static LogicalResult importForward(Node &node, FailureOr<Options> options,
                                   std::optional<bool> timeMajor) {
  RecurrentNode rnn(node);
  if (failed(options) || failed(rnn.checkTypes()))
    return failure();
  Value x = rnn.readSequence(0, timeMajor);
  if (!x)
    return failure();
  Value sequence = importDirection(rnn, kForward, *options, x, Value(), false);
  return sequence ? node.setResult(rnn.toFile(sequence)) : failure();
}

static LogicalResult importStep(Node &node) {
  return importForward(node, readOptions(node, node.getFlat().options_as_RNN()),
                       std::nullopt);
}

static LogicalResult importSequence(Node &node) {
  const auto *flat = node.getFlat().options_as_SequenceRNN();
  FailureOr<Options> options = readOptions(node, flat);
  if (failed(options))
    return failure();
  return importForward(node, options, flat->time_major());
}

static LogicalResult importBidirectional(Node &node) {
  constexpr Places kFirst = {1, 2, 3, 4, {10}}, kSecond = {5, 6, 7, 8, {11}};
  constexpr unsigned kAuxiliary = 9;
  const auto *flat = node.getFlat().options_as_BidirectionalSequenceRNN();
  FailureOr<Options> options = readOptions(node, flat);
  if (failed(options))
    return failure();
  RecurrentNode rnn(node);
  if (failed(rnn.checkDirections(flat->merge_outputs())) ||
      failed(rnn.checkTypes()))
    return failure();
  FailureOr<DirectionInputs> x =
      rnn.readDirections(flat->time_major(), kAuxiliary, *kFirst.auxiliary);
  if (failed(x))
    return failure();
  Value forward = importDirection(rnn, kFirst, *options, x->forward,
                                  x->auxiliary, /*reverse=*/false);
  if (!forward)
    return failure();
  Value backward = importDirection(rnn, kSecond, *options, x->backward,
                                   x->auxiliary, /*reverse=*/true);
  if (!backward)
    return failure();
  return rnn.setDirections(forward, backward, flat->merge_outputs());
}

ArrayRef<Handler> tflite::getRNNHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_BIDIRECTIONAL_SEQUENCE_RNN, 3, 1, 12, kAnyNumber,
       importBidirectional},
      {schema::Code_RNN, 3, 5, 5, 1, importStep},
      {schema::Code_UNIDIRECTIONAL_SEQUENCE_RNN, 3, 5, 5, 1, importSequence},
  };
  return kHandlers;
}
