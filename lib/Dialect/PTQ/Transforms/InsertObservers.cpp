//===- InsertObservers.cpp - Probes on tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQINSERTOBSERVERS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

namespace {
struct InsertObserversPass
    : quantc::ptq::impl::PTQInsertObserversBase<InsertObserversPass> {
  void runOnOperation() override {
    Quantizability quantizability(getOperation());
    for (Value value : quantizability.getValues()) {
      if (quantizability.getSource(value) != ParameterSource::Calibrated)
        continue;
      if (failed(observe(value)))
        return signalPassFailure();
    }
  }

private:
  static LogicalResult observe(Value value) {
    if (llvm::any_of(value.getUsers(), llvm::IsaPred<ObserveOp>))
      return success();
    StringRef name = getTensorName(value);
    if (name.empty())
      return emitError(value.getLoc())
             << "a tensor without a name cannot be observed: run "
                "ptq-name-tensors first";
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    auto observer = ObserveOp::create(builder, value.getLoc(), value, name);
    value.replaceAllUsesExcept(observer.getOutput(), observer);
    return success();
  }
};
} // namespace
