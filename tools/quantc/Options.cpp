//===- Options.cpp - Options that several subcommands take -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "ProgressLine.h"
#include "Terminal.h"

#include "quantc/Dialect/PTQ/IR/Scheme.h"
#include "quantc/Pipelines/Network.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace quantc;
using namespace quantc::tool;

static constexpr uint64_t kMiB = uint64_t(1) << 20;

static auto layoutValues() {
  return cl::values(
      clEnumValN(ImageLayout::NHWC, "NHWC", "channels last"),
      clEnumValN(ImageLayout::NCHW, "NCHW", "channels behind the batch"));
}

ImportFlags::ImportFlags(cl::SubCommand &sub)
    : batch("batch", cl::sub(sub), cl::init(ImportOptions().batch),
            cl::value_desc("size"),
            cl::desc("Size of a batch dimension that the file leaves open "
                     "(default 1)")),
      maxMemory("max-memory", cl::sub(sub),
                cl::init(ImportOptions().maxBytes / kMiB),
                cl::value_desc("MiB"),
                cl::desc("The most that one tensor of the network, and all of "
                         "its constants that repeat one value, may take "
                         "(default 1024)")),
      signature("signature", cl::sub(sub), cl::value_desc("name"),
                cl::desc("Which function of a .tflite file that has several "
                         "is the network")),
      state("state", cl::sub(sub), cl::init(SequenceStates::Zero),
            cl::desc("State of recurrent operators of a .tflite file that "
                     "compute a whole sequence:"),
            cl::values(clEnumValN(SequenceStates::Zero, "zero",
                                  "every run starts with 0 (default)"),
                       clEnumValN(SequenceStates::Operands, "operands",
                                  "it is an input and an output of the "
                                  "network"),
                       clEnumValN(SequenceStates::Held, "held",
                                  "the same, and compile adds NAME_step, which "
                                  "holds all states of the network in a block "
                                  "of the caller"))),
      inputLayout("input-layout", cl::sub(sub), cl::init(ImageLayout::AsInFile),
                  cl::desc("Layout that image inputs (rank 3 to 5) shall have "
                           "(default: the file's):"),
                  layoutValues()),
      outputLayout("output-layout", cl::sub(sub),
                   cl::init(ImageLayout::AsInFile),
                   cl::desc("The same for outputs:"), layoutValues()) {}

llvm::Expected<ImportOptions> ImportFlags::options() const {
  if (batch < 1)
    return usageError("--batch is at least 1");
  if (maxMemory < 1 || maxMemory > UINT64_MAX / kMiB)
    return usageError("--max-memory is a number of MiB, at least 1");
  ImportOptions options;
  options.batch = batch;
  options.maxBytes = maxMemory * kMiB;
  options.signature = signature;
  options.sequenceStates = state;
  options.inputLayout = inputLayout;
  options.outputLayout = outputLayout;
  return options;
}

QuantizeCommandFlags::QuantizeCommandFlags(cl::SubCommand &sub)
    : QuantizeFlags(sub),
      profile("profile", cl::sub(sub), cl::value_desc("file"),
              cl::desc("Quantize with the ranges in a calibration profile")),
      calibrate(
          "calibrate", cl::sub(sub), cl::value_desc("file or folder"),
          cl::desc(
              "Calibrate first, with these .npy or .npz inputs (repeatable)")),
      calibration(sub, "calibration-samples") {}

std::vector<std::string> QuantizeCommandFlags::inputs() const {
  std::vector<std::string> paths(calibrate.begin(), calibrate.end());
  for (const std::string &path : {profile.getValue(), policy.getValue()})
    if (!path.empty())
      paths.push_back(path);
  return paths;
}

llvm::Expected<ptq::Policy>
QuantizeCommandFlags::getPolicy(mlir::MLIRContext *context) const {
  ptq::Policy result;
  if (!policy.empty()) {
    llvm::Expected<ptq::Policy> loaded = ptq::loadPolicy(context, policy);
    if (!loaded)
      return loaded.takeError();
    result = std::move(*loaded);
  }
  if (!scheme.empty())
    if (llvm::Expected<ptq::SchemeAttr> parsed = ptq::parseScheme(
            context,
            scheme.getValue() == ptq::kSchemeAuto ? "int8" : scheme.getValue());
        !parsed)
      return usageError("--scheme: " + llvm::toString(parsed.takeError()));
  llvm::Expected<ptq::Policy> changes = getChanges();
  if (!changes)
    return usageError("--" + llvm::toString(changes.takeError()));
  ptq::change(result, *changes);
  setDefaults(result);
  return result;
}

llvm::Expected<Preprocessing>
QuantizeCommandFlags::preprocessing(const QuantizeOptions &options) const {
  if (!calibration.preprocessing.given() && options.profile)
    return options.profile->preprocessing;
  return calibration.preprocessing.get();
}

llvm::Error QuantizeCommandFlags::refuseUnusedCalibration() const {
  if (calibrate.empty() && calibration.given())
    return usageError("--scale, --mean, --std, --layout and "
                      "--calibration-samples are about the data of "
                      "--calibrate, which is not given");
  return llvm::Error::success();
}

