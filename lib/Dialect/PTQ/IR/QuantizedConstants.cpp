//===- QuantizedConstants.cpp - Integers of constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/QuantizedConstants.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Numerics/Constants.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

void quantc::ptq::forEachElement(
    ArrayRef<int64_t> shape, std::optional<int64_t> axis,
    llvm::function_ref<void(int64_t, int64_t)> body) {
  int64_t count = ShapedType::getNumElements(shape);
  if (!axis) {
    for (int64_t i = 0; i < count; ++i)
      body(i, 0);
    return;
  }
  int64_t inner = ShapedType::getNumElements(shape.drop_front(*axis + 1));
  for (int64_t i = 0; i < count; ++i)
    body(i, i / inner % shape[*axis]);
}

SmallVector<double> ptq::findMagnitudes(ArrayRef<float> values,
                                        ArrayRef<int64_t> shape,
                                        std::optional<int64_t> axis) {
  SmallVector<double> magnitudes(axis ? shape[*axis] : 1, 0.0);
  forEachElement(shape, axis, [&](int64_t i, int64_t channel) {
    magnitudes[channel] =
        std::max(magnitudes[channel], std::fabs(double(values[i])));
  });
  return magnitudes;
}

quant::QuantizedType ptq::makeSigned(quant::QuantizedType type) {
  if (type.isSigned())
    return type;
  unsigned width = type.getStorageTypeIntegralWidth();
  int64_t half = int64_t(1) << (width - 1);
  auto storage = IntegerType::get(type.getContext(), width);
  int64_t min = type.getStorageTypeMin() - half;
  int64_t max = type.getStorageTypeMax() - half;
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    SmallVector<int64_t> zeroPoints(perAxis.getZeroPoints());
    for (int64_t &zeroPoint : zeroPoints)
      zeroPoint -= half;
    return quant::UniformQuantizedPerAxisType::get(
        quant::QuantizationFlags::Signed, storage, type.getExpressedType(),
        perAxis.getScales(), zeroPoints, perAxis.getQuantizedDimension(), min,
        max);
  }
  auto uniform = cast<quant::UniformQuantizedType>(type);
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, storage, type.getExpressedType(),
      uniform.getScale(), uniform.getZeroPoint() - half, min, max);
}

quant::QuantizedType ptq::withScales(quant::QuantizedType type,
                                     ArrayRef<double> scales) {
  StorageRange storage{type.getStorageTypeMin(), type.getStorageTypeMax()};
  unsigned width = type.getStorageTypeIntegralWidth();
  if (std::optional<int64_t> axis = getQuantizedAxis(type))
    return getPerAxisType(type.getContext(), scales, *axis, storage, width);
  int64_t zeroPoint = cast<quant::UniformQuantizedType>(type).getZeroPoint();
  return getUniformType(type.getContext(), {scales[0], zeroPoint, storage},
                        width);
}

OperandRole ptq::getConstantRole(FakeQuantOp op) {
  for (OpOperand &use : op->getUses()) {
    auto user = dyn_cast<QuantizableOpInterface>(use.getOwner());
    OperandRole role = user ? user.getOperandRole(use.getOperandNumber())
                            : OperandRole::Unquantized;
    if (role != OperandRole::Unquantized)
      return role;
  }
  return OperandRole::Activation;
}

int64_t ptq::quantizeElement(float value, const AffineParams &params,
                             double magnitude, OperandRole role) {
  // Weights of a network that was quantized elsewhere may have any type.
  bool symmetric =
      params.zeroPoint == 0 && params.storage.min == -params.storage.max;
  if (role == OperandRole::Weight && symmetric)
    return quantizeWeight(value, params.scale, magnitude,
                          params.storage); // N7
  if (role == OperandRole::Bias && params.zeroPoint == 0)
    return quantizeBias(value, params.scale); // N8
  return quantize(value, params);
}

DenseElementsAttr ptq::quantizeElements(ArrayRef<float> values,
                                        RankedTensorType storageType,
                                        quant::QuantizedType type,
                                        OperandRole role) {
  unsigned width = type.getStorageTypeIntegralWidth();
  SmallVector<APInt> integers(values.size(), APInt(width, 0));
  std::optional<int64_t> axis = getQuantizedAxis(type);
  SmallVector<double> magnitudes =
      findMagnitudes(values, storageType.getShape(), axis);
  forEachElement(storageType.getShape(), axis, [&](int64_t i, int64_t channel) {
    int64_t q = quantizeElement(values[i], getAffineParams(type, channel),
                                magnitudes[channel], role);
    integers[i] = APInt(width, q, /*isSigned=*/true);
  });
  return DenseElementsAttr::get(storageType, integers);
}

SmallVector<float> ptq::roundElements(ArrayRef<float> values,
                                      ArrayRef<int64_t> shape,
                                      quant::QuantizedType type,
                                      OperandRole role) {
  type = makeSigned(type);
  std::optional<int64_t> axis = getQuantizedAxis(type);
  SmallVector<double> magnitudes = findMagnitudes(values, shape, axis);
  SmallVector<float> reals(values.size());
  forEachElement(shape, axis, [&](int64_t i, int64_t channel) {
    AffineParams params = getAffineParams(type, channel);
    reals[i] = dequantize(
        quantizeElement(values[i], params, magnitudes[channel], role), params);
  });
  return reals;
}
