//===- PTQOps.cpp - Operations of the ptq dialect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc::ptq;

#define GET_OP_CLASSES
#include "quantc/Dialect/PTQ/IR/PTQ.cpp.inc"

//===----------------------------------------------------------------------===//
// ObserveOp
//===----------------------------------------------------------------------===//

LogicalResult ObserveOp::verify() {
  if (getName().empty())
    return emitOpError("expects a name that is not empty");
  return success();
}

//===----------------------------------------------------------------------===//
// FakeQuantOp
//===----------------------------------------------------------------------===//

RankedTensorType FakeQuantOp::getQuantizedTensorType() {
  return cast<RankedTensorType>(getType().clone(getQuantizedType()));
}

LogicalResult FakeQuantOp::verify() {
  if (failed(verifyQuantizedType(getQuantizedType(), getType().getShape(),
                                 [&] { return emitOpError(); })))
    return failure();
  Type expressed =
      cast<quant::QuantizedType>(getQuantizedType()).getExpressedType();
  if (expressed != getType().getElementType())
    return emitOpError("expects a quantized type that expresses ")
           << getType().getElementType() << ", but it expresses " << expressed;
  return success();
}

/// Rounding twice to the same values is rounding once.
OpFoldResult FakeQuantOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<FakeQuantOp>();
  if (inner && inner.getQuantizedType() == getQuantizedType())
    return getInput();
  return {};
}

//===----------------------------------------------------------------------===//
// RequantizeOp
//===----------------------------------------------------------------------===//

LogicalResult RequantizeOp::verify() {
  for (Value value : {getInput(), getOutput()}) {
    auto type = cast<RankedTensorType>(value.getType());
    if (failed(verifyQuantizedType(type.getElementType(), type.getShape(),
                                   [&] { return emitOpError(); })))
      return failure();
  }
  auto expressed = [](Value value) {
    return cast<quant::QuantizedType>(getElementTypeOrSelf(value))
        .getExpressedType();
  };
  if (expressed(getInput()) != expressed(getOutput()))
    return emitOpError("expects operand and result to express the same type, "
                       "but got ")
           << expressed(getInput()) << " and " << expressed(getOutput());
  return success();
}

OpFoldResult RequantizeOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput())
                                           : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// SoftmaxOp, MeanOp
//===----------------------------------------------------------------------===//

LogicalResult SoftmaxOp::verify() {
  int64_t rank = getType().getRank();
  int64_t axis = getAxisAttr().getInt();
  if (axis >= 0 && axis < rank)
    return success();
  return emitOpError("has axis ") << axis << ", but rank " << rank;
}

LogicalResult MeanOp::verify() {
  auto inputType = cast<RankedTensorType>(getInput().getType());
  SmallVector<int64_t> expected(inputType.getShape());
  int64_t previous = -1;
  for (int32_t axis : getAxes()) {
    if (axis < 0 || axis >= inputType.getRank())
      return emitOpError("has axis ")
             << axis << ", but rank " << inputType.getRank();
    if (axis <= previous)
      return emitOpError("expects axes in ascending order, each once");
    previous = axis;
    expected[axis] = 1;
  }
  if (getType().getShape() != ArrayRef(expected))
    return emitOpError("expects the result type ")
           << inputType.clone(expected) << ", but got " << getType();
  return success();
}

//===----------------------------------------------------------------------===//
// PointwiseOp
//===----------------------------------------------------------------------===//

bool quantc::ptq::isSplatConstant(Value value) {
  DenseElementsAttr constant;
  return matchPattern(value, m_Constant(&constant)) && constant.isSplat();
}

LogicalResult PointwiseOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != 1 ||
      body.getArgument(0).getType() != getInput().getType())
    return emitOpError("expects a body with one argument of type ")
           << getInput().getType();
  for (Operation &op : body.without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>()) {
      if (!isSplatConstant(op.getResult(0)))
        return op.emitOpError("in 'ptq.pointwise' must be a splat");
    } else if (!isPointwiseOp(&op)) {
      return op.emitOpError(
          "is not a known function of the elements at one position, which "
          "'ptq.pointwise' requires");
    }
  }
  Value result = cast<YieldOp>(body.getTerminator()).getValue();
  if (result.getType() != getType())
    return emitOpError("expects the body to yield ")
           << getType() << ", but it yields " << result.getType();
  return success();
}
