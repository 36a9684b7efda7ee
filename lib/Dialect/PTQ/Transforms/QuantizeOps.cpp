//===- QuantizeOps.cpp - Integer forms of operations -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Replaces float operations between quant.dcast and quant.qcast by operations
/// on quantized tensors. Knows operations only through QuantizableOpInterface.
/// Assumes that ptq.fake_quant has been folded and biases are quantized; leaves
/// choosing parameters to earlier passes and integer multipliers to lowering.
///
//===----------------------------------------------------------------------===//

#include "IntegerForm.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQQUANTIZEOPS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// quant.qcast(quant.dcast(x)) changes parameters without going through floats.
static void joinCasts(quant::QuantizeCastOp quantize) {
  auto dequantize =
      quantize.getInput().getDefiningOp<quant::DequantizeCastOp>();
  if (!dequantize)
    return;
  OpBuilder builder(quantize);
  quantize.replaceAllUsesWith(
      requantize(builder, quantize.getLoc(), dequantize.getInput(),
                 getElementTypeOrSelf(quantize.getType())));
  quantize.erase();
}

namespace {

struct QuantizeOpsPass
    : quantc::ptq::impl::PTQQuantizeOpsBase<QuantizeOpsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    std::optional<Rounding> parsed = parseRounding(rounding);
    if (!parsed) {
      func.emitError("unknown rounding '")
          << rounding << "'; use 'single' or 'double'";
      return signalPassFailure();
    }
    mode = *parsed;
    if (func.isExternal())
      return;
    // Casts are joined when all operations have their final form.
    SmallVector<Operation *> ops;
    for (Operation &op : func.getBody().front().without_terminator())
      if (!isa<quant::QuantizeCastOp>(op))
        ops.push_back(&op);
    for (Operation *op : ops)
      visit(op);
    for (auto quantize : llvm::make_early_inc_range(
             func.getBody().front().getOps<quant::QuantizeCastOp>()))
      joinCasts(quantize);
    eraseDeadOps(func);
  }

private:
  void visit(Operation *op);
  bool quantizeOp(Operation *op, std::string &reason);
  void eraseDeadOps(func::FuncOp func);

  Rounding mode = Rounding::Single;
};

} // namespace

/// True if a float tensor goes in or comes out.
static bool computesInFloat(Operation *op) {
  auto isFloat = [](Type type) {
    auto tensor = dyn_cast<TensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType());
  };
  return llvm::any_of(op->getOperandTypes(), isFloat) ||
         llvm::any_of(op->getResultTypes(), isFloat);
}

/// Replaces the float result by the quantized `value`.
static void replaceResult(OpBuilder &builder, Operation *op, Value value) {
  Value result = op->getResult(0);
  Location loc = op->getLoc();
  if (!isFloatTensor(result.getType())) {
    result.replaceAllUsesWith(value);
    return;
  }
  for (Operation *user : llvm::make_early_inc_range(result.getUsers()))
    if (auto quantize = dyn_cast<quant::QuantizeCastOp>(user)) {
      quantize.replaceAllUsesWith(requantize(
          builder, loc, value, getElementTypeOrSelf(quantize.getType())));
      quantize.erase();
    }
  if (!result.use_empty())
    result.replaceAllUsesWith(
        quant::DequantizeCastOp::create(builder, loc, result.getType(), value));
}

bool QuantizeOpsPass::quantizeOp(Operation *op, std::string &reason) {
  FailureOr<IntegerForm> form = findIntegerForm(op, reason);
  if (failed(form))
    return false;
  OpBuilder builder(op);
  FailureOr<Value> value = cast<QuantizableOpInterface>(op).quantize(
      builder, form->operands, form->resultType, mode);
  if (failed(value)) {
    reason = kNoFormReason.str();
    return false;
  }
  if (form->resultType)
    value = requantize(builder, op->getLoc(), *value,
                       form->resultType.getElementType());
  if (Operation *source = value->getDefiningOp())
    if (Attribute name = op->getAttr(kNameAttr);
        name && source->getBlock() == op->getBlock() &&
        !source->hasAttr(kNameAttr))
      source->setAttr(kNameAttr, name);
  replaceResult(builder, op, *value);
  return true;
}

void QuantizeOpsPass::visit(Operation *op) {
  if (isa<quant::DequantizeCastOp>(op) ||
      op->hasTrait<OpTrait::ConstantLike>() || isOpTriviallyDead(op) ||
      !computesInFloat(op))
    return;

  StringRef name =
      op->getNumResults() ? getTensorName(op->getResult(0)) : StringRef();
  StringRef function = getOperation().getSymName();
  Location loc = op->getLoc();
  std::string opName = op->getName().getStringRef().str();
  std::string reason;
  auto options = [&](StringRef remarkName) {
    return remark::RemarkOpts::name(remarkName)
        .category("ptq-quantize-ops")
        .function(function);
  };
  if (quantizeOp(op, reason)) {
    remark::passed(loc, options("quantized"))
        << remark::metric("Op", opName) << remark::metric("Tensor", name);
    op->erase();
    return;
  }
  remark::missed(loc, options("stays-float"))
      << remark::metric("Op", opName) << remark::metric("Tensor", name)
      << remark::reason("{0}", reason);
}

void QuantizeOpsPass::eraseDeadOps(func::FuncOp func) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}