llvm::Error QuantizeCommandFlags::apply(mlir::ModuleOp network,
                                        QuantizeOptions &options) {
  if (!profile.empty() && !calibrate.empty())
    return usageError("--profile and --calibrate exclude each other");
  if (calibration.limited() && calibrate.empty())
    return usageError("--calibration-samples is about the data of --calibrate, "
                      "which is not given");
  if (llvm::Error error =
          getPolicy(network.getContext()).moveInto(options.policy))
    return error;
  // Who calibrates asks for integers, whatever the file brings.
  if (calibrated() && options.policy.scheme.empty() &&
      !needsData(options, network))
    options.policy.scheme = "int8";
  options.inputs = getInputs();
  options.outputs = getOutputs();
  options.strictInteger = strictInteger;
  if (strictInteger && !needsData(options, network))
    return usageError("--strict-integer refuses operations that compute in "
                      "float, and those of the default scheme do: choose int8 "
                      "or int16x8");
  if (!profile.empty()) {
    llvm::Expected<Profile> loaded = Profile::load(profile);
    if (!loaded)
      return loaded.takeError();
    options.profile = std::make_shared<Profile>(std::move(*loaded));
  } else if (!calibrate.empty()) {
    llvm::Expected<CalibrationOptions> how = calibration.get();
    if (!how)
      return how.takeError();
    ProgressLine line("calibrating");
    auto result = quantc::calibrate(network, calibrate, *how,
                                    [&](const Progress &progress) {
                                      line.update(progress);
                                      return true;
                                    });
    line.finish();
    if (!result)
      return result.takeError();
    warnNonFinite(*result);
    options.profile = std::make_shared<Profile>(std::move(result->profile));
  }
  if (weightRounding.getValue() == ptq::kRoundCompensated &&
      !(options.profile && !options.profile->samples.empty()))
    return usageError("--weight-rounding=compensated needs samples of the "
                      "inputs: --calibrate, or a --profile that keeps some");
  if (choosesSchemes(options, network)) {
    options.measured = createMeasuredInputs();
    auto found = chooseSchemes(network, options);
    if (found)
      chosen = std::move(*found);
    else
      printWarning() << "the search for operations that int8 is not enough for "
                        "failed, so all of them are int8: "
                     << llvm::toString(found.takeError()) << "\n";
  }
  if (options.policy.scheme == ptq::kSchemeAuto)
    options.policy.scheme = "int8";
  if (chosen && !chosen->rules.empty()) {
    options.policy.scheme = "int8";
    auto &rules = options.policy.rules;
    rules.insert(rules.begin(), chosen->rules.begin(), chosen->rules.end());
  }
  return llvm::Error::success();
}

FormFlag::FormFlag(cl::SubCommand &sub, llvm::StringRef name,
                   llvm::StringRef purpose)
    : text((purpose + " (default: integer if the network is calibrated or "
                      "quantized already, else float):")
               .str()),
      form(name, cl::sub(sub), cl::init(NetworkForm::Integer), cl::desc(text),
           cl::values(
               clEnumValN(NetworkForm::Float, "float", "without quantization"),
               clEnumValN(NetworkForm::Simulated, "simulated",
                          "in float, values rounded as quantization would"),
               clEnumValN(NetworkForm::Integer, "integer", "in integers"))) {}

llvm::Expected<NetworkForm>
FormFlag::choose(mlir::ModuleOp network,
                 const QuantizeCommandFlags &flags) const {
  bool quantized = flags.given() || comesQuantized(network);
  if (!given())
    return quantized ? NetworkForm::Integer : NetworkForm::Float;
  if (form != NetworkForm::Float && !quantized && !isIntegerNetwork(network))
    return usageError("--" + form.ArgStr + "=" + stringify(form) +
                      " needs --profile, --calibrate or --scheme");
  return form.getValue();
}

TargetFlags::TargetFlags(cl::SubCommand &sub)
    : target("target", cl::sub(sub), cl::value_desc("triple"),
             cl::desc("Compile for this machine, e.g. aarch64-linux-gnu "
                      "(default: this one)")),
      cpu("cpu", cl::sub(sub), cl::value_desc("name"),
          cl::desc("CPU by LLVM's name, e.g. x86-64-v3 (default: this one, or "
                   "generic with "
                   "--target)")),
      features("features", cl::sub(sub), cl::value_desc("list"),
               cl::desc("CPU features by LLVM's names, e.g. +dotprod,-sve")) {}

llvm::Expected<TargetDescription> TargetFlags::describe() const {
  return describeTarget(target, cpu, features);
}

RemarkFlags::RemarkFlags(cl::SubCommand &sub)
    : remarks("remarks", cl::sub(sub),
              cl::desc("Print every decision of the passes as a remark")),
      filter("remarks-filter", cl::sub(sub), cl::value_desc("regex"),
             cl::desc("Print remarks of matching categories only")) {}

llvm::Error RemarkFlags::apply(Session &session) const {
  if (!remarks && filter.empty())
    return llvm::Error::success();
  return session.printRemarks(filter.empty() ? ".*" : filter.getValue());
}

bool tool::isLibrary(llvm::StringRef path) {
  return llvm::sys::path::extension(path) == ".so";
}

llvm::Expected<std::unique_ptr<Model>> tool::loadLibrary(llvm::StringRef path) {
  llvm::SmallString<128> manifest(path);
  llvm::sys::path::replace_extension(manifest, "json");
  return Model::fromSharedLibrary(path, manifest);
}

void tool::warnNonFinite(const CalibrationResult &result) {
  for (const std::string &name : result.nonFiniteTensors)
    printWarning() << "NaN or infinite values appeared in tensor '" << name
                   << "' although the inputs are finite\n";
}
