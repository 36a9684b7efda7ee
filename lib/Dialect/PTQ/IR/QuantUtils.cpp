//===- QuantUtils.cpp - Building quantized tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"
#include "quantc/Numerics/ReferenceKernels.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

bool ptq::isFloatTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isF32();
}

quant::QuantizedType ptq::getQuantizedElement(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast<quant::QuantizedType>(tensor.getElementType())
                : quant::QuantizedType();
}

unsigned ptq::getStorageWidth(Value value) {
  quant::QuantizedType type = getQuantizedElement(value.getType());
  return type ? type.getStorageTypeIntegralWidth() : 0;
}

/// The zero point represents 0 (N4), so it has to be a value of the storage.
static LogicalResult
verifyZeroPoints(quant::QuantizedType type, ArrayRef<int64_t> zeroPoints,
                 function_ref<InFlightDiagnostic()> emitError) {
  for (int64_t zeroPoint : zeroPoints)
    if (zeroPoint < type.getStorageTypeMin() ||
        zeroPoint > type.getStorageTypeMax())
      return emitError() << "has zero point " << zeroPoint
                         << ", which is not a storage value of " << type
                         << " (from " << type.getStorageTypeMin() << " to "
                         << type.getStorageTypeMax() << ")";
  return success();
}

LogicalResult
ptq::verifyQuantizedType(Type type, ArrayRef<int64_t> shape,
                         function_ref<InFlightDiagnostic()> emitError) {
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type))
    return verifyZeroPoints(uniform, uniform.getZeroPoint(), emitError);
  if (auto blocks = dyn_cast<SubChannelType>(type))
    return verifySubChannelType(blocks, shape, emitError);
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis)
    return emitError() << "expects !quant.uniform with a scale per tensor or "
                          "per axis, but got "
                       << type;
  int64_t axis = perAxis.getQuantizedDimension();
  int64_t scales = perAxis.getScales().size();
  if (axis >= int64_t(shape.size()))
    return emitError() << "has quantized axis " << axis << ", but rank "
                       << shape.size();
  if (ShapedType::isStatic(shape[axis]) && shape[axis] != scales)
    return emitError() << "has " << scales << " scales for " << shape[axis]
                       << " positions along axis " << axis;
  return verifyZeroPoints(perAxis, perAxis.getZeroPoints(), emitError);
}

AffineParams ptq::getAffineParams(quant::UniformQuantizedType type) {
  return {type.getScale(),
          type.getZeroPoint(),
          {type.getStorageTypeMin(), type.getStorageTypeMax()}};
}

AffineParams ptq::getAffineParams(quant::QuantizedType type, int64_t channel) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return {perAxis.getScales()[channel],
            perAxis.getZeroPoints()[channel],
            {type.getStorageTypeMin(), type.getStorageTypeMax()}};
  return getAffineParams(cast<quant::UniformQuantizedType>(type));
}

std::optional<int64_t> ptq::getQuantizedAxis(Type type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return perAxis.getQuantizedDimension();
  return std::nullopt;
}

std::optional<int64_t> ptq::mapReshapedAxis(ArrayRef<int64_t> from,
                                            ArrayRef<int64_t> to,
                                            int64_t axis) {
  int64_t before = ShapedType::getNumElements(from.take_front(axis));
  int64_t size = 1;
  for (auto [i, dim] : llvm::enumerate(to)) {
    if (size == before && dim == from[axis])
      return i;
    size *= dim;
  }
  return std::nullopt;
}

quant::UniformQuantizedType ptq::getUniformType(MLIRContext *context,
                                                const AffineParams &params,
                                                unsigned width) {
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, IntegerType::get(context, width),
      Float32Type::get(context), params.scale, params.zeroPoint,
      params.storage.min, params.storage.max);
}

quant::UniformQuantizedPerAxisType
ptq::getPerAxisType(MLIRContext *context, ArrayRef<double> scales, int64_t axis,
                    StorageRange storage, unsigned width) {
  SmallVector<int64_t> zeroPoints(scales.size(), 0);
  return quant::UniformQuantizedPerAxisType::get(
      quant::QuantizationFlags::Signed, IntegerType::get(context, width),
      Float32Type::get(context), scales, zeroPoints, axis, storage.min,
      storage.max);
}

