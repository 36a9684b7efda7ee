//===- ConvertUnsigned.cpp - Unsigned integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// The other passes use integer types without a sign. Unsigned integers are
/// marked on the operations that need to know: tosa.rescale, and the arguments
/// and results of the network.
///
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Pass/PassManager.h"

namespace quantc {
#define GEN_PASS_DEF_CONVERTUNSIGNED
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static bool isUnsigned(Type type) {
  return getElementTypeOrSelf(type).isUnsignedInteger();
}

static bool hasUnsigned(Operation *op) {
  return llvm::any_of(op->getOperandTypes(), isUnsigned) ||
         llvm::any_of(op->getResultTypes(), isUnsigned);
}

/// True if bits alone decide what `op` computes.
static bool isSignless(Operation *op) {
  return isa<tosa::ConstOp, tosa::ConcatOp, tosa::EqualOp, tosa::GatherOp,
             tosa::IdentityOp, tosa::PadOp, tosa::ReshapeOp, tosa::ReverseOp,
             tosa::ScatterOp, tosa::SelectOp, tosa::SliceOp, tosa::TileOp,
             tosa::TransposeOp, tosa::RescaleOp, func::FuncOp, func::ReturnOp>(
      op);
}

/// Writes a cast between an unsigned and another type as two casts. int32 in
/// between holds all unsigned integers of up to 16 bits.
static void convertCast(tosa::CastOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  TensorType type = op.getType();
  Type from = op.getInput().getType().getElementType();
  Type to = type.getElementType();
  TensorType wide = type.clone(b.getI32Type());
  auto cast = [&](Value value, Type result) -> Value {
    if (value.getType() == result)
      return value;
    return tosa::CastOp::create(b, result, value);
  };
  auto constantOf = [&](int64_t value) -> Value {
    auto scalar = RankedTensorType::get(SmallVector<int64_t>(type.getRank(), 1),
                                        b.getI32Type());
    return tosa::ConstOp::create(
        b, scalar, DenseElementsAttr::get(scalar, int32_t(value)));
  };
  auto getMaximum = [](Type element) {
    return (int64_t(1) << element.getIntOrFloatBitWidth()) - 1;
  };
  Value value = op.getInput();
  if (from.isUnsignedInteger() &&
      to.getIntOrFloatBitWidth() > from.getIntOrFloatBitWidth()) {
    // The type no longer says that the integer is unsigned, so the cast extends
    // its sign.
    value = tosa::BitwiseAndOp::create(b, wide, cast(value, wide),
                                       constantOf(getMaximum(from)));
  } else if (isa<FloatType>(from)) {
    value = tosa::MaximumOp::create(b, wide, cast(value, wide), constantOf(0));
    value = tosa::MinimumOp::create(b, wide, value, constantOf(getMaximum(to)));
  } else {
    return; // The lower bits are the result.
  }
  op.replaceAllUsesWith(cast(value, type));
  op.erase();
}

namespace {
struct ConvertUnsigned : quantc::impl::ConvertUnsignedBase<ConvertUnsigned> {
  void runOnOperation() override;
};
} // namespace

/// Reports operations whose result depends on a sign that they do not have.
static LogicalResult verify(func::FuncOp func) {
  LogicalResult result = success();
  func.walk([&](Operation *op) {
    auto isWide = [](Type type) {
      return isUnsigned(type) &&
             getElementTypeOrSelf(type).getIntOrFloatBitWidth() > 16;
    };
    if (llvm::any_of(op->getResultTypes(), isWide)) {
      op->emitError() << "'" << op->getName()
                      << "' has unsigned integers of more than 16 bits; give "
                         "the network signed ones";
      result = failure();
    } else if (!isSignless(op) && !isa<tosa::CastOp>(op) && hasUnsigned(op)) {
      op->emitError() << "'" << op->getName()
                      << "' computes with unsigned integers, which TOSA does "
                         "not; convert its operands by 'tosa.rescale' with "
                         "input_unsigned, or by 'tosa.cast'";
      result = failure();
    }
  });
  for (auto [index, type] : llvm::enumerate(func.getArgumentTypes()))
    if (isUnsigned(type) &&
        getElementTypeOrSelf(type).getIntOrFloatBitWidth() > 16) {
      func.emitError() << "argument " << index << " is " << type
                       << ": unsigned integers have 8 or 16 bits; give the "
                          "network signed ones";
      result = failure();
    }
  return result;
}

void ConvertUnsigned::runOnOperation() {
  func::FuncOp func = getOperation();
  bool found = llvm::any_of(func.getArgumentTypes(), isUnsigned);
  func.walk([&](Operation *op) { found |= hasUnsigned(op); });
  if (!found)
    return markAllAnalysesPreserved();
  if (failed(verify(func)))
    return signalPassFailure();

  SmallVector<tosa::CastOp> casts;
  func.walk([&](Operation *op) {
    if (auto rescale = dyn_cast<tosa::RescaleOp>(op)) {
      if (isUnsigned(rescale.getInput().getType()))
        rescale.setInputUnsigned(true);
      if (isUnsigned(rescale.getType()))
        rescale.setOutputUnsigned(true);
    } else if (auto cast = dyn_cast<tosa::CastOp>(op); cast && hasUnsigned(op))
      casts.push_back(cast);
  });
  for (tosa::CastOp cast : casts)
    convertCast(cast);
  UnitAttr unit = UnitAttr::get(&getContext());
  for (auto [index, type] : llvm::enumerate(func.getArgumentTypes()))
    if (isUnsigned(type))
      func.setArgAttr(index, kUnsignedAttr, unit);
  for (auto [index, type] : llvm::enumerate(func.getResultTypes()))
    if (isUnsigned(type))
      func.setResultAttr(index, kUnsignedAttr, unit);

  OpPassManager signless(func::FuncOp::getOperationName());
  signless.addPass(tosa::createTosaConvertIntegerTypeToSignless());
  if (failed(runPipeline(signless, func)))
    signalPassFailure();
}
