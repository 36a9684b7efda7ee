//===- Quantization.cpp - Networks that are quantized already -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "llvm/Support/JSON.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

/// A scale and a zero point exist for each of these.
static bool checkCounts(NetworkBuilder &b, const QuantizationParams &params,
                        ArrayRef<int64_t> shape) {
  if (params.axis &&
      (*params.axis < 0 || *params.axis >= int64_t(shape.size()))) {
    b.emitError() << "scales along dimension " << *params.axis
                  << " of a tensor with " << shape.size() << " dimensions";
    return false;
  }
  size_t expected = params.axis ? shape[*params.axis] : 1;
  size_t zeroPoints = params.zeroPoints.size();
  if (params.scales.size() == expected &&
      (zeroPoints == 0 || zeroPoints == expected))
    return true;
  b.emitError() << "quantization has " << params.scales.size() << " scales and "
                << zeroPoints << " zero points; it needs " << expected
                << " of each";
  return false;
}

quant::QuantizedType
NetworkBuilder::getQuantizedType(const QuantizationParams &params,
                                 ArrayRef<int64_t> shape) {
  if (params.bits != 4 && params.bits != 8 && params.bits != 16 &&
      params.bits != 32) {
    emitError() << "integers of " << params.bits
                << " bits; 4, 8, 16 and 32 are supported";
    return {};
  }
  if (!checkCounts(*this, params, shape))
    return {};
  int64_t half = int64_t(1) << (params.bits - 1);
  int64_t offset = params.isUnsigned ? half : 0;
  int64_t min = -half + (params.narrowRange ? 1 : 0), max = half - 1;
  SmallVector<int64_t> zeroPoints;
  for (auto [i, scale] : llvm::enumerate(params.scales)) {
    int64_t given = params.zeroPoints.empty() ? 0 : params.zeroPoints[i];
    if (given < -half || given > 2 * half - 1 || given - offset < -half ||
        given - offset > max) {
      emitError() << "zero point " << given << " is no "
                  << (params.isUnsigned ? "unsigned" : "signed")
                  << " integer of " << params.bits << " bits";
      return {};
    }
    if (!(scale > 0) || !std::isfinite(scale)) {
      emitError() << "a quantization scale of " << scale
                  << "; scales are positive and finite";
      return {};
    }
    zeroPoints.push_back(given - offset);
  }
  auto storage = builder.getIntegerType(std::max(params.bits, 8u));
  auto error = [&] { return emitError(); };
  if (params.axis)
    return quant::UniformQuantizedPerAxisType::getChecked(
        error, quant::QuantizationFlags::Signed, storage, getF32Type(),
        params.scales, zeroPoints, *params.axis, min, max);
  return quant::UniformQuantizedType::getChecked(
      error, quant::QuantizationFlags::Signed, storage, getF32Type(),
      params.scales.front(), zeroPoints.front(), min, max);
}

/// Unsigned integers of `bits` bits moved down by half their range. Unless they
/// have 4 bits, which fill no byte, the highest bit changes.
static void makeSigned(MutableArrayRef<char> bytes, unsigned bits) {
  if (bits == 4) {
    for (char &byte : bytes)
      byte = static_cast<char>(byte - 8);
    return;
  }
  unsigned width = bits / 8;
  for (size_t i = width - 1; i < bytes.size(); i += width)
    bytes[i] ^= char(0x80);
}

