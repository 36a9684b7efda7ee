//===- CheckSupported.cpp - Operations that cannot be compiled -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reports, all at once, what has no lowering, before any pass has changed the
// network.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_CHECKSUPPORTED
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// Why an operation cannot be compiled and what to do; empty if it can.
static StringRef findObstacle(Operation *op) {
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case<tosa::CustomOp>([](auto) {
        return "its meaning is known to its producer only; replace it by TOSA "
               "operations";
      })
      .Case<tosa::VariableOp, tosa::VariableReadOp, tosa::VariableWriteOp>(
          [](auto) {
            return "compiled code keeps no state between runs; make the state "
                   "an input and an output of the network";
          })
      .Case<tosa::MatmulTBlockScaledOp, tosa::CastFromBlockScaledOp,
            tosa::CastToBlockScaledOp>([](auto) {
        return "block-scaled tensors have no lowering; cast the constants to "
               "f32 and use tosa.matmul";
      })
      .Default([](Operation *) { return ""; });
}

/// The first result of `op` that is a tensor without a static shape.
static Type findDynamicResult(Operation *op) {
  for (Type type : op->getResultTypes())
    if (auto shaped = dyn_cast<ShapedType>(type);
        shaped && !shaped.hasStaticShape())
      return type;
  return nullptr;
}

namespace {
struct CheckSupported : codegen::impl::CheckSupportedBase<CheckSupported> {
  void runOnOperation() override {
    bool isSupported = true;
    getOperation().walk([&](Operation *op) {
      if (StringRef obstacle = findObstacle(op); !obstacle.empty()) {
        op->emitOpError("cannot be compiled: ") << obstacle;
        isSupported = false;
      } else if (Type type = findDynamicResult(op)) {
        op->emitOpError() << "cannot be compiled: its result has type " << type
                          << "; fix every dimension of the network";
        isSupported = false;
      }
    });
    if (!isSupported)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
