//===- Recurrent.cpp - Recurrent layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// ptq.lstm, ptq.gru and ptq.rnn: their shapes, the types of their tensors, and
/// the names of their results.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "llvm/ADT/StringExtras.h"

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

/// Checks that tensors are all floats, but for weights, or all quantized, with
/// types of the states then.
static LogicalResult verifyElements(RecurrentOpInterface op) {
  auto isQuantized = [](Value value) {
    return bool(getQuantizedElement(value.getType()));
  };
  bool isInteger = isQuantized(op->getOperand(0));
  auto roles = cast<QuantizableOpInterface>(op.getOperation());
  for (OpOperand &use : op->getOpOperands())
    if (isQuantized(use.get()) != isInteger &&
        roles.getOperandRole(use.getOperandNumber()) != OperandRole::Weight)
      return op->emitOpError("expects tensors that are all floats or all "
                             "quantized, but got ")
             << op->getOperand(0).getType() << " and " << use.get().getType();
  for (Value result : op->getResults())
    if (isQuantized(result) != isInteger)
      return op->emitOpError("expects results that are ")
             << (isInteger ? "quantized" : "floats")
             << " like the input, but got " << result.getType();
  ArrayAttr types = op.getStateTypesAttr();
  if (!types && isInteger)
    return op->emitOpError("is quantized, and needs 'stateTypes'");
  if (!types)
    return success();
  if (types.size() != op.getStates().size())
    return op->emitOpError("expects a type for each of ")
           << op.getStates().size() << " states, but got " << types;
  for (Attribute type : types)
    if (auto uniform = dyn_cast<quant::UniformQuantizedType>(
            cast<TypeAttr>(type).getValue());
        !uniform || uniform.getZeroPoint() != 0)
      return op->emitOpError("expects quantized types of states with zero "
                             "point 0, but got ")
             << type;
  for (OpResult result : op->getResults())
    if (Type type = getQuantizedElement(result.getType());
        type && type != op.getStateType(op.getStateOf(result)))
      return op->emitOpError("expects results with the types of their states, "
                             "but got ")
             << result.getType();
  return success();
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
  if (failed(verifyLimit(op, op.getClip(), "clip")) ||
      failed(verifyElements(cast<RecurrentOpInterface>(op.getOperation()))))
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
