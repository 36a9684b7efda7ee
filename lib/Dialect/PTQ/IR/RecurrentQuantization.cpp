//===- RecurrentQuantization.cpp - Quantized layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How ptq.lstm, ptq.gru and ptq.rnn are quantized: the roles of operands, the
/// types of states (N93), and which layers have a form in a scheme.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/IR/RecurrentScales.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"
#include "quantc/Numerics/Recurrent.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

/// Biases and peepholes have parameters that follow from those of all other
/// operands, so that `quantize` chooses them.
template <typename OpTy>
static OperandRole getLayerRole(OpTy op, unsigned operand) {
  if (operand == 1 || operand == 2)
    return OperandRole::Weight;
  Value value = op->getOperand(operand);
  if (operand == 0 || value == op.getInitialState(0))
    return OperandRole::Activation;
  return OperandRole::Unquantized;
}

OperandRole LSTMOp::getOperandRole(unsigned operand) {
  if (getOperand(operand) == getInitialCell())
    return OperandRole::Activation;
  if (getOperand(operand) == getProjection())
    return OperandRole::Weight;
  return getLayerRole(*this, operand);
}

OperandRole GRUOp::getOperandRole(unsigned operand) {
  return getLayerRole(*this, operand);
}

OperandRole RNNOp::getOperandRole(unsigned operand) {
  return getLayerRole(*this, operand);
}

/// The rows of all gates are output channels.
static WeightLayout getRowLayout() {
  WeightLayout layout;
  layout.outputs = {0};
  layout.input = 1;
  layout.scaleAxis = 0;
  layout.window.emplace();
  return layout;
}

WeightLayout LSTMOp::getWeightLayout(unsigned) { return getRowLayout(); }
WeightLayout GRUOp::getWeightLayout(unsigned) { return getRowLayout(); }
WeightLayout RNNOp::getWeightLayout(unsigned) { return getRowLayout(); }

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

Value LSTMOp::getInitialState(unsigned state) {
  return state == 0 ? getInitialHidden() : getInitialCell();
}
Value GRUOp::getInitialState(unsigned) { return getInitialHidden(); }
Value RNNOp::getInitialState(unsigned) { return getInitialHidden(); }

/// The hidden state as the next layer and the products of the next step read
/// it. One that gates make does not leave [-1, 1].
static quant::UniformQuantizedType chooseHiddenType(SchemeAttr scheme,
                                                    double min, double max,
                                                    bool fromGates = true) {
  // A finer step than gates compute is of no use.
  double largest = std::max({-min, max, std::ldexp(1.0, -13)});
  // N97: int16 has room for what calibration did not see.
  if (scheme.isStaticInt16())
    largest =
        fromGates && largest <= 1 ? std::min(2 * largest, 1.0) : 2 * largest;
  return getUniformType(scheme.getContext(),
                        chooseSymmetric(largest, scheme.getActivationStorage()),
                        scheme.getActivationWidth());
}

quant::UniformQuantizedType LSTMOp::chooseStateType(unsigned state,
                                                    SchemeAttr scheme,
                                                    double min, double max) {
  if (state == 0)
    return chooseHiddenType(scheme, min, max, /*fromGates=*/!getProjection());
  constexpr double kHeadroom = 9.0 / 8;
  int exponent = chooseStateExponent(std::max(-min, max), kHeadroom);
  return getUniformType(getContext(),
                        {std::ldexp(1.0, -exponent), 0, kInt16Activation}, 16);
}

quant::UniformQuantizedType GRUOp::chooseStateType(unsigned, SchemeAttr scheme,
                                                   double min, double max) {
  return chooseHiddenType(scheme, min, max);
}

quant::UniformQuantizedType RNNOp::chooseStateType(unsigned, SchemeAttr scheme,
                                                   double min, double max) {
  return chooseHiddenType(scheme, min, max);
}

