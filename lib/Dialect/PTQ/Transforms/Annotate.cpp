//===- Annotate.cpp - The pass ptq-annotate -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Annotator.h"
#include "LoadProfile.h"

#include "quantc/Dialect/PTQ/Transforms/Fingerprint.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQANNOTATE
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
struct AnnotatePass : quantc::ptq::impl::PTQAnnotateBase<AnnotatePass> {
  using PTQAnnotateBase::PTQAnnotateBase;
  explicit AnnotatePass(std::shared_ptr<const Profile> profile)
      : profile(std::move(profile)) {}

  void runOnOperation() override {
    ModuleOp module = getOperation();
    module.walk([](ObserveOp observer) {
      observer.getOutput().replaceAllUsesWith(observer.getInput());
      observer.erase();
    });
    module.walk([](RecurrentOpInterface layer) { layer.setObserved(false); });
    if (failed(parseOptions(module)) ||
        failed(loadProfile(module, profilePath, profile)) ||
        failed(checkFingerprint(module)))
      return signalPassFailure();
    // A profile has statistics of what the file computes in float, too.
    if (profile)
      module.walk([](FloatBorderOp border) {
        border.replaceAllUsesWith(border.getInput());
        border.erase();
      });
    for (auto func : module.getOps<func::FuncOp>())
      if (!func.isExternal() &&
          failed(Annotator(func, profile.get(), estimation,
                           getChildAnalysis<Quantizability>(func))
                     .run()))
        return signalPassFailure();
  }

private:
  LogicalResult parseOptions(ModuleOp module) {
    if (!(percentile > 50 && percentile <= 100))
      return module.emitError("percentile must be above 50 and at most 100");
    estimation = {estimator, percentile};
    return success();
  }

  LogicalResult checkFingerprint(ModuleOp module) {
    if (!profile || profile->fingerprint.empty())
      return success();
    std::string actual = computeFingerprint(module);
    if (actual == profile->fingerprint)
      return success();
    return module.emitError()
           << "the profile belongs to another network (its fingerprint is "
           << profile->fingerprint << ", this network's is " << actual
           << "): calibrate this network";
  }

  std::shared_ptr<const Profile> profile;
  EstimatorOptions estimation;
};
} // namespace

std::unique_ptr<Pass>
quantc::ptq::createPTQAnnotate(std::shared_ptr<const Profile> profile) {
  return std::make_unique<AnnotatePass>(std::move(profile));
}
