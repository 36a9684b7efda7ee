//===- IntegerLayer.cpp - Steps of a quantized layer -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerLayer.h"

#include "quantc/Dialect/PTQ/IR/RecurrentScales.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value IntegerLayer::storage(Value value) {
  quant::QuantizedType type =
      value ? getQuantizedElement(value.getType()) : quant::QuantizedType();
  return type ? reinterpret(b, b.getLoc(), value, type.getStorageType())
              : value;
}

/// Sums of an int16 state have so many bits more than those of int8 (N97).
static constexpr int kWideBits = 8;

static Value createIntegers(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape,
                            Type element, ArrayRef<APInt> integers) {
  auto type = RankedTensorType::get(shape, element);
  return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, integers));
}

Value IntegerLayer::sliceRows(Value constant, int64_t first, int64_t count) {
  DenseElementsAttr all = getConstantSource(constant);
  SmallVector<int64_t> shape(all.getType().getShape());
  int64_t row = all.getNumElements() / shape[0];
  SmallVector<APInt> integers(all.getValues<APInt>());
  shape[0] = count;
  return createIntegers(b, shape, all.getElementType(),
                        ArrayRef(integers).slice(first * row, count * row));
}

Value IntegerLayer::joinRows(ArrayRef<Value> parts, ArrayRef<int64_t> sizes) {
  if (llvm::none_of(parts, [](Value part) { return bool(part); }))
    return {};
  SmallVector<APInt> integers;
  for (auto [part, size] : llvm::zip_equal(parts, sizes)) {
    if (part)
      llvm::append_range(integers, getConstantSource(part).getValues<APInt>());
    else
      integers.append(size, APInt(32, 0));
  }
  return createIntegers(b, {int64_t(integers.size())}, b.getI32Type(),
                        integers);
}

double IntegerLayer::scaleOf(Value value) {
  return llvm::cast<quant::UniformQuantizedType>(
             getQuantizedElement(value.getType()))
      .getScale();
}

int IntegerLayer::exponentOf(unsigned state) {
  return -std::ilogb(op.getStateType(state).getScale());
}

/// The sums of magnitudes of each row of a constant.
static SmallVector<double> sumMagnitudes(Value constant) {
  DenseElementsAttr all = getConstantSource(constant);
  int64_t rows = all.getType().getDimSize(0);
  int64_t columns = all.getNumElements() / rows;
  SmallVector<double> sums(rows, 0);
  for (auto [i, value] : llvm::enumerate(all.getValues<APInt>()))
    sums[i / columns] += std::abs(value.getSExtValue());
  return sums;
}

