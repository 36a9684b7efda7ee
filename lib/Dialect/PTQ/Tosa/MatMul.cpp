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
/// layer). Otherwise both operands are activations. Rows of int16 give sums of
/// 48 bits, which are requantized here as there is no quantized type for them.
///
//===----------------------------------------------------------------------===//

#include "DynamicRange.h"
#include "Models.h"
#include "quantc/Dialect/PTQ/IR/ExactQuotients.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

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
      return {{2}, 1, 2, {{}}};
    return {{0, 2}, 1, std::nullopt, std::nullopt};
  }

  bool canReturnAccumulator(Operation *op, SchemeAttr scheme) const {
    return !scheme.isStaticInt16() || feedsClamp(op);
  }

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
    if (sumsIntegers(scheme) &&
        failed(requireScalesAlong(op->getOperand(1),
                                  getWeightLayout(op, 1).scaleAxis, reason)))
      return failure();
    auto lhs = cast<ShapedType>(op->getOperand(0).getType());
    return requireSum(lhs.getDimSize(2), scheme, reason);
  }

  /// TOSA takes no matmul of a tensor with one scale and one with a scale per
  /// column, so it works on plain integers.
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType,
                                  SchemeAttr scheme, Contract contract) const {
    if (scheme.isDynamic())
      return quantizeDynamic(op, builder, operands, scheme);
    auto lhsType = dyn_cast<quant::UniformQuantizedType>(
        getQuantizedElement(operands[0].getType()));
    quant::QuantizedType rhsType = getQuantizedElement(operands[1].getType());
    unsigned width = getStorageWidth(operands[0]);
    if (!lhsType || width > 16 || getStorageWidth(operands[1]) > width)
      return failure();
    std::string reason;
    if (failed(requireScalesAlong(operands[1], getWeightLayout(op, 1).scaleAxis,
                                  reason)))
      return failure();

    Location loc = op->getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    SmallVector<double> scales =
        getScales(lhsType, rhsType, type.getDimSize(2), contract);
    Value lhs =
        reinterpret(builder, loc, operands[0], lhsType.getStorageType());
    Value rhs =
        reinterpret(builder, loc, operands[1], rhsType.getStorageType());
    if (width == 16) {
      quant::UniformQuantizedType element = getFinalType(op, resultType);
      if (!element || getAffineParams(rhsType, 0).zeroPoint != 0)
        return failure();
      FailureOr<Value> result =
          requantizeSums(builder, loc, multiplyInt16(op, builder, lhs, rhs),
                         scales, element, contract);
      // Sums of 48 bits are not reshaped in TOSA.
      if (failed(result) ||
          cast<RankedTensorType>(result->getType()).getRank() == type.getRank())
        return result;
      ImplicitLocOpBuilder b(loc, builder);
      return tosa::ReshapeOp::create(
                 b, type.clone(getElementTypeOrSelf(*result)), *result,
                 tosa::getTosaConstShape(b, type.getShape()))
          .getResult();
    }
    Operation *copy = cloneQuantized(
        builder, op,
        {lhs, rhs, createZeroPoint(builder, loc, operands[0]),
         createZeroPoint(builder, loc, operands[1])},
        cast<RankedTensorType>(type.clone(builder.getI32Type())));
    return reinterpret(builder, loc, copy->getResult(0),
                       getAccumulator(rhsType, scales));
  }

