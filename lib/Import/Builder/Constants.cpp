//===- Constants.cpp - Constants of networks being built ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

#include <cmath>
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace quantc;

/// The largest splat whose elements are listed.
static constexpr int64_t kMaxSplat = int64_t(1) << 24;

/// Bytes per element as files have them, or 0 for other types.
static int64_t getElementBytes(Type element) {
  if (element.isF32() || element.isInteger(32))
    return 4;
  if (element.isInteger(16))
    return 2;
  return element.isInteger(8) || element.isInteger(4) || element.isInteger(1)
             ? 1
             : 0;
}

/// `bytes` as elements of `type`; one byte for each boolean.
static DenseElementsAttr makeElements(RankedTensorType type,
                                      ArrayRef<char> bytes) {
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  SmallVector<bool> flags(bytes.begin(), bytes.end());
  return DenseElementsAttr::get(type, flags);
}

/// One element of `values` after the other, splats written out.
static SmallVector<char, 0> getBytes(DenseElementsAttr values) {
  SmallVector<char, 0> bytes;
  int64_t count = values.getNumElements();
  if (values.getElementType().isInteger(1)) {
    llvm::append_range(bytes, values.getValues<bool>());
    return bytes;
  }
  ArrayRef<char> raw = values.getRawData();
  bytes.reserve(count * getElementBytes(values.getElementType()));
  for (int64_t i = 0; i < (values.isSplat() ? count : 1); ++i)
    llvm::append_range(bytes, raw);
  return bytes;
}

/// Whether the elements of a constant should be written out: splats can be of
/// any size.
static bool isEnumerable(const ConstantSource &source) {
  return source.op && (!source.values.isSplat() ||
                       source.values.getNumElements() <= kMaxSplat);
}

ConstantSource quantc::matchConstant(Value value) {
  ConstantSource source;
  if (!value)
    return source;
  if (auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>()) {
    auto storage = dequantize.getInput().getDefiningOp<quant::StorageCastOp>();
    if (!storage)
      return source;
    source.type = ptq::getQuantizedElement(storage.getType());
    value = storage.getInput();
  }
  source.op = value.getDefiningOp<tosa::ConstOp>();
  if (source.op)
    source.values = dyn_cast<DenseElementsAttr>(source.op.getValues());
  if (!source.values)
    return {};
  return source;
}

std::optional<int64_t> quantc::normalizeAxis(NetworkBuilder &b, int64_t axis,
                                             int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  b.emitError() << "axis " << axis << " of a tensor with " << rank
                << " dimensions";
  return std::nullopt;
}

std::optional<SmallVector<int64_t>>
quantc::normalizeAxes(NetworkBuilder &b, ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    std::optional<int64_t> normalized = normalizeAxis(b, axis, rank);
    if (!normalized)
      return std::nullopt;
    if (llvm::is_contained(result, *normalized)) {
      b.emitError() << "axis " << axis << " is given twice";
      return std::nullopt;
    }
    result.push_back(*normalized);
  }
  llvm::sort(result);
  return result;
}

/// `type`, of a constant of shape `from`, for the constant moved by `move`: of
/// all boxes that hold elements of one block, those that are largest.
static ptq::SubChannelType moveBlocks(ptq::SubChannelType type,
                                      ArrayRef<int64_t> from,
                                      const ConstantMove &move) {
  SmallVector<int64_t> indices = ptq::getBlockIndices(type, from);
  SmallVector<int64_t> moved;
  for (int64_t i = 0, e = ShapedType::getNumElements(move.shape); i < e; ++i)
    moved.push_back(indices[move.source(i)]);
  SmallVector<int64_t> strides = computeStrides(move.shape);
  SmallVector<int64_t> sizes(move.shape);
  for (auto [size, dim, stride] : llvm::zip_equal(sizes, move.shape, strides))
    for (int64_t i = 0, e = moved.size(); i < e; ++i)
      if (int64_t at = i / stride % dim;
          at != 0 && moved[i] != moved[i - stride])
        size = std::gcd(size, at);
  SmallVector<float> scales;
  SmallVector<int64_t> zeroPoints;
  auto allScales = type.getScales().getValues<float>();
  auto allZeroPoints = type.getZeroPoints().getValues<APInt>();
  for (int64_t i = 0, e = moved.size(); i < e; ++i) {
    bool isFirst = true;
    for (auto [size, dim, stride] : llvm::zip_equal(sizes, move.shape, strides))
      isFirst &= i / stride % dim % size == 0;
    if (!isFirst)
      continue;
    scales.push_back(allScales[moved[i]]);
    zeroPoints.push_back(allZeroPoints[moved[i]].getSExtValue());
  }
  return ptq::getSubChannelType(cast<IntegerType>(type.getStorageType()),
                                move.shape, sizes, scales, zeroPoints);
}