SmallVector<double> ptq::getChannelScales(quant::QuantizedType type,
                                          int64_t channels) {
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type))
    return SmallVector<double>(channels, uniform.getScale());
  ArrayRef<double> scales =
      cast<quant::UniformQuantizedPerAxisType>(type).getScales();
  SmallVector<double> result;
  for (int64_t c = 0; c < channels; ++c)
    result.push_back(scales[c * scales.size() / channels]);
  return result;
}

DenseElementsAttr ptq::getConstantSource(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    DenseElementsAttr constant;
    if (matchPattern(op, m_Constant(&constant)))
      return constant;
    if (!isa<FakeQuantOp, quant::QuantizeCastOp, quant::DequantizeCastOp,
             quant::StorageCastOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

SmallVector<double> ptq::getConstantReals(Value value) {
  SmallVector<double> reals;
  DenseElementsAttr constant = getConstantSource(value);
  if (!constant)
    return reals;
  if (isa<FloatType>(constant.getElementType())) {
    for (APFloat real : constant.getValues<APFloat>())
      reals.push_back(real.convertToDouble());
    return reals;
  }
  auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>();
  if (!dequantize)
    return reals;
  auto type = dyn_cast<quant::UniformQuantizedType>(
      getElementTypeOrSelf(dequantize.getInput()));
  if (!type)
    return reals;
  for (APInt integer : constant.getValues<APInt>())
    reals.push_back(
        quantc::dequantize(integer.getSExtValue(), getAffineParams(type)));
  return reals;
}

quant::UniformQuantizedType ptq::getInt32Type(MLIRContext *context,
                                              double scale) {
  Builder b(context);
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, b.getI32Type(), b.getF32Type(), scale,
      /*zeroPoint=*/0, kInt32Bias.min, kInt32Bias.max);
}

quant::UniformQuantizedPerAxisType
ptq::getInt32Type(MLIRContext *context, ArrayRef<double> scales, int32_t axis) {
  Builder b(context);
  return quant::UniformQuantizedPerAxisType::get(
      quant::QuantizationFlags::Signed, b.getI32Type(), b.getF32Type(), scales,
      SmallVector<int64_t>(scales.size(), 0), axis, kInt32Bias.min,
      kInt32Bias.max);
}

static RankedTensorType withElement(Value value, Type element) {
  return cast<RankedTensorType>(
      cast<RankedTensorType>(value.getType()).clone(element));
}

Value ptq::requantize(OpBuilder &builder, Location loc, Value value,
                      Type element) {
  RankedTensorType type = withElement(value, element);
  if (value.getType() == type)
    return value;
  return RequantizeOp::create(builder, loc, type, value);
}

Value ptq::reinterpret(OpBuilder &builder, Location loc, Value value,
                       Type element) {
  if (getElementTypeOrSelf(value) == element)
    return value;
  auto cast = value.getDefiningOp<quant::StorageCastOp>();
  // A cast with a name says what the integers of that tensor stand for.
  if (cast && !cast->hasAttr(kNameAttr) &&
      getElementTypeOrSelf(cast.getInput()) == element)
    return cast.getInput();
  if (auto source = getQuantizedElement(value.getType()))
    value = quant::StorageCastOp::create(
        builder, loc, withElement(value, source.getStorageType()), value);
  if (isa<quant::QuantizedType>(element))
    value = quant::StorageCastOp::create(builder, loc,
                                         withElement(value, element), value);
  assert(getElementTypeOrSelf(value) == element && "storage types differ");
  return value;
}

Value ptq::createScalar(OpBuilder &builder, Location loc, int64_t value,
                        Type integer) {
  auto type = RankedTensorType::get({1}, integer);
  auto attr = DenseElementsAttr::get(
      type, builder.getIntegerAttr(integer, value).getValue());
  return tosa::ConstOp::create(builder, loc, type, attr);
}

Value ptq::createZeroPoint(OpBuilder &builder, Location loc, Value quantized) {
  quant::QuantizedType element = getQuantizedElement(quantized.getType());
  return createScalar(builder, loc, getAffineParams(element, 0).zeroPoint,
                      element.getStorageType());
}

static Value reshape(OpBuilder &builder, Location loc, Value value,
                     ArrayRef<int64_t> shape) {
  ImplicitLocOpBuilder b(loc, builder);
  auto type = cast<RankedTensorType>(value.getType());
  return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                 tosa::getTosaConstShape(b, shape));
}

