//===- Pipelines.cpp - The stages before code generation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Float TOSA to integer TOSA: the order of passes, and nothing else.
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

#include "CompensateWeights.h"
#include "quantc/Pipelines/Network.h"

using namespace mlir;
using namespace quantc;

/// Adds a pass that works on functions.
static void addToFunctions(OpPassManager &pm, std::unique_ptr<Pass> pass) {
  pm.nest<func::FuncOp>().addPass(std::move(pass));
}

namespace {
struct InlineResources
    : public PassWrapper<InlineResources, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(InlineResources)

  StringRef getName() const override { return "InlineResources"; }
  void runOnOperation() override { inlineResources(getOperation()); }
};
} // namespace

bool quantc::needsData(const QuantizeOptions &options, ModuleOp network) {
  StringRef name = options.policy.scheme;
  if (name == ptq::kSchemeAuto)
    return true;
  if (!name.empty()) {
    llvm::Expected<ptq::SchemeAttr> scheme =
        ptq::parseScheme(network.getContext(), name);
    if (scheme)
      return scheme->isStatic();
    llvm::consumeError(scheme.takeError()); // ptq-assign-schemes reports it
    return true;
  }
  return llvm::all_of(network.getOps<func::FuncOp>(), [](func::FuncOp func) {
    return ptq::getScheme(func).isStatic();
  });
}

void quantc::populateSimplifyPipeline(OpPassManager &pm) {
  pm.addPass(std::make_unique<InlineResources>());
  // First, so that names do not depend on what the other passes do.
  addToFunctions(pm, ptq::createPTQNameTensors());
  // Networks that are quantized already go the way of those from
  // quantization-aware training; simplifying would fold their casts.
  addToFunctions(pm, ptq::createPTQCastsToFakeQuant());
  addToFunctions(pm, ptq::createPTQSimplify());
  // Constants are folded now; afterwards, operations that belong together are
  // neighbours.
  addToFunctions(pm, ptq::createPTQMoveTransposes());
  addToFunctions(pm, ptq::createPTQSimplify());
  addToFunctions(pm, ptq::createPTQRecognizeComposites());
  addToFunctions(pm, ptq::createPTQOutlinePointwise());
  addToFunctions(pm, ptq::createPTQMergePointwise());
  // What these passes have made.
  addToFunctions(pm, ptq::createPTQNameTensors());
  // In networks from quantization-aware training, moves have no parameters.
  addToFunctions(pm, ptq::createPTQPropagateParameters());
  // Nothing is converted here, but results get the names of their tensors:
  // every form of the network calls its outputs the same.
  addToFunctions(pm, createPTQConvertIO());
}

void quantc::populateFloatPipeline(OpPassManager &pm) {
  addToFunctions(pm, ptq::createPTQStripFakeQuant());
  addToFunctions(pm, ptq::createPTQSimplify());
}

void quantc::populateObservePipeline(OpPassManager &pm) {
  addToFunctions(pm, ptq::createPTQInsertObservers());
}

void quantc::populateAnnotatePipeline(OpPassManager &pm,
                                      const QuantizeOptions &options) {
  addToFunctions(
      pm, ptq::createPTQAssignSchemes(options.policy, options.policyPath));
  if (options.profile) {
    pm.addPass(ptq::createPTQAnnotate(options.profile));
  } else {
    ptq::PTQAnnotateOptions annotate;
    annotate.profilePath = options.profilePath;
    pm.addPass(ptq::createPTQAnnotate(annotate));
  }
  // 8-bit outputs are one tensor, and the parts' casts are no float operations
  // only if nobody forbids these.
  if (!options.strictInteger &&
      (options.outputs == IOType::Native || options.outputs == IOType::Float ||
       options.outputs == IOType::Float16))
    addToFunctions(pm, ptq::createPTQPartOutputs({options.policy.contract}));
  addToFunctions(pm, ptq::createPTQPropagateParameters());
  if (options.profile)
    pm.addPass(ptq::createPTQWarnOfLoss(options.profile));
  else
    pm.addPass(ptq::createPTQWarnOfLoss({options.profilePath}));
  // What makes up for rounding sees the scales that ship.
  addToFunctions(pm, ptq::createPTQWidenWeights());
  if (options.profile)
    pm.addPass(ptq::createPTQCorrectBias(options.profile, /*byDefault=*/false));
  else
    pm.addPass(ptq::createPTQCorrectBias(
        {options.profilePath, /*correctByDefault=*/false}));
  pm.addPass(createCompensateWeights(options));
  addToFunctions(pm, ptq::createPTQQuantizeBias());
}

void quantc::populateQuantizePipeline(OpPassManager &pm,
                                      const QuantizeOptions &options) {
  addToFunctions(pm, ptq::createPTQFoldFakeQuant());
  addToFunctions(pm, ptq::createPTQQuantizeOps());
  if (options.strictInteger)
    addToFunctions(pm, ptq::createPTQCheckStrictInteger());
}

void quantc::populateLowerPipeline(OpPassManager &pm,
                                   const QuantizeOptions &options) {
  addToFunctions(pm, createPTQConvertIO({options.inputs, options.outputs}));
  addToFunctions(pm, createPTQExpandRecurrent({/*onlyQuantized=*/true}));
  addToFunctions(pm, createPTQLowerQuantized());
}

void quantc::populateExpandPipeline(OpPassManager &pm) {
  addToFunctions(pm, createPTQExpandComposites());
  addToFunctions(pm, createPTQExpandRecurrent());
  addToFunctions(pm, createPTQExpandFakeQuant());
  // Integer inputs, outputs and constants of a network that computes in float.
  addToFunctions(pm, createPTQLowerQuantized());
}