/// The type of `source` moved by `move`, whose size along the dimension with
/// scales may be smaller than before. Null if that dimension is gone.
static quant::QuantizedType moveType(const ConstantSource &source,
                                     const ConstantMove &move) {
  quant::QuantizedType type = source.type;
  if (auto blocks = dyn_cast<ptq::SubChannelType>(type))
    return moveBlocks(blocks, source.values.getType().getShape(), move);
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis)
    return type;
  std::optional<int64_t> axis = move.mapAxis(perAxis.getQuantizedDimension());
  if (!axis)
    return {};
  int64_t size = move.shape[*axis];
  return quant::UniformQuantizedPerAxisType::get(
      type.getFlags(), type.getStorageType(), type.getExpressedType(),
      perAxis.getScales().slice(move.axisBegin, size),
      perAxis.getZeroPoints().slice(move.axisBegin, size), *axis,
      type.getStorageTypeMin(), type.getStorageTypeMax());
}

Value quantc::dequantizeStorage(NetworkBuilder &b, Value storage,
                                quant::QuantizedType type) {
  if (!storage)
    return {};
  ArrayRef<int64_t> shape = b.shapeOf(storage);
  return b.create<quant::DequantizeCastOp>(
      shape, b.getF32Type(),
      b.create<quant::StorageCastOp>(shape, type, storage));
}

Value quantc::moveConstant(NetworkBuilder &b, Value x,
                           const ConstantMove &move) {
  ConstantSource source = matchConstant(x);
  if (!source.op)
    return {};
  quant::QuantizedType type =
      source.type ? moveType(source, move) : source.type;
  if (source.type && !type)
    return {};
  Type element = source.values.getElementType();
  RankedTensorType result = b.getType(move.shape, element);
  if (!result)
    return {};
  DenseElementsAttr values;
  if (source.values.isSplat()) {
    values = source.values.resizeSplat(result);
  } else {
    SmallVector<char, 0> from = getBytes(source.values);
    int64_t width = getElementBytes(element);
    SmallVector<char, 0> to(result.getNumElements() * width);
    for (int64_t i = 0, e = result.getNumElements(); i < e; ++i)
      std::memcpy(&to[i * width], &from[move.source(i) * width], width);
    values = makeElements(result, to);
  }
  Value constant = b.create<tosa::ConstOp>(move.shape, element, values);
  // The elements keep the tensor's name, wherever they are.
  constant.getDefiningOp()->setLoc(source.op.getLoc());
  return type ? dequantizeStorage(b, constant, type) : constant;
}

//===----------------------------------------------------------------------===//
// NetworkBuilder
//===----------------------------------------------------------------------===//

Value NetworkBuilder::constant(RankedTensorType type, ArrayRef<char> bytes) {
  if (!type)
    return {};
  int64_t width = getElementBytes(type.getElementType());
  if (width == 0) {
    emitError() << "a constant of " << type.getElementType()
                << "; constants have f32, i32, i16, i8 or i1";
    return {};
  }
  int64_t expected = type.getNumElements() * width;
  if (int64_t(bytes.size()) != expected) {
    emitError() << "a constant of " << type << " has " << bytes.size()
                << " bytes; it needs " << expected;
    return {};
  }
  return create<tosa::ConstOp>(type.getShape(), type.getElementType(),
                               makeElements(type, bytes));
}

