//===- ConvertObservers.cpp - Observers as calls -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// ptq.observe becomes a call to a function of the program that runs the
/// network (the JIT resolves it). The observer's number is its position in the
/// module; names have been read before.
///
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"
#include "quantc/Support/ObserveFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace quantc {
#define GEN_PASS_DEF_CONVERTOBSERVERS
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The declaration of the callee, made on first use.
static FailureOr<func::FuncOp> getCallee(ModuleOp module) {
  OpBuilder b(module.getBodyRegion());
  Type i64 = b.getI64Type();
  auto type = b.getFunctionType({i64, i64, i64}, {});
  if (auto *existing = module.lookupSymbol(kObserveFunction)) {
    auto func = dyn_cast<func::FuncOp>(existing);
    if (func && func.getFunctionType() == type)
      return func;
    return existing->emitError("the name '")
           << kObserveFunction
           << "' is reserved for the observer; rename this symbol";
  }
  auto callee =
      func::FuncOp::create(b, module.getLoc(), kObserveFunction, type);
  callee.setPrivate();
  return callee;
}

static void convert(ObserveOp op, int64_t index, func::FuncOp callee) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getType());
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(value));
  };
  Value buffer = bufferization::ToBufferOp::create(
      b, loc, MemRefType::get(type.getShape(), type.getElementType()),
      op.getInput(), /*read_only=*/true);
  Value pointer =
      memref::ExtractAlignedPointerAsIndexOp::create(b, loc, buffer);
  Value address = arith::IndexCastOp::create(b, loc, b.getI64Type(), pointer);
  func::CallOp::create(
      b, loc, callee,
      ValueRange{constant(index), address, constant(type.getNumElements())});
  op.replaceAllUsesWith(op.getInput());
  op.erase();
}

namespace {
struct ConvertObserversPass
    : quantc::impl::ConvertObserversBase<ConvertObserversPass> {
  void runOnOperation() override {
    SmallVector<ObserveOp> observers;
    getOperation().walk([&](ObserveOp op) { observers.push_back(op); });
    if (observers.empty())
      return;
    FailureOr<func::FuncOp> callee = getCallee(getOperation());
    if (failed(callee))
      return signalPassFailure();
    for (auto [index, op] : llvm::enumerate(observers)) {
      if (!cast<RankedTensorType>(op.getType()).hasStaticShape()) {
        op.emitError("dynamic shapes cannot be observed; give the network "
                     "static shapes");
        return signalPassFailure();
      }
      convert(op, index, *callee);
    }
  }
};
} // namespace
