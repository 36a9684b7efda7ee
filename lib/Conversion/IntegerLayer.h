//===- IntegerLayer.h - Steps of a quantized layer -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcConversion: the integer arithmetic that the steps of
/// quantized ptq.lstm, ptq.gru and ptq.rnn are made of.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_INTEGERLAYER_H
#define QUANTC_LIB_CONVERSION_INTEGERLAYER_H

#include "RecurrentLoop.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Numerics/Recurrent.h"
#include "quantc/Numerics/Requantize.h"

namespace quantc {

/// Builds the loop of one quantized layer. Tensors are int32 [N, H] where
/// nothing else is said.
class IntegerLayer {
public:
  /// `op` has `gates` gates.
  template <typename OpTy>
  IntegerLayer(OpTy op, int64_t gates)
      : b(op.getLoc(), op), hiddenSize(getGateSize(op)), gates(gates),
        op(llvm::cast<ptq::RecurrentOpInterface>(op.getOperation())),
        clip(op.getClip()), isReverse(op.getReverse()) {
    prepare(op.getInput(), op.getWeights(), op.getRecurrence());
  }

  mlir::ImplicitLocOpBuilder b;
  /// H, the size of a gate; with a projection, the hidden state has its size.
  int64_t hiddenSize;

  //===--------------------------------------------------------------------===//
  // Constants
  //===--------------------------------------------------------------------===//

  /// The integers of a quantized tensor; null stays null.
  mlir::Value storage(mlir::Value value);
  /// Rows from `first` on of a constant, as integers.
  mlir::Value sliceRows(mlir::Value constant, int64_t first, int64_t count);
  /// Constants of `sizes` elements behind each other. One that is null is 0;
  /// null if all are.
  mlir::Value joinRows(llvm::ArrayRef<mlir::Value> parts,
                       llvm::ArrayRef<int64_t> sizes);
  /// The scale of a tensor with one.
  static double scaleOf(mlir::Value value);
  /// The exponent of the steps of state `state`, a power of two.
  int exponentOf(unsigned state);

  //===--------------------------------------------------------------------===//
  // Sums of gates (N91, N92)
  //===--------------------------------------------------------------------===//

  /// The sums of products of a hidden state, of its type, and weights [M, H],
  /// plus a bias [M] unless it is null: [N, M].
  mlir::Value multiply(mlir::Value hidden, mlir::Value weights,
                       mlir::Value bias);
  mlir::Value sliceGate(mlir::Value sums, int64_t gate) {
    return buildGateSlice(b, sums, gate, hiddenSize);
  }
  /// `value`, in steps of `scale`, in those of the sums of `gate`.
  mlir::Value scaleToSums(mlir::Value value, double scale, int64_t gate);
  /// `function` of the sum of `gate`, which the layer's clip limits first, in
  /// steps of 2^-15.
  mlir::Value activate(ptq::Activation function, mlir::Value sum, int64_t gate);
  /// The sum as a hidden state, in the limits of `function`: the identity,
  /// relu, relu6 or relu_n1_to_1.
  mlir::Value limit(ptq::Activation function, mlir::Value sum);

  //===--------------------------------------------------------------------===//
  // States (N93)
  //===--------------------------------------------------------------------===//

  /// `function` of state `state`, in steps of 2^-15.
  mlir::Value activateState(ptq::Activation function, mlir::Value value,
                            unsigned state);
  /// kept * state + gate * value, saturated, where gates and `value` are in
  /// steps of 2^-15, and the state and the result in steps of 2^-exponent.
  mlir::Value blend(mlir::Value kept, mlir::Value state, mlir::Value gate,
                    mlir::Value value, int exponent);
  /// `value`, of a state with the exponent `exponent`, limited to [-limit,
  /// limit] if a limit is given (N99).
  mlir::Value clampState(mlir::Value value, std::optional<llvm::APFloat> limit,
                         int exponent);
  /// The hidden state [N, P] that a projection [P, H] makes of `value`, which
  /// is in steps of 2^-15 (N99). Bias and limit are perhaps not there.
  mlir::Value project(mlir::Value value, mlir::Value projection,
                      mlir::Value bias, std::optional<llvm::APFloat> limit);
  /// `value`, in steps of 2^-exponent, as a hidden state.
  mlir::Value toHidden(mlir::Value value, int exponent);
  /// The exponent with which a layer whose hidden state changes little by
  /// little carries it in int16, and that state as the loop begins.
  int wideExponent();
  mlir::Value wideInitial();

  //===--------------------------------------------------------------------===//
  // Arithmetic
  //===--------------------------------------------------------------------===//

  mlir::Value add(mlir::Value x, mlir::Value y) {
    return mlir::tosa::AddOp::create(b, x.getType(), x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y, int shift = 0);
  /// The product of a gate and a value that are both in steps of 2^-15, in
  /// such steps.
  mlir::Value mulGates(mlir::Value x, mlir::Value y) {
    return shiftRight(mul(x, y), kGateExponent);
  }
  /// `value` times a gate.
  mlir::Value scaleByGate(mlir::Value value, mlir::Value gate) {
    return mul(value, gate, kGateExponent);
  }
  /// 1 - x for a gate x.
  mlir::Value fromOne(mlir::Value x);
  mlir::Value broadcastRow(mlir::Value row) {
    return buildReshape(b, row, {1, hiddenSize});
  }
  mlir::Value widen(mlir::Value value) { return cast(value, b.getI32Type()); }
  /// A value that is within int16.
  mlir::Value narrow(mlir::Value value) { return cast(value, b.getI16Type()); }

  /// Replaces the layer by a loop over `buildStep`, and erases it. Loops carry
  /// the states as integers of their types and, behind them, `more`.
  void
  build(llvm::function_ref<TimeStep(mlir::Value, mlir::ValueRange)> buildStep,
        llvm::ArrayRef<mlir::Value> more = {});

private:
  void prepare(mlir::Value input, mlir::Value weights, mlir::Value recurrence);
  mlir::Value multiply(mlir::Value rows, int64_t zeroPoint, mlir::Value weights,
                       mlir::Value bias);
  mlir::Value cast(mlir::Value value, mlir::Type element);
  mlir::Value splat(mlir::Value like, int32_t value);
  mlir::Value shiftRight(mlir::Value value, int bits);
  mlir::Value clamp(mlir::Value value, int64_t min, int64_t max);
  mlir::Value rescale(mlir::Value value, llvm::ArrayRef<double> ratios,
                      mlir::Type element);
  mlir::Value rescaleSum(mlir::Value sum, llvm::ArrayRef<double> scales,
                         llvm::ArrayRef<double> bounds, double scale,
                         mlir::Type element);
  mlir::Value rescaleSum(mlir::Value sum, int64_t gate, double scale,
                         mlir::Type element) {
    auto ofGate = [&](llvm::ArrayRef<double> rows) {
      return rows.slice(gate * hiddenSize, hiddenSize);
    };
    return rescaleSum(sum, ofGate(sumScales), ofGate(sumBounds), scale,
                      element);
  }
  mlir::Value lookUp(ptq::Activation function, mlir::Value argument);

  int64_t gates;
  ptq::RecurrentOpInterface op;
  std::optional<llvm::APFloat> clip;
  bool isReverse;
  /// The scale of the sums of each row, and what they are at most.
  llvm::SmallVector<double> sumScales, sumBounds;
  /// The products of the inputs of all steps: [T, N, G * H].
  mlir::Value products;
};

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_INTEGERLAYER_H
