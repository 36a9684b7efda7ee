//===- Elementwise.cpp - Operations with broadcasting -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace quantc;

Value quantc::extendRank(NetworkBuilder &b, Value x, int64_t rank) {
  if (!x || b.rankOf(x) >= rank)
    return x;
  SmallVector<int64_t> shape(rank - b.rankOf(x), 1);
  llvm::append_range(shape, b.shapeOf(x));
  return b.reshape(x, shape);
}

std::optional<SmallVector<int64_t>>
quantc::broadcastShapes(NetworkBuilder &b, ArrayRef<int64_t> x,
                        ArrayRef<int64_t> y) {
  SmallVector<int64_t> result(std::max(x.size(), y.size()), 1);
  auto merge = [&](ArrayRef<int64_t> shape) {
    for (auto [size, dim] :
         llvm::zip(llvm::reverse(result), llvm::reverse(shape))) {
      if (size != 1 && dim != 1 && size != dim)
        return false;
      size = std::max(size, dim);
    }
    return true;
  };
  if (merge(x) && merge(y))
    return result;
  InFlightDiagnostic error = b.emitError() << "shapes [";
  llvm::interleaveComma(x, error);
  error << "] and [";
  llvm::interleaveComma(y, error);
  error << "] do not broadcast";
  return std::nullopt;
}

bool quantc::requireElement(NetworkBuilder &b, Value x,
                            ArrayRef<Type> elements) {
  if (!x)
    return false;
  if (llvm::is_contained(elements, b.elementOf(x)))
    return true;
  InFlightDiagnostic error = b.emitError() << "an operand has elements of type "
                                           << b.elementOf(x) << " instead of ";
  llvm::interleave(elements, error, " or ");
  return false;
}

/// `a` and `b` with one rank and the shape of the result. False after an error.
static bool prepareOperands(NetworkBuilder &b, Value &x, Value &y,
                            SmallVector<int64_t> &shape) {
  if (!x || !y)
    return false;
  if (b.elementOf(x) != b.elementOf(y)) {
    b.emitError() << "operands have elements of different types: "
                  << b.elementOf(x) << " and " << b.elementOf(y);
    return false;
  }
  std::optional<SmallVector<int64_t>> merged =
      broadcastShapes(b, b.shapeOf(x), b.shapeOf(y));
  if (!merged)
    return false;
  shape = *merged;
  x = extendRank(b, x, shape.size());
  y = extendRank(b, y, shape.size());
  return x && y;
}

/// A power with a constant exponent for which multiplications do, or null.
static Value expandPower(NetworkBuilder &b, Value x, Value exponent) {
  std::optional<SmallVector<float>> values = b.getFloats(exponent);
  if (!values || !llvm::all_equal(*values) ||
      broadcastShapes(b, b.shapeOf(x), b.shapeOf(exponent)) != b.shapeOf(x))
    return {};
  float power = values->front();
  if (power == 1.0f)
    return x;
  if (power == 2.0f)
    return b.unary(UnaryKind::Square, x);
  if (power == 3.0f)
    return b.binary(BinaryKind::Mul, b.unary(UnaryKind::Square, x), x);
  if (power == 0.5f)
    return b.unary(UnaryKind::Sqrt, x);
  if (power == -0.5f)
    return b.unary(UnaryKind::Rsqrt, x);
  return power == -1.0f ? b.unary(UnaryKind::Reciprocal, x) : Value();
}

static Value buildPower(NetworkBuilder &b, Value x, Value y) {
  if (!requireElement(b, x, {b.getF32Type()}))
    return {};
  if (Value expanded = expandPower(b, x, y))
    return expanded;
  SmallVector<int64_t> shape;
  if (!prepareOperands(b, x, y, shape))
    return {};
  return b.create<tosa::PowOp>(shape, b.getF32Type(), x, y);
}

template <typename OpTy>
static Value buildArithmetic(NetworkBuilder &b, Value x, Value y) {
  SmallVector<int64_t> shape;
  if (!requireElement(b, x, {b.getF32Type(), b.getI32Type()}) ||
      !prepareOperands(b, x, y, shape))
    return {};
  return b.create<OpTy>(shape, b.elementOf(x), x, y);
}

static Value buildProduct(NetworkBuilder &b, Value x, Value y) {
  SmallVector<int64_t> shape;
  if (!requireElement(b, x, {b.getF32Type(), b.getI32Type()}) ||
      !prepareOperands(b, x, y, shape))
    return {};
  Type i8 = b.getBuilder().getI8Type();
  return b.create<tosa::MulOp>(shape, b.elementOf(x), x, y,
                               b.operandConstant(0, i8));
}

static Value buildQuotient(NetworkBuilder &b, Value x, Value y) {
  if (x && b.elementOf(x).isInteger())
    return buildArithmetic<tosa::IntDivOp>(b, x, y);
  return b.binary(BinaryKind::Mul, x, b.unary(UnaryKind::Reciprocal, y));
}

template <typename OpTy>
static Value buildComparison(NetworkBuilder &b, Value x, Value y) {
  SmallVector<int64_t> shape;
  if (!requireElement(b, x, {b.getF32Type(), b.getI32Type()}) ||
      !prepareOperands(b, x, y, shape))
    return {};
  return b.create<OpTy>(shape, b.getBoolType(), x, y);
}

