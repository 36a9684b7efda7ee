//===- ExpandFakeQuant.cpp - Simulated integers as float TOSA -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/QuantizedConstants.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace quantc {
#define GEN_PASS_DEF_PTQEXPANDFAKEQUANT
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
struct ExpandFakeQuantPass
    : quantc::impl::PTQExpandFakeQuantBase<ExpandFakeQuantPass> {
  void runOnOperation() override {
    getOperation().walk([&](FakeQuantOp op) {
      OpBuilder b(op);
      op.replaceAllUsesWith(
          buildFakeQuant(b, op.getLoc(), op.getInput(),
                         cast<quant::QuantizedType>(op.getQuantizedType()),
                         getConstantRole(op)));
      Operation *source = op.getInput().getDefiningOp();
      op.erase();
      if (source && isOpTriviallyDead(source))
        source->erase();
    });
  }
};
} // namespace
