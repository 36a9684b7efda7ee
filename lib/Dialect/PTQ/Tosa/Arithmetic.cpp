//===- Arithmetic.cpp - Quantizing arithmetic of two tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// add, sub, minimum, maximum and comparisons bring both operands to a common
/// scale in int32 first; mul multiplies them as they are. Operands of equal
/// scale only lose their zero points; otherwise the common scale is 2 * max(s1,
/// s2) / 2^20, so that rounding there is negligible and the sum of two int8
/// stays below 2^29.
///
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "quantc/Numerics/Requantize.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static double getScale(Value quantized) {
  return cast<quant::UniformQuantizedType>(
             getElementTypeOrSelf(quantized.getType()))
      .getScale();
}

/// Whether the values are int8 with one scale each.
static bool areInt8(ValueRange values) {
  return llvm::all_of(values, [](Value value) {
    auto type = dyn_cast_or_null<quant::UniformQuantizedType>(
        getQuantizedElement(value.getType()));
    return type && type.getStorageTypeIntegralWidth() == 8;
  });
}

/// An int32 type that holds both values with zero point 0.
static Type getCommonType(Value lhs, Value rhs) {
  double scale = getScale(lhs);
  if (scale != getScale(rhs))
    scale = commonAdditionScale(scale, getScale(rhs)); // N16
  return getInt32Type(lhs.getContext(), scale);
}

namespace {

/// add, sub, minimum, maximum, equal, greater, greater_equal.
template <typename OpTy>
struct CommonScaleModel
    : QuantizableOpInterface::ExternalModel<CommonScaleModel<OpTy>, OpTy> {
  OperandRole getOperandRole(Operation *, unsigned) const {
    return OperandRole::Activation;
  }

  bool canReturnAccumulator(Operation *op) const {
    return isFloatTensor(op->getResult(0).getType());
  }

  LogicalResult canQuantize(Operation *op, std::string &reason) const {
    return requireFloat32(op, reason);
  }

  FailureOr<Value> quantize(Operation *op, OpBuilder &builder,
                            ValueRange operands, RankedTensorType,
                            Rounding) const {
    if (!areInt8(operands))
      return failure();
    Type common = getCommonType(operands[0], operands[1]);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (isFloatTensor(type))
      type = cast<RankedTensorType>(type.clone(common));
    Value lhs = requantize(builder, op->getLoc(), operands[0], common);
    Value rhs = requantize(builder, op->getLoc(), operands[1], common);
    return cloneQuantized(builder, op, {lhs, rhs}, type)->getResult(0);
  }
};

struct MulModel : QuantizableOpInterface::ExternalModel<MulModel, tosa::MulOp> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    return operand < 2 ? OperandRole::Activation : OperandRole::Unquantized;
  }

  bool canReturnAccumulator(Operation *) const { return true; }

  LogicalResult canQuantize(Operation *op, std::string &reason) const {
    return requireFloat32(op, reason);
  }

  /// TOSA wants equal quantized types around mul, so it works on plain
  /// integers.
  FailureOr<Value> quantize(Operation *op, OpBuilder &builder,
                            ValueRange operands, RankedTensorType,
                            Rounding) const {
    if (!areInt8(operands.take_front(2)))
      return failure();
    Type i32 = builder.getI32Type();
    double scale = 1;
    SmallVector<Value> factors;
    for (Value operand : operands.take_front(2)) {
      scale *= getScale(operand); // N17
      Value factor =
          requantize(builder, op->getLoc(), operand,
                     getInt32Type(op->getContext(), getScale(operand)));
      factors.push_back(reinterpret(builder, op->getLoc(), factor, i32));
    }
    factors.push_back(operands[2]);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Operation *product = cloneQuantized(
        builder, op, factors, cast<RankedTensorType>(type.clone(i32)));
    return reinterpret(builder, op->getLoc(), product->getResult(0),
                       getInt32Type(op->getContext(), scale));
  }
};

template <typename... OpTys>
void attach(MLIRContext &context) {
  (OpTys::template attachInterface<CommonScaleModel<OpTys>>(context), ...);
}

} // namespace

void ptq::attachArithmeticModels(MLIRContext &context) {
  using namespace tosa;
  attach<AddOp, EqualOp, GreaterEqualOp, GreaterOp, MaximumOp, MinimumOp,
         SubOp>(context);
  MulOp::attachInterface<MulModel>(context);
}
