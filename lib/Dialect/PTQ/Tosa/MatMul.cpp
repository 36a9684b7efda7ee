//===- MatMul.cpp - Quantizing tosa.matmul -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A constant right-hand side is a weight: symmetric, with a scale per column
/// where the batch is 1 (columns are the output channels of a fully connected
/// layer). Otherwise both operands are activations.
///
//===----------------------------------------------------------------------===//

#include "Models.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {

struct MatMulModel
    : QuantizableOpInterface::ExternalModel<MatMulModel, tosa::MatMulOp> {
  OperandRole getOperandRole(Operation *op, unsigned operand) const {
    if (operand > 1)
      return OperandRole::Unquantized;
    return operand == 1 && getConstantSource(op->getOperand(1))
               ? OperandRole::Weight
               : OperandRole::Activation;
  }

  std::optional<int64_t> getWeightAxis(Operation *op) const {
    auto weight = cast<ShapedType>(op->getOperand(1).getType());
    if (weight.getDimSize(0) != 1)
      return std::nullopt;
    return 2;
  }

  bool canReturnAccumulator(Operation *) const { return true; }

  LogicalResult canQuantize(Operation *op, std::string &reason) const {
    if (failed(requireFloat32(op, reason)))
      return failure();
    if (failed(
            requireScalesAlong(op->getOperand(1), getWeightAxis(op), reason)))
      return failure();
    auto lhs = cast<ShapedType>(op->getOperand(0).getType());
    return requireInt32Sum(lhs.getDimSize(2), reason);
  }

  /// TOSA takes no matmul of a tensor with one scale and one with a scale per
  /// column, so it works on plain integers.
  FailureOr<Value> quantize(Operation *op, OpBuilder &builder,
                            ValueRange operands, RankedTensorType,
                            Contract contract) const {
    auto lhsType = dyn_cast<quant::UniformQuantizedType>(
        getQuantizedElement(operands[0].getType()));
    quant::QuantizedType rhsType = getQuantizedElement(operands[1].getType());
    if (!lhsType || lhsType.getStorageTypeIntegralWidth() != 8 ||
        rhsType.getStorageTypeIntegralWidth() != 8)
      return failure();
    std::string reason;
    if (failed(requireScalesAlong(operands[1], getWeightAxis(op), reason)))
      return failure();

    Location loc = op->getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Operation *copy = cloneQuantized(
        builder, op,
        {reinterpret(builder, loc, operands[0], lhsType.getStorageType()),
         reinterpret(builder, loc, operands[1], rhsType.getStorageType()),
         createZeroPoint(builder, loc, operands[0]),
         createZeroPoint(builder, loc, operands[1])},
        cast<RankedTensorType>(type.clone(builder.getI32Type())));
    return reinterpret(
        builder, loc, copy->getResult(0),
        getAccumulator(lhsType, rhsType, type.getDimSize(2), contract));
  }

private:
  static Type getAccumulator(quant::UniformQuantizedType lhs,
                             quant::QuantizedType rhs, int64_t columns,
                             Contract contract) {
    MLIRContext *context = lhs.getContext();
    if (auto uniform = dyn_cast<quant::UniformQuantizedType>(rhs)) {
      double scale = lhs.getScale() * uniform.getScale();
      // N45: BATCH_MATMUL's product is one of float32.
      if (contract == Contract::TFLM)
        scale = static_cast<float>(scale);
      return getInt32Type(context, scale);
    }
    SmallVector<double> scales = getChannelScales(rhs, columns);
    for (double &scale : scales)
      scale *= lhs.getScale();
    return getInt32Type(context, scales, /*axis=*/2);
  }
};

} // namespace

void ptq::attachMatMulModel(MLIRContext &context) {
  tosa::MatMulOp::attachInterface<MatMulModel>(context);
}
