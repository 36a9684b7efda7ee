//===- ExpandMath.cpp - Float functions without libm -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Transcendental functions become MLIR's polynomial approximations. Rounding
// and powers are expanded here instead, because upstream's expansions of them
// call libm or are undefined for large numbers. The expansions are the same on
// every target, so every target computes the same bits.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_EXPANDMATH
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {
/// Builds float arithmetic on scalars and vectors of one type.
class FloatBuilder {
public:
  FloatBuilder(OpBuilder &builder, Operation *op)
      : builder(builder), loc(op->getLoc()), type(op->getResult(0).getType()) {}

  Value constant(double value) {
    Attribute element = FloatAttr::get(getElementTypeOrSelf(type), value);
    if (auto shaped = dyn_cast<ShapedType>(type))
      element = DenseElementsAttr::get(shaped, element);
    return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(element));
  }
  Value add(Value a, Value b) {
    return arith::AddFOp::create(builder, loc, a, b);
  }
  Value sub(Value a, Value b) {
    return arith::SubFOp::create(builder, loc, a, b);
  }
  Value mul(Value a, Value b) {
    return arith::MulFOp::create(builder, loc, a, b);
  }
  Value abs(Value a) { return math::AbsFOp::create(builder, loc, a); }
  Value negate(Value a) { return arith::NegFOp::create(builder, loc, a); }
  Value copySign(Value a, Value sign) {
    return math::CopySignOp::create(builder, loc, a, sign);
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }
  Value both(Value a, Value b) {
    return arith::AndIOp::create(builder, loc, a, b);
  }

  /// Two to the power of the number of mantissa bits. Every float from this
  /// number on is an integer.
  double integerThreshold() {
    return std::ldexp(
        1.0,
        cast<FloatType>(getElementTypeOrSelf(type)).getFPMantissaWidth() - 1);
  }

  /// Nearest integer, ties to even. Adding the threshold leaves no
  /// fraction bits, so the addition itself rounds.
  Value roundEven(Value x) {
    Value threshold = constant(integerThreshold());
    Value magnitude = abs(x);
    Value rounded = copySign(sub(add(magnitude, threshold), threshold), x);
    return select(compare(arith::CmpFPredicate::OLT, magnitude, threshold),
                  rounded, x);
  }

  /// Largest integer that is not above x. Keeps -0, infinities and NaN.
  Value floor(Value x) {
    Value near = roundEven(x);
    Value above = compare(arith::CmpFPredicate::OGT, near, x);
    return copySign(select(above, sub(near, constant(1)), near), x);
  }

  Value ceil(Value x) { return negate(floor(negate(x))); }
  Value trunc(Value x) { return copySign(floor(abs(x)), x); }

  /// Nearest integer, ties away from zero.
  Value round(Value x) {
    Value magnitude = abs(x), whole = floor(magnitude);
    Value up = compare(arith::CmpFPredicate::OGE, sub(magnitude, whole),
                       constant(0.5));
    return copySign(select(up, add(whole, constant(1)), whole), x);
  }

  /// exp(y * log|x|) with the special cases of C's pow: a negative base needs
  /// an integer exponent; with an odd exponent the result has the sign of the
  /// base; anything to the power of 0 is 1.
  Value pow(Value x, Value y) {
    Value magnitude = math::ExpOp::create(
        builder, loc, mul(y, math::LogOp::create(builder, loc, abs(x))));
    Value zero = constant(0), half = mul(y, constant(0.5));
    Value isInteger = compare(arith::CmpFPredicate::OEQ, trunc(y), y);
    Value isEven = compare(arith::CmpFPredicate::OEQ, trunc(half), half);
    Value isNegative = compare(arith::CmpFPredicate::OLT, x, zero);
    Value isOdd = arith::SelectOp::create(
        builder, loc, isEven, compare(arith::CmpFPredicate::AlwaysFalse, y, y),
        isInteger);
    Value result =
        select(both(isNegative, isOdd), negate(magnitude), magnitude);
    Value nan = constant(std::numeric_limits<double>::quiet_NaN());
    Value notInteger = compare(arith::CmpFPredicate::UNE, trunc(y), y);
    result = select(both(isNegative, notInteger), nan, result);
    return select(compare(arith::CmpFPredicate::OEQ, y, zero), constant(1),
                  result);
  }

private:
  OpBuilder &builder;
  Location loc;
  Type type;
};

/// Replaces a unary operation by what a method of FloatBuilder makes of its
/// operand.
template <typename Op, Value (FloatBuilder::*expand)(Value)>
struct ExpandUnary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    FloatBuilder builder(rewriter, op);
    rewriter.replaceOp(op, (builder.*expand)(op.getOperand()));
    return success();
  }
};

struct ExpandPow : OpRewritePattern<math::PowFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::PowFOp op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, FloatBuilder(rewriter, op).pow(op.getLhs(), op.getRhs()));
    return success();
  }
};

/// Writes a fused multiply-add as a product and a sum, each of which is
/// rounded. A processor without such an instruction would call libm, and all
/// others would compute other bits.
struct ExpandFma : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::FmaOp op,
                                PatternRewriter &rewriter) const override {
    FloatBuilder builder(rewriter, op);
    rewriter.replaceOp(
        op, builder.add(builder.mul(op.getA(), op.getB()), op.getC()));
    return success();
  }
};

struct ExpandMath : codegen::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandUnary<math::RoundEvenOp, &FloatBuilder::roundEven>,
                 ExpandUnary<math::FloorOp, &FloatBuilder::floor>,
                 ExpandUnary<math::CeilOp, &FloatBuilder::ceil>,
                 ExpandUnary<math::TruncOp, &FloatBuilder::trunc>,
                 ExpandUnary<math::RoundOp, &FloatBuilder::round>, ExpandPow,
                 ExpandFma>(&getContext());
    math::populateExpansionPatterns(
        patterns,
        {"rsqrt", "sinh", "cosh", "tan", "asinh", "acosh", "atanh", "exp2"});
    // MLIR's approximations exist for 32-bit floats only. Shorter floats are
    // widened, and the results narrowed.
    auto isApproximated = [](StringRef name) {
      return llvm::is_contained({"math.atan", "math.atan2", "math.cos",
                                 "math.erf", "math.exp", "math.expm1",
                                 "math.log", "math.log1p", "math.log2",
                                 "math.sin", "math.tanh"},
                                name);
    };
    populateMathF32ExpansionPatterns(
        patterns,
        [&](StringRef name) {
          return isApproximated(name) || name == "math.powf" ||
                 name == "math.rsqrt";
        },
        /*benefit=*/2);
    populateMathPolynomialApproximationPatterns(patterns, isApproximated);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
