//===- Quantizability.cpp - Which tensors get parameters -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

using namespace mlir;
using namespace quantc::ptq;

bool quantc::ptq::isStaticFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getElementType().isF32();
}

OperandRole quantc::ptq::getRole(OpOperand &use) {
  if (auto op = dyn_cast<QuantizableOpInterface>(use.getOwner()))
    return op.getOperandRole(use.getOperandNumber());
  return OperandRole::Unquantized;
}

/// True if a fake_quant of `value` exists, or `value` is the result of one.
static bool hasFakeQuant(Value value) {
  return value.getDefiningOp<FakeQuantOp>() ||
         llvm::any_of(value.getUsers(), llvm::IsaPred<FakeQuantOp>);
}

Quantizability::Quantizability(func::FuncOp func) {
  if (func.isExternal())
    return;
  Block &body = func.getBody().front();
  for (Operation &op : body)
    if (computeQuantizable(&op))
      ops.insert(&op);

  auto visit = [&](Value value) {
    ParameterSource source = computeSource(value);
    if (source == ParameterSource::None)
      return;
    sources[value] = source;
    values.push_back(value);
  };
  for (BlockArgument argument : body.getArguments())
    visit(argument);
  for (Operation &op : body)
    for (Value result : op.getResults())
      visit(result);
}

bool Quantizability::computeQuantizable(Operation *op) const {
  auto quantizable = dyn_cast<QuantizableOpInterface>(op);
  SchemeAttr scheme = getScheme(op);
  std::string reason;
  if (!quantizable || !scheme.isStatic() ||
      failed(quantizable.canQuantize(scheme, reason)))
    return false;
  bool readsData = false;
  for (OpOperand &use : op->getOpOperands()) {
    OperandRole role = getRole(use);
    bool constant = isConstant(use.get());
    if (role == OperandRole::Unquantized) {
      // Conditions, indices of a table, and integers that are converted.
      auto tensor = dyn_cast<RankedTensorType>(use.get().getType());
      readsData |=
          tensor && isa<IntegerType>(tensor.getElementType()) && !constant;
      continue;
    }
    if (!isStaticFloatTensor(use.get()))
      return false;
    if (role == OperandRole::Activation)
      readsData |= !constant;
    else if (!constant)
      return false;
  }
  return readsData;
}

bool Quantizability::isAccumulator(OpResult result) const {
  if (!result.hasOneUse())
    return false;
  auto producer = cast<QuantizableOpInterface>(result.getOwner());
  OpOperand &use = *result.use_begin();
  // An int32 output of the network: its parameters are those of its type.
  if (isa<quant::QuantizeCastOp>(use.getOwner()))
    return producer.canReturnAccumulator(getScheme(producer));
  auto consumer = dyn_cast<QuantizableOpInterface>(use.getOwner());
  return consumer && isQuantizable(consumer) &&
         getRole(use) == OperandRole::Activation &&
         producer.canReturnAccumulator(getScheme(producer)) &&
         consumer.canTakeAccumulator(getScheme(consumer));
}

ParameterSource Quantizability::computeSource(Value value) const {
  if (!isStaticFloatTensor(value) || value.use_empty() || isConstant(value) ||
      value.getDefiningOp<ObserveOp>())
    return ParameterSource::None;
  if (hasFakeQuant(value))
    return ParameterSource::Given;
  if (Operation *producer = value.getDefiningOp();
      producer && isQuantizable(producer)) {
    if (cast<QuantizableOpInterface>(producer).getFixedResultType(
            getScheme(producer)))
      return ParameterSource::Fixed;
    return isAccumulator(cast<OpResult>(value)) ? ParameterSource::Accumulator
                                                : ParameterSource::Calibrated;
  }
  bool feedsInteger = llvm::any_of(value.getUses(), [&](OpOperand &use) {
    return isQuantizable(use.getOwner()) &&
           getRole(use) == OperandRole::Activation;
  });
  return feedsInteger ? ParameterSource::Calibrated : ParameterSource::None;
}
