//===- LowerQuantized.cpp - Quantized tensors to integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Lowers a quantized network to plain integer TOSA. Quantized operations are
/// already TOSA's, with their zero points as operands. Three things are left:
/// ptq.requantize becomes tosa.rescale, casts from and to float become float
/// operations, and types lose their quantization parameters.
///
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc {
#define GEN_PASS_DEF_PTQLOWERQUANTIZED
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// `value` as storage integers.
static Value toStorage(OpBuilder &builder, Value value) {
  return reinterpret(builder, value.getLoc(), value,
                     getQuantizedElement(value.getType()).getStorageType());
}

/// `value`, which takes the place of `op`, gets its name.
static void passName(Operation *op, Value value) {
  Operation *source = value.getDefiningOp();
  if (Attribute name = op->getAttr(kNameAttr);
      name && source && !source->hasAttr(kNameAttr))
    source->setAttr(kNameAttr, name);
}

/// Replaces the result of `op` by `replacement` (storage integers or floats),
/// which also gets its name.
static void replace(OpBuilder &builder, Operation *op, Value replacement) {
  passName(op, replacement);
  op->getResult(0).replaceAllUsesWith(
      reinterpret(builder, op->getLoc(), replacement,
                  getElementTypeOrSelf(op->getResult(0))));
  op->erase();
}

static LogicalResult lowerRequantize(RequantizeOp op, Contract contract) {
  FailureOr<RescaleSpec> spec = getRescaleSpec(op, contract);
  if (failed(spec))
    return failure();
  OpBuilder builder(op);
  quant::QuantizedType type = getQuantizedElement(op.getType());
  Value integers =
      buildRescale(builder, op.getLoc(), toStorage(builder, op.getInput()),
                   cast<IntegerType>(type.getStorageType()), *spec);
  replace(builder, op, clampToStorage(builder, op.getLoc(), integers, type));
  return success();
}

static LogicalResult lowerQuantize(quant::QuantizeCastOp op,
                                   Contract contract) {
  auto type =
      dyn_cast<quant::UniformQuantizedType>(getElementTypeOrSelf(op.getType()));
  if (!type || !isFloatTensor(op.getInput().getType()))
    return op.emitError(
        "only ranked f32 tensors are quantized at run time, with one "
        "scale for the whole tensor; scales per channel need "
        "a constant (run ptq-fold-fake-quant)");
  OpBuilder builder(op);
  replace(builder, op,
          buildQuantize(builder, op.getLoc(), op.getInput(), type, contract));
  return success();
}

static LogicalResult lowerDequantize(quant::DequantizeCastOp op) {
  if (std::optional<BlockConstant> constant = BlockConstant::match(op)) {
    lowerBlocks(op, *constant);
    return success();
  }
  quant::QuantizedType type = getQuantizedElement(op.getInput().getType());
  if (!type || !isFloatTensor(op.getType()))
    return op.emitError("only ranked tensors are dequantized, and only to f32");
  if (isa<SubChannelType>(type))
    return op.emitError("only constants have a scale per block");
  OpBuilder builder(op);
  replace(builder, op,
          buildDequantize(builder, op.getLoc(),
                          toStorage(builder, op.getInput()), type));
  return success();
}

/// `type` without quantization parameters.
static Type eraseParameters(Type type) {
  if (auto quantized = getQuantizedElement(type))
    return cast<RankedTensorType>(type).clone(quantized.getStorageType());
  return type;
}

static void eraseParameters(func::FuncOp func) {
  func.walk([](Block *block) {
    for (BlockArgument arg : block->getArguments())
      arg.setType(eraseParameters(arg.getType()));
  });
  func.walk([](Operation *op) {
    for (OpResult result : op->getResults())
      result.setType(eraseParameters(result.getType()));
  });
  func.walk([](quant::StorageCastOp op) {
    passName(op, op.getInput());
    op.replaceAllUsesWith(op.getInput());
    op.erase();
  });
  auto erased = [](TypeRange types) {
    return llvm::map_to_vector(types,
                               [](Type type) { return eraseParameters(type); });
  };
  func.setFunctionType(FunctionType::get(func.getContext(),
                                         erased(func.getArgumentTypes()),
                                         erased(func.getResultTypes())));
}

/// Checks that every quantized tensor has parameters that the lowering
/// supports.
static LogicalResult verifyTypes(func::FuncOp func) {
  auto verify = [](Value value, function_ref<InFlightDiagnostic()> error) {
    quant::QuantizedType type = getQuantizedElement(value.getType());
    return success(
        !type ||
        succeeded(verifyQuantizedType(
            type, cast<RankedTensorType>(value.getType()).getShape(), error)));
  };
  for (BlockArgument argument : func.getArguments())
    if (failed(verify(argument, [&] {
          return func.emitError()
                 << "argument " << argument.getArgNumber() << " ";
        })))
      return failure();
  WalkResult result = func.walk([&](Operation *op) {
    for (Value value : op->getResults())
      if (failed(verify(value, [&] { return op->emitOpError(); })))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

namespace {
struct LowerQuantizedPass
    : quantc::impl::PTQLowerQuantizedBase<LowerQuantizedPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<Contract> contract = chooseContract(func);
    if (failed(contract))
      return signalPassFailure();
    if (func.isExternal())
      return;
    if (failed(verifyTypes(func)))
      return signalPassFailure();
    bool failedAny = false;
    func.walk([&](Operation *op) {
      LogicalResult result = TypeSwitch<Operation *, LogicalResult>(op)
                                 .Case([&](RequantizeOp op) {
                                   return lowerRequantize(op, *contract);
                                 })
                                 .Case([&](quant::QuantizeCastOp op) {
                                   return lowerQuantize(op, *contract);
                                 })
                                 .Case([](quant::DequantizeCastOp op) {
                                   return lowerDequantize(op);
                                 })
                                 .Default(success());
      failedAny |= failed(result);
    });
    if (failedAny)
      return signalPassFailure();
    // The integer operations now have what these attributes ask for.
    func->removeAttr(kContractAttr);
    removeSchemes(func);
    eraseParameters(func);
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, func->getRegions());
  }
};
} // namespace
