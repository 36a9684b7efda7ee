//===- RecurrentIntegerForm.cpp - Layers on quantized tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The integer form of ptq.lstm, ptq.gru and ptq.rnn is the same operation on
/// quantized tensors; ptq-expand-recurrent spells it out. Here are the
/// parameters that calibration does not choose: the sums of a gate meet at one
/// scale per row, that of the products of the hidden state (N91).
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/IR/RecurrentScales.h"
#include "quantc/Numerics/Recurrent.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

SmallVector<double> ptq::getSumScales(quant::UniformQuantizedType hidden,
                                      quant::QuantizedType recurrence,
                                      int64_t rows) {
  // Of the 16 bits of an int16 state, as many steps as int8 has are kept.
  double step =
      std::ldexp(hidden.getScale(), hidden.getStorageTypeIntegralWidth() - 8);
  SmallVector<double> scales = getChannelScales(recurrence, rows);
  for (double &scale : scales)
    scale *= step;
  return scales;
}

quant::UniformQuantizedType ptq::getProjectedType(MLIRContext *context) {
  return getUniformType(
      context, {std::ldexp(1.0, -kGateExponent), 0, kInt16Activation}, 16);
}

namespace {
/// Chooses the parameters of one layer and builds its integer form.
template <typename OpTy>
class LayerQuantizer {
public:
  LayerQuantizer(OpTy op, OpBuilder &builder, ValueRange operands)
      : op(op), b(builder), given(operands, op),
        state(cast<RecurrentOpInterface>(op.getOperation())) {}

  FailureOr<SmallVector<Value>> run();

private:
  FailureOr<SmallVector<double>> getLargestSummands();
  Value widenWeights(Value weights, quant::UniformQuantizedType hidden,
                     ArrayRef<double> largest);
  Value quantizeBias(Value bias, ArrayRef<double> scales);
  Value quantizePeepholes(Value peepholes);
  void quantizeProjection(LSTMOp copy);

  OpTy op;
  OpBuilder &b;
  typename OpTy::Adaptor given;
  RecurrentOpInterface state;
};
} // namespace

static void raise(MutableArrayRef<double> largest, ArrayRef<double> values) {
  for (auto [most, value] : llvm::zip_equal(largest, values))
    most = std::max(most, std::abs(value));
}

/// The magnitude, as real numbers, of what is added to the products of the
/// hidden state in each row.
template <typename OpTy>
FailureOr<SmallVector<double>> LayerQuantizer<OpTy>::getLargestSummands() {
  auto inputType = dyn_cast<quant::UniformQuantizedType>(
      getQuantizedElement(given.getInput().getType()));
  DenseElementsAttr codes = getConstantSource(given.getWeights());
  if (!inputType || !codes)
    return failure();
  int64_t rows = codes.getType().getDimSize(0);
  int64_t columns = codes.getType().getDimSize(1);
  AffineParams input = getAffineParams(inputType);
  double farthest = input.scale * std::max(input.storage.max - input.zeroPoint,
                                           input.zeroPoint - input.storage.min);
  SmallVector<double> largest =
      getChannelScales(getQuantizedElement(given.getWeights().getType()), rows);
  auto values = codes.getValues<APInt>().begin();
  for (double &row : largest) {
    int64_t sum = 0;
    for (int64_t column = 0; column < columns; ++column)
      sum += std::abs((*values++).getSExtValue());
    row *= farthest * sum;
  }
  if (op.getBias())
    raise(largest, getConstantReals(op.getBias()));
  MutableArrayRef<double> all(largest);
  if constexpr (std::is_same_v<OpTy, GRUOp>)
    if (op.getHiddenBias())
      raise(all.take_back(rows / 3), getConstantReals(op.getHiddenBias()));
  if constexpr (std::is_same_v<OpTy, LSTMOp>)
    if (op.getPeepholes()) {
      SmallVector<double> most = getConstantReals(op.getPeepholes());
      AffineParams cell = getAffineParams(state.getStateType(1));
      for (double &value : most)
        value *= -dequantize(cell.storage.min, cell);
      raise(all.take_front(most.size()), most);
    }
  if (!llvm::all_of(largest, [](double v) { return std::isfinite(v); }))
    return failure();
  return largest;
}

