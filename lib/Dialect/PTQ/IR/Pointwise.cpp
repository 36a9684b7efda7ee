//===- Pointwise.cpp - Functions of one real number as tables -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The result of every int8, the lowest first as tosa.table has it.
static FailureOr<SmallVector<int8_t>> makeEntries(Value result, Value argument,
                                                  const AffineParams &input,
                                                  const AffineParams &output,
                                                  Contract contract) {
  if (usesTFLiteKernels(contract))
    if (auto table =
            getReferenceTable(result, argument, input, output, contract))
      return SmallVector<int8_t>(table->begin(), table->end());
  SmallVector<double> reals;
  for (int64_t q = INT8_MIN; q <= INT8_MAX; ++q)
    reals.push_back(dequantize(q, input));
  FailureOr<SmallVector<double>> values =
      evaluatePointwise(result, argument, reals);
  if (failed(values))
    return failure();
  SmallVector<int8_t> entries;
  for (double value : *values)
    entries.push_back(static_cast<int8_t>(quantc::quantize(value, output)));
  return entries;
}

FailureOr<Value> ptq::buildTable(OpBuilder &builder, Location loc, Value input,
                                 Value result, Value argument,
                                 RankedTensorType type, Contract contract) {
  auto from = dyn_cast<quant::UniformQuantizedType>(
      getQuantizedElement(input.getType()));
  auto to = dyn_cast_or_null<quant::UniformQuantizedType>(
      type ? type.getElementType() : Type());
  if (!from || !to || from.getStorageTypeIntegralWidth() != 8 ||
      to.getStorageTypeIntegralWidth() != 8)
    return failure();

  FailureOr<SmallVector<int8_t>> entries = makeEntries(
      result, argument, getAffineParams(from), getAffineParams(to), contract);
  if (failed(entries))
    return failure();
  auto tableType = RankedTensorType::get({256}, builder.getI8Type());
  Value table = tosa::ConstOp::create(
      builder, loc, tableType,
      DenseElementsAttr::get(tableType, ArrayRef<int8_t>(*entries)));
  return tosa::TableOp::create(builder, loc, type, input, table).getResult();
}

/// What the body yields.
static Value getYielded(PointwiseOp op) {
  return cast<YieldOp>(op.getBody().front().getTerminator()).getValue();
}

OperandRole PointwiseOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}

FailureOr<SmallVector<Value>>
PointwiseOp::quantize(OpBuilder &builder, ValueRange operands,
                      ArrayRef<RankedTensorType> resultTypes, SchemeAttr,
                      Contract contract) {
  return asResults(buildTable(builder, getLoc(), operands[0], getYielded(*this),
                              getBody().getArgument(0), resultTypes.front(),
                              contract));
}
