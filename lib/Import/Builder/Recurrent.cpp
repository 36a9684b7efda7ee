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

static FloatAttr getLimit(Builder &b, std::optional<float> limit) {
  return limit ? b.getF32FloatAttr(*limit) : FloatAttr();
}

RecurrentValues NetworkBuilder::lstm(const RecurrentLayer &layer) {
  SmallVector<Type> types = getResultTypes(*this, layer, /*states=*/2);
  if (types.empty())
    return {};
  if (layer.projection) {
    int64_t cell = shapeOf(layer.projection).back();
    types.back() = getType({shapeOf(layer.input)[1], cell}, getF32Type());
    if (!types.back())
      return {};
  }
  auto op = ptq::LSTMOp::create(
      builder, getInnerLoc(ptq::LSTMOp::getOperationName()), types, layer.input,
      layer.weights, layer.recurrence, layer.bias, layer.initialHidden,
      layer.initialCell, layer.peepholes, layer.projection,
      layer.projectionBias, layer.layerNorm, layer.reverse, layer.coupled,
      layer.inputCoupled, getLimit(builder, layer.clip),
      getLimit(builder, layer.cellClip),
      getLimit(builder, layer.projectionClip), layer.activations[0],
      layer.activations[1], layer.activations[2], ArrayAttr(),
      /*observed=*/false);
  if (scheme)
    applyScheme(op);
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
      getLimit(builder, layer.clip), layer.activations[0], layer.activations[1],
      ArrayAttr(), /*observed=*/false);
  if (scheme)
    applyScheme(op);
  return {op.getSequence(), op.getHidden(), Value()};
}

RecurrentValues NetworkBuilder::rnn(const RecurrentLayer &layer) {
  SmallVector<Type> types = getResultTypes(*this, layer, /*states=*/1);
  if (types.empty())
    return {};
  auto op = ptq::RNNOp::create(
      builder, getInnerLoc(ptq::RNNOp::getOperationName()), types, layer.input,
      layer.weights, layer.recurrence, layer.bias, layer.initialHidden,
      layer.reverse, getLimit(builder, layer.clip), layer.activations[0],
      ArrayAttr(), /*observed=*/false);
  if (scheme)
    applyScheme(op);
  return {op.getSequence(), op.getHidden(), Value()};
}
