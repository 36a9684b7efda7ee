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

#include "DynamicRange.h"
#include "Models.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {

struct MatMulModel : SingleResultModel<MatMulModel, tosa::MatMulOp> {
  OperandRole getOperandRole(Operation *op, unsigned operand) const {
    if (operand > 1)
      return OperandRole::Unquantized;
    return operand == 1 && getConstantSource(op->getOperand(1))
               ? OperandRole::Weight
               : OperandRole::Activation;
  }

  WeightLayout getWeightLayout(Operation *op, unsigned) const {
    auto weight = cast<ShapedType>(op->getOperand(1).getType());
    if (weight.getDimSize(0) == 1)
      return {{2}, 1, 2};
    return {{0, 2}, 1, std::nullopt};
  }

  bool canReturnAccumulator(Operation *) const { return true; }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    if (failed(requireFloat32(op, reason)))
      return failure();
    if (!scheme.isStatic() && !getConstantSource(op->getOperand(1))) {
      reason = "both of its operands are computed at run time, so it has no "
               "weights that the scheme " +
               stringifyScheme(scheme) + " could quantize";
      return failure();
    }
    if (failed(requireScalesAlong(op->getOperand(1),
                                  getWeightLayout(op, 1).scaleAxis, reason)))
      return failure();
    auto lhs = cast<ShapedType>(op->getOperand(0).getType());
    return requireInt32Sum(lhs.getDimSize(2), reason);
  }

  /// TOSA takes no matmul of a tensor with one scale and one with a scale per
  /// column, so it works on plain integers.
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands, RankedTensorType,
                                  SchemeAttr scheme, Contract contract) const {
    if (scheme.isDynamic())
      return quantizeDynamic(op, builder, operands, scheme);
    auto lhsType = dyn_cast<quant::UniformQuantizedType>(
        getQuantizedElement(operands[0].getType()));
    quant::QuantizedType rhsType = getQuantizedElement(operands[1].getType());
    if (!lhsType || lhsType.getStorageTypeIntegralWidth() != 8 ||
        rhsType.getStorageTypeIntegralWidth() != 8)
      return failure();
    std::string reason;
    if (failed(requireScalesAlong(operands[1], getWeightLayout(op, 1).scaleAxis,
                                  reason)))
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
  /// A row is a row of the left-hand side.
  static Value quantizeDynamic(Operation *op, OpBuilder &builder,
                               ValueRange operands, SchemeAttr scheme) {
    Location loc = op->getLoc();
    Value weight = operands[1];
    bool perRow = scheme.getActivationScales() == Granularity::Row;
    DynamicTensor rows = quantizeAtRunTime(builder, loc, operands[0],
                                           perRow ? ArrayRef<int32_t>{2}
                                                  : ArrayRef<int32_t>{0, 1, 2},
                                           scheme.getSymmetry());
    Type i8 = builder.getI8Type();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Operation *copy = cloneQuantized(
        builder, op,
        {rows.codes, reinterpret(builder, loc, weight, i8),
         createScalar(builder, loc, rows.knownZeroPoint, i8),
         createZeroPoint(builder, loc, weight)},
        cast<RankedTensorType>(type.clone(builder.getI32Type())));
    return scaleProducts(builder, loc, copy->getResult(0), rows, weight,
                         MatMulModel().getWeightLayout(op, 1), Value());
  }

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
