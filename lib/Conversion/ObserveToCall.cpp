//===- ObserveToCall.cpp - ptq.observe to a call -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information. SPDX-License-Identifier:
// Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Observed tensors become addresses that a function of the process receives.
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace quantc {
#define GEN_PASS_DEF_CONVERTOBSERVETOCALL
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;

static constexpr llvm::StringLiteral observer = "quantc_observe";

/// Declares `quantc_observe(index, address, count)`.
static func::FuncOp declareObserver(ModuleOp module) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  Type i64 = builder.getI64Type();
  auto declaration =
      func::FuncOp::create(builder, module.getLoc(), observer,
                           builder.getFunctionType({i64, i64, i64}, {}));
  declaration.setPrivate();
  return declaration;
}

static void replaceByCall(ptq::ObserveOp observe, int64_t index) {
  OpBuilder builder(observe);
  Location loc = observe.getLoc();
  auto type = cast<RankedTensorType>(observe.getInput().getType());
  auto bufferType = MemRefType::get(type.getShape(), type.getElementType());
  Value buffer = bufferization::ToBufferOp::create(builder, loc, bufferType,
                                                   observe.getInput(),
                                                   /*readOnly=*/true);
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
  Type i64 = builder.getI64Type();
  Value arguments[] = {
      arith::ConstantIntOp::create(builder, loc, i64, index),
      arith::IndexCastOp::create(builder, loc, i64, address),
      arith::ConstantIntOp::create(builder, loc, i64, type.getNumElements())};
  func::CallOp::create(builder, loc, observer, TypeRange(), arguments);
  observe.replaceAllUsesWith(observe.getInput());
  observe.erase();
}

namespace {
struct ConvertObserveToCall
    : quantc::impl::ConvertObserveToCallBase<ConvertObserveToCall> {
  void runOnOperation() override {
    SmallVector<ptq::ObserveOp> observes;
    WalkResult walk = getOperation().walk([&](ptq::ObserveOp observe) {
      if (!cast<RankedTensorType>(observe.getInput().getType())
               .hasStaticShape()) {
        observe.emitError("only tensors of static shape can be observed; fix "
                          "every dimension");
        return WalkResult::interrupt();
      }
      observes.push_back(observe);
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    if (observes.empty())
      return;
    if (!getOperation().lookupSymbol(observer))
      declareObserver(getOperation());
    for (auto [index, observe] : llvm::enumerate(observes))
      replaceByCall(observe, index);
  }
};
} // namespace
