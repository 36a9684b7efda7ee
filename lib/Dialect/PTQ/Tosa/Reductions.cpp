//===- Reductions.cpp - Quantizing sums and averages -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// reduce_sum, argmax and avg_pool2d. The largest and smallest value only move
/// data (DataMovement.cpp).
///
//===----------------------------------------------------------------------===//

#include "Models.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {

struct ReduceSumModel : SingleResultModel<ReduceSumModel, tosa::ReduceSumOp> {
  OperandRole getOperandRole(Operation *, unsigned) const {
    return OperandRole::Activation;
  }
  bool canReturnAccumulator(Operation *, SchemeAttr) const { return true; }
  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    return success(succeeded(requireStatic(scheme, reason)) &&
                   succeeded(requireFloat32(op, reason)));
  }
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands, RankedTensorType,
                                  SchemeAttr, Contract) const {
    int32_t axis = cast<tosa::ReduceSumOp>(op).getAxis();
    return buildSum(builder, op->getLoc(), operands[0], axis);
  }
};

/// A positive scale does not change which element is largest.
struct ArgMaxModel : SingleResultModel<ArgMaxModel, tosa::ArgMaxOp> {
  OperandRole getOperandRole(Operation *, unsigned) const {
    return OperandRole::Activation;
  }
  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    return success(succeeded(requireStatic(scheme, reason)) &&
                   succeeded(requireFloat32(op, reason)));
  }
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands, RankedTensorType,
                                  SchemeAttr, Contract) const {
    return cloneQuantized(builder, op, operands,
                          cast<RankedTensorType>(op->getResult(0).getType()))
        ->getResult(0);
  }
};

/// TOSA's int8 average keeps scale and zero point. An average over the whole
/// image is a mean instead, which keeps the fraction until it is requantized;
/// TFLite's kernel averages codes there, too.
struct AvgPoolModel : SingleResultModel<AvgPoolModel, tosa::AvgPool2dOp> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    return operand == 0 ? OperandRole::Activation : OperandRole::Unquantized;
  }
  bool requiresSameScale(Operation *op) const { return !isGlobal(op); }
  bool canReturnAccumulator(Operation *op, SchemeAttr) const {
    return isGlobal(op);
  }
  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    return success(succeeded(requireStatic(scheme, reason)) &&
                   succeeded(requireFloat32(op, reason)));
  }

  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType, SchemeAttr,
                                  Contract contract) const {
    if (usesTFLiteKernels(contract) &&
        keepsParameters(operands[0], getFinalType(op, resultType)))
      return poolCodes(op, builder, operands[0], resultType);
    if (isGlobal(op))
      return buildMean(builder, op->getLoc(), operands[0], {1, 2}, resultType,
                       contract);
    // N19
    Value zeroPoint = createZeroPoint(builder, op->getLoc(), operands[0]);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Type element = getElementTypeOrSelf(operands[0]);
    Operation *copy =
        cloneQuantized(builder, op, {operands[0], zeroPoint, zeroPoint},
                       cast<RankedTensorType>(type.clone(element)));
    cast<tosa::AvgPool2dOp>(copy).setAccType(builder.getI32Type());
    return copy->getResult(0);
  }

private:
  /// What TFLite's kernel demands: the result means the same by its codes.
  static bool keepsParameters(Value input, quant::UniformQuantizedType to) {
    constexpr double kTolerance = 1e-6;
    auto from =
        dyn_cast<quant::UniformQuantizedType>(getElementTypeOrSelf(input));
    return from && to && from.getStorageType() == to.getStorageType() &&
           from.getZeroPoint() == to.getZeroPoint() &&
           std::abs(from.getScale() - to.getScale()) <=
               kTolerance * from.getScale();
  }

  /// N39: zero points play no part, so that ties go away from code 0. The code
  /// 0 of an unsigned tensor is the lowest here.
  static Value poolCodes(Operation *op, OpBuilder &builder, Value input,
                         RankedTensorType resultType) {
    Location loc = op->getLoc();
    Type element = getElementTypeOrSelf(input);
    Type storage = getQuantizedElement(input.getType()).getStorageType();
    Value zero = createScalar(
        builder, loc, op->hasAttr(kUnsignedAttr) ? INT8_MIN : 0, storage);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Operation *copy = cloneQuantized(
        builder, op, {reinterpret(builder, loc, input, storage), zero, zero},
        cast<RankedTensorType>(type.clone(storage)));
    cast<tosa::AvgPool2dOp>(copy).setAccType(builder.getI32Type());
    copy->removeDiscardableAttr(kUnsignedAttr);
    return reinterpret(builder, loc, copy->getResult(0),
                       resultType ? resultType.getElementType() : element);
  }

  static bool isGlobal(Operation *op) {
    auto pool = cast<tosa::AvgPool2dOp>(op);
    auto input = cast<ShapedType>(pool.getInput().getType());
    return input.hasStaticShape() &&
           pool.getKernel() == input.getShape().slice(1, 2) &&
           llvm::all_of(pool.getPad(), [](int64_t pad) { return pad == 0; });
  }
};

} // namespace

void ptq::attachReductionModels(MLIRContext &context) {
  tosa::ReduceSumOp::attachInterface<ReduceSumModel>(context);
  tosa::ArgMaxOp::attachInterface<ArgMaxModel>(context);
  tosa::AvgPool2dOp::attachInterface<AvgPoolModel>(context);
}
