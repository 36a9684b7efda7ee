//===- DataMovement.cpp - Quantizing ops that move values -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Operations that move or select values: their result is made of the operand's
/// int8 values with the operand's parameters. Where several operands are
/// merged, each is requantized to the result's parameters first, which is
/// nothing if propagation has unified them.
///
//===----------------------------------------------------------------------===//

#include "Models.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {

template <typename OpTy>
struct DataMovementModel : SingleResultModel<DataMovementModel<OpTy>, OpTy> {
  /// Float tensors are data; shapes, indices and conditions are not. The
  /// constant that tosa.pad writes is converted in `quantize`.
  OperandRole getOperandRole(Operation *op, unsigned operand) const {
    bool isPadConstant = std::is_same_v<OpTy, tosa::PadOp> && operand == 2;
    return isFloatTensor(op->getOperand(operand).getType()) && !isPadConstant
               ? OperandRole::Activation
               : OperandRole::Unquantized;
  }

  /// A selected value may come from a constant, whose range should not widen
  /// that of the other: select requantizes instead.
  bool requiresSameScale(Operation *) const {
    return !std::is_same_v<OpTy, tosa::SelectOp>;
  }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    if (failed(requireStatic(scheme, reason)) ||
        failed(requireFloat32(op, reason)))
      return failure();
    if (isa<tosa::PadOp>(op) && !getConstantSource(op->getOperand(2))) {
      reason = "its padding value is computed at run time; use a constant";
      return failure();
    }
    return success();
  }

  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType, SchemeAttr,
                                  Contract) const {
    Type element = chooseElement(op, operands, resultType);
    SmallVector<Value> newOperands;
    for (auto [index, operand] : llvm::enumerate(operands))
      newOperands.push_back(
          getOperandRole(op, index) == OperandRole::Activation
              ? requantize(builder, op->getLoc(), operand, element)
              : operand);
    if (isa<tosa::PadOp>(op))
      newOperands[2] = createPadding(builder, op, element);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    return cloneQuantized(builder, op, newOperands,
                          cast<RankedTensorType>(type.clone(element)))
        ->getResult(0);
  }

private:
  /// Merged operands take the result's type; a single one keeps its own.
  Type chooseElement(Operation *op, ValueRange operands,
                     RankedTensorType resultType) const {
    SmallVector<Type> elements;
    for (auto [index, operand] : llvm::enumerate(operands))
      if (getOperandRole(op, index) == OperandRole::Activation)
        elements.push_back(getElementTypeOrSelf(operand));
    if (elements.size() > 1 && resultType)
      return resultType.getElementType();
    return elements.front();
  }

  Value createPadding(OpBuilder &builder, Operation *op, Type element) const {
    auto type = cast<quant::UniformQuantizedType>(element);
    double real = getConstantSource(op->getOperand(2))
                      .template getValues<APFloat>()[0]
                      .convertToDouble();
    Value q = createScalar(builder, op->getLoc(),
                           quantc::quantize(real, getAffineParams(type)),
                           type.getStorageType());
    return reinterpret(builder, op->getLoc(), q, type);
  }
};

template <typename... OpTys>
void attach(MLIRContext &context) {
  (OpTys::template attachInterface<DataMovementModel<OpTys>>(context), ...);
}

} // namespace

void ptq::attachDataMovementModels(MLIRContext &context) {
  using namespace tosa;
  attach<ConcatOp, GatherOp, IdentityOp, MaxPool2dOp, PadOp, ReduceMaxOp,
         ReduceMinOp, ReshapeOp, ReverseOp, ScatterOp, SelectOp, SliceOp,
         TileOp, TransposeOp>(context);
}