/// Products of integers know one zero point of weights. Zero points that differ
/// along an axis are taken from the integers where the differences have 8 bits,
/// which is the same numbers; parameters that do not differ are those of the
/// tensor. `storage` holds signed integers of `type`, of `shape`.
static quant::QuantizedType uniteZeroPoints(quant::QuantizedType type,
                                            ArrayRef<int64_t> shape,
                                            MutableArrayRef<char> storage) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis || type.getStorageTypeIntegralWidth() != 8)
    return type;
  ArrayRef<int64_t> zeroPoints = perAxis.getZeroPoints();
  ArrayRef<double> scales = perAxis.getScales();
  MLIRContext *context = type.getContext();
  if (llvm::all_equal(zeroPoints))
    return llvm::all_equal(scales)
               ? ptq::getUniformType(context, ptq::getAffineParams(type, 0))
               : type;
  int32_t axis = perAxis.getQuantizedDimension();
  int64_t inner = ShapedType::getNumElements(shape.drop_front(axis + 1));
  SmallVector<char, 0> moved(storage);
  int64_t lowest = 0;
  for (auto [i, code] : llvm::enumerate(moved)) {
    int64_t difference = static_cast<signed char>(code) -
                         zeroPoints[int64_t(i) / inner % shape[axis]];
    if (!llvm::isInt<8>(difference))
      return type;
    lowest = std::min(lowest, difference);
    code = static_cast<char>(difference);
  }
  llvm::copy(moved, storage.begin());
  StorageRange range{lowest == INT8_MIN ? INT8_MIN : -INT8_MAX, INT8_MAX};
  quant::QuantizedType symmetric =
      ptq::getPerAxisType(context, scales, axis, range);
  return uniteZeroPoints(symmetric, shape, storage);
}

/// A constant with a scale per block. `codes` are the file's integers.
static Value buildBlockConstant(NetworkBuilder &b, ArrayRef<int64_t> shape,
                                ArrayRef<char> codes,
                                const QuantizationParams &params) {
  bool isValid = params.axis && *params.axis >= 0 &&
                 *params.axis < int64_t(shape.size()) && params.block > 0 &&
                 shape[*params.axis] % params.block == 0 &&
                 (params.bits == 4 || params.bits == 8);
  int64_t count = ShapedType::getNumElements(shape);
  size_t blocks = isValid ? count / params.block : 0;
  if (!isValid || params.scales.size() != blocks ||
      (!params.zeroPoints.empty() && params.zeroPoints.size() != blocks) ||
      int64_t(codes.size()) != count) {
    b.emitError() << "has scales or zero points that are not one for each "
                     "block of "
                  << params.block << " elements";
    return {};
  }
  SmallVector<int64_t> sizes(shape.size(), 1);
  sizes[*params.axis] = params.block;
  int64_t offset = params.isUnsigned ? int64_t(1) << (params.bits - 1) : 0;
  SmallVector<float> scales(params.scales.begin(), params.scales.end());
  SmallVector<int64_t> zeroPoints(blocks, 0);
  auto storage = b.getBuilder().getIntegerType(params.bits);
  int64_t low = llvm::minIntN(params.bits), high = llvm::maxIntN(params.bits);
  auto isInteger = [&](int64_t q) { return q >= low && q <= high; };
  for (size_t i = 0; i < blocks; ++i) {
    zeroPoints[i] = params.zeroPoints.empty() ? 0 : params.zeroPoints[i];
    zeroPoints[i] -= offset;
    if (!isInteger(zeroPoints[i]) || !std::isfinite(scales[i])) {
      b.emitError() << "has a scale of " << params.scales[i]
                    << " and the zero point " << zeroPoints[i] + offset
                    << " for a block of integers of " << params.bits << " bits";
      return {};
    }
  }
  // Types have positive scales: (q - z) * s is (~q - ~z) * -s, and what counts
  // nothing is q = z.
  auto type = ptq::getSubChannelType(storage, shape, sizes, scales, zeroPoints);
  SmallVector<int64_t> indices = ptq::getBlockIndices(type, shape);
  SmallVector<char, 0> bytes(codes);
  for (auto [byte, block] : llvm::zip_equal(bytes, indices)) {
    int64_t code =
        (params.isUnsigned ? int64_t(uint8_t(byte)) : int64_t(int8_t(byte))) -
        offset;
    if (!isInteger(code)) {
      b.emitError() << "holds " << code + offset << ", which is no integer of "
                    << params.bits << " bits";
      return {};
    }
    if (scales[block] == 0)
      code = zeroPoints[block];
    byte = char(scales[block] < 0 ? ~code : code);
  }
  for (auto [scale, zero] : llvm::zip_equal(scales, zeroPoints)) {
    zero = scale < 0 ? ~zero : zero;
    scale = scale == 0 ? 1 : std::fabs(scale);
  }
  type = ptq::getSubChannelType(storage, shape, sizes, scales, zeroPoints);
  Value integers = b.constant(b.getType(shape, storage), bytes);
  return dequantizeStorage(b, integers, type);
}

