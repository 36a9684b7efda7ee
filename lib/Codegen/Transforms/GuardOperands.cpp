//===- GuardOperands.cpp - Results that TOSA leaves open -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TOSA leaves open what an index outside of the table, a shift by more than the
// width, a division by zero and a cast of NaN give, and processors disagree.
// The rules of docs/Numerics.md are written around these operations, in TOSA.
// Operands that are known to be inside of TOSA's range stay as they are.
// tosa.scatter, which has loops, becomes loops here.
//
//===----------------------------------------------------------------------===//

#include "IntegerRanges.h"

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_GUARDOPERANDS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

/// True if every value of the integer tensor is known to be in [min, max].
static bool isWithin(Value value, int64_t min, int64_t max) {
  return getIntegerRange(value).isWithin({min, max});
}

/// True if `value` cannot be NaN. This is known of constants, of integers that
/// became floats, and of clamps that replace NaN. The casts that quantize a
/// float input read such a clamp.
static bool isNeverNan(Value value) {
  DenseFPElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return llvm::none_of(constant, [](const APFloat &v) { return v.isNaN(); });
  if (auto clamp = value.getDefiningOp<tosa::ClampOp>())
    return clamp.getNanMode() == tosa::NanPropagationMode::IGNORE;
  if (auto cast = value.getDefiningOp<tosa::CastOp>())
    return getElementTypeOrSelf(cast.getInput()).isInteger();
  return false;
}

namespace {
/// Builds elementwise TOSA operations around one operation.
class Guard {
public:
  explicit Guard(Operation *op) : b(op->getLoc(), op) {}

  /// One element that is broadcast to the rank of `like`.
  Value splat(Value like, int64_t value) {
    auto type = cast<RankedTensorType>(like.getType());
    Type element = type.getElementType();
    type = type.clone(SmallVector<int64_t>(type.getRank(), 1));
    Attribute attr = element.isInteger()
                         ? Attribute(b.getIntegerAttr(element, value))
                         : Attribute(b.getFloatAttr(element, value));
    return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, attr));
  }

  Value clamp(Value x, int64_t min, int64_t max) {
    Type element = getElementTypeOrSelf(x);
    return tosa::ClampOp::create(b, x.getType(), x,
                                 b.getIntegerAttr(element, min),
                                 b.getIntegerAttr(element, max));
  }

  /// Where x and y, which has x's shape or is a splat, are equal.
  Value equal(Value x, Value y) {
    auto type = cast<RankedTensorType>(x.getType());
    return tosa::EqualOp::create(b, type.clone(b.getI1Type()), x, y);
  }

  Value either(Value x, Value y) {
    return tosa::LogicalOrOp::create(b, x.getType(), x, y);
  }

  Value select(Type type, Value condition, Value x, Value y) {
    return tosa::SelectOp::create(b, type, condition, x, y);
  }

  Value multiply(Type type, Value x, Value y) {
    auto i8 = RankedTensorType::get({1}, b.getI8Type());
    Value shift =
        tosa::ConstOp::create(b, i8, DenseElementsAttr::get(i8, int8_t(0)));
    return tosa::MulOp::create(b, type, x, y, shift);
  }

  void after(Operation *op) { b.setInsertionPointAfter(op); }

private:
  ImplicitLocOpBuilder b;
};
} // namespace

/// The last row of the table of a gather or scatter.
static int64_t getLastRow(Value table) {
  return cast<ShapedType>(table.getType()).getDimSize(1) - 1;
}

// N51
static void guardIndices(tosa::GatherOp op) {
  int64_t last = getLastRow(op.getValues());
  if (!isWithin(op.getIndices(), 0, last))
    op.getIndicesMutable().set(Guard(op).clamp(op.getIndices(), 0, last));
}

