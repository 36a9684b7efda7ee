//===- Models.cpp - Families of quantizable TOSA ops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "quantc/Dialect/PTQ/Tosa/QuantizableModels.h"

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

void ptq::registerTosaQuantizableModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tosa::TosaDialect *) {
    attachArithmeticModels(*context);
    attachCastModel(*context);
    attachClampModel(*context);
    attachConvolutionModels(*context);
    attachDataMovementModels(*context);
    attachLayoutModels(*context);
    attachMatMulModel(*context);
    attachReductionModels(*context);
    attachResizeModel(*context);
    attachUnaryModels(*context);
  });
  registry.addExtension(+[](MLIRContext *context, quant::QuantDialect *) {
    attachCastLayoutModels(*context);
  });
}

LogicalResult ptq::requireFloat32(Operation *op, std::string &reason) {
  auto isOtherFloat = [](Type type) {
    Type element = getElementTypeOrSelf(type);
    return isa<FloatType>(element) && !element.isF32();
  };
  if (llvm::none_of(op->getOperandTypes(), isOtherFloat) &&
      llvm::none_of(op->getResultTypes(), isOtherFloat))
    return success();
  reason = "only 32-bit floats are quantized; convert the network to f32";
  return failure();
}

LogicalResult ptq::requireSum(int64_t products, SchemeAttr scheme,
                              std::string &reason) {
  // 255 * 255 for two activations; weights with a bias of 2^30 allow a few
  // more.
  constexpr int64_t kLargestProduct = 255 * 255;
  // 2^30 for two activations of int16, beside a bias of 2^46.
  constexpr int64_t kMostWideProducts = 1 << 16;
  bool isWide = scheme.isStaticInt16();
  if (products <= (isWide ? kMostWideProducts : INT32_MAX / kLargestProduct))
    return success();
  reason = "its sums of " + std::to_string(products) +
           " products may overflow " + (isWide ? "48 bits" : "int32") +
           "; split it into smaller ones";
  return failure();
}

/// The type of a quantized tensor, or of one that ptq.fake_quant or quant.dcast
/// makes; null if there is none yet.
static quant::QuantizedType findParameters(Value value) {
  if (auto fakeQuant = value.getDefiningOp<FakeQuantOp>())
    return dyn_cast<quant::QuantizedType>(fakeQuant.getQuantizedType());
  if (auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>())
    value = dequantize.getInput();
  return getQuantizedElement(value.getType());
}

LogicalResult ptq::requireScalesAlong(Value weight, std::optional<int64_t> axis,
                                      std::string &reason) {
  auto perAxis = dyn_cast_or_null<quant::UniformQuantizedPerAxisType>(
      findParameters(weight));
  if (!perAxis)
    return success();
  if (axis != perAxis.getQuantizedDimension())
    reason = "its weights have scales along another dimension than that of "
             "the output channels, so that its products cannot be summed as "
             "integers; quantize them per output channel or per tensor";
  else if (!llvm::all_equal(perAxis.getZeroPoints()))
    reason = "its weights have zero points that differ between channels and "
             "too much to be taken from 8-bit weights beforehand; quantize "
             "them symmetrically, or with one zero point";
  else
    return success();
  return failure();
}

bool ptq::feedsClamp(Operation *op) {
  Value result = op->getResult(0);
  return result.hasOneUse() && isa<tosa::ClampOp>(*result.user_begin());
}

quant::UniformQuantizedType ptq::getFinalType(Operation *op,
                                              RankedTensorType resultType) {
  if (!resultType && feedsClamp(op))
    for (Operation *user : op->getResult(0).user_begin()->getUsers())
      if (auto quantize = dyn_cast<quant::QuantizeCastOp>(user))
        resultType = cast<RankedTensorType>(quantize.getType());
  return resultType ? dyn_cast<quant::UniformQuantizedType>(
                          resultType.getElementType())
                    : quant::UniformQuantizedType();
}

Operation *ptq::cloneQuantized(OpBuilder &builder, Operation *op,
                               ValueRange operands, RankedTensorType result) {
  Operation *copy = clone(builder, op, result, operands);
  copy->removeDiscardableAttr(kNameAttr);
  return copy;
}
