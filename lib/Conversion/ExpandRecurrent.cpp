//===- ExpandRecurrent.cpp - Layers as loops over time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Expands ptq.lstm, ptq.gru and ptq.rnn. The products of the inputs of all
/// steps are one convolution in front of the loop; the loop holds the products
/// of the hidden state and the gates, in TOSA. The order of the arithmetic is
/// rule N80 of docs/Numerics.md.
///
//===----------------------------------------------------------------------===//

#include "RecurrentLoop.h"
#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc {
#define GEN_PASS_DEF_PTQEXPANDRECURRENT
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// N81
static void expand(LSTMOp op) {
  RecurrentLoop layer(op, 4);
  SmallVector<Value> peepholes;
  if (Value all = op.getPeepholes())
    for (int64_t row = 0; row < 3; ++row)
      peepholes.push_back(layer.sliceRows(all, row, 1));
  layer.build(
      op, op.getInitialHidden(), op.getInitialCell(),
      [&](const RecurrentStep &step) -> RecurrentStates {
        Value recurrent =
            layer.multiply(step.hidden, op.getRecurrence(), Value());
        auto sum = [&](int64_t gate) {
          return layer.add(step.inputs[gate], layer.sliceGate(recurrent, gate));
        };
        auto peep = [&](Value gate, Value cell, int64_t row) {
          return peepholes.empty()
                     ? gate
                     : layer.add(gate, layer.mul(cell, peepholes[row]));
        };
        Value i = layer.applyToSum(op.getGate(), peep(sum(0), step.cell, 0));
        Value f =
            op.getCoupled()
                ? layer.fromOne(i)
                : layer.applyToSum(op.getGate(), peep(sum(2), step.cell, 2));
        Value g = layer.applyToSum(op.getCellInput(), sum(3));
        Value kept = layer.mul(f, step.cell);
        Value cell = layer.add(kept, layer.mul(i, g));
        Value o = layer.applyToSum(op.getGate(), peep(sum(1), cell, 1));
        return {layer.mul(o, layer.apply(op.getOutput(), cell)), cell};
      });
}

/// N82
static void expand(GRUOp op) {
  RecurrentLoop layer(op, 3);
  int64_t size = op.getHidden().getType().getDimSize(1);
  Value recurrence = op.getRecurrence(), candidate, hiddenBias;
  if (op.getResetAfter()) {
    if (op.getHiddenBias())
      hiddenBias = layer.broadcastRow(op.getHiddenBias());
  } else {
    candidate = layer.sliceRows(recurrence, 2 * size, size);
    recurrence = layer.sliceRows(recurrence, 0, 2 * size);
  }
  layer.build(
      op, op.getInitialHidden(), Value(),
      [&](const RecurrentStep &step) -> RecurrentStates {
        Value recurrent = layer.multiply(step.hidden, recurrence, Value());
        auto gate = [&](int64_t index) {
          return layer.applyToSum(
              op.getGate(),
              layer.add(step.inputs[index], layer.sliceGate(recurrent, index)));
        };
        Value z = gate(0), r = gate(1), product;
        if (candidate) {
          product = layer.multiply(layer.mul(r, step.hidden), candidate, {});
        } else {
          product = layer.sliceGate(recurrent, 2);
          if (hiddenBias)
            product = layer.add(product, hiddenBias);
          product = layer.mul(r, product);
        }
        Value n = layer.applyToSum(op.getCandidate(),
                                   layer.add(step.inputs[2], product));
        Value added = layer.mul(layer.fromOne(z), n);
        return {layer.add(added, layer.mul(z, step.hidden)), Value()};
      });
}

static void expand(RNNOp op) {
  RecurrentLoop layer(op, 1);
  layer.build(op, op.getInitialHidden(), Value(),
              [&](const RecurrentStep &step) -> RecurrentStates {
                Value product =
                    layer.multiply(step.hidden, op.getRecurrence(), {});
                return {layer.applyToSum(op.getActivation(),
                                         layer.add(step.inputs[0], product)),
                        Value()};
              });
}

namespace {
struct ExpandRecurrentPass
    : quantc::impl::PTQExpandRecurrentBase<ExpandRecurrentPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      llvm::TypeSwitch<Operation *>(op).Case<LSTMOp, GRUOp, RNNOp>(
          [](auto op) { expand(op); });
    });
  }
};
} // namespace
