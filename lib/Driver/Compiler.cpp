//===- Compiler.cpp - Stages, code generation and execution -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Compiler.h"
#include "quantc/Driver/HeldStates.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

using namespace mlir;
using namespace quantc;

StringRef quantc::stringify(NetworkForm form) {
  switch (form) {
  case NetworkForm::Float:
    return "float";
  case NetworkForm::Observed:
    return "observed";
  case NetworkForm::Simulated:
    return "simulated";
  case NetworkForm::Integer:
    return "integer";
  }
  llvm_unreachable("every form is handled");
}

Stage quantc::lastStage(NetworkForm form) {
  switch (form) {
  case NetworkForm::Float:
    return Stage::Simplify;
  case NetworkForm::Observed:
    return Stage::Observe;
  case NetworkForm::Simulated:
    return Stage::Annotate;
  case NetworkForm::Integer:
    return Stage::Lower;
  }
  llvm_unreachable("every form is handled");
}

/// Parameters come from a profile or are in the network already, or the scheme
/// needs none.
static llvm::Error checkCalibrated(ModuleOp module,
                                   const CompilerOptions &options) {
  if (options.quantize.profile || carriesParameters(module) ||
      !needsData(options.quantize, module))
    return llvm::Error::success();
  return makeError(
      "a float network is quantized by the ranges of its tensors: calibrate it "
      "with sample inputs, or compile it as it is (float), or choose a scheme "
      "that needs no data: dynamic-range, weight-only or float16");
}

llvm::Error
quantc::lowerToStage(ModuleOp module, Stage stage,
                     const CompilerOptions &options,
                     llvm::function_ref<void(Stage, ModuleOp)> inspect) {
  auto reached = [&](Stage now) {
    if (inspect)
      inspect(now, module);
  };
  reached(Stage::Import);
  if (!isIntegerNetwork(module)) {
    Stage last = std::min(stage, lastStage(options.form));
    // Where activations are floats, constants may be any floats.
    bool isStatic =
        carriesParameters(module) || needsData(options.quantize, module);
    if (options.form != NetworkForm::Float && isStatic &&
        failed(verifyFiniteConstants(module)))
      return llvm::make_error<DiagnosedError>();
    if (last >= Stage::Annotate)
      if (llvm::Error error = checkCalibrated(module, options))
        return error;
    for (const StageInfo &info : getStages()) {
      if (!info.populate || info.stage > last)
        continue;
      PassManager pm(module.getContext());
      info.populate(pm, options.quantize);
      if (options.form == NetworkForm::Float)
        populateFloatPipeline(pm);
      if (failed(pm.run(module)))
        return llvm::make_error<DiagnosedError>();
      reached(info.stage);
    }
  }
  if (stage < Stage::Codegen)
    return llvm::Error::success();
  if (llvm::Error error = generateCode(module, options.codegen))
    return error;
  reached(Stage::Codegen);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Model>> quantc::loadLowered(ModuleOp module,
                                                           Observer observer) {
  llvm::Expected<TargetDescription> host = describeTarget("", "", "");
  if (!host)
    return host.takeError();
  if (llvm::Error error = generateCode(module, {*host, "model"}))
    return std::move(error);
  return Model::fromModule(module, *host, std::move(observer));
}

llvm::Expected<std::unique_ptr<Model>>
quantc::loadModel(ModuleOp module, const CompilerOptions &options,
                  Observer observer) {
  OwningOpRef<ModuleOp> copy = module.clone();
  if (llvm::Error error = lowerToStage(*copy, lastStage(options.form), options))
    return std::move(error);
  return loadLowered(*copy, std::move(observer));
}

llvm::Expected<ArrayMap> quantc::runModel(Model &model, StringRef inputs,
                                          const Preprocessing &preprocessing,
                                          bool holdStates) {
  llvm::Expected<SampleFile> file =
      SampleFile::open(inputs, model.interface().inputs, preprocessing);
  if (!file)
    return file.takeError();
  if (file->samples() == 0)
    return makeError("'" + inputs + "': the data set is empty");
  OutputCollector collector(model.interface().outputs, file->stacked());
  HeldStates held(model.interface(), holdStates);
  for (size_t i = 0; i < file->samples(); ++i) {
    std::vector<Array> sample = file->sample(i);
    held.restore(*file, i, sample);
    llvm::Expected<std::vector<Array>> outputs = model.run(sample);
    if (!outputs)
      return outputs.takeError();
    held.keep(*outputs);
    collector.add(*outputs);
  }
  return collector.take();
}
