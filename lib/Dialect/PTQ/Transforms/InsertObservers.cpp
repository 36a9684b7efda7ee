//===- InsertObservers.cpp - Probes on tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Constants.h"
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
    // A profile serves all schemes, also for a network that brings one whose
    // activations are floats.
    SmallVector<std::pair<Operation *, SchemeAttr>> schemes;
    getOperation().walk([&](Operation *op) {
      auto scheme = op->getAttrOfType<SchemeAttr>(kSchemeAttr);
      if (scheme && !scheme.isStatic()) {
        schemes.push_back({op, scheme});
        op->removeAttr(kSchemeAttr);
      }
    });
    insertObservers();
    for (auto [op, scheme] : schemes)
      op->setAttr(kSchemeAttr, scheme);
  }

private:
  void insertObservers() {
    // Not the pass manager's: the schemes are others for now.
    Quantizability quantizability(getOperation());
    // A network that brings all of its parameters has nothing to measure.
    if (llvm::none_of(quantizability.getValues(), [&](Value value) {
          return quantizability.getSource(value) == ParameterSource::Calibrated;
        }))
      return;
    for (Operation &op : getOperation().getBody().front())
      if (auto layer = dyn_cast<RecurrentOpInterface>(op);
          layer && quantizability.isQuantizable(&op))
        layer.setObserved(true);
    for (Value value : quantizability.getValues()) {
      // What is an accumulator or has fixed parameters now needs others if a
      // policy gives its neighbour another scheme.
      if (quantizability.getSource(value) == ParameterSource::Frozen ||
          isObservedState(value))
        continue;
      if (failed(observe(value)))
        return signalPassFailure();
    }
    SmallVector<OpOperand *> logits;
    getOperation().walk([&](QuantizableOpInterface op) {
      if (quantizability.isQuantizable(op) && takesAccumulatorOfInt8(op))
        for (OpOperand &use : op->getOpOperands())
          if (getRole(use) == OperandRole::Activation &&
              use.get().getDefiningOp() && !isConstant(use.get()) &&
              quantizability.getSource(use.get()) == ParameterSource::None)
            logits.push_back(&use);
    });
    for (OpOperand *use : logits)
      if (failed(observe(use->get())))
        return signalPassFailure();
  }

  /// The loop of a layer observes its last states among all others.
  static bool isObservedState(Value value) {
    auto layer = value.getDefiningOp<RecurrentOpInterface>();
    return layer && layer.getObserved() &&
           llvm::is_contained(layer.getStates(), value);
  }

  /// A profile serves all schemes: what is an accumulator in one needs
  /// parameters in another.
  static bool takesAccumulatorOfInt8(QuantizableOpInterface op) {
    auto parse = [&](StringRef scheme) {
      return llvm::cantFail(parseScheme(op->getContext(), scheme));
    };
    return op.canTakeAccumulator(parse("int8")) &&
           !op.canTakeAccumulator(parse("int16x8"));
  }

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
