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

std::string quantc::ptq::describeOperand(Value operand) {
  StringRef name = getTensorName(operand);
  return name.empty() ? "its operand" : ("its operand '" + name + "'").str();
}

/// Memory and accumulators are planned for known sizes.
static LogicalResult checkShapes(Operation *op, std::string &reason) {
  auto isStatic = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return !shaped || shaped.hasStaticShape();
  };
  if (llvm::all_of(op->getOperandTypes(), isStatic) &&
      llvm::all_of(op->getResultTypes(), isStatic))
    return success();
  reason = "its shape is dynamic; give the network's inputs static shapes";
  return failure();
}

LogicalResult quantc::ptq::checkOperation(Operation *op, Execution execution,
                                          std::string &reason) {
  auto quantizable = dyn_cast<QuantizableOpInterface>(op);
  if (!quantizable) {
    reason = "this operation has no integer form";
    return failure();
  }
  SchemeAttr scheme = getScheme(op);
  if (scheme.getExecution() != execution) {
    reason = "its scheme is " + stringifyScheme(scheme) +
             "; choose int8 or int16x8 for it";
    return failure();
  }
  return success(succeeded(checkShapes(op, reason)) &&
                 succeeded(quantizable.canQuantize(scheme, reason)));
}

/// Whether the plan can have `op` in integers from its inputs to its outputs.
static LogicalResult checkQuantizable(Operation *op, std::string &reason) {
  if (failed(checkOperation(op, Execution::Static, reason)))
    return failure();
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
    if (!isStaticFloatTensor(use.get())) {
      reason = describeOperand(use.get()) + " is not a float32 tensor";
      return failure();
    }
    if (role == OperandRole::Activation) {
      readsData |= !constant;
    } else if (!constant) {
      reason = describeOperand(use.get()) +
               " is computed by the network; weights and biases have to be "
               "constants";
      return failure();
    }
  }
  if (!readsData)
    reason = "it reads only constants; simplify the network";
  return success(readsData);
}

Quantizability::Quantizability(Operation *op) {
  auto func = cast<func::FuncOp>(op);
  if (func.isExternal())
    return;
  Block &body = func.getBody().front();
  for (Operation &op : body) {
    std::string reason;
    if (succeeded(checkQuantizable(&op, reason)))
      ops.insert(&op);
    else
      reasons[&op] = std::move(reason);
  }

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

bool Quantizability::isAccumulator(OpResult result) const {
  // An int32 output of the network: its parameters are those of its type.
  if (result.hasOneUse() && isa<quant::QuantizeCastOp>(*result.user_begin())) {
    auto producer = cast<QuantizableOpInterface>(result.getOwner());
    return producer.canReturnAccumulator(getScheme(producer));
  }
  return staysAccumulator(result) && isQuantizable(*result.user_begin());
}

ParameterSource Quantizability::computeSource(Value value) const {
  if (!isStaticFloatTensor(value) || value.use_empty() || isConstant(value) ||
      value.getDefiningOp<ObserveOp>())
    return ParameterSource::None;
  if (hasFakeQuant(value))
    return ParameterSource::Frozen;
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