/// Weights of a state of type `hidden`, in rows with larger steps where sums
/// with what is added to them, `largest`, would leave int32 otherwise.
template <typename OpTy>
Value LayerQuantizer<OpTy>::widenWeights(Value weights,
                                         quant::UniformQuantizedType hidden,
                                         ArrayRef<double> largest) {
  quant::QuantizedType type = getQuantizedElement(weights.getType());
  int64_t rows = largest.size();
  SmallVector<double> scales = getChannelScales(type, rows);
  SmallVector<double> sums = getSumScales(hidden, type, rows);
  SmallVector<double> ratios;
  for (auto [scale, sum, most] : llvm::zip_equal(scales, sums, largest)) {
    double ratio = widenSumScale(sum, most) / sum;
    ratios.push_back(ratio);
    if (ratio != 1)
      scale = static_cast<float>(scale * ratio);
  }
  if (llvm::all_of(ratios, [](double ratio) { return ratio == 1; }))
    return weights;
  DenseElementsAttr codes = getConstantSource(weights);
  SmallVector<APInt> integers(codes.getValues<APInt>());
  int64_t columns = codes.getType().getDimSize(1);
  for (auto [i, code] : llvm::enumerate(integers))
    code = APInt(code.getBitWidth(),
                 std::llrint(code.getSExtValue() / ratios[i / columns]),
                 /*isSigned=*/true);
  auto constant =
      tosa::ConstOp::create(b, weights.getLoc(), codes.getType(),
                            DenseElementsAttr::get(codes.getType(), integers));
  return reinterpret(
      b, weights.getLoc(), constant,
      getPerAxisType(b.getContext(), scales, /*axis=*/0,
                     {type.getStorageTypeMin(), type.getStorageTypeMax()},
                     type.getStorageTypeIntegralWidth()));
}

template <typename OpTy>
Value LayerQuantizer<OpTy>::quantizeBias(Value bias, ArrayRef<double> scales) {
  SmallVector<int32_t> integers;
  for (auto [real, scale] : llvm::zip_equal(getConstantReals(bias), scales))
    integers.push_back(quantize(real, {scale, 0, kInt32Bias}));
  auto type = RankedTensorType::get({int64_t(integers.size())}, b.getI32Type());
  auto constant = tosa::ConstOp::create(
      b, bias.getLoc(), type,
      DenseElementsAttr::get(type, ArrayRef<int32_t>(integers)));
  return reinterpret(b, bias.getLoc(), constant,
                     getInt32Type(b.getContext(), scales, /*axis=*/0));
}

template <typename OpTy>
Value LayerQuantizer<OpTy>::quantizePeepholes(Value peepholes) {
  SmallVector<double> reals = getConstantReals(peepholes);
  double largest = 0;
  for (double real : reals)
    largest = std::max(largest, std::abs(real));
  AffineParams params = chooseSymmetric(largest, kInt16Activation);
  SmallVector<int16_t> integers;
  for (double real : reals)
    integers.push_back(quantize(real, params));
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(peepholes.getType()).clone(b.getI16Type()));
  auto constant = tosa::ConstOp::create(
      b, peepholes.getLoc(), type,
      DenseElementsAttr::get(type, ArrayRef<int16_t>(integers)));
  return reinterpret(b, peepholes.getLoc(), constant,
                     getUniformType(b.getContext(), params, 16));
}

