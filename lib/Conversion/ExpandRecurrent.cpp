//===- ExpandRecurrent.cpp - Recurrent layers as a loop over time -*- C++ -*-=//
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

#include "Builders.h"
#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc {
#define GEN_PASS_DEF_PTQEXPANDRECURRENT
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
/// What the gates of a step are computed from. Tensors are [N, H] where nothing
/// else is said.
struct Step {
  /// W x + b of every gate.
  SmallVector<Value> inputs;
  Value hidden;
  /// Null but in an LSTM.
  Value cell;
};

/// The states after a step.
struct States {
  Value hidden, cell;
};

/// Builds the loop of one layer.
class Layer {
public:
  /// `op` has `gates` gates.
  template <typename OpTy>
  Layer(OpTy op, int64_t gates)
      : b(op.getLoc(), op), gates(gates), clip(op.getClip()),
        isReverse(op.getReverse()) {
    auto input = cast<RankedTensorType>(op.getInput().getType());
    steps = input.getDimSize(0);
    batch = input.getDimSize(1);
    state = cast<RankedTensorType>(op.getHidden().getType());
    hiddenSize = state.getDimSize(1);
    // The products of the input, of all steps and gates: [T, N, G * H].
    Value flat = reshape(op.getInput(), {steps * batch, input.getDimSize(2)});
    products = reshape(multiply(flat, op.getWeights(), op.getBias()),
                       {steps, batch, gates * hiddenSize});
  }

  ImplicitLocOpBuilder b;

  //===--------------------------------------------------------------------===//
  // Arithmetic, inside of a step and in front of the loop
  //===--------------------------------------------------------------------===//

  /// [R, K] times weights [M, K], plus a bias [M] unless it is null: [R, M].
  Value multiply(Value rows, Value weights, Value bias);
  Value reshape(Value value, ArrayRef<int64_t> shape);
  /// The rows from `first` on of the weights of several gates.
  Value sliceRows(Value weights, int64_t first, int64_t count);
  /// The part of [N, G * H] that belongs to one gate.
  Value sliceGate(Value products, int64_t gate);
  /// A row that is added to, or multiplied with, every state of a batch.
  Value broadcastRow(Value row) { return reshape(row, {1, hiddenSize}); }

  Value add(Value x, Value y) { return tosa::AddOp::create(b, state, x, y); }
  Value mul(Value x, Value y) { return buildMul(b, b.getLoc(), x, y); }
  Value fromOne(Value x) {
    return tosa::SubOp::create(b, state, splat(1.0f, {1, 1}), x);
  }
  Value apply(Activation activation, Value x);
  /// `activation` of the sum of a gate, which `clip` limits first.
  Value applyToSum(Activation activation, Value sum);
  Value splat(float value, ArrayRef<int64_t> shape);

  /// Replaces the results of `op`, with `cellResult` null but in an LSTM. What
  /// nothing reads is not computed.
  void build(Operation *op, Value initialHidden, Value initialCell,
             llvm::function_ref<States(const Step &)> buildStep);

private:
  int64_t gates, steps, batch, hiddenSize;
  RankedTensorType state;
  std::optional<APFloat> clip;
  bool isReverse;
  Value products;
};
} // namespace

Value Layer::reshape(Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  // Constants stay constants, also in a loop: kernels pack weights at compile
  // time.
  if (DenseElementsAttr attr; matchPattern(value, m_Constant(&attr))) {
    attr = attr.reshape(type.clone(shape));
    return tosa::ConstOp::create(b, attr.getType(), attr);
  }
  return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                 tosa::getTosaConstShape(b, shape));
}

Value Layer::splat(float value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, b.getF32Type());
  return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, value));
}

Value Layer::multiply(Value rows, Value weights, Value bias) {
  auto rowsType = cast<RankedTensorType>(rows.getType());
  int64_t count = rowsType.getDimSize(0), size = rowsType.getDimSize(1);
  int64_t channels = cast<ShapedType>(weights.getType()).getDimSize(0);
  if (!bias)
    bias = splat(0.0f, {channels});
  Value zero = splat(0.0f, {1});
  auto type = rowsType.clone({1, 1, count, channels});
  Value product = tosa::Conv2DOp::create(
      b, type, reshape(rows, {1, 1, count, size}),
      reshape(weights, {channels, 1, 1, size}), bias, zero, zero,
      b.getDenseI64ArrayAttr({0, 0, 0, 0}), b.getDenseI64ArrayAttr({1, 1}),
      b.getDenseI64ArrayAttr({1, 1}), TypeAttr::get(b.getF32Type()));
  return reshape(product, {count, channels});
}

Value Layer::sliceRows(Value weights, int64_t first, int64_t count) {
  auto type = cast<RankedTensorType>(weights.getType());
  SmallVector<int64_t> starts(type.getRank(), 0), sizes(type.getShape());
  starts[0] = first;
  sizes[0] = count;
  if (DenseElementsAttr attr;
      matchPattern(weights, m_Constant(&attr)) && !attr.isSplat()) {
    int64_t row = type.getNumElements() / type.getDimSize(0);
    SmallVector<float> all(attr.getValues<float>());
    auto part = DenseElementsAttr::get(
        type.clone(sizes),
        ArrayRef<float>(all).slice(first * row, count * row));
    return tosa::ConstOp::create(b, part.getType(), part);
  }
  return tosa::SliceOp::create(b, type.clone(sizes), weights,
                               tosa::getTosaConstShape(b, starts),
                               tosa::getTosaConstShape(b, sizes));
}