void IntegerLayer::prepare(Value input, Value weights, Value recurrence) {
  auto type = llvm::cast<RankedTensorType>(input.getType());
  int64_t steps = type.getDimSize(0), batch = type.getDimSize(1);
  int64_t rows = gates * hiddenSize;
  sumScales = getSumScales(op.getStateType(0),
                           getQuantizedElement(recurrence.getType()), rows);
  AffineParams params = getAffineParams(
      llvm::cast<quant::UniformQuantizedType>(getQuantizedElement(type)));
  SmallVector<double> ratios =
      getChannelScales(getQuantizedElement(weights.getType()), rows);
  for (auto [ratio, sum] : llvm::zip_equal(ratios, sumScales))
    ratio *= params.scale / sum;

  double farthest = std::max(params.storage.max - params.zeroPoint,
                             params.zeroPoint - params.storage.min);
  sumBounds = sumMagnitudes(recurrence);
  for (auto [bound, ratio, magnitude] :
       llvm::zip_equal(sumBounds, ratios, sumMagnitudes(weights)))
    // Two biases or a peephole are at most kLargestSummand each.
    bound = bound * 128 + ratio * magnitude * farthest + 2 * kLargestSummand;

  Value flat =
      buildReshape(b, storage(input), {steps * batch, type.getDimSize(2)});
  Value sums = multiply(flat, params.zeroPoint, weights, Value());
  products = buildReshape(b, rescale(sums, ratios, b.getI32Type()),
                          {steps, batch, rows});
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value IntegerLayer::cast(Value value, Type element) {
  auto type = llvm::cast<RankedTensorType>(value.getType());
  if (type.getElementType() == element)
    return value;
  return tosa::CastOp::create(b, type.clone(element), value);
}

Value IntegerLayer::splat(Value like, int32_t value) {
  SmallVector<int64_t> ones(
      llvm::cast<RankedTensorType>(like.getType()).getRank(), 1);
  return createIntegers(b, ones, b.getI32Type(),
                        APInt(32, value, /*isSigned=*/true));
}

Value IntegerLayer::mul(Value x, Value y, int shift) {
  return tosa::MulOp::create(b, x.getType(), x, y,
                             createScalar(b, b.getLoc(), shift, b.getI8Type()));
}

Value IntegerLayer::shiftRight(Value value, int bits) {
  if (bits == 0)
    return value;
  return tosa::ArithmeticRightShiftOp::create(
      b, value.getType(), value, splat(value, bits), /*round=*/true);
}

Value IntegerLayer::clamp(Value value, int64_t min, int64_t max) {
  Type element = getElementTypeOrSelf(value);
  return tosa::ClampOp::create(
      b, value.getType(), value, b.getIntegerAttr(element, min),
      b.getIntegerAttr(element, max),
      tosa::NanPropagationModeAttr::get(b.getContext(),
                                        tosa::NanPropagationMode::PROPAGATE));
}

Value IntegerLayer::fromOne(Value x) {
  Value rest =
      tosa::SubOp::create(b, x.getType(), splat(x, 1 << kGateExponent), x);
  return clamp(rest, INT16_MIN, INT16_MAX);
}

Value IntegerLayer::rescale(Value value, ArrayRef<double> ratios,
                            Type element) {
  RescaleSpec spec;
  // N97: what is summed in 48 bits has multipliers of 16.
  spec.scale32 = getElementTypeOrSelf(value).getIntOrFloatBitWidth() <= 32;
  auto derive = spec.scale32 ? deriveMultiplier : deriveMultiplier16;
  for (double ratio : ratios)
    // What is not 0 saturates at a ratio that no multiplier reaches.
    spec.multipliers.push_back(derive(ratio).value_or(
        FixedPointMultiplier{spec.scale32 ? 1 << 30 : 1 << 14, kMinShift}));
  return buildRescale(b, b.getLoc(), value, llvm::cast<IntegerType>(element),
                      spec);
}

//===----------------------------------------------------------------------===//
// Sums of gates
//===----------------------------------------------------------------------===//

Value IntegerLayer::multiply(Value rows, int64_t zeroPoint, Value weights,
                             Value bias) {
  auto rowsType = llvm::cast<RankedTensorType>(rows.getType());
  int64_t count = rowsType.getDimSize(0), size = rowsType.getDimSize(1);
  weights = storage(weights);
  int64_t channels =
      llvm::cast<RankedTensorType>(weights.getType()).getDimSize(0);
  bool isWide = rowsType.getElementTypeBitWidth() == 16;
  IntegerType sum = b.getIntegerType(isWide ? 48 : 32);
  SmallVector<APInt> biases(channels, APInt(sum.getWidth(), 0));
  if (bias)
    for (auto [wide, value] :
         llvm::zip_equal(biases, getConstantSource(bias).getValues<APInt>()))
      wide = isWide ? value.sext(sum.getWidth()) << kWideBits : value;
  bias = createIntegers(b, {channels}, sum, biases);
  Type i8 = b.getI8Type();
  auto type = RankedTensorType::get({1, 1, count, channels}, sum);
  Value product = tosa::Conv2DOp::create(
      b, type, buildReshape(b, rows, {1, 1, count, size}),
      buildReshape(b, weights, {channels, 1, 1, size}), bias,
      createScalar(b, b.getLoc(), zeroPoint, rowsType.getElementType()),
      createScalar(b, b.getLoc(), 0, i8), b.getDenseI64ArrayAttr({0, 0, 0, 0}),
      b.getDenseI64ArrayAttr({1, 1}), b.getDenseI64ArrayAttr({1, 1}),
      TypeAttr::get(sum));
  return buildReshape(b, product, {count, channels});
}

Value IntegerLayer::multiply(Value hidden, Value weights, Value bias) {
  Value sums = multiply(hidden, /*zeroPoint=*/0, weights, bias);
  if (getElementTypeOrSelf(sums).getIntOrFloatBitWidth() == 32)
    return sums;
  return rescale(sums, std::ldexp(1.0, -kWideBits), b.getI32Type());
}

Value IntegerLayer::scaleToSums(Value value, double scale, int64_t gate) {
  SmallVector<double> ratios;
  for (double sum : ArrayRef(sumScales).slice(gate * hiddenSize, hiddenSize))
    ratios.push_back(scale / sum);
  return rescale(value, ratios, b.getI32Type());
}

/// Sums in steps of `scales`, at most `bounds`, in steps of `scale`. What a
/// multiplier could not take saturates first.
Value IntegerLayer::rescaleSum(Value sum, ArrayRef<double> scales,
                               ArrayRef<double> bounds, double scale,
                               Type element) {
  SmallVector<double> ratios;
  SmallVector<APInt> limits, negatives;
  bool fits = true;
  for (auto [rowScale, bound] : llvm::zip_equal(scales, bounds)) {
    ratios.push_back(rowScale / scale);
    int64_t limit = maxRescaleMagnitude(
        deriveMultiplier(ratios.back()).value_or(FixedPointMultiplier{}));
    fits &= bound <= limit;
    limits.push_back(APInt(32, limit));
    negatives.push_back(APInt(32, -limit, /*isSigned=*/true));
  }
  if (!fits) {
    auto constant = [&](ArrayRef<APInt> values) {
      return createIntegers(b, {1, int64_t(values.size())}, b.getI32Type(),
                            values);
    };
    auto nan = tosa::NanPropagationModeAttr::get(
        b.getContext(), tosa::NanPropagationMode::PROPAGATE);
    sum = tosa::MinimumOp::create(b, sum.getType(), sum, constant(limits), nan);
    sum = tosa::MaximumOp::create(b, sum.getType(), sum, constant(negatives),
                                  nan);
  }
  return rescale(sum, ratios, element);
}

static int getExponent(Activation function) {
  return function == Activation::Tanh ? kTanhExponent : kSigmoidExponent;
}

static double evaluate(Activation function, double x) {
  switch (function) {
  case Activation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Activation::Tanh:
    return std::tanh(x);
  case Activation::Relu:
    return std::max(x, 0.0);
  case Activation::HardSigmoid:
    return std::clamp(x / 5 + 0.5, 0.0, 1.0);
  case Activation::Identity:
    return x;
  case Activation::Relu6:
    return std::clamp(x, 0.0, 6.0);
  case Activation::ReluN1To1:
    return std::clamp(x, -1.0, 1.0);
  }
  llvm_unreachable("unknown activation");
}

/// `argument` is int16.
Value IntegerLayer::lookUp(Activation function, Value argument) {
  Int16Table entries = makeGateTable(
      [&](double x) { return evaluate(function, x); }, getExponent(function));
  auto tableType =
      RankedTensorType::get({int64_t(entries.size())}, b.getI16Type());
  Value table = tosa::ConstOp::create(
      b, tableType,
      DenseElementsAttr::get(tableType, ArrayRef<int16_t>(entries)));
  auto type = llvm::cast<RankedTensorType>(argument.getType());
  // TOSA interpolates in steps of 1/128.
  return shiftRight(
      tosa::TableOp::create(b, type.clone(b.getI32Type()), argument, table), 7);
}

Value IntegerLayer::activate(Activation function, Value sum, int64_t gate) {
  double scale = std::ldexp(1.0, -getExponent(function));
  Value argument = rescaleSum(sum, gate, scale, b.getI16Type());
  if (clip) {
    int64_t limit =
        quantize(clip->convertToFloat(), {scale, 0, kInt16Activation});
    argument = clamp(argument, -limit, limit);
  }
  return lookUp(function, argument);
}

Value IntegerLayer::limit(Activation function, Value sum) {
  quant::UniformQuantizedType type = op.getStateType(0);
  Value codes = rescaleSum(sum, 0, type.getScale(), type.getStorageType());
  int64_t least = type.getStorageTypeMin(), most = type.getStorageTypeMax();
  auto limitTo = [&](double from, double to) {
    least = std::max(least, int64_t(quantize(from, getAffineParams(type))));
    most = std::min(most, int64_t(quantize(to, getAffineParams(type))));
  };
  if (clip)
    limitTo(-clip->convertToFloat(), clip->convertToFloat());
  if (function == Activation::Relu)
    least = 0;
  if (function == Activation::Relu6)
    limitTo(0, 6);
  if (function == Activation::ReluN1To1)
    limitTo(-1, 1);
  return clamp(codes, least, most);
}

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

Value IntegerLayer::activateState(Activation function, Value value,
                                  unsigned state) {
  int bits = getExponent(function) - exponentOf(state);
  if (bits > 0)
    // 2^15 takes whatever is not 0 to the end of int16.
    value = mul(value, splat(value, 1 << std::min(bits, 15)));
  else
    value = shiftRight(value, -bits);
  return lookUp(function, narrow(clamp(value, INT16_MIN, INT16_MAX)));
}

Value IntegerLayer::blend(Value kept, Value state, Value gate, Value value,
                          int exponent) {
  Value added = shiftRight(mul(gate, value), kGateExponent - exponent);
  Value sum = shiftRight(add(mul(kept, state), added), kGateExponent);
  return clamp(sum, INT16_MIN, INT16_MAX);
}

Value IntegerLayer::clampState(Value value, std::optional<APFloat> limit,
                               int exponent) {
  if (!limit)
    return value;
  int64_t most = quantize(limit->convertToFloat(),
                          {std::ldexp(1.0, -exponent), 0, kInt16Activation});
  return clamp(value, -most, most);
}

Value IntegerLayer::project(Value value, Value projection, Value bias,
                            std::optional<APFloat> limit) {
  SmallVector<double> bounds = sumMagnitudes(projection);
  for (double &bound : bounds)
    bound = bound * 128 + kLargestSummand;
  SmallVector<double> scales =
      getSumScales(getProjectedType(b.getContext()),
                   getQuantizedElement(projection.getType()), bounds.size());
  quant::UniformQuantizedType type = op.getStateType(0);
  Value codes = rescaleSum(multiply(narrow(value), projection, bias), scales,
                           bounds, type.getScale(), type.getStorageType());
  if (limit) {
    int64_t most = quantize(limit->convertToFloat(), getAffineParams(type));
    return clamp(codes, -most, most);
  }
  return clampToStorage(b, b.getLoc(), codes, type);
}

Value IntegerLayer::toHidden(Value value, int exponent) {
  quant::UniformQuantizedType type = op.getStateType(0);
  Value codes = rescale(value, std::ldexp(1 / type.getScale(), -exponent),
                        type.getStorageType());
  return clampToStorage(b, b.getLoc(), codes, type);
}

int IntegerLayer::wideExponent() {
  quant::UniformQuantizedType type = op.getStateType(0);
  // A scale is rounded to float32: the range may end a little above 1.
  constexpr double kRounding = 1 - 1.0 / (1 << 20);
  return chooseStateExponent(type.getScale() * type.getStorageTypeMax(),
                             kRounding);
}

Value IntegerLayer::wideInitial() {
  quant::UniformQuantizedType type = op.getStateType(0);
  Value narrow = op.getInitialState(0);
  if (!narrow) {
    auto shape = llvm::cast<RankedTensorType>(op.getStates()[0].getType());
    return createIntegers(b, shape.getShape(), b.getI16Type(), APInt(16, 0));
  }
  return rescale(storage(narrow), std::ldexp(type.getScale(), wideExponent()),
                 b.getI16Type());
}

void IntegerLayer::build(
    llvm::function_ref<TimeStep(Value, ValueRange)> buildStep,
    ArrayRef<Value> more) {
  SmallVector<Value> initial;
  for (unsigned i = 0, e = op.getStates().size(); i < e; ++i) {
    Value value = storage(op.getInitialState(i));
    if (!value) {
      auto shape = llvm::cast<RankedTensorType>(op.getStates()[i].getType());
      auto storage =
          llvm::cast<IntegerType>(op.getStateType(i).getStorageType());
      value = createIntegers(b, shape.getShape(), storage,
                             APInt(storage.getWidth(), 0));
    }
    initial.push_back(value);
  }
  llvm::append_range(initial, more);
  buildTimeLoop(b, op, isReverse, products, initial, buildStep);
}