/// Writes a scatter row by row, as upstream does. Each index is clamped where
/// it is used, so that no buffer is needed for the clamped indices.
static void guardIndices(tosa::ScatterOp op) {
  int64_t last = getLastRow(op.getValuesIn());
  if (isWithin(op.getIndices(), 0, last))
    return;
  auto rows = cast<RankedTensorType>(op.getInput().getType());
  OpBuilder builder(op);
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, op.getLoc(), value);
  };
  Value zero = index(0), one = index(1);
  Type element = getElementTypeOrSelf(op.getIndices());
  auto insertRow = [&](OpBuilder &b, Location loc, ValueRange position,
                       ValueRange tables) -> scf::ValueVector {
    auto limit = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, loc,
                                       b.getIntegerAttr(element, value));
    };
    Value row = tensor::ExtractOp::create(b, loc, op.getIndices(), position);
    row = arith::MaxSIOp::create(b, loc, row, limit(0));
    row = arith::MinSIOp::create(b, loc, row, limit(last));
    row = arith::IndexCastOp::create(b, loc, b.getIndexType(), row);
    SmallVector<OpFoldResult> sizes =
        getAsIndexOpFoldResult(b.getContext(), {1, 1, rows.getDimSize(2)});
    SmallVector<OpFoldResult> ones(3, b.getIndexAttr(1));
    OpFoldResult channel = b.getIndexAttr(0);
    Value values = tensor::ExtractSliceOp::create(
        b, loc, op.getInput(), {position[0], position[1], channel}, sizes,
        ones);
    return {tensor::InsertSliceOp::create(
        b, loc, values, tables[0], {position[0], row, channel}, sizes, ones)};
  };
  scf::LoopNest loops =
      scf::buildLoopNest(builder, op.getLoc(), {zero, zero},
                         {index(rows.getDimSize(0)), index(rows.getDimSize(1))},
                         {one, one}, op.getValuesIn(), insertRow);
  op.replaceAllUsesWith(loops.results[0]);
  op.erase();
}

/// Replaces the uses of `result` that do not lead to the replacement itself.
static void replaceResult(Value result, Value replacement) {
  result.replaceAllUsesExcept(replacement, replacement.getDefiningOp());
}

// N52
static void guardShift(Operation *op, bool isRounded) {
  OpOperand &amount = op->getOpOperand(1);
  Value given = amount.get(), result = op->getResult(0);
  unsigned width = getElementTypeOrSelf(given).getIntOrFloatBitWidth();
  if (isWithin(given, 0, width - 1))
    return;
  Guard guard(op);
  Value inside = guard.clamp(given, 0, width - 1);
  Value isInside = guard.equal(given, inside);
  if (isa<tosa::ArithmeticRightShiftOp>(op) && !isRounded) {
    // A shift by all bits of a signed integer leaves only its sign.
    amount.set(guard.select(given.getType(), isInside, given,
                            guard.splat(given, width - 1)));
    return;
  }
  amount.set(inside);
  Value zero = guard.splat(result, 0);
  guard.after(op);
  replaceResult(result, guard.select(result.getType(), isInside, result, zero));
}

// N53
static void guardDivision(tosa::IntDivOp op) {
  Value divisor = op.getInput2(), result = op.getOutput();
  if (isWithin(divisor, 1, INT32_MAX) || isWithin(divisor, INT32_MIN, -2))
    return;
  // x / -1 overflows for the smallest x. It is computed as x * -1, which never
  // traps; x / 0 is computed as x * 0.
  Guard guard(op);
  Value isSpecial =
      guard.either(guard.equal(divisor, guard.splat(divisor, 0)),
                   guard.equal(divisor, guard.splat(divisor, -1)));
  Value one = guard.splat(divisor, 1);
  op.getInput2Mutable().set(
      guard.select(divisor.getType(), isSpecial, one, divisor));
  Value factor = guard.select(divisor.getType(), isSpecial, divisor, one);
  guard.after(op);
  replaceResult(result, guard.multiply(result.getType(), result, factor));
}

// N54
static void guardCast(tosa::CastOp op) {
  Value input = op.getInput();
  Type to = getElementTypeOrSelf(op.getOutput());
  if (!isa<FloatType>(getElementTypeOrSelf(input)) || !to.isInteger() ||
      to.isInteger(1) || isNeverNan(input))
    return;
  Guard guard(op);
  op.getInputMutable().set(guard.select(input.getType(),
                                        guard.equal(input, input), input,
                                        guard.splat(input, 0)));
}

static void guard(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<tosa::GatherOp, tosa::ScatterOp>([](auto op) { guardIndices(op); })
      .Case<tosa::LogicalLeftShiftOp, tosa::LogicalRightShiftOp>(
          [](Operation *shift) { guardShift(shift, /*isRounded=*/false); })
      .Case([](tosa::ArithmeticRightShiftOp shift) {
        guardShift(shift, shift.getRound());
      })
      .Case(guardDivision)
      .Case(guardCast);
}

namespace {
struct GuardOperands : codegen::impl::GuardOperandsBase<GuardOperands> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops)
      guard(op);
  }
};
} // namespace