Value NetworkBuilder::quantizedConstant(ArrayRef<int64_t> shape,
                                        ArrayRef<char> bytes,
                                        const QuantizationParams &params) {
  if (params.block != 0)
    return buildBlockConstant(*this, shape, bytes, params);
  quant::QuantizedType type = getQuantizedType(params, shape);
  if (!type)
    return {};
  SmallVector<char, 0> storage(bytes);
  if (params.isUnsigned)
    makeSigned(storage, params.bits);
  type = uniteZeroPoints(type, shape, storage);
  return dequantizeStorage(
      *this, constant(getType(shape, type.getStorageType()), storage), type);
}

/// `x` as quantized elements.
static Value getQuantized(NetworkBuilder &b, Value x,
                          quant::QuantizedType type) {
  if (b.getQuantization(x) == type)
    return x.getDefiningOp()->getOperand(0);
  return b.create<quant::QuantizeCastOp>(b.shapeOf(x), type, x);
}

/// The type for the floats of `x`, or null after an error.
static quant::QuantizedType getTypeFor(NetworkBuilder &b, Value x,
                                       const QuantizationParams &params) {
  if (!x)
    return {};
  if (b.elementOf(x).isF32())
    return b.getQuantizedType(params, b.shapeOf(x));
  b.emitError() << "quantizes a tensor of " << b.elementOf(x);
  return {};
}

Value NetworkBuilder::quantizeDequantize(Value x,
                                         const QuantizationParams &params) {
  quant::QuantizedType type = getTypeFor(*this, x, params);
  if (!type || getQuantization(x) == type)
    return type ? x : Value();
  return create<quant::DequantizeCastOp>(shapeOf(x), getF32Type(),
                                         getQuantized(*this, x, type));
}

Value NetworkBuilder::toStorage(Value x, const QuantizationParams &params) {
  quant::QuantizedType type = x ? getTypeFor(*this, x, params) : nullptr;
  if (!type)
    return {};
  return create<quant::StorageCastOp>(shapeOf(x), type.getStorageType(),
                                      getQuantized(*this, x, type));
}

Value NetworkBuilder::fromStorage(Value codes,
                                  const QuantizationParams &params) {
  quant::QuantizedType type =
      codes ? getQuantizedType(params, shapeOf(codes)) : nullptr;
  return type ? dequantizeStorage(*this, codes, type) : Value();
}

Value NetworkBuilder::fakeQuant(Value x, const QuantizationParams &params) {
  quant::QuantizedType type = getTypeFor(*this, x, params);
  if (!type)
    return {};
  return create<ptq::FakeQuantOp>(shapeOf(x), getF32Type(), x,
                                  TypeAttr::get(type));
}

quant::QuantizedType NetworkBuilder::getQuantization(Value value) {
  auto dequantize =
      value ? value.getDefiningOp<quant::DequantizeCastOp>() : nullptr;
  return dequantize ? ptq::getQuantizedElement(dequantize.getInput().getType())
                    : nullptr;
}

Value NetworkBuilder::requalifyConstant(Value x,
                                        const QuantizationParams &params) {
  ConstantSource source = matchConstant(x);
  if (!source.op || !source.type) {
    if (x)
      emitError() << "needs a quantized constant";
    return {};
  }
  quant::QuantizedType type = getQuantizedType(params, shapeOf(x));
  if (!type)
    return {};
  if (type.getStorageType() != source.values.getElementType()) {
    emitError() << "reads integers of type " << source.values.getElementType()
                << " with " << params.bits << " bits";
    return {};
  }
  Value quantized =
      create<quant::StorageCastOp>(shapeOf(x), type, source.op.getOutput());
  return create<quant::DequantizeCastOp>(shapeOf(x), getF32Type(), quantized);
}

//===----------------------------------------------------------------------===//
// Arguments and results
//===----------------------------------------------------------------------===//

