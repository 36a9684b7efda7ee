//===- Recurrent.cpp - Recurrent layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// ptq.lstm, ptq.gru and ptq.rnn: their shapes, and how they are quantized. So
/// far, only their weights are.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

namespace {
/// The sizes of one layer: steps T, batch N, input I, hidden state and a gate,
/// which an LSTM with a projection has of another size.
struct Sizes {
  int64_t steps, batch, input, hidden, gate;
};
} // namespace

/// Checks that `value`, if it is given, has the shape that `names` spells.
static LogicalResult verifyShape(Operation *op, Value value, StringRef what,
                                 ArrayRef<int64_t> expected, StringRef names) {
  if (!value)
    return success();
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == expected)
    return success();
  InFlightDiagnostic error = op->emitOpError();
  error << "expects " << what << " of shape [" << names << "] = [";
  llvm::interleaveComma(expected, error);
  return error << "], but got " << type;
}

/// Checks that `limit`, if it is given, can be one.
static LogicalResult verifyLimit(Operation *op, std::optional<APFloat> limit,
                                 StringRef name) {
  if (!limit || limit->convertToFloat() > 0)
    return success();
  return op->emitOpError("expects a ")
         << name << " above 0, but got " << limit->convertToFloat();
}

/// Checks what all layers have: `op` has `gates` gates of `gateSize` elements,
/// or as many as the hidden state has.
template <typename OpTy>
static FailureOr<Sizes> verifyLayer(OpTy op, int64_t gates,
                                    std::optional<int64_t> gateSize = {}) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  if (input.getRank() != 3 || !input.hasStaticShape())
    return op.emitOpError("expects an input of the static shape [time steps, "
                          "batch, input size], but got ")
           << input;
  auto hidden = cast<RankedTensorType>(op.getHidden().getType());
  if (hidden.getRank() != 2 || !hidden.hasStaticShape())
    return op.emitOpError("expects a hidden state of the static shape [batch, "
                          "hidden size], but got ")
           << hidden;
  Sizes s{input.getDimSize(0), input.getDimSize(1), input.getDimSize(2),
          hidden.getDimSize(1), gateSize.value_or(hidden.getDimSize(1))};
  if (llvm::is_contained(input.getShape(), 0) || s.hidden == 0 || s.gate == 0)
    return op.emitOpError("has no time step, or tensors without elements: ")
           << input;
  std::string unit = gateSize ? "cell size" : "hidden size";
  std::string rows = gates == 1 ? unit : std::to_string(gates) + " x " + unit;
  int64_t allRows = gates * s.gate;
  if (failed(verifyShape(op, op.getHidden(), "a hidden state",
                         {s.batch, s.hidden}, "batch, hidden size")) ||
      failed(verifyShape(op, op.getSequence(), "a sequence",
                         {s.steps, s.batch, s.hidden},
                         "time steps, batch, hidden size")) ||
      failed(verifyShape(op, op.getWeights(), "weights", {allRows, s.input},
                         rows + ", input size")) ||
      failed(verifyShape(op, op.getRecurrence(), "recurrent weights",
                         {allRows, s.hidden}, rows + ", hidden size")) ||
      failed(verifyShape(op, op.getBias(), "a bias", {allRows}, rows)) ||
      failed(verifyShape(op, op.getInitialHidden(), "an initial hidden state",
                         {s.batch, s.hidden}, "batch, hidden size")))
    return failure();
  if (failed(verifyLimit(op, op.getClip(), "clip")))
    return failure();
  return s;
}

/// Options that only make sense together, or not together.
static LogicalResult verifyCombination(LSTMOp op) {
  if (!op.getProjection() && (op.getProjectionBias() || op.getProjectionClip()))
    return op.emitOpError(
        "has a bias or a clip of a projection that is not given");
  if (op.getCoupled() && op.getInputCoupled())
    return op.emitOpError("has gates i and f that are both made of the other; "
                          "leave out 'coupled' or 'inputCoupled'");
  if (op.getLayerNorm() && op.getClip())
    return op.emitOpError("has gates whose sums are clamped and normalized; "
                          "leave out 'clip' or the layer norm");
  return success();
}

LogicalResult LSTMOp::verify() {
  auto cell = cast<RankedTensorType>(getCell().getType());
  if (cell.getRank() != 2 || !cell.hasStaticShape())
    return emitOpError(
               "expects a cell of the static shape [batch, size], but got ")
           << cell;
  std::optional<int64_t> gateSize;
  if (getProjection())
    gateSize = cell.getDimSize(1);
  FailureOr<Sizes> s = verifyLayer(*this, 4, gateSize);
  StringRef unit = gateSize ? "cell size" : "hidden size";
  std::string ofBatch = ("batch, " + unit).str();
  if (failed(s) ||
      failed(verifyShape(*this, getInitialCell(), "an initial cell",
                         {s->batch, s->gate}, ofBatch)) ||
      failed(verifyShape(*this, getCell(), "a cell", {s->batch, s->gate},
                         ofBatch)) ||
      failed(verifyShape(*this, getProjection(), "a projection",
                         {s->hidden, s->gate}, "hidden size, cell size")) ||
      failed(verifyShape(*this, getProjectionBias(), "a projection's bias",
                         {s->hidden}, "hidden size")) ||
      failed(verifyShape(*this, getLayerNorm(), "a layer norm", {4, s->gate},
                         ("4, " + unit).str())) ||
      failed(verifyLimit(*this, getCellClip(), "cellClip")) ||
      failed(verifyLimit(*this, getProjectionClip(), "projectionClip")) ||
      failed(verifyCombination(*this)))
    return failure();
  return verifyShape(*this, getPeepholes(), "peepholes", {3, s->gate},
                     ("3, " + unit).str());
}

