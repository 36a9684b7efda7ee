//===- Functions.cpp - Functions of one tensor --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

template <typename OpTy>
static Value buildFloat(NetworkBuilder &b, Value x) {
  if (!requireElement(b, x, {b.getF32Type()}))
    return {};
  return b.create<OpTy>(b.shapeOf(x), b.getF32Type(), x);
}

static Value buildAbs(NetworkBuilder &b, Value x) {
  if (!requireElement(b, x, {b.getF32Type(), b.getI32Type()}))
    return {};
  return b.create<tosa::AbsOp>(b.shapeOf(x), b.elementOf(x), x);
}

static Value buildNegate(NetworkBuilder &b, Value x) {
  if (!requireElement(b, x, {b.getF32Type(), b.getI32Type()}))
    return {};
  Type element = b.elementOf(x);
  return b.create<tosa::NegateOp>(b.shapeOf(x), element, x,
                                  b.operandConstant(0, element),
                                  b.operandConstant(0, element));
}

static Value buildNot(NetworkBuilder &b, Value x) {
  if (!requireElement(b, x, {b.getBoolType()}))
    return {};
  return b.create<tosa::LogicalNotOp>(b.shapeOf(x), b.getBoolType(), x);
}

static Value mul(NetworkBuilder &b, Value x, Value y) {
  return b.binary(BinaryKind::Mul, x, y);
}

/// x/2 (1 + f).
static Value buildGelu(NetworkBuilder &b, Value x, Value f) {
  return mul(b, scale(b, x, 0.5), shift(b, f, 1));
}

static Value buildGeluTanh(NetworkBuilder &b, Value x) {
  Value cube = mul(b, mul(b, x, x), x);
  Value inner = b.binary(BinaryKind::Add, x, scale(b, cube, 0.044715));
  // sqrt(2/pi)
  inner = scale(b, inner, 0.79788456080286535588);
  return buildGelu(b, x, b.unary(UnaryKind::Tanh, inner));
}

/// The nearest integer, of two the even one: floor(x), plus 1 if what is cut
/// off is more than a half, or a half and floor(x) odd.
static Value buildRound(NetworkBuilder &b, Value x) {
  Value floor = b.unary(UnaryKind::Floor, x);
  Value rest = b.binary(BinaryKind::Sub, x, floor);
  Value half = scale(b, floor, 0.5);
  Value odd =
      b.binary(BinaryKind::Greater, half, b.unary(UnaryKind::Floor, half));
  Value limit = splatLike(b, x, 0.5);
  Value up = b.binary(BinaryKind::LogicalOr,
                      b.binary(BinaryKind::Greater, rest, limit),
                      b.binary(BinaryKind::LogicalAnd,
                               b.binary(BinaryKind::Equal, rest, limit), odd));
  return b.select(up, shift(b, floor, 1), floor);
}

static Value buildSign(NetworkBuilder &b, Value x) {
  Value zero = splatLike(b, x, 0);
  Value negative =
      b.select(b.binary(BinaryKind::Less, x, zero), splatLike(b, x, -1), zero);
  return b.select(b.binary(BinaryKind::Greater, x, zero), splatLike(b, x, 1),
                  negative);
}

/// max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
static Value buildSoftplus(NetworkBuilder &b, Value x) {
  Value power = b.unary(UnaryKind::Exp,
                        b.unary(UnaryKind::Neg, b.unary(UnaryKind::Abs, x)));
  return b.binary(BinaryKind::Add, b.unary(UnaryKind::Relu, x),
                  b.unary(UnaryKind::Log, shift(b, power, 1)));
}