/// The same numbers in the other signedness. The zero point of unsigned i8 is
/// 128, whose bits are those of -128.
static Value convertSign(NetworkBuilder &b, Value storage, bool fromUnsigned) {
  Type i8 = b.getBuilder().getI8Type();
  return b.create<tosa::RescaleOp>(
      b.shapeOf(storage), i8, storage,
      b.operandConstant(int64_t(1) << 30, b.getI32Type()),
      b.operandConstant(30, i8), b.operandConstant(fromUnsigned ? -128 : 0, i8),
      b.operandConstant(fromUnsigned ? 0 : -128, i8), /*scale32=*/true,
      tosa::RoundingMode::SINGLE_ROUND, /*per_channel=*/false,
      /*input_unsigned=*/fromUnsigned, /*output_unsigned=*/!fromUnsigned);
}

/// What arguments and results carry.
static DictionaryAttr describe(Builder &b, DictionaryAttr attributes,
                               const QuantizationParams &params) {
  NamedAttrList list(attributes);
  list.set(ptq::kScaleAttr, b.getF64FloatAttr(params.scales.front()));
  list.set(ptq::kZeroPointAttr,
           b.getI64IntegerAttr(
               params.zeroPoints.empty() ? 0 : params.zeroPoints.front()));
  if (params.isUnsigned)
    list.set(ptq::kUnsignedAttr, b.getUnitAttr());
  return list.getDictionary(b.getContext());
}

/// False after an error unless `params` are those of arguments and results.
static bool checkInterface(NetworkBuilder &b, StringRef kind, StringRef name,
                           const QuantizationParams &params) {
  bool isNarrow = params.bits == 8 || (params.bits == 16 && !params.isUnsigned);
  if (isNarrow && !params.axis)
    return true;
  InFlightDiagnostic error = b.emitError()
                             << "the " << kind << " '"
                             << llvm::json::fixUTF8(name) << "' holds ";
  if (params.axis)
    error << "integers with a scale per channel";
  else
    error << (params.isUnsigned ? "unsigned" : "signed") << " integers of "
          << params.bits << " bits with a scale";
  error << "; quantized " << kind
        << "s have 8 bits, or 16 with a sign, and one scale: dequantize it "
           "inside of the network";
  return false;
}

Value NetworkBuilder::addQuantizedInput(StringRef name, ArrayRef<int64_t> shape,
                                        const QuantizationParams &params) {
  quant::QuantizedType type = getQuantizedType(params, shape);
  if (!type || !checkInterface(*this, "input", name, params))
    return {};
  Value storage = addInput(name, getType(shape, type.getStorageType()));
  if (!storage)
    return {};
  argumentAttributes.back() =
      describe(builder, argumentAttributes.back(), params);
  if (params.isUnsigned)
    storage = convertSign(*this, storage, /*fromUnsigned=*/true);
  Value quantized = create<quant::StorageCastOp>(shape, type, storage);
  return create<quant::DequantizeCastOp>(shape, getF32Type(), quantized);
}

/// The integers of `value` in steps of `type`, taken where a sum is made: what
/// reshapes and transposes it moves the integers.
static Value takeIntegers(NetworkBuilder &b, Value value,
                          quant::QuantizedType type) {
  if (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    return b.reshape(takeIntegers(b, reshape.getInput1(), type),
                     b.shapeOf(value));
  if (auto transpose = value.getDefiningOp<tosa::TransposeOp>())
    return b.transpose(takeIntegers(b, transpose.getInput1(), type),
                       SmallVector<int64_t>(transpose.getPerms()));
  return b.create<quant::StorageCastOp>(b.shapeOf(value), type.getStorageType(),
                                        getQuantized(b, value, type));
}

LogicalResult
NetworkBuilder::addQuantizedOutput(StringRef name, Value value,
                                   const QuantizationParams &params) {
  quant::QuantizedType type = getTypeFor(*this, value, params);
  if (!type)
    return failure();
  if (type == ptq::getInt32Type(builder.getContext(), params.scales.front()) &&
      !params.isUnsigned)
    return addOutput(name, takeIntegers(*this, value, type));
  if (!checkInterface(*this, "output", name, params))
    return failure();
  Value storage = create<quant::StorageCastOp>(
      shapeOf(value), type.getStorageType(), getQuantized(*this, value, type));
  if (params.isUnsigned)
    storage = convertSign(*this, storage, /*fromUnsigned=*/false);
  if (failed(addOutput(name, storage)))
    return failure();
  resultAttributes.back() = describe(builder, resultAttributes.back(), params);
  return success();
}
