//===- IntegerRecurrent.cpp - Quantized layers as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Expands quantized ptq.lstm, ptq.gru and ptq.rnn to integer TOSA in a loop
/// over time. The rules are N90 to N96 of docs/Numerics.md; the parameters are
/// those that the operation has.
///
//===----------------------------------------------------------------------===//

#include "IntegerLayer.h"
#include "quantc/Dialect/PTQ/IR/RecurrentScales.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// N94, N99
void quantc::expandIntegers(LSTMOp op) {
  IntegerLayer layer(op, 4);
  Value recurrence = op.getRecurrence();
  SmallVector<Value> peepholes;
  if (Value all = op.getPeepholes())
    for (int64_t row = 0; row < 3; ++row)
      peepholes.push_back(layer.widen(layer.sliceRows(all, row, 1)));
  double peepholeScale = peepholes.empty() ? 1
                                           : layer.scaleOf(op.getPeepholes()) *
                                                 layer.scaleOf(op.getCell());
  // The rows of `peepholes` are those of the first three gates: i, o, f.
  auto peep = [&](Value sum, Value cell, int64_t gate) {
    if (peepholes.empty())
      return sum;
    Value product = layer.mul(cell, peepholes[gate]);
    return layer.add(sum, layer.scaleToSums(product, peepholeScale, gate));
  };
  layer.build([&](Value row, ValueRange states) -> TimeStep {
    Value cell = layer.widen(states[1]);
    Value recurrent = layer.multiply(states[0], recurrence, op.getBias());
    auto sum = [&](int64_t gate) {
      return layer.add(layer.sliceGate(row, gate),
                       layer.sliceGate(recurrent, gate));
    };
    auto gate = [&](int64_t index, Value seen) {
      return layer.activate(op.getGate(), peep(sum(index), seen, index), index);
    };
    Value i, f;
    if (!op.getInputCoupled())
      i = gate(0, cell);
    f = op.getCoupled() ? layer.fromOne(i) : gate(2, cell);
    if (op.getInputCoupled())
      i = layer.fromOne(f);
    Value g = layer.activate(op.getCellInput(), sum(3), 3);
    int exponent = layer.exponentOf(1);
    Value next = layer.clampState(layer.blend(f, cell, i, g, exponent),
                                  op.getCellClip(), exponent);
    Value o = gate(1, next);
    Value squashed = layer.activateState(op.getOutput(), next, 1);
    Value hidden =
        op.getProjection()
            ? layer.project(layer.mulGates(o, squashed), op.getProjection(),
                            op.getProjectionBias(), op.getProjectionClip())
            : layer.toHidden(layer.mul(o, squashed), 2 * kGateExponent);
    return {{hidden, layer.narrow(next)}, hidden};
  });
}

/// N95
void quantc::expandIntegers(GRUOp op) {
  IntegerLayer layer(op, 3);
  int64_t size = layer.hiddenSize;
  Value recurrence = op.getRecurrence(), bias = op.getBias(), candidate;
  Value candidateBias;
  if (bias)
    candidateBias = layer.sliceRows(bias, 2 * size, size);
  if (op.getResetAfter()) {
    // The product of the candidate has the hidden bias; its other one is added
    // behind the reset gate.
    bias = layer.joinRows({bias ? layer.sliceRows(bias, 0, 2 * size) : Value(),
                           layer.storage(op.getHiddenBias())},
                          {2 * size, size});
  } else {
    candidate = layer.sliceRows(recurrence, 2 * size, size);
    recurrence = layer.sliceRows(recurrence, 0, 2 * size);
    if (bias)
      bias = layer.sliceRows(bias, 0, 2 * size);
  }
  int exponent = layer.wideExponent();
  layer.build(
      [&](Value row, ValueRange states) -> TimeStep {
        Value hidden = layer.widen(states[1]);
        Value recurrent = layer.multiply(states[0], recurrence, bias);
        auto gate = [&](int64_t index) {
          return layer.activate(op.getGate(),
                                layer.add(layer.sliceGate(row, index),
                                          layer.sliceGate(recurrent, index)),
                                index);
        };
        Value z = gate(0), r = gate(1), product;
        if (candidate) {
          Value kept =
              layer.toHidden(layer.mul(r, hidden), kGateExponent + exponent);
          product = layer.multiply(kept, candidate, candidateBias);
        } else {
          product = layer.scaleByGate(layer.sliceGate(recurrent, 2), r);
          if (candidateBias)
            product = layer.add(product, layer.broadcastRow(candidateBias));
        }
        Value n = layer.activate(
            op.getCandidate(), layer.add(layer.sliceGate(row, 2), product), 2);
        Value next = layer.blend(z, hidden, layer.fromOne(z), n, exponent);
        Value narrow = layer.toHidden(next, exponent);
        return {{narrow, layer.narrow(next)}, narrow};
      },
      layer.wideInitial());
}

/// N96
void quantc::expandIntegers(RNNOp op) {
  IntegerLayer layer(op, 1);
  layer.build([&](Value row, ValueRange states) -> TimeStep {
    Value sum = layer.add(
        row, layer.multiply(states[0], op.getRecurrence(), op.getBias()));
    Value hidden =
        isPiecewiseLinear(op.getActivation())
            ? layer.limit(op.getActivation(), sum)
            : layer.toHidden(layer.activate(op.getActivation(), sum, 0),
                             kGateExponent);
    return {{hidden}, hidden};
  });
}
