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
#include "quantc/Dialect/PTQ/IR/Rescale.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Numerics/XNNPACKKernels.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQQUANTIZEOPS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// int8 with other parameters as XNNPACK's kernel has it (N59), or null.
static Value convertAsXNNPACK(OpBuilder &builder, Location loc, Value value,
                              Type element) {
  auto getInt8 = [](Type type) {
    auto uniform = dyn_cast<quant::UniformQuantizedType>(type);
    return uniform && uniform.getStorageTypeIntegralWidth() == 8
               ? uniform
               : quant::UniformQuantizedType();
  };
  auto from = getInt8(getElementTypeOrSelf(value)), to = getInt8(element);
  if (!from || !to || from == to)
    return {};
  auto multiplier = deriveXNNPACKConversion(from.getScale() / to.getScale());
  if (!multiplier)
    return {};
  RescaleSpec spec;
  spec.multipliers = {*multiplier};
  spec.inputZeroPoint = from.getZeroPoint();
  spec.outputZeroPoint = to.getZeroPoint();
  Value codes = buildRescale(
      builder, loc, reinterpret(builder, loc, value, from.getStorageType()),
      builder.getI8Type(), spec);
  return reinterpret(builder, loc, codes, to);
}

/// quant.qcast(quant.dcast(x)) changes parameters without going through floats.
static void joinCasts(quant::QuantizeCastOp quantize, Contract contract) {
  auto dequantize =
      quantize.getInput().getDefiningOp<quant::DequantizeCastOp>();
  if (!dequantize)
    return;
  OpBuilder builder(quantize);
  Location loc = quantize.getLoc();
  Value value = dequantize.getInput(), converted;
  Type element = getElementTypeOrSelf(quantize.getType());
  if (contract == Contract::LiteRT)
    converted = convertAsXNNPACK(builder, loc, value, element);
  if (!converted)
    converted = requantize(builder, loc, value, element);
  quantize.replaceAllUsesWith(converted);
  quantize.erase();
}

namespace {

struct QuantizeOpsPass
    : quantc::ptq::impl::PTQQuantizeOpsBase<QuantizeOpsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<Contract> chosen = chooseContract(func, contractName);
    if (failed(chosen))
      return signalPassFailure();
    contract = *chosen;
    // What lowers the result has to know it.
    if (contract == Contract::Exact)
      func->removeAttr(kContractAttr);
    else
      func->setAttr(
          kContractAttr,
          StringAttr::get(func.getContext(), stringifyContract(contract)));
    if (func.isExternal())
      return;
    // Casts are joined when all operations have their final form.
    SmallVector<Operation *> ops;
    for (Operation &op : func.getBody().front().without_terminator())
      if (!isa<quant::QuantizeCastOp>(op))
        ops.push_back(&op);
    for (Operation *op : ops)
      visit(op, getAnalysis<Quantizability>());
    for (auto quantize : llvm::make_early_inc_range(
             func.getBody().front().getOps<quant::QuantizeCastOp>()))
      joinCasts(quantize, contract);
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, func->getRegions());
  }

private:
  void visit(Operation *op, const Quantizability &plan);
  bool quantizeOp(Operation *op, std::string &reason);

  Contract contract = Contract::Exact;
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

/// Replaces the float `result` by the quantized `value`.
static void replaceResult(OpBuilder &builder, OpResult result, Value value) {
  Location loc = result.getLoc();
  if (result.getType() == value.getType()) {
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
  SchemeAttr scheme = getScheme(op);
  FailureOr<IntegerForm> form = scheme.isDynamic()
                                    ? findDynamicForm(op, reason)
                                    : findIntegerForm(op, reason);
  if (failed(form))
    return false;
  OpBuilder builder(op);
  Operation *before = op->getPrevNode();
  FailureOr<SmallVector<Value>> values =
      cast<QuantizableOpInterface>(op).quantize(
          builder, form->operands, form->resultTypes, scheme, contract);
  if (failed(values)) {
    reason = kNoFormReason.str();
    return false;
  }
  // What computes in float says that this was asked for.
  if (scheme.isDynamic() && getScheme(op->getParentOp()) != scheme)
    for (Operation *made = before ? before->getNextNode()
                                  : &op->getBlock()->front();
         made != op; made = made->getNextNode())
      made->setAttr(kSchemeAttr, scheme);
  for (auto [result, value, type] :
       llvm::zip_equal(op->getResults(), *values, form->resultTypes)) {
    if (type)
      value = requantize(builder, op->getLoc(), value, type.getElementType());
    if (Operation *source = value.getDefiningOp())
      if (StringRef name = getTensorName(result);
          !name.empty() && source->getBlock() == op->getBlock() &&
          source->getNumResults() == 1 && !source->hasAttr(kNameAttr))
        source->setAttr(kNameAttr, builder.getStringAttr(name));
    replaceResult(builder, result, value);
  }
  return true;
}

void QuantizeOpsPass::visit(Operation *op, const Quantizability &plan) {
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
  // In float, its states are not rounded either.
  if (auto layer = dyn_cast<RecurrentOpInterface>(op))
    layer.setStateTypesAttr({});
  if (StringRef planned = plan.getFloatReason(op);
      !planned.empty() && getScheme(op).isStatic())
    reason = planned.str();
  remark::missed(loc, options("stays-float"))
      << remark::metric("Op", opName) << remark::metric("Tensor", name)
      << remark::reason("{0}", reason);
}
