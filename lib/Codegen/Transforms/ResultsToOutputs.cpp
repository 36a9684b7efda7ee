//===- ResultsToOutputs.cpp - Return through caller buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Results of the bufferized network become arguments. An allocation that is
// returned is replaced by the caller's buffer, so that no result is copied
// that can be computed in place. Assumes that callers of the network are
// outside the module.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_RESULTSTOOUTPUTS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// The allocation whose elements, all of them and in order, are `result`.
/// Reshapes and casts in between are looked through. Null if the function's
/// entry block has no such allocation.
static memref::AllocOp findAllocation(Value result, Block &entry) {
  while (Operation *op = result.getDefiningOp()) {
    if (auto alloc = dyn_cast<memref::AllocOp>(op))
      return alloc->getBlock() == &entry ? alloc : nullptr;
    if (!isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(
            op))
      return nullptr;
    result = op->getOperand(0);
  }
  return nullptr;
}

/// A view of `output`, a whole buffer of the caller, with the shape of `type`.
static Value reshape(OpBuilder &builder, Location loc, Value output,
                     MemRefType type) {
  if (output.getType() == type)
    return output;
  SmallVector<int64_t> strides = type.getShape().empty()
                                     ? SmallVector<int64_t>()
                                     : computeSuffixProduct(type.getShape());
  return memref::ReinterpretCastOp::create(
      builder, loc, type, output, /*offset=*/0, type.getShape(), strides);
}

/// Moves the values that `ret` returns into arguments of `function`.
static LogicalResult moveResults(func::FuncOp function, func::ReturnOp ret) {
  Block &entry = function.getBody().front();
  for (Value result : ret.getOperands()) {
    auto type = dyn_cast<MemRefType>(result.getType());
    if (!type || !type.hasStaticShape())
      return function.emitError() << "result of type " << result.getType()
                                  << " cannot become a buffer of the caller";
    Value output = entry.addArgument(
        MemRefType::get(type.getShape(), type.getElementType()), ret.getLoc());
    memref::AllocOp alloc = findAllocation(result, entry);
    if (alloc && alloc.getType().getLayout().isIdentity()) {
      OpBuilder builder(alloc);
      alloc.replaceAllUsesWith(
          reshape(builder, alloc.getLoc(), output, alloc.getType()));
      alloc.erase();
      continue;
    }
    OpBuilder builder(ret);
    memref::CopyOp::create(builder, ret.getLoc(), result, output);
  }
  ret->setOperands(ValueRange());
  return success();
}

namespace {
struct ResultsToOutputs
    : codegen::impl::ResultsToOutputsBase<ResultsToOutputs> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function.isPublic() || function.isExternal())
        continue;
      auto ret =
          dyn_cast<func::ReturnOp>(function.getBody().back().getTerminator());
      if (!function.getBody().hasOneBlock() || !ret) {
        function.emitError(
            "the network must be one block of structured control flow");
        return signalPassFailure();
      }
      if (failed(moveResults(function, ret)))
        return signalPassFailure();
      function.setType(FunctionType::get(
          &getContext(), function.getBody().getArgumentTypes(), {}));
      // Attributes of results have moved to the module, see
      // quantc-capture-interface.
      function.removeResAttrsAttr();
      function.removeArgAttrsAttr();
    }
  }
};
} // namespace
