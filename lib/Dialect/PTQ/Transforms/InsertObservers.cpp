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
    // A network that brings all of its parameters has nothing to measure.
    if (llvm::none_of(quantizability.getValues(), [&](Value value) {
          return quantizability.getSource(value) == ParameterSource::Calibrated;
        }))
      return;
    for (Value value : quantizability.getValues()) {
      // What is an accumulator or has fixed parameters now needs others if a
      // policy gives its neighbour another scheme.
      if (quantizability.getSource(value) == ParameterSource::Given)
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
