//===- Division.cpp - Quotients and remainders --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

using namespace mlir;
using namespace quantc;

/// 1 where `condition` holds, else 0, as the elements of `like`.
static Value countIf(NetworkBuilder &b, Value condition, Value like) {
  return b.select(condition, splatLike(b, like, 1), splatLike(b, like, 0));
}

/// x and y have opposite signs, neither is 0 or NaN.
static Value haveOppositeSigns(NetworkBuilder &b, Value x, Value y) {
  Value zeroX = splatLike(b, x, 0), zeroY = splatLike(b, y, 0);
  Value above =
      b.binary(BinaryKind::LogicalAnd, b.binary(BinaryKind::Greater, x, zeroX),
               b.binary(BinaryKind::Less, y, zeroY));
  Value below =
      b.binary(BinaryKind::LogicalAnd, b.binary(BinaryKind::Less, x, zeroX),
               b.binary(BinaryKind::Greater, y, zeroY));
  return b.binary(BinaryKind::LogicalOr, above, below);
}

/// A quotient that was rounded before its fraction is dropped may be off by
/// one, as 49 * (1 / 49) < 1. Its remainder x - q y says so: it has the sign
/// of y and is smaller. Infinite quotients have no remainder (NaN), and none of
/// the comparisons holds.
Value quantc::buildFloorQuotient(NetworkBuilder &b, Value x, Value y) {
  Value quotient = b.binary(BinaryKind::Div, x, y);
  if (!quotient)
    return {};
  bool isInteger = b.elementOf(quotient).isInteger();
  if (!isInteger)
    quotient =
        b.create<tosa::FloorOp>(b.shapeOf(quotient), b.getF32Type(), quotient);
  Value remainder =
      b.binary(BinaryKind::Sub, x, b.binary(BinaryKind::Mul, quotient, y));
  Value isAbove = countIf(b, haveOppositeSigns(b, remainder, y), quotient);
  Value corrected = b.binary(BinaryKind::Sub, quotient, isAbove);
  if (isInteger) // Division towards zero is never below.
    return corrected;
  Value isBelow =
      b.binary(BinaryKind::GreaterEqual, b.unary(UnaryKind::Abs, remainder),
               b.unary(UnaryKind::Abs, y));
  return b.binary(BinaryKind::Add, corrected, countIf(b, isBelow, quotient));
}

static Value add(NetworkBuilder &b, Value x, Value y) {
  return b.binary(BinaryKind::Add, x, y);
}

static Value subtract(NetworkBuilder &b, Value x, Value y) {
  return b.binary(BinaryKind::Sub, x, y);
}

static Value multiply(NetworkBuilder &b, Value x, Value y) {
  return b.binary(BinaryKind::Mul, x, y);
}

/// `x` plus `amount` where `condition` holds.
static Value addWhere(NetworkBuilder &b, Value condition, Value x,
                      Value amount) {
  return add(b, x, b.select(condition, amount, splatLike(b, amount, 0)));
}

/// The upper 12 bits of x's significand, and the rest (Veltkamp's splitting).
static std::pair<Value, Value> splitReal(NetworkBuilder &b, Value x) {
  Value wide = scale(b, x, 4097); // 2^12 + 1
  Value high = subtract(b, wide, subtract(b, wide, x));
  return {high, subtract(b, x, high)};
}

/// x - q y without rounding, for a result below 2 y (Dekker's product: what the
/// rounded product lacks is computed from the factors' halves).
static Value subtractProduct(NetworkBuilder &b, Value x, Value q, Value y) {
  Value product = multiply(b, q, y);
  auto [qHigh, qLow] = splitReal(b, q);
  auto [yHigh, yLow] = splitReal(b, y);
  Value rest = subtract(b, multiply(b, qHigh, yHigh), product);
  rest = add(b, rest, multiply(b, qHigh, yLow));
  rest = add(b, rest, multiply(b, qLow, yHigh));
  rest = add(b, rest, multiply(b, qLow, yLow));
  return subtract(b, subtract(b, x, product), rest);
}

/// What the product with the reciprocal misses is computed exactly.
Value NetworkBuilder::quotient(Value x, Value y) {
  Value inverse = unary(UnaryKind::Reciprocal, y);
  Value rough = multiply(*this, x, inverse);
  if (!rough)
    return {};
  Value missing = subtractProduct(*this, x, rough, y);
  return add(*this, rough, multiply(*this, missing, inverse));
}

/// C's fmod. The quotient may be off by one as it is rounded before its
/// fraction is dropped; the remainder, which is exact, says so.
static Value buildRealRemainder(NetworkBuilder &b, Value x, Value y) {
  Value size = b.unary(UnaryKind::Abs, x), unit = b.unary(UnaryKind::Abs, y);
  Value quotient = b.binary(BinaryKind::Div, size, unit);
  if (!quotient)
    return {};
  quotient =
      b.create<tosa::FloorOp>(b.shapeOf(quotient), b.getF32Type(), quotient);
  Value rest = subtractProduct(b, size, quotient, unit);
  rest = addWhere(b, b.binary(BinaryKind::Less, rest, splatLike(b, rest, 0)),
                  rest, unit);
  rest = addWhere(b, b.binary(BinaryKind::GreaterEqual, rest, unit), rest,
                  b.unary(UnaryKind::Neg, unit));
  return b.select(b.binary(BinaryKind::Less, x, splatLike(b, x, 0)),
                  b.unary(UnaryKind::Neg, rest), rest);
}

Value quantc::buildRemainder(NetworkBuilder &b, Value x, Value y,
                             bool signOfDivisor) {
  if (!requireElement(b, x, {b.getF32Type(), b.getI32Type()}))
    return {};
  Value rest =
      b.elementOf(x).isF32()
          ? buildRealRemainder(b, x, y)
          : subtract(b, x, multiply(b, b.binary(BinaryKind::Div, x, y), y));
  if (!rest || !signOfDivisor)
    return rest;
  return addWhere(b, haveOppositeSigns(b, rest, y), rest, y);
}
