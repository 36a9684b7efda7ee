//===- NarrowWeights.cpp - Weights that are widened to f32 -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NarrowWeights.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc::codegen;

/// A reshape keeps the order of elements.
static Value skipReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    value = reshape.getInput1();
  return value;
}

std::optional<NarrowWeights> NarrowWeights::match(Value weights) {
  NarrowWeights result;
  Value value = skipReshapes(weights);
  if (auto mul = value.getDefiningOp<tosa::MulOp>()) {
    auto type = dyn_cast<RankedTensorType>(mul.getType());
    Value lhs = mul.getInput1(), rhs = mul.getInput2();
    if (matchPattern(lhs, m_Constant()))
      std::swap(lhs, rhs);
    // The weights themselves must not be broadcast.
    if (!type || lhs.getType() != type ||
        !matchPattern(rhs, m_Constant(&result.scales)) ||
        !result.scales.getElementType().isF32() ||
        result.scales.getType().getRank() != type.getRank())
      return std::nullopt;
    result.scaledShape = llvm::to_vector(type.getShape());
    value = skipReshapes(lhs);
  }
  auto cast = value.getDefiningOp<tosa::CastOp>();
  if (!cast || !getElementTypeOrSelf(cast.getType()).isF32() ||
      !matchPattern(skipReshapes(cast.getInput()), m_Constant(&result.stored)))
    return std::nullopt;
  Type element = result.stored.getElementType();
  bool isInteger = element.isInteger(4) || element.isInteger(8);
  if (!isInteger && (!element.isF16() || result.isScaled()))
    return std::nullopt;
  return result;
}

SmallVector<int64_t> NarrowWeights::getStored() const {
  if (getElementType().isF16())
    return llvm::map_to_vector(stored.getValues<APFloat>(),
                               [](const APFloat &value) -> int64_t {
                                 return value.bitcastToAPInt().getZExtValue();
                               });
  return llvm::map_to_vector(stored.getValues<APInt>(), [](const APInt &value) {
    return value.getSExtValue();
  });
}

SmallVector<float> NarrowWeights::getScales() const {
  if (!scales)
    return {};
  auto values = scales.getValues<float>();
  ArrayRef<int64_t> from = scales.getType().getShape();
  SmallVector<int64_t> strides = computeStrides(from);
  for (auto [stride, size] : llvm::zip_equal(strides, from))
    stride = size == 1 ? 0 : stride;
  SmallVector<int64_t> position(scaledShape.size(), 0);
  SmallVector<float> expanded;
  expanded.reserve(stored.getNumElements());
  for (int64_t i = 0; i < stored.getNumElements(); ++i) {
    expanded.push_back(values[linearize(position, strides)]);
    for (int64_t axis = position.size() - 1;
         axis >= 0 && ++position[axis] == scaledShape[axis]; --axis)
      position[axis] = 0;
  }
  return expanded;
}

Value NarrowWeights::reorder(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape,
                             ArrayRef<int64_t> order) const {
  auto floats = RankedTensorType::get(shape, b.getF32Type());
  auto narrow = floats.clone(getElementType());
  SmallVector<int64_t> values = getStored();
  unsigned bits = getElementType().getIntOrFloatBitWidth();
  SmallVector<APInt> reordered;
  reordered.reserve(order.size());
  for (int64_t from : order)
    reordered.push_back(APInt(bits, from < 0 ? 0 : values[from],
                              /*isSigned=*/true, /*implicitTrunc=*/true));
  auto integers = narrow.clone(b.getIntegerType(bits));
  DenseElementsAttr attr =
      DenseElementsAttr::get(integers, reordered).bitcast(getElementType());
  Value cast =
      tosa::CastOp::create(b, floats, tosa::ConstOp::create(b, narrow, attr));
  if (!isScaled())
    return cast;
  SmallVector<float> all = getScales();
  auto scaleOf = [&](int64_t from) { return all[from < 0 ? ~from : from]; };
  auto scale = DenseElementsAttr::get(
      floats, ArrayRef<float>(llvm::map_to_vector(order, scaleOf)));
  auto zero = DenseElementsAttr::get(RankedTensorType::get({1}, b.getI8Type()),
                                     int8_t(0));
  return tosa::MulOp::create(b, floats, cast,
                             tosa::ConstOp::create(b, floats, scale),
                             tosa::ConstOp::create(b, zero.getType(), zero));
}