LogicalResult GRUOp::verify() {
  FailureOr<Sizes> s = verifyLayer(*this, 3);
  if (failed(s))
    return failure();
  if (getHiddenBias() && !getResetAfter())
    return emitOpError("has a hidden bias without 'resetAfter'; add it to the "
                       "bias");
  return verifyShape(*this, getHiddenBias(), "a hidden bias", {s->hidden},
                     "hidden size");
}

LogicalResult RNNOp::verify() { return failure(failed(verifyLayer(*this, 1))); }

//===----------------------------------------------------------------------===//
// Names of results
//===----------------------------------------------------------------------===//

void LSTMOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSequence(), "sequence");
  setName(getHidden(), "hidden");
  setName(getCell(), "cell");
}

void GRUOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSequence(), "sequence");
  setName(getHidden(), "hidden");
}

void RNNOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSequence(), "sequence");
  setName(getHidden(), "hidden");
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

template <typename OpTy>
static OperandRole getLayerRole(OpTy op, unsigned operand) {
  Value value = op->getOperand(operand);
  if (operand == 1 || operand == 2)
    return OperandRole::Weight;
  if (operand == 0 || value == op.getInitialHidden())
    return OperandRole::Activation;
  return value == op.getBias() ? OperandRole::Bias : OperandRole::Unquantized;
}

/// Weights can be stored narrow, because the loop that computes the layer is
/// made of products like all others. Integers need the tensors inside of the
/// loop, which nothing observes yet.
static LogicalResult canQuantizeLayer(SchemeAttr scheme, std::string &reason) {
  if (scheme.getExecution() == Execution::WeightOnly &&
      scheme.getWeightScales() != Granularity::Block)
    return success();
  reason = "recurrent layers have no form in the scheme " +
           stringifyScheme(scheme) +
           " yet; leave it in float, or use float16 or weight-only for it, "
           "which store its weights in fewer bytes";
  return failure();
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
  return layout;
}

WeightLayout LSTMOp::getWeightLayout(unsigned) { return getRowLayout(); }
WeightLayout GRUOp::getWeightLayout(unsigned) { return getRowLayout(); }
WeightLayout RNNOp::getWeightLayout(unsigned) { return getRowLayout(); }

/// What the integer forms of an LSTM do not have.
static StringRef getFloatOption(LSTMOp op) {
  if (op.getProjection())
    return "a projection";
  if (op.getLayerNorm())
    return "a layer norm";
  if (op.getCellClip())
    return "a cell that is clamped";
  return op.getInputCoupled() ? "an input gate made of the forget gate" : "";
}

LogicalResult LSTMOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  StringRef option = getFloatOption(*this);
  if (!option.empty() && scheme.getExecution() != Execution::WeightOnly) {
    reason = ("an LSTM with " + option + " has no form in the scheme " +
              stringifyScheme(scheme) +
              "; leave it in float, or use float16 or weight-only for it, "
              "which store its weights in fewer bytes")
                 .str();
    return failure();
  }
  return canQuantizeLayer(scheme, reason);
}

LogicalResult GRUOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  // The loop takes the recurrent weights apart, and then they are not narrow.
  if (!getResetAfter() && scheme.getExecution() == Execution::WeightOnly) {
    reason = "a GRU without linear_before_reset stores no narrow weights yet; "
             "train it with linear_before_reset (PyTorch's GRU has it)";
    return failure();
  }
  return canQuantizeLayer(scheme, reason);
}

LogicalResult RNNOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  return canQuantizeLayer(scheme, reason);
}

FailureOr<SmallVector<Value>> LSTMOp::quantize(OpBuilder &, ValueRange,
                                               ArrayRef<RankedTensorType>,
                                               SchemeAttr, Contract) {
  return failure();
}

FailureOr<SmallVector<Value>> GRUOp::quantize(OpBuilder &, ValueRange,
                                              ArrayRef<RankedTensorType>,
                                              SchemeAttr, Contract) {
  return failure();
}

FailureOr<SmallVector<Value>> RNNOp::quantize(OpBuilder &, ValueRange,
                                              ArrayRef<RankedTensorType>,
                                              SchemeAttr, Contract) {
  return failure();
}
