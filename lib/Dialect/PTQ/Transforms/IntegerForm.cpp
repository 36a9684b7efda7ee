//===- IntegerForm.cpp - What integer forms are made of -*- C++ -*- ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerForm.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The quantized values of the operands, or failure with the reason.
static LogicalResult collectOperands(QuantizableOpInterface op,
                                     SmallVectorImpl<Value> &operands,
                                     std::string &reason) {
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (op.getOperandRole(operand.getOperandNumber()) ==
            OperandRole::Unquantized ||
        !isFloatTensor(value.getType())) {
      operands.push_back(value);
      continue;
    }
    auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>();
    // The bias of int16 activations stays float until the form is built.
    if (!dequantize && !operands.empty() && getConstantSource(value) &&
        op.getOperandRole(operand.getOperandNumber()) == OperandRole::Bias &&
        getStorageWidth(operands.front()) == 16) {
      operands.push_back(value);
      continue;
    }
    if (!dequantize && getConstantSource(value)) {
      // Constants are quantized for operations that the rest allows.
      reason = "tensors that it reads or makes have no quantization "
               "parameters; calibrate the network with them observed";
      return failure();
    }
    if (!dequantize) {
      reason = describeOperand(value) +
               " has no quantization parameters; calibrate the network with "
               "this tensor observed, or quantize the operation that makes it";
      return failure();
    }
    operands.push_back(dequantize.getInput());
  }
  return success();
}

/// The type in which the users of `result` want it.
static LogicalResult chooseResultType(Value result, RankedTensorType &type,
                                      std::string &reason) {
  if (!isFloatTensor(result.getType()) || result.use_empty())
    return success();
  for (Operation *user : result.getUsers())
    if (auto quantize = dyn_cast<quant::QuantizeCastOp>(user)) {
      type = cast<RankedTensorType>(quantize.getType());
      return success();
    }
  if (staysAccumulator(result))
    return success();
  reason = "its result has no quantization parameters; calibrate the network "
           "with this tensor observed";
  return failure();
}

/// Operands come from int8 and int16 tensors, constants of int8 or int32, and
/// accumulators.
static LogicalResult checkStorage(ArrayRef<Value> operands,
                                  std::string &reason) {
  for (Value operand : operands) {
    quant::QuantizedType type = getQuantizedElement(operand.getType());
    if (!type)
      continue;
    if (isa<SubChannelType>(type)) {
      reason = describeOperand(operand) +
               " has a scale per block, so that products "
               "cannot be summed as integers";
      return failure();
    }
    unsigned width = type.getStorageTypeIntegralWidth();
    if (type.isSigned() && (width == 8 || width == 32))
      continue;
    if (type.isSigned() && width == 16) {
      auto uniform = dyn_cast<quant::UniformQuantizedType>(type);
      if (uniform && uniform.getZeroPoint() == 0)
        continue;
      reason = describeOperand(operand) +
               " is stored as i16 with a zero point or "
               "with scales per channel; use zero point 0 and one scale";
      return failure();
    }
    reason = describeOperand(operand) + " is stored as " +
             (type.isSigned() ? "i" : "u") + std::to_string(width) +
             "; use parameters with storage i8 or i16";
    return failure();
  }
  return success();
}

FailureOr<IntegerForm> ptq::findDynamicForm(Operation *op,
                                            std::string &reason) {
  IntegerForm form;
  form.resultTypes.resize(op->getNumResults());
  if (failed(checkOperation(op, Execution::Dynamic, reason)))
    return failure();
  for (OpOperand &operand : op->getOpOperands()) {
    form.operands.push_back(operand.get());
    if (getRole(operand) != OperandRole::Weight)
      continue;
    auto dequantize = operand.get().getDefiningOp<quant::DequantizeCastOp>();
    if (!dequantize) {
      reason = describeOperand(operand.get()) + " is not quantized";
      return failure();
    }
    form.operands.back() = dequantize.getInput();
  }
  return form;
}

FailureOr<IntegerForm> ptq::findIntegerForm(Operation *op,
                                            std::string &reason) {
  IntegerForm form;
  form.resultTypes.resize(op->getNumResults());
  if (failed(checkOperation(op, Execution::Static, reason)) ||
      failed(collectOperands(cast<QuantizableOpInterface>(op), form.operands,
                             reason)) ||
      failed(checkStorage(form.operands, reason)))
    return failure();
  for (auto [result, type] :
       llvm::zip_equal(op->getResults(), form.resultTypes))
    if (failed(chooseResultType(result, type, reason)))
      return failure();
  return form;
}