template <typename T>
static ArrayRef<char> asBytes(ArrayRef<T> values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(T)};
}

Value NetworkBuilder::constant(ArrayRef<int64_t> shape,
                               ArrayRef<float> values) {
  return constant(getType(shape, getF32Type()), asBytes(values));
}

Value NetworkBuilder::constant(ArrayRef<int64_t> shape,
                               ArrayRef<int32_t> values) {
  return constant(getType(shape, getI32Type()), asBytes(values));
}

Value NetworkBuilder::scalar(float value) {
  return constant(ArrayRef<int64_t>(), ArrayRef<float>(value));
}

Value NetworkBuilder::scalar(int32_t value) {
  return constant(ArrayRef<int64_t>(), ArrayRef<int32_t>(value));
}

Value NetworkBuilder::splat(RankedTensorType type, double value) {
  if (!type)
    return {};
  Type element = type.getElementType();
  Attribute attribute;
  if (isa<FloatType>(element)) {
    attribute = builder.getFloatAttr(element, value);
  } else {
    double limit = std::ldexp(1.0, element.getIntOrFloatBitWidth() - 1);
    if (element.isInteger(1))
      attribute = builder.getBoolAttr(value != 0);
    else if (value >= -limit && value < limit)
      attribute = builder.getIntegerAttr(element, int64_t(value));
  }
  if (!attribute) {
    emitError() << "the value " << value << " does not fit in " << element;
    return {};
  }
  return create<tosa::ConstOp>(type.getShape(), element,
                               DenseElementsAttr::get(type, attribute));
}

std::optional<SmallVector<int64_t>> NetworkBuilder::getIntegers(Value value) {
  ConstantSource source = matchConstant(value);
  if (!source.op || source.type || !source.values.getElementType().isInteger())
    return std::nullopt;
  bool isBool = source.values.getElementType().isInteger(1);
  return llvm::map_to_vector(source.values.getValues<APInt>(),
                             [&](const APInt &element) {
                               return isBool ? int64_t(element.getZExtValue())
                                             : element.getSExtValue();
                             });
}

/// The reals that the integers of `source` stand for.
static SmallVector<float> getReals(const ConstantSource &source) {
  if (auto blocks = dyn_cast<ptq::SubChannelType>(source.type))
    return ptq::BlockConstant{blocks, source.values}.getReals();
  ArrayRef<int64_t> shape = source.values.getType().getShape();
  int64_t inner = source.values.getNumElements(), size = 1;
  if (auto perAxis =
          dyn_cast<quant::UniformQuantizedPerAxisType>(source.type)) {
    int32_t axis = perAxis.getQuantizedDimension();
    inner = ShapedType::getNumElements(shape.drop_front(axis + 1));
    size = shape[axis];
  }
  SmallVector<float> reals;
  for (auto [i, q] : llvm::enumerate(source.values.getValues<APInt>()))
    reals.push_back(float(quantc::dequantize(
        q.getSExtValue(),
        ptq::getAffineParams(source.type, int64_t(i) / inner % size))));
  return reals;
}

std::optional<SmallVector<float>> NetworkBuilder::getFloats(Value value) {
  ConstantSource source = matchConstant(value);
  if (!isEnumerable(source))
    return std::nullopt;
  if (source.type)
    return getReals(source);
  if (!source.values.getElementType().isF32())
    return std::nullopt;
  return llvm::to_vector(source.values.getValues<float>());
}

bool NetworkBuilder::isConstant(Value value) {
  return matchConstant(value).op != nullptr;
}

Value NetworkBuilder::shapeConstant(ArrayRef<int64_t> sizes) {
  ImplicitLocOpBuilder b(loc, builder);
  return tosa::getTosaConstShape(b, sizes);
}

Value NetworkBuilder::operandConstant(int64_t value, Type element) {
  return splat(RankedTensorType::get({1}, element), double(value));
}