template <typename OpTy>
static Value buildLogical(NetworkBuilder &b, Value x, Value y) {
  SmallVector<int64_t> shape;
  if (!requireElement(b, x, {b.getBoolType()}) ||
      !prepareOperands(b, x, y, shape))
    return {};
  return b.create<OpTy>(shape, b.getBoolType(), x, y);
}

static Value buildEqual(NetworkBuilder &b, Value x, Value y) {
  if (!x || !b.elementOf(x).isInteger(1))
    return buildComparison<tosa::EqualOp>(b, x, y);
  return b.unary(UnaryKind::LogicalNot,
                 buildLogical<tosa::LogicalXorOp>(b, x, y));
}

Value NetworkBuilder::binary(BinaryKind kind, Value a, Value b) {
  if (!a || !b)
    return {};
  switch (kind) {
  case BinaryKind::Add:
    return buildArithmetic<tosa::AddOp>(*this, a, b);
  case BinaryKind::Sub:
    return buildArithmetic<tosa::SubOp>(*this, a, b);
  case BinaryKind::Mul:
    return buildProduct(*this, a, b);
  case BinaryKind::Div: {
    Value quotient = buildQuotient(*this, a, b);
    if (quotient)
      quotients[quotient] = {a, b};
    return quotient;
  }
  case BinaryKind::FloorDiv:
    return buildFloorQuotient(*this, a, b);
  case BinaryKind::Remainder:
  case BinaryKind::FloorMod:
    return buildRemainder(*this, a, b, kind == BinaryKind::FloorMod);
  case BinaryKind::Pow:
    return buildPower(*this, a, b);
  case BinaryKind::Minimum:
    return buildArithmetic<tosa::MinimumOp>(*this, a, b);
  case BinaryKind::Maximum:
    return buildArithmetic<tosa::MaximumOp>(*this, a, b);
  case BinaryKind::SquaredDifference: {
    Value difference = buildArithmetic<tosa::SubOp>(*this, a, b);
    return buildProduct(*this, difference, difference);
  }
  case BinaryKind::Equal:
    return buildEqual(*this, a, b);
  case BinaryKind::NotEqual:
    return unary(UnaryKind::LogicalNot, buildEqual(*this, a, b));
  case BinaryKind::Greater:
    return buildComparison<tosa::GreaterOp>(*this, a, b);
  case BinaryKind::GreaterEqual:
    return buildComparison<tosa::GreaterEqualOp>(*this, a, b);
  case BinaryKind::Less:
    return buildComparison<tosa::GreaterOp>(*this, b, a);
  case BinaryKind::LessEqual:
    return buildComparison<tosa::GreaterEqualOp>(*this, b, a);
  case BinaryKind::LogicalAnd:
    return buildLogical<tosa::LogicalAndOp>(*this, a, b);
  case BinaryKind::LogicalOr:
    return buildLogical<tosa::LogicalOrOp>(*this, a, b);
  case BinaryKind::LogicalXor:
    return buildLogical<tosa::LogicalXorOp>(*this, a, b);
  }
  llvm_unreachable("all kinds are handled");
}

Value NetworkBuilder::select(Value condition, Value a, Value b) {
  SmallVector<int64_t> shape;
  if (!requireElement(*this, condition, {getBoolType()}) ||
      !prepareOperands(*this, a, b, shape))
    return {};
  std::optional<SmallVector<int64_t>> merged =
      broadcastShapes(*this, shape, shapeOf(condition));
  if (!merged)
    return {};
  int64_t rank = merged->size();
  return create<tosa::SelectOp>(
      *merged, elementOf(a), extendRank(*this, condition, rank),
      extendRank(*this, a, rank), extendRank(*this, b, rank));
}

static bool isBool(Type type) { return type.isInteger(1); }

Value NetworkBuilder::cast(Value x, Type element) {
  if (!requireElement(*this, x,
                      {getF32Type(), getI32Type(), builder.getI16Type(),
                       builder.getI8Type(), getBoolType()}))
    return {};
  Type from = elementOf(x);
  if (from == element)
    return x;
  if (isBool(element)) {
    Value number = from.isF32() ? x : cast(x, getI32Type());
    return binary(BinaryKind::NotEqual, number, splatLike(*this, number, 0));
  }
  // TOSA has no conversion between booleans and floats.
  if (isBool(from) && isa<FloatType>(element))
    x = cast(x, getI32Type());
  // tosa.cast rounds to nearest.
  if (isa<FloatType>(from) && element.isInteger())
    x = select(binary(BinaryKind::Less, x, splatLike(*this, x, 0)),
               unary(UnaryKind::Ceil, x), unary(UnaryKind::Floor, x));
  if (!x)
    return {};
  return create<tosa::CastOp>(shapeOf(x), element, x);
}

Value quantc::splatLike(NetworkBuilder &b, Value x, double value) {
  if (!x)
    return {};
  SmallVector<int64_t> shape(b.rankOf(x), 1);
  return b.splat(b.getType(shape, b.elementOf(x)), value);
}

Value quantc::scale(NetworkBuilder &b, Value x, double factor) {
  return b.binary(BinaryKind::Mul, x, splatLike(b, x, factor));
}

Value quantc::shift(NetworkBuilder &b, Value x, double amount) {
  return b.binary(BinaryKind::Add, x, splatLike(b, x, amount));
}