//===----------------------------------------------------------------------===//
// Which layers have an integer form
//===----------------------------------------------------------------------===//

static LogicalResult requireConstant(Value value, StringRef what,
                                     std::string &reason) {
  if (!value || getConstantSource(value))
    return success();
  reason = ("its " + what + " are computed at run time; give it constant ones")
               .str();
  return failure();
}

/// What products of integers need.
template <typename OpTy>
static LogicalResult requireIntegerProducts(OpTy op, std::string &reason) {
  SmallVector<Value> weights = {op.getWeights(), op.getRecurrence()};
  if constexpr (std::is_same_v<OpTy, LSTMOp>)
    if (op.getProjection())
      weights.push_back(op.getProjection());
  for (Value weight : weights) {
    if (failed(requireConstant(weight, "weights", reason)))
      return failure();
    int64_t products = cast<RankedTensorType>(weight.getType()).getDimSize(1);
    if (products > kMostStateProducts) {
      reason = "its sums of " + std::to_string(products) +
               " products may overflow int32; split it into smaller ones";
      return failure();
    }
  }
  return requireConstant(op.getBias(), "bias values", reason);
}

/// Weights can be stored narrow, because the loop that computes the layer is
/// made of products like all others.
static LogicalResult requireNarrowLayer(SchemeAttr scheme,
                                        std::string &reason) {
  if (scheme.getExecution() == Execution::WeightOnly &&
      scheme.getWeightScales() != Granularity::Block)
    return success();
  reason = "recurrent layers have no form in the scheme " +
           stringifyScheme(scheme) +
           "; leave it in float, or use int8, dynamic-range, float16 or "
           "weight-only without blocks for it";
  return failure();
}

/// Whether `op` has a form in a scheme that is not static.
template <typename OpTy>
static LogicalResult requireFloatLayer(OpTy op, SchemeAttr scheme,
                                       std::string &reason) {
  return scheme.isDynamic() ? requireIntegerProducts(op, reason)
                            : requireNarrowLayer(scheme, reason);
}

bool ptq::isPiecewiseLinear(Activation function) {
  return llvm::is_contained({Activation::Identity, Activation::Relu,
                             Activation::Relu6, Activation::ReluN1To1},
                            function);
}

/// Functions that exceed 1 would need a range of their own.
static LogicalResult requireBounded(ArrayRef<Activation> functions,
                                    std::string &reason) {
  for (Activation function : functions)
    if (isPiecewiseLinear(function)) {
      reason = ("its gates compute " + stringifyActivation(function) +
                ", which has no integer form here; use tanh or sigmoid, or "
                "leave it in float")
                   .str();
      return failure();
    }
  return success();
}

LogicalResult LSTMOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  if (!scheme.isStatic())
    return requireFloatLayer(*this, scheme, reason);
  if (getLayerNorm()) {
    reason = "an LSTM with a layer norm has no form in the scheme " +
             stringifyScheme(scheme) +
             "; leave it in float, or use dynamic-range, float16 or "
             "weight-only for it, which store its weights in fewer bytes";
    return failure();
  }
  if (failed(requireIntegerProducts(*this, reason)) ||
      failed(requireBounded({getGate(), getCellInput(), getOutput()}, reason)))
    return failure();
  if (failed(
          requireConstant(getProjectionBias(), "projection's biases", reason)))
    return failure();
  return requireConstant(getPeepholes(), "peephole weights", reason);
}

LogicalResult GRUOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  if (!scheme.isStatic())
    return requireFloatLayer(*this, scheme, reason);
  if (failed(requireIntegerProducts(*this, reason)) ||
      failed(requireBounded({getGate(), getCandidate()}, reason)))
    return failure();
  return requireConstant(getHiddenBias(), "hidden bias values", reason);
}

LogicalResult RNNOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  if (!scheme.isStatic())
    return requireFloatLayer(*this, scheme, reason);
  return requireIntegerProducts(*this, reason);
}