Value Layer::sliceGate(Value products, int64_t gate) {
  if (gates == 1)
    return products;
  return tosa::SliceOp::create(
      b, state, products, tosa::getTosaConstShape(b, {0, gate * hiddenSize}),
      tosa::getTosaConstShape(b, {batch, hiddenSize}));
}

static Value buildClamp(OpBuilder &b, Location loc, Value x, float min,
                        float max) {
  return tosa::ClampOp::create(b, loc, x.getType(), x, b.getF32FloatAttr(min),
                               b.getF32FloatAttr(max));
}

Value Layer::applyToSum(Activation activation, Value sum) {
  if (clip) {
    float limit = clip->convertToFloat();
    sum = buildClamp(b, b.getLoc(), sum, -limit, limit);
  }
  return apply(activation, sum);
}

Value Layer::apply(Activation activation, Value x) {
  switch (activation) {
  case Activation::Sigmoid:
    return tosa::SigmoidOp::create(b, state, x);
  case Activation::Tanh:
    return tosa::TanhOp::create(b, state, x);
  case Activation::Relu:
    return buildClamp(b, b.getLoc(), x, 0.0f,
                      std::numeric_limits<float>::infinity());
  case Activation::HardSigmoid:
    x = mul(x, splat(0.2f, {1, 1}));
    return buildClamp(b, b.getLoc(), add(x, splat(0.5f, {1, 1})), 0.0f, 1.0f);
  }
  llvm_unreachable("unknown activation");
}

void Layer::build(Operation *op, Value initialHidden, Value initialCell,
                  llvm::function_ref<States(const Step &)> buildStep) {
  bool hasCell = op->getNumResults() > 2;
  bool hasSequence = !op->getResult(0).use_empty();
  auto orZero = [&](Value initial) {
    return initial ? initial : splat(0.0f, state.getShape());
  };
  SmallVector<Value> initial = {orZero(initialHidden)};
  if (hasCell)
    initial.push_back(orZero(initialCell));
  if (hasSequence)
    initial.push_back(tensor::EmptyOp::create(
        b, cast<RankedTensorType>(op->getResult(0).getType()).getShape(),
        b.getF32Type()));
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value end = arith::ConstantIndexOp::create(b, steps);
  auto loop = scf::ForOp::create(b, zero, end, one, initial);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value time = loop.getInductionVar();
    if (isReverse)
      time = arith::SubIOp::create(
          b, arith::ConstantIndexOp::create(b, steps - 1), time);
    // The row of this step, of a tensor [T, N, ...].
    OpFoldResult first = b.getIndexAttr(0), unit = b.getIndexAttr(1);
    SmallVector<OpFoldResult> offsets = {time, first, first};
    SmallVector<OpFoldResult> strides(3, unit);
    auto sizes = [&](int64_t width) {
      return SmallVector<OpFoldResult>{unit, b.getIndexAttr(batch),
                                       b.getIndexAttr(width)};
    };
    Value row = tensor::ExtractSliceOp::create(
        b, RankedTensorType::get({batch, gates * hiddenSize}, b.getF32Type()),
        products, offsets, sizes(gates * hiddenSize), strides);
    Step step;
    for (int64_t gate = 0; gate < gates; ++gate)
      step.inputs.push_back(sliceGate(row, gate));
    ValueRange carried = loop.getRegionIterArgs();
    step.hidden = carried[0];
    step.cell = hasCell ? carried[1] : Value();
    States next = buildStep(step);
    SmallVector<Value> yielded = {next.hidden};
    if (hasCell)
      yielded.push_back(next.cell);
    if (hasSequence)
      yielded.push_back(tensor::InsertSliceOp::create(
          b, next.hidden, carried.back(), offsets, sizes(hiddenSize), strides));
    scf::YieldOp::create(b, yielded);
  }
  if (hasSequence)
    op->getResult(0).replaceAllUsesWith(loop.getResults().back());
  op->getResult(1).replaceAllUsesWith(loop.getResult(0));
  if (hasCell)
    op->getResult(2).replaceAllUsesWith(loop.getResult(1));
  op->erase();
}

//===----------------------------------------------------------------------===//
// The layers
//===----------------------------------------------------------------------===//

/// N81
static void expand(LSTMOp op) {
  Layer layer(op, 4);
  SmallVector<Value> peepholes;
  if (Value all = op.getPeepholes())
    for (int64_t row = 0; row < 3; ++row)
      peepholes.push_back(layer.sliceRows(all, row, 1));
  layer.build(
      op, op.getInitialHidden(), op.getInitialCell(),
      [&](const Step &step) -> States {
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
  Layer layer(op, 3);
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
      op, op.getInitialHidden(), Value(), [&](const Step &step) -> States {
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
  Layer layer(op, 1);
  layer.build(
      op, op.getInitialHidden(), Value(), [&](const Step &step) -> States {
        Value product = layer.multiply(step.hidden, op.getRecurrence(), {});
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
