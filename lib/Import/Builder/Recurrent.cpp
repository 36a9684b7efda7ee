//===- Recurrent.cpp - Recurrent layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/NetworkBuilder.h"

using namespace mlir;
using namespace quantc;
using ptq::Activation;

/// The types of results: a sequence, and as many states as the operation has.
static SmallVector<Type> getResultTypes(NetworkBuilder &b,
                                        const RecurrentLayer &layer,
                                        unsigned states) {
  ArrayRef<int64_t> input = NetworkBuilder::shapeOf(layer.input);
  int64_t hidden = NetworkBuilder::shapeOf(layer.recurrence).back();
  Type sequence = b.getType({input[0], input[1], hidden}, b.getF32Type());
  Type state = b.getType({input[1], hidden}, b.getF32Type());
  if (!sequence || !state)
    return {};
  SmallVector<Type> types(1 + states, state);
  types.front() = sequence;
  return types;
}

static FloatAttr getClip(Builder &b, const RecurrentLayer &layer) {
  return layer.clip ? b.getF32FloatAttr(*layer.clip) : FloatAttr();
}

RecurrentValues NetworkBuilder::lstm(const RecurrentLayer &layer) {
  SmallVector<Type> types = getResultTypes(*this, layer, /*states=*/2);
  if (types.empty())
    return {};
  auto op = ptq::LSTMOp::create(
      builder, getInnerLoc(ptq::LSTMOp::getOperationName()), types, layer.input,
      layer.weights, layer.recurrence, layer.bias, layer.initialHidden,
      layer.initialCell, layer.peepholes, layer.reverse, layer.coupled,
      getClip(builder, layer), layer.activations[0], layer.activations[1],
      layer.activations[2]);
  return {op.getSequence(), op.getHidden(), op.getCell()};
}

RecurrentValues NetworkBuilder::gru(const RecurrentLayer &layer) {
  SmallVector<Type> types = getResultTypes(*this, layer, /*states=*/1);
  if (types.empty())
    return {};
  auto op = ptq::GRUOp::create(
      builder, getInnerLoc(ptq::GRUOp::getOperationName()), types, layer.input,
      layer.weights, layer.recurrence, layer.bias, layer.hiddenBias,
      layer.initialHidden, layer.reverse, layer.resetAfter,
      getClip(builder, layer), layer.activations[0], layer.activations[1]);
  return {op.getSequence(), op.getHidden(), Value()};
}

RecurrentValues NetworkBuilder::rnn(const RecurrentLayer &layer) {
  SmallVector<Type> types = getResultTypes(*this, layer, /*states=*/1);
  if (types.empty())
    return {};
  auto op = ptq::RNNOp::create(
      builder, getInnerLoc(ptq::RNNOp::getOperationName()), types, layer.input,
      layer.weights, layer.recurrence, layer.bias, layer.initialHidden,
      layer.reverse, getClip(builder, layer), layer.activations[0]);
  return {op.getSequence(), op.getHidden(), Value()};
}
