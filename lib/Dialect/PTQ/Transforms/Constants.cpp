//===- Constants.cpp - Reading and making constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc::ptq;

static Value lookThroughFakeQuant(Value value) {
  while (auto fakeQuant = value.getDefiningOp<FakeQuantOp>())
    value = fakeQuant.getInput();
  return value;
}

bool quantc::ptq::isConstant(Value value) {
  return getConstantSource(value) ||
         matchPattern(lookThroughFakeQuant(value), m_Constant());
}

std::optional<SmallVector<float>> quantc::ptq::getFloats(Attribute attribute) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    auto floats = dyn_cast<DenseF32ResourceElementsAttr>(attribute);
    if (!floats)
      return std::nullopt;
    std::optional<ArrayRef<float>> data = floats.tryGetAsArrayRef();
    if (!data)
      return std::nullopt;
    return SmallVector<float>(data->begin(), data->end());
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense || !dense.getElementType().isF32())
    return std::nullopt;
  auto values = dense.getValues<float>();
  return SmallVector<float>(values.begin(), values.end());
}

std::optional<SmallVector<float>> quantc::ptq::getFloats(Value value) {
  Attribute attribute;
  value = lookThroughFakeQuant(value);
  if (std::optional<BlockConstant> blocks = BlockConstant::match(value))
    return blocks->getReals();
  if (!matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  return getFloats(attribute);
}

Value quantc::ptq::createFloatConstant(OpBuilder &builder, Location loc,
                                       RankedTensorType type,
                                       ArrayRef<float> values) {
  return tosa::ConstOp::create(builder, loc, type,
                               DenseElementsAttr::get(type, values));
}

Value quantc::ptq::createFloatConstantLike(OpBuilder &builder, Value old,
                                           RankedTensorType type,
                                           ArrayRef<float> values) {
  Value constant = createFloatConstant(builder, old.getLoc(), type, values);
  if (StringRef name = getTensorName(old); !name.empty())
    constant.getDefiningOp()->setAttr(kNameAttr, builder.getStringAttr(name));
  return constant;
}
