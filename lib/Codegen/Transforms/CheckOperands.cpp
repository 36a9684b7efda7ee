//===- CheckOperands.cpp - What code generation relies on -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TOSA's verifiers leave to backends what depends on constants and some of
// what depends on shapes. Generated code reads and writes memory by these, so a
// network from elsewhere is checked before anything relies on them.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_CHECKOPERANDS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

static int64_t dim(Value value, int64_t index) {
  return cast<ShapedType>(value.getType()).getDimSize(index);
}

/// The type of elements in memory: quantized ones are integers.
static Type getStorageType(Value value) {
  Type element = getElementTypeOrSelf(value);
  auto quantized = dyn_cast<quant::QuantizedType>(element);
  return quantized ? quantized.getStorageType() : element;
}

/// Reports an integer constant that has a value outside of [min, max]. Values
/// that are not constant are not checked.
static LogicalResult checkRange(Operation *op, Value value, StringRef what,
                                int64_t min, int64_t max) {
  DenseIntElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return success();
  for (const APInt &element : constant)
    if (element.slt(min) || element.sgt(max))
      return op->emitOpError()
             << "has " << what << " " << element.getSExtValue()
             << "; it must be from " << min << " to " << max;
  return success();
}

static LogicalResult checkConstant(Operation *op, Value value, StringRef what) {
  if (matchPattern(value, m_Constant()))
    return success();
  return op->emitOpError() << "computes its " << what
                           << " at run time; make it a tosa.const";
}

/// Checks that both numbers are equal. `what` names them in the error.
static LogicalResult checkEqual(Operation *op, StringRef what, int64_t given,
                                int64_t expected) {
  if (given == expected)
    return success();
  return op->emitOpError() << "has " << given << " " << what << " instead of "
                           << expected;
}

static LogicalResult check(tosa::RescaleOp op) {
  bool isScale32 = op.getScale32();
  auto from = dyn_cast<IntegerType>(getStorageType(op.getInput()));
  if (!from || !llvm::is_contained({8u, 16u, 32u, 48u}, from.getWidth()))
    return op.emitOpError() << "rescales elements of type "
                            << getElementTypeOrSelf(op.getInput())
                            << "; TOSA rescales i8, i16, i32 and i48";
  if (from.getWidth() == 48 && isScale32)
    return op.emitOpError("scales i48 by multipliers of 32 bits; use "
                          "multipliers of 16 bits and scale32 = false");
  if (op.getRoundingMode() == tosa::RoundingMode::INEXACT_ROUND)
    return op.emitOpError("leaves its rounding open (INEXACT_ROUND); use "
                          "SINGLE_ROUND or DOUBLE_ROUND");
  if (op.getRoundingMode() == tosa::RoundingMode::DOUBLE_ROUND && !isScale32)
    return op.emitOpError("rounds twice (DOUBLE_ROUND) with multipliers of 16 "
                          "bits; use SINGLE_ROUND or scale32 = true");
  if (failed(checkConstant(op, op.getMultiplier(), "multiplier")) ||
      failed(checkConstant(op, op.getShift(), "shift")) ||
      failed(checkConstant(op, op.getInputZp(), "input zero point")) ||
      failed(checkConstant(op, op.getOutputZp(), "output zero point")))
    return failure();
  // N11
  return success(succeeded(checkRange(op, op.getShift(), "shift", 2, 62)) &&
                 succeeded(checkRange(op, op.getMultiplier(), "multiplier", 0,
                                      isScale32 ? INT32_MAX : INT16_MAX)));
}

static LogicalResult check(tosa::MulOp op) {
  Type element = getStorageType(op.getInput1());
  if (failed(checkConstant(op, op.getShift(), "shift")))
    return failure();
  if (!element.isInteger(32) && !matchPattern(op.getShift(), m_Zero()))
    return op.emitOpError() << "shifts products of type " << element
                            << "; TOSA shifts those of i32 only";
  return checkRange(op, op.getShift(), "shift", 0, 63);
}

static LogicalResult checkZeroPoints(Operation *op, Value input, Value other,
                                     StringRef otherName) {
  if (failed(checkConstant(op, input, "input zero point")))
    return failure();
  return checkConstant(op, other, otherName);
}

static LogicalResult check(tosa::NegateOp op) {
  return checkZeroPoints(op, op.getInput1Zp(), op.getOutputZp(),
                         "output zero point");
}

static LogicalResult check(tosa::AvgPool2dOp op) {
  return checkZeroPoints(op, op.getInputZp(), op.getOutputZp(),
                         "output zero point");
}

/// Checks that the weights have as many channels as the input.
template <typename OpTy>
static LogicalResult checkConv(OpTy op, int64_t weightDim) {
  Value input = op.getInput();
  int64_t channels =
      dim(input, cast<ShapedType>(input.getType()).getRank() - 1);
  if (failed(checkEqual(op, "input channels in its weights",
                        dim(op.getWeight(), weightDim), channels)))
    return failure();
  return checkZeroPoints(op, op.getInputZp(), op.getWeightZp(),
                         "weight zero point");
}

static LogicalResult check(tosa::MatMulOp op) {
  Value a = op.getA(), b = op.getB();
  if (failed(checkEqual(op, "matrices in its second operand", dim(b, 0),
                        dim(a, 0))) ||
      failed(
          checkEqual(op, "rows in its second operand", dim(b, 1), dim(a, 2))))
    return failure();
  return checkZeroPoints(op, op.getAZp(), op.getBZp(), "second zero point");
}