Value ptq::buildLookup(OpBuilder &builder, Location loc,
                       DenseElementsAttr table, Value indices) {
  auto type = cast<RankedTensorType>(indices.getType());
  int64_t count = type.getNumElements();
  auto tableType = RankedTensorType::get({1, table.getNumElements(), 1},
                                         table.getElementType());
  Value values =
      tosa::ConstOp::create(builder, loc, tableType, table.reshape(tableType));
  Value found = tosa::GatherOp::create(
      builder, loc, tableType.clone({1, count, 1}), values,
      reshape(builder, loc, indices, {1, count}));
  return reshape(builder, loc, found, type.getShape());
}

int64_t ptq::getLargestSumCount(unsigned width) {
  // Integers minus their zero point, which int16 has not.
  return INT32_MAX / (width > 8 ? 1 << 15 : 255);
}

// N18
FailureOr<Value> ptq::buildSum(OpBuilder &builder, Location loc,
                               Value quantized, ArrayRef<int32_t> axes) {
  auto type = dyn_cast<quant::UniformQuantizedType>(
      getQuantizedElement(quantized.getType()));
  if (!type || type.getStorageTypeIntegralWidth() > 16)
    return failure();
  auto tensor = cast<RankedTensorType>(quantized.getType());
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t count = 1;
  for (int32_t axis : axes)
    count *= shape[axis];
  if (count > getLargestSumCount(type.getStorageTypeIntegralWidth()))
    return failure();

  auto element = getInt32Type(builder.getContext(), type.getScale());
  Value sum = requantize(builder, loc, quantized, element);
  for (int32_t axis : axes) {
    shape[axis] = 1;
    sum = tosa::ReduceSumOp::create(
        builder, loc, RankedTensorType::get(shape, element), sum, axis);
  }
  return sum;
}

/// int8 or int16 with the whole range of values, or null.
static quant::UniformQuantizedType getWholeType(RankedTensorType type) {
  auto element = dyn_cast_or_null<quant::UniformQuantizedType>(
      type ? type.getElementType() : Type());
  unsigned width = element ? element.getStorageTypeIntegralWidth() : 0;
  bool isWhole = (width == 8 || width == 16) &&
                 element.getStorageTypeMin() == llvm::minIntN(width) &&
                 element.getStorageTypeMax() == llvm::maxIntN(width);
  return isWhole ? element : quant::UniformQuantizedType();
}

FailureOr<Value> ptq::buildMean(OpBuilder &builder, Location loc,
                                Value quantized, ArrayRef<int32_t> axes,
                                RankedTensorType resultType,
                                Contract contract) {
  FailureOr<Value> sum = buildSum(builder, loc, quantized, axes);
  if (failed(sum))
    return failure();
  auto from = cast<ShapedType>(quantized.getType());
  auto to = cast<ShapedType>(sum->getType());
  int64_t count = from.getNumElements() / to.getNumElements();
  auto type = cast<quant::UniformQuantizedType>(to.getElementType());
  quant::UniformQuantizedType result = getWholeType(resultType);
  if (result && getKernelContract(contract, getStorageWidth(quantized)) ==
                    Contract::TFLM) {
    // N40: the multiplier is no ratio of scales, so it stands for itself.
    std::optional<FixedPointMultiplier> multiplier =
        deriveMeanMultiplier(type.getScale() / result.getScale(), count);
    if (multiplier) {
      RescaleSpec spec;
      spec.multipliers.push_back(*multiplier);
      spec.outputZeroPoint = result.getZeroPoint();
      spec.rounding = Rounding::Double;
      Value codes = reinterpret(builder, loc, *sum, type.getStorageType());
      codes = buildRescale(builder, loc, codes,
                           cast<IntegerType>(result.getStorageType()), spec);
      return reinterpret(builder, loc, codes, result);
    }
  }
  return reinterpret(
      builder, loc, *sum,
      getInt32Type(builder.getContext(),
                   type.getScale() / static_cast<double>(count)));
}
