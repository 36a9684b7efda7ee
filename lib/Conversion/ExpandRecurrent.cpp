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
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

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

/// The parts of a row tensor [rows, H] that is perhaps not there.
static SmallVector<Value> sliceAll(RecurrentLoop &layer, Value all,
                                   int64_t rows) {
  SmallVector<Value> parts;
  for (int64_t row = 0; all && row < rows; ++row)
    parts.push_back(layer.sliceRows(all, row, 1));
  return parts;
}

/// N81, N100
static void expand(LSTMOp op) {
  constexpr int64_t kGates = 4;
  // Normalized sums get their bias afterwards.
  bool isNormalized = bool(op.getLayerNorm());
  RecurrentLoop layer(op, kGates, isNormalized ? Value() : op.getBias());
  SmallVector<Value> peepholes = sliceAll(layer, op.getPeepholes(), 3);
  SmallVector<Value> norms = sliceAll(layer, op.getLayerNorm(), kGates), biases;
  if (isNormalized && op.getBias()) {
    auto norm = cast<RankedTensorType>(op.getLayerNorm().getType());
    biases =
        sliceAll(layer, layer.reshape(op.getBias(), norm.getShape()), kGates);
  }
  layer.build(
      cast<RecurrentOpInterface>(op.getOperation()),
      [&](const RecurrentStep &step) -> RecurrentStates {
        Value recurrent =
            layer.multiply(step.hidden, op.getRecurrence(), Value());
        // Row `peephole` of the peepholes applies to `cell`, if it is given.
        auto gate = [&](int64_t index, Activation function, Value cell,
                        int64_t peephole) {
          Value sum =
              layer.add(step.inputs[index], layer.sliceGate(recurrent, index));
          if (cell && !peepholes.empty())
            sum = layer.add(sum, layer.mul(cell, peepholes[peephole]));
          if (isNormalized)
            sum = layer.mul(layer.normalize(sum), norms[index]);
          if (!biases.empty())
            sum = layer.add(sum, biases[index]);
          return layer.applyToSum(function, sum);
        };
        Value i, f;
        if (!op.getInputCoupled())
          i = gate(0, op.getGate(), step.cell, 0);
        f = op.getCoupled() ? layer.fromOne(i)
                            : gate(2, op.getGate(), step.cell, 2);
        if (op.getInputCoupled())
          i = layer.fromOne(f);
        Value g = gate(3, op.getCellInput(), Value(), 0);
        Value kept = layer.mul(f, step.cell);
        Value cell =
            layer.clampTo(op.getCellClip(), layer.add(kept, layer.mul(i, g)));
        Value o = gate(1, op.getGate(), cell, 1);
        Value hidden = layer.mul(o, layer.apply(op.getOutput(), cell));
        if (Value projection = op.getProjection())
          hidden = layer.clampTo(
              op.getProjectionClip(),
              layer.multiply(hidden, projection, op.getProjectionBias()));
        return {hidden, cell};
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
      cast<RecurrentOpInterface>(op.getOperation()),
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
  layer.build(cast<RecurrentOpInterface>(op.getOperation()),
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
  using Base::Base;

  void runOnOperation() override {
    auto isQuantized = [](Value value) {
      return bool(getQuantizedElement(value.getType()));
    };
    getOperation().walk([&](Operation *op) {
      llvm::TypeSwitch<Operation *>(op)
          // Code generation changes the number of results, and needs no names.
          .Case([&](scf::ForOp op) {
            if (!onlyQuantized)
              op->removeAttr(kNameAttr);
          })
          .Case<LSTMOp, GRUOp, RNNOp>([&](auto op) {
            if (isQuantized(op.getInput()))
              expandIntegers(op);
            else if (!onlyQuantized || isQuantized(op.getWeights()))
              expand(op);
          })
          .Case([&](IntegerLSTMOp op) {
            if (!onlyQuantized)
              expandIntegerLSTM(op);
          });
    });
  }
};
} // namespace
