//===- IntegerLSTM.cpp - LSTM layers of quantized files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

using namespace mlir;
using namespace quantc;

RecurrentValues NetworkBuilder::integerLSTM(const IntegerLSTMLayer &layer) {
  ArrayRef<int64_t> input = shapeOf(layer.input);
  int64_t batch = input[1], hidden = shapeOf(layer.recurrence).back();
  quant::QuantizedType hiddenType =
      getQuantizedType(layer.hiddenParams, {batch, hidden});
  quant::QuantizedType cellType =
      getQuantizedType(layer.cellParams, {batch, hidden});
  if (!hiddenType || !cellType)
    return {};
  Type sequence =
      getType({input[0], batch, hidden}, hiddenType.getStorageType());
  Type state = getType({batch, hidden}, hiddenType.getStorageType());
  Type cell = getType({batch, hidden}, cellType.getStorageType());
  Value codes = toStorage(layer.input, layer.inputParams);
  if (!sequence || !state || !cell || !codes)
    return {};
  auto zeroPoint = [](const QuantizationParams &params) {
    return params.zeroPoints.empty() ? 0 : params.zeroPoints.front();
  };
  FloatAttr clip;
  if (layer.cellClip)
    clip = builder.getF32FloatAttr(*layer.cellClip);
  auto f64 = [&](double value) { return builder.getF64FloatAttr(value); };
  auto i64 = [&](int64_t value) { return builder.getI64IntegerAttr(value); };
  auto op = ptq::IntegerLSTMOp::create(
      builder, getInnerLoc(ptq::IntegerLSTMOp::getOperationName()),
      TypeRange{sequence, state, cell}, codes, layer.weights, layer.recurrence,
      layer.bias, toStorage(layer.initialHidden, layer.hiddenParams),
      toStorage(layer.initialCell, layer.cellParams),
      f64(layer.inputParams.scales.front()), i64(zeroPoint(layer.inputParams)),
      f64(layer.hiddenParams.scales.front()),
      i64(zeroPoint(layer.hiddenParams)),
      builder.getDenseF64ArrayAttr(layer.weightScales),
      builder.getDenseF64ArrayAttr(layer.recurrenceScales),
      i64(layer.cellExponent), clip);
  return {fromStorage(op.getSequence(), layer.hiddenParams),
          fromStorage(op.getHidden(), layer.hiddenParams),
          fromStorage(op.getCell(), layer.cellParams)};
}
