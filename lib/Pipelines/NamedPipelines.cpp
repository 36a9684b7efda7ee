//===- NamedPipelines.cpp - Pipelines by name -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/QuantizeFlags.h"
#include "quantc/Pipelines/Stages.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace quantc;

namespace {
/// The options of quantization as those of a pipeline.
struct PipelineKind {
  using Parent = detail::PassOptions;
  template <typename T>
  using Option = detail::PassOptions::Option<T>;
  template <typename T>
  using List = detail::PassOptions::ListOption<T>;
};

struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<std::string> profile{*this, "profile",
                              llvm::cl::desc("The calibration profile")};
  QuantizeFlags<PipelineKind> quantize{*this};

  llvm::Expected<QuantizeOptions> get() const;
};
} // namespace

llvm::Expected<QuantizeOptions> PipelineOptions::get() const {
  QuantizeOptions options;
  options.profilePath = profile;
  if (llvm::Error error = quantize.getChanges().moveInto(options.policy))
    return std::move(error);
  options.policyPath = quantize.policy;
  if (options.policyPath.empty())
    setDefaults(options.policy);
  options.inputs = quantize.getInputs();
  options.outputs = quantize.getOutputs();
  options.strictInteger = quantize.strictInteger;
  return options;
}

static void registerStage(const StageInfo &info) {
  std::string description = ("Float TOSA to " + info.description).str();
  if (info.stage < Stage::Annotate) {
    registerPassPipeline(
        info.pipeline, description,
        [&info](OpPassManager &pm, StringRef text,
                function_ref<LogicalResult(const Twine &)> error) {
          if (!text.empty())
            return error("it takes no options");
          populateStages(pm, info.stage, {});
          return success();
        },
        [](function_ref<void(const detail::PassOptions &)>) {});
    return;
  }
  registerPassPipeline(
      info.pipeline, description,
      [&info](OpPassManager &pm, StringRef text,
              function_ref<LogicalResult(const Twine &)> error) {
        PipelineOptions flags;
        if (failed(flags.parseFromString(text)))
          return failure();
        llvm::Expected<QuantizeOptions> options = flags.get();
        if (!options)
          return error(llvm::toString(options.takeError()));
        populateStages(pm, info.stage, *options);
        return success();
      },
      [](function_ref<void(const detail::PassOptions &)> visit) {
        visit(PipelineOptions());
      });
}

void quantc::registerQuantizePipelines() {
  for (const StageInfo &info : getStages())
    if (!info.pipeline.empty())
      registerStage(info);
}