/// The projection of `copy` and its bias, whose sums have a scale per row
/// (N99).
template <typename OpTy>
void LayerQuantizer<OpTy>::quantizeProjection(LSTMOp copy) {
  if constexpr (std::is_same_v<OpTy, LSTMOp>) {
    Value bias = op.getProjectionBias();
    SmallVector<double> largest(
        cast<RankedTensorType>(op.getProjection().getType()).getDimSize(0), 0);
    if (bias)
      raise(largest, getConstantReals(bias));
    quant::UniformQuantizedType read = getProjectedType(b.getContext());
    Value weights = widenWeights(given.getProjection(), read, largest);
    copy.getProjectionMutable().assign(weights);
    if (bias)
      copy.getProjectionBiasMutable().assign(quantizeBias(
          bias, getSumScales(read, getQuantizedElement(weights.getType()),
                             largest.size())));
  }
}

template <typename OpTy>
FailureOr<SmallVector<Value>> LayerQuantizer<OpTy>::run() {
  if (!state.getStateTypesAttr())
    return failure();
  FailureOr<SmallVector<double>> largest = getLargestSummands();
  if (failed(largest))
    return failure();
  Location loc = op.getLoc();
  Value recurrence =
      widenWeights(given.getRecurrence(), state.getStateType(0), *largest);
  SmallVector<double> scales =
      getSumScales(state.getStateType(0),
                   getQuantizedElement(recurrence.getType()), largest->size());
  auto copy = cast<OpTy>(b.clone(*op.getOperation()));
  copy.getInputMutable().assign(given.getInput());
  copy.getWeightsMutable().assign(given.getWeights());
  copy.getRecurrenceMutable().assign(recurrence);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(copy);
  auto setInitial = [&](MutableOperandRange operand, Value value,
                        unsigned number) {
    if (value)
      operand.assign(requantize(b, loc, value, state.getStateType(number)));
  };
  setInitial(copy.getInitialHiddenMutable(), given.getInitialHidden(), 0);
  if (op.getBias())
    copy.getBiasMutable().assign(quantizeBias(op.getBias(), scales));
  if constexpr (std::is_same_v<OpTy, GRUOp>)
    if (op.getHiddenBias())
      copy.getHiddenBiasMutable().assign(
          quantizeBias(op.getHiddenBias(),
                       ArrayRef<double>(scales).take_back(scales.size() / 3)));
  if constexpr (std::is_same_v<OpTy, LSTMOp>) {
    setInitial(copy.getInitialCellMutable(), given.getInitialCell(), 1);
    if (op.getPeepholes())
      copy.getPeepholesMutable().assign(quantizePeepholes(op.getPeepholes()));
    if (op.getProjection())
      quantizeProjection(copy);
  }
  for (OpResult result : copy->getResults())
    result.setType(cast<RankedTensorType>(result.getType())
                       .clone(state.getStateType(state.getStateOf(result))));
  return SmallVector<Value>(copy->getResults());
}

/// In a dynamic scheme, weights are integers and everything else is floats.
template <typename OpTy>
static FailureOr<SmallVector<Value>> quantizeLayer(OpTy op, OpBuilder &builder,
                                                   ValueRange operands,
                                                   SchemeAttr scheme) {
  if (!scheme.isDynamic())
    return LayerQuantizer<OpTy>(op, builder, operands).run();
  Operation *copy = builder.clone(*op.getOperation());
  copy->setOperands(operands);
  copy->setAttr(kSchemeAttr, scheme);
  return SmallVector<Value>(copy->getResults());
}

FailureOr<SmallVector<Value>> LSTMOp::quantize(OpBuilder &builder,
                                               ValueRange operands,
                                               ArrayRef<RankedTensorType>,
                                               SchemeAttr scheme, Contract) {
  return quantizeLayer(*this, builder, operands, scheme);
}

FailureOr<SmallVector<Value>> GRUOp::quantize(OpBuilder &builder,
                                              ValueRange operands,
                                              ArrayRef<RankedTensorType>,
                                              SchemeAttr scheme, Contract) {
  return quantizeLayer(*this, builder, operands, scheme);
}

FailureOr<SmallVector<Value>> RNNOp::quantize(OpBuilder &builder,
                                              ValueRange operands,
                                              ArrayRef<RankedTensorType>,
                                              SchemeAttr scheme, Contract) {
  return quantizeLayer(*this, builder, operands, scheme);
}