Value NetworkBuilder::unary(UnaryKind kind, Value x) {
  if (!x)
    return {};
  switch (kind) {
  case UnaryKind::Abs:
    return buildAbs(*this, x);
  case UnaryKind::Ceil:
    return buildFloat<tosa::CeilOp>(*this, x);
  case UnaryKind::Cos:
    return buildFloat<tosa::CosOp>(*this, x);
  case UnaryKind::Erf:
    return buildFloat<tosa::ErfOp>(*this, x);
  case UnaryKind::Exp:
    return buildFloat<tosa::ExpOp>(*this, x);
  case UnaryKind::Floor:
    if (auto quotient = quotients.lookup(x); quotient.first)
      return binary(BinaryKind::FloorDiv, quotient.first, quotient.second);
    return buildFloat<tosa::FloorOp>(*this, x);
  case UnaryKind::Gelu:
    // 1 / sqrt(2)
    return buildGelu(
        *this, x, unary(UnaryKind::Erf, scale(*this, x, 0.70710678118654752)));
  case UnaryKind::GeluTanh:
    return buildGeluTanh(*this, x);
  case UnaryKind::HardSwish:
    return scale(*this, mul(*this, x, clamp(shift(*this, x, 3), 0, 6)),
                 1.0 / 6);
  case UnaryKind::Identity:
    return x;
  case UnaryKind::Log:
    return buildFloat<tosa::LogOp>(*this, x);
  case UnaryKind::LogicalNot:
    return buildNot(*this, x);
  case UnaryKind::Neg:
    return buildNegate(*this, x);
  case UnaryKind::Reciprocal:
    return buildFloat<tosa::ReciprocalOp>(*this, x);
  case UnaryKind::Relu:
    return clamp(x, 0, INFINITY);
  case UnaryKind::Relu0To1:
    return clamp(x, 0, 1);
  case UnaryKind::Relu6:
    return clamp(x, 0, 6);
  case UnaryKind::ReluN1To1:
    return clamp(x, -1, 1);
  case UnaryKind::Round:
    return buildRound(*this, x);
  case UnaryKind::Rsqrt:
    return buildFloat<tosa::RsqrtOp>(*this, x);
  case UnaryKind::Sigmoid:
    return buildFloat<tosa::SigmoidOp>(*this, x);
  case UnaryKind::Sign:
    return buildSign(*this, x);
  case UnaryKind::Sin:
    return buildFloat<tosa::SinOp>(*this, x);
  case UnaryKind::Softplus:
    return buildSoftplus(*this, x);
  case UnaryKind::Softsign:
    return binary(BinaryKind::Div, x,
                  shift(*this, unary(UnaryKind::Abs, x), 1));
  case UnaryKind::Sqrt:
    return unary(UnaryKind::Reciprocal, unary(UnaryKind::Rsqrt, x));
  case UnaryKind::Square:
    return mul(*this, x, x);
  case UnaryKind::Swish:
    return mul(*this, x, unary(UnaryKind::Sigmoid, x));
  case UnaryKind::Tanh:
    return buildFloat<tosa::TanhOp>(*this, x);
  }
  llvm_unreachable("all kinds are handled");
}

/// `limit` as an element of x's type. Integers are saturated; an infinite limit
/// of reals limits nothing, not even infinity.
static TypedAttr getLimit(NetworkBuilder &b, Type element, double limit) {
  Builder &builder = b.getBuilder();
  if (element.isF32())
    return builder.getFloatAttr(element, limit);
  double largest = std::ldexp(1.0, element.getIntOrFloatBitWidth() - 1) - 1;
  return builder.getIntegerAttr(
      element, int64_t(std::clamp(limit, -largest - 1, largest)));
}

Value NetworkBuilder::clamp(Value x, double min, double max) {
  if (!requireElement(*this, x,
                      {getF32Type(), getI32Type(), builder.getI16Type(),
                       builder.getI8Type()}))
    return {};
  if (std::isnan(min) || std::isnan(max) || min > max) {
    emitError() << "clamps to the range from " << min << " to " << max;
    return {};
  }
  Type element = elementOf(x);
  if (!element.isInteger(32))
    return create<tosa::ClampOp>(shapeOf(x), element, x,
                                 getLimit(*this, element, min),
                                 getLimit(*this, element, max));
  // tosa.clamp has no i32.
  for (auto [kind, limit] : {std::pair(BinaryKind::Maximum, min),
                             std::pair(BinaryKind::Minimum, max)})
    if (std::isfinite(limit))
      x = binary(
          kind, x,
          splatLike(*this, x,
                    llvm::cast<IntegerAttr>(getLimit(*this, element, limit))
                        .getInt()));
  return x;
}

Value NetworkBuilder::leakyRelu(Value x, double alpha) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  Value scaled = scale(*this, x, alpha);
  if (alpha >= 0 && alpha <= 1)
    return binary(BinaryKind::Maximum, x, scaled);
  return select(binary(BinaryKind::GreaterEqual, x, splatLike(*this, x, 0)), x,
                scaled);
}

Value NetworkBuilder::prelu(Value x, Value slope) {
  if (!requireElement(*this, x, {getF32Type()}) || !slope)
    return {};
  if (std::optional<SmallVector<float>> values = getFloats(slope);
      values && llvm::all_equal(*values) && !values->empty())
    return leakyRelu(x, values->front());
  Value negative = binary(BinaryKind::Mul, clamp(x, -INFINITY, 0), slope);
  return binary(BinaryKind::Add, unary(UnaryKind::Relu, x), negative);
}

Value NetworkBuilder::hardSigmoid(Value x, double alpha, double beta) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  return clamp(shift(*this, scale(*this, x, alpha), beta), 0, 1);
}

Value NetworkBuilder::elu(Value x, double alpha) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  // Without the minimum, large numbers that are not selected overflow.
  Value zero = splatLike(*this, x, 0);
  Value power = unary(UnaryKind::Exp, binary(BinaryKind::Minimum, x, zero));
  return select(binary(BinaryKind::GreaterEqual, x, zero), x,
                scale(*this, shift(*this, power, -1), alpha));
}
