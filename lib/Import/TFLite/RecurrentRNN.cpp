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
} // namespace

/// The layer of one direction over `x`, beside which `auxiliary` is read if it
/// is not null. Null after an error.
static Value importDirection(RecurrentNode &rnn, const Places &at,
                             Activation activation, Value x, Value auxiliary,
                             bool reverse) {
  Node &node = rnn.node;
  NetworkBuilder &b = node.b;
  ArrayRef<int64_t> shape;
  if (node.hasInput(at.weights))
    shape = node.getInput(at.weights).shape;
  int64_t units = shape.empty() ? 0 : shape.front();
  RecurrentLayer layer;
  layer.reverse = reverse;
  layer.activations = {activation};
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
  rnn.chooseScheme({layer.weights, layer.recurrence});
  RecurrentValues values = b.rnn(layer);
  if (values.hidden)
    node.setState(at.hidden, values.hidden);
  return values.sequence;
}

static constexpr Places kForward = {1, 2, 3, 4, {}};

static LogicalResult importForward(Node &node, schema::Activation fused,
                                   std::optional<bool> timeMajor) {
  RecurrentNode rnn(node);
  FailureOr<Activation> activation = rnn.getActivation(fused);
  if (failed(activation) || failed(rnn.checkTypes()))
    return failure();
  Value x = rnn.readSequence(0, timeMajor);
  if (!x)
    return failure();
  Value sequence =
      importDirection(rnn, kForward, *activation, x, Value(), false);
  return sequence ? node.setResult(rnn.toFile(sequence)) : failure();
}

static LogicalResult importStep(Node &node) {
  const auto *options = node.getFlat().options_as_RNN();
  if (!options)
    return node.refuseMissingOptions();
  return importForward(node, options->activation(), std::nullopt);
}

static LogicalResult importSequence(Node &node) {
  const auto *options = node.getFlat().options_as_SequenceRNN();
  if (!options)
    return node.refuseMissingOptions();
  return importForward(node, options->activation(), options->time_major());
}

static LogicalResult importBidirectional(Node &node) {
  constexpr Places kFirst = {1, 2, 3, 4, {10}}, kSecond = {5, 6, 7, 8, {11}};
  constexpr unsigned kAuxiliary = 9;
  const auto *options = node.getFlat().options_as_BidirectionalSequenceRNN();
  if (!options)
    return node.refuseMissingOptions();
  RecurrentNode rnn(node);
  FailureOr<Activation> activation = rnn.getActivation(options->activation());
  if (failed(activation) ||
      failed(rnn.checkDirections(options->merge_outputs())) ||
      failed(rnn.checkTypes()))
    return failure();
  FailureOr<DirectionInputs> x =
      rnn.readDirections(options->time_major(), kAuxiliary, *kFirst.auxiliary);
  if (failed(x))
    return failure();
  Value forward = importDirection(rnn, kFirst, *activation, x->forward,
                                  x->auxiliary, /*reverse=*/false);
  if (!forward)
    return failure();
  Value backward = importDirection(rnn, kSecond, *activation, x->backward,
                                   x->auxiliary, /*reverse=*/true);
  if (!backward)
    return failure();
  return rnn.setDirections(forward, backward, options->merge_outputs());
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
