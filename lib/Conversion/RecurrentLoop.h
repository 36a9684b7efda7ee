//===- RecurrentLoop.h - The loop of a recurrent layer -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcConversion: what the loops of ptq.lstm, ptq.gru and ptq.rnn
/// have in common.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_RECURRENTLOOP_H
#define QUANTC_LIB_CONVERSION_RECURRENTLOOP_H

#include "Builders.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quantc {

/// What a step gives: the states after it, in order, and its row of the
/// sequence.
struct TimeStep {
  llvm::SmallVector<mlir::Value> states;
  mlir::Value row;
};

/// Replaces the results of `op` by those of a loop over `steps` time steps and
/// erases it. `buildStep` is given the row of `rows` [T, N, W] that belongs to
/// its step, as [N, W], and the states before it, which are `initial` first.
/// The results behind the sequence are the first states. A sequence that
/// nothing reads is not made.
void buildTimeLoop(
    mlir::ImplicitLocOpBuilder &b, mlir::Operation *op, bool isReverse,
    mlir::Value rows, llvm::ArrayRef<mlir::Value> initial,
    llvm::function_ref<TimeStep(mlir::Value row, mlir::ValueRange states)>
        buildStep);

/// `value` in another shape.
mlir::Value buildReshape(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                         llvm::ArrayRef<int64_t> shape);

/// The part of [N, G * H] that belongs to gate `gate`.
mlir::Value buildGateSlice(mlir::ImplicitLocOpBuilder &b, mlir::Value products,
                           int64_t gate, int64_t hiddenSize);

/// The size of a gate, that of the cell where there is one.
inline int64_t getGateSize(ptq::RecurrentOpInterface op) {
  auto state =
      llvm::cast<mlir::RankedTensorType>(op.getStates().back().getType());
  return state.getDimSize(1);
}

/// Replaces `op`, a quantized layer, by integer operations.
void expandIntegers(ptq::LSTMOp op);
void expandIntegers(ptq::GRUOp op);
void expandIntegers(ptq::RNNOp op);

/// What the gates of a step are computed from. Tensors are [N, H] where nothing
/// else is said; with a projection, `hidden` has its size.
struct RecurrentStep {
  /// W x + b of every gate.
  llvm::SmallVector<mlir::Value> inputs;
  mlir::Value hidden;
  /// Null but in an LSTM.
  mlir::Value cell;
};

/// The states after a step.
struct RecurrentStates {
  mlir::Value hidden, cell;
};

/// Builds the loop of one layer.
class RecurrentLoop {
public:
  /// `op` has `gates` gates.
  template <typename OpTy>
  RecurrentLoop(OpTy op, int64_t gates)
      : RecurrentLoop(op, gates, op.getBias()) {}
  /// The same with a `bias` of the inputs' products that is another than that
  /// of the gates, or null.
  template <typename OpTy>
  RecurrentLoop(OpTy op, int64_t gates, mlir::Value bias)
      : b(op.getLoc(), op), gates(gates), clip(op.getClip()),
        isReverse(op.getReverse()), scheme(ptq::getScheme(op)) {
    auto input = llvm::cast<mlir::RankedTensorType>(op.getInput().getType());
    steps = input.getDimSize(0);
    batch = input.getDimSize(1);
    // A gate is as large as the cell, where there is one.
    state = llvm::cast<mlir::RankedTensorType>(
        op->getResults().drop_front().back().getType());
    hiddenSize = state.getDimSize(1);
    // The products of the input, of all steps and gates: [T, N, G * H].
    mlir::Value flat =
        reshape(op.getInput(), {steps * batch, input.getDimSize(2)});
    products = reshape(multiply(flat, op.getWeights(), bias),
                       {steps, batch, gates * hiddenSize});
  }

  mlir::ImplicitLocOpBuilder b;

  //===--------------------------------------------------------------------===//
  // Arithmetic, inside of a step and in front of the loop
  //===--------------------------------------------------------------------===//

  /// [R, K] times weights [M, K], plus a bias [M] unless it is null: [R, M].
  /// With quantized weights, as the layer's dynamic scheme says.
  mlir::Value multiply(mlir::Value rows, mlir::Value weights, mlir::Value bias);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape) {
    return buildReshape(b, value, shape);
  }
  /// The rows from `first` on of the weights of several gates. Those of
  /// constants are constants, stored in as many bits.
  mlir::Value sliceRows(mlir::Value weights, int64_t first, int64_t count);
  /// The part of [N, G * H] that belongs to one gate.
  mlir::Value sliceGate(mlir::Value products, int64_t gate) {
    return buildGateSlice(b, products, gate, hiddenSize);
  }
  /// A row that is added to, or multiplied with, every state of a batch.
  mlir::Value broadcastRow(mlir::Value row) {
    return reshape(row, {1, hiddenSize});
  }

  mlir::Value add(mlir::Value x, mlir::Value y) {
    return mlir::tosa::AddOp::create(b, state, x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return buildMul(b, b.getLoc(), x, y);
  }
  mlir::Value fromOne(mlir::Value x) {
    return mlir::tosa::SubOp::create(b, state, splat(1.0f, {1, 1}), x);
  }
  /// Every row of `x` moved and scaled to the mean 0 and the variance 1.
  mlir::Value normalize(mlir::Value x);
  mlir::Value apply(ptq::Activation activation, mlir::Value x);
  /// `activation` of the sum of a gate, which `clip` limits first.
  mlir::Value applyToSum(ptq::Activation activation, mlir::Value sum);
  mlir::Value splat(float value, llvm::ArrayRef<int64_t> shape);
  /// `x` with elements in [-limit, limit], or as it is.
  mlir::Value clampTo(std::optional<llvm::APFloat> limit, mlir::Value x);

  /// Replaces the results of `op` by those of a loop over `buildStep`, and
  /// erases it. States are observed, or rounded to their types, as `op` says.
  void
  build(ptq::RecurrentOpInterface op,
        llvm::function_ref<RecurrentStates(const RecurrentStep &)> buildStep);

private:
  mlir::Value dequantize(mlir::Value value);
  mlir::Value reshapeQuantized(mlir::Value constant,
                               llvm::ArrayRef<int64_t> shape);

  int64_t gates, steps, batch, hiddenSize;
  mlir::RankedTensorType state;
  std::optional<llvm::APFloat> clip;
  bool isReverse;
  ptq::SchemeAttr scheme;
  mlir::Value products;
};

/// Replaces `op` by a loop over its steps.
void expandIntegerLSTM(ptq::IntegerLSTMOp op);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_RECURRENTLOOP_H
