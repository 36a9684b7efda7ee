//===- ExpandHalf.cpp - Half floats without hardware -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The exponent and fraction of a half float, moved to where a float has them,
// are its magnitude times 2^-112. The product with 2^112 is exact, also for
// subnormal numbers. Infinities and NaN have the largest exponent, which stays
// the largest.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_EXPANDHALF
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// `type` with another element, if it is a vector.
static Type withElement(Type type, Type element) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped ? Type(shaped.clone(element)) : element;
}

static Value constantLike(ImplicitLocOpBuilder &b, Type type,
                          TypedAttr scalar) {
  auto shaped = dyn_cast<ShapedType>(type);
  return arith::ConstantOp::create(
      b, shaped ? DenseElementsAttr::get(shaped, scalar) : scalar);
}

static Value expand(ImplicitLocOpBuilder &b, Value half, Type floats) {
  Type words = withElement(floats, b.getI32Type());
  auto word = [&](uint32_t bits) {
    return constantLike(b, words,
                        b.getI32IntegerAttr(static_cast<int32_t>(bits)));
  };
  Value bits = arith::ExtUIOp::create(
      b, words,
      arith::BitcastOp::create(b, withElement(half.getType(), b.getI16Type()),
                               half));
  Value magnitude = arith::ShLIOp::create(
      b, arith::AndIOp::create(b, bits, word(0x7fff)), word(13));
  Value sign = arith::ShLIOp::create(
      b, arith::AndIOp::create(b, bits, word(0x8000)), word(16));
  Value scaled = arith::MulFOp::create(
      b, arith::BitcastOp::create(b, floats, magnitude),
      constantLike(b, floats, b.getF32FloatAttr(0x1p112f)));
  Value result = arith::BitcastOp::create(b, words, scaled);
  Value isFinite = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                         magnitude, word(0x7c00 << 13));
  Value exponent =
      arith::SelectOp::create(b, isFinite, word(0), word(0x7f800000));
  result =
      arith::OrIOp::create(b, result, arith::OrIOp::create(b, sign, exponent));
  return arith::BitcastOp::create(b, floats, result);
}

namespace {
struct ExpandHalf : codegen::impl::ExpandHalfBase<ExpandHalf> {
  void runOnOperation() override {
    getOperation()->walk([](arith::ExtFOp op) {
      if (!getElementTypeOrSelf(op.getIn().getType()).isF16() ||
          !getElementTypeOrSelf(op.getType()).isF32())
        return;
      ImplicitLocOpBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(expand(b, op.getIn(), op.getType()));
      op.erase();
    });
  }
};
} // namespace