static LogicalResult check(tosa::TableOp op) {
  Type from = getStorageType(op.getInput1()),
       to = getStorageType(op.getOutput());
  if (!(from.isInteger(8) && to.isInteger(8)) &&
      !(from.isInteger(16) && to.isInteger(32)))
    return op.emitOpError() << "looks up " << to << " by " << from
                            << "; TOSA looks up i8 by i8, and i32 by i16";
  return checkEqual(op, "entries in its table", dim(op.getTable(), 0),
                    from.isInteger(8) ? 256 : 513);
}

/// Checks that the elements that are shifted are integers.
static LogicalResult checkIntegers(Operation *op) {
  Type element = getStorageType(op->getResult(0));
  if (element.isInteger())
    return success();
  return op->emitOpError() << "shifts elements of type " << element
                           << "; TOSA shifts integers";
}

/// Checks constant indices. Other indices follow rule N51 at run time.
static LogicalResult checkIndices(Operation *op, Value indices, Value table) {
  return checkRange(op, indices, "index", 0, dim(table, 1) - 1);
}

static LogicalResult check(tosa::GatherOp op) {
  return checkIndices(op, op.getIndices(), op.getValues());
}

static LogicalResult check(tosa::ScatterOp op) {
  return checkIndices(op, op.getIndices(), op.getValuesIn());
}

/// TOSA's verifier takes -1 for a number that is known later.
static LogicalResult check(tosa::TileOp op) {
  return checkRange(op, op.getMultiples(), "multiple", 1, INT64_MAX);
}

static LogicalResult checkOperands(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<tosa::RescaleOp, tosa::MulOp, tosa::NegateOp, tosa::AvgPool2dOp,
            tosa::MatMulOp, tosa::TableOp, tosa::GatherOp, tosa::ScatterOp,
            tosa::TileOp>([](auto op) { return check(op); })
      .Case<tosa::Conv2DOp, tosa::TransposeConv2DOp>(
          [](auto op) { return checkConv(op, 3); })
      .Case([](tosa::Conv3DOp op) { return checkConv(op, 4); })
      .Case([](tosa::DepthwiseConv2DOp op) { return checkConv(op, 2); })
      .Case<tosa::LogicalLeftShiftOp, tosa::LogicalRightShiftOp,
            tosa::ArithmeticRightShiftOp>(checkIntegers)
      .Default([](Operation *) { return success(); });
}

/// Checks that the results have the shapes that follow from the operands.
static LogicalResult checkResults(Operation *op) {
  auto inferable = dyn_cast<InferShapedTypeOpInterface>(op);
  if (!inferable || !isa<tosa::TosaDialect>(op->getDialect()))
    return success();
  SmallVector<ShapedTypeComponents> inferred;
  if (failed(inferable.inferReturnTypeComponents(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getDiscardableAttrDictionary(), op->getPropertiesStorage(),
          op->getRegions(), inferred)))
    return success(); // The verifier has seen to it.
  for (auto [result, components] : llvm::zip(op->getResults(), inferred)) {
    auto type = dyn_cast<ShapedType>(result.getType());
    if (!type || !type.hasRank() || !components.hasRank() ||
        succeeded(verifyCompatibleShape(type.getShape(), components.getDims())))
      continue;
    auto expected =
        RankedTensorType::get(components.getDims(), type.getElementType());
    return op->emitOpError() << "has a result of type " << type
                             << " where its operands give " << expected;
  }
  return success();
}

/// False if `type` has more elements than an address space has bytes: from here
/// on, sizes and offsets are numbers of 63 bits.
static bool isAddressable(Type type) {
  constexpr int64_t kMaxElements = int64_t(1) << 48;
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasStaticShape())
    return true;
  int64_t count = 1;
  for (int64_t size : shaped.getShape())
    if (llvm::MulOverflow(count, std::max<int64_t>(size, 1), count) ||
        count > kMaxElements)
      return false;
  return true;
}

static LogicalResult reportSize(InFlightDiagnostic diag, Attribute name,
                                Type type) {
  if (auto string = dyn_cast_or_null<StringAttr>(name))
    diag << " '" << string.getValue() << "'";
  return diag << " has type " << type
              << ": more elements than memory can hold; reduce its dimensions";
}

/// Reports the first tensor that is larger than the address space. The tensors
/// that are made from it are too large as well, so only one is reported.
static LogicalResult checkSizes(ModuleOp module) {
  for (auto func : module.getOps<func::FuncOp>())
    for (auto [index, type] : llvm::enumerate(func.getArgumentTypes()))
      if (!isAddressable(type))
        return reportSize(func.emitError() << "input " << index,
                          func.getArgAttr(index, "ptq.name"), type);
  WalkResult result = module.walk([](Operation *op) {
    for (Type type : op->getResultTypes())
      if (!isAddressable(type)) {
        (void)reportSize(op->emitOpError() << "result", op->getAttr("ptq.name"),
                         type);
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

namespace {
struct CheckOperands : codegen::impl::CheckOperandsBase<CheckOperands> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    markAllAnalysesPreserved();
    if (failed(checkSizes(module)))
      return signalPassFailure();
    bool isValid = true;
    module.walk([&](Operation *op) {
      isValid &= succeeded(checkOperands(op)) && succeeded(checkResults(op));
    });
    if (!isValid)
      signalPassFailure();
  }
};
} // namespace