private:
  /// TOSA multiplies matrices of int16 with such only. Weights of int8 are
  /// those of a convolution, or are widened if each batch has its own.
  static Value multiplyInt16(Operation *op, OpBuilder &builder, Value lhs,
                             Value rhs) {
    Location loc = op->getLoc();
    Type i16 = builder.getIntegerType(16);
    Type sum = builder.getIntegerType(kWideSumBits);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    auto rhsType = cast<RankedTensorType>(rhs.getType());
    DenseElementsAttr weights = getConstantSource(rhs);
    if (rhsType.getElementType().isInteger(8) && weights) {
      if (rhsType.getDimSize(0) == 1)
        return convolve(builder, loc, lhs, weights, type.clone(sum));
      auto wide = rhsType.clone(i16);
      rhs = tosa::ConstOp::create(
          builder, loc, wide,
          DenseElementsAttr::get(
              wide,
              llvm::map_to_vector(weights.getValues<APInt>(),
                                  [](const APInt &w) { return w.sext(16); })));
    }
    Value zero = createScalar(builder, loc, 0, i16);
    return cloneQuantized(builder, op, {lhs, rhs, zero, zero},
                          cast<RankedTensorType>(type.clone(sum)))
        ->getResult(0);
  }

  /// The rows of `lhs` as pixels, the columns of `weights` as output channels:
  /// sums of the shape [1, 1, rows, columns].
  static Value convolve(OpBuilder &builder, Location loc, Value lhs,
                        DenseElementsAttr weights, RankedTensorType type) {
    int64_t rows = type.getDimSize(1), columns = type.getDimSize(2);
    int64_t depth = cast<ShapedType>(lhs.getType()).getDimSize(2);
    ImplicitLocOpBuilder b(loc, builder);
    auto reshape = [&](Value value, ArrayRef<int64_t> shape) -> Value {
      return tosa::ReshapeOp::create(
          b, cast<RankedTensorType>(value.getType()).clone(shape), value,
          tosa::getTosaConstShape(b, shape));
    };
    SmallVector<APInt> filters;
    auto values = weights.getValues<APInt>();
    for (int64_t column = 0; column < columns; ++column)
      for (int64_t k = 0; k < depth; ++k)
        filters.push_back(values[k * columns + column]);
    auto filterType =
        RankedTensorType::get({columns, 1, 1, depth}, b.getI8Type());
    auto biasType = RankedTensorType::get({columns}, type.getElementType());
    auto constant = [&](RankedTensorType type, ArrayRef<APInt> integers) {
      return tosa::ConstOp::create(b, type,
                                   DenseElementsAttr::get(type, integers));
    };
    Value sums = tosa::Conv2DOp::create(
        b, type.clone({1, 1, rows, columns}), reshape(lhs, {1, 1, rows, depth}),
        constant(filterType, filters),
        constant(biasType, APInt(kWideSumBits, 0)),
        createScalar(b, loc, 0, b.getIntegerType(16)),
        createScalar(b, loc, 0, b.getI8Type()),
        b.getDenseI64ArrayAttr({0, 0, 0, 0}), b.getDenseI64ArrayAttr({1, 1}),
        b.getDenseI64ArrayAttr({1, 1}), TypeAttr::get(type.getElementType()));
    return sums;
  }

  /// A row is a row of the left-hand side.
  static Value quantizeDynamic(Operation *op, OpBuilder &builder,
                               ValueRange operands, SchemeAttr scheme) {
    Location loc = op->getLoc();
    Value weight = operands[1];
    bool perRow = scheme.getActivationScales() == Granularity::Row;
    DynamicTensor rows = quantizeAtRunTime(
        builder, loc, operands[0],
        perRow ? ArrayRef<int32_t>{2} : ArrayRef<int32_t>{0, 1, 2},
        scheme.getSymmetry(), op->hasAttr(kExactQuotientsAttr));
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

  /// The scales of the products, one for each column.
  static SmallVector<double> getScales(quant::UniformQuantizedType lhs,
                                       quant::QuantizedType rhs,
                                       int64_t columns, Contract contract) {
    SmallVector<double> scales = getChannelScales(rhs, columns);
    for (double &scale : scales) {
      scale *= lhs.getScale();
      // N45: BATCH_MATMUL's product is one of float32.
      if (getKernelContract(contract, lhs.getStorageTypeIntegralWidth()) ==
              Contract::TFLM &&
          isa<quant::UniformQuantizedType>(rhs))
        scale = static_cast<float>(scale);
    }
    return scales;
  }

  static Type getAccumulator(quant::QuantizedType rhs,
                             ArrayRef<double> scales) {
    if (isa<quant::UniformQuantizedType>(rhs))
      return getInt32Type(rhs.getContext(), scales.front());
    return getInt32Type(rhs.getContext(), scales, /*axis=*/2);
  }
};

} // namespace

void ptq::attachMatMulModel(MLIRContext &context) {
  tosa::MatMulOp::attachInterface<MatMulModel>(context);
}
