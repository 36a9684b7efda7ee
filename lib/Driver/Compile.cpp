//===- Compile.cpp - From a network to files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Compile.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Driver/CheckAccuracy.h"
#include "quantc/Driver/Version.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Pipelines/Step.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quantc;

std::optional<OutputKind> quantc::parseOutputKind(StringRef name) {
  return llvm::StringSwitch<std::optional<OutputKind>>(name)
      .Case("obj", OutputKind::Object)
      .Case("asm", OutputKind::Assembly)
      .Case("llvm", OutputKind::LLVM)
      .Case("mlir", OutputKind::MLIR)
      .Case("static-lib", OutputKind::StaticLibrary)
      .Case("shared-lib", OutputKind::SharedLibrary)
      .Default(std::nullopt);
}

std::string quantc::nameFromPath(StringRef path) {
  std::string name = llvm::sys::path::stem(path).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  // C reserves names that begin with two underscores.
  while (StringRef(name).starts_with("__"))
    name.erase(name.begin());
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), '_');
  return name == "_" ? "model" : name;
}

static EmitKind toEmitKind(OutputKind kind) {
  switch (kind) {
  case OutputKind::Object:
    return EmitKind::Object;
  case OutputKind::Assembly:
    return EmitKind::Assembly;
  case OutputKind::LLVM:
    return EmitKind::LLVM;
  case OutputKind::StaticLibrary:
    return EmitKind::StaticLibrary;
  case OutputKind::SharedLibrary:
    return EmitKind::SharedLibrary;
  case OutputKind::MLIR:
    break;
  }
  llvm_unreachable("MLIR is printed, not emitted");
}

/// A file with these contents.
static OutputFile makeOutput(std::string path, std::string contents) {
  return {std::move(path),
          [contents = std::move(contents)](llvm::raw_pwrite_stream &os) {
            os << contents;
            return llvm::Error::success();
          }};
}

static std::string replaceExtension(StringRef path, StringRef extension) {
  llvm::SmallString<128> result(path);
  llvm::sys::path::replace_extension(result, extension);
  return result.str().str();
}

/// The manifest: first what a caller of the object needs, then how the network
/// was compiled.
static std::string makeManifestText(const CompileResult &result,
                                    const CompilerOptions &options) {
  llvm::json::Object manifest =
      makeManifest(result.interface, options.codegen.target);
  manifest["quantc_version"] = getVersion();
  manifest["llvm_version"] = getLLVMVersion();
  manifest["integer_operations"] = int64_t(result.report.integerOperations());
  manifest["float_operations"] = int64_t(result.report.floatOperations());
  result.report.addTo(manifest);
  if (result.accuracy)
    manifest["accuracy"] = result.accuracy->toJson();
  return llvm::formatv("{0:2}\n", llvm::json::Value(std::move(manifest)));
}

/// Runs the stages before Codegen, collecting the report on the way.
static llvm::Error lowerAndReport(ModuleOp module,
                                  const CompilerOptions &options,
                                  NetworkReport &report) {
  return lowerToStage(
      module, Stage::Lower, options, [&](Stage now, ModuleOp current) {
        if (now == Stage::Import && options.form == NetworkForm::Integer &&
            !isIntegerNetwork(current))
          report.policy = spellOut(options.quantize.policy, current);
        if (now == Stage::Simplify)
          report.floatWeightBytes = countFloatWeightBytes(current);
        report.weightBytes = countWeightBytes(current);
        if (now == Stage::Quantize) {
          report.tensors = reportQuantizedTensors(current);
          report.contract = reportContract(current);
        }
        // The stage Lower writes casts of float inputs and outputs as
        // operations, which are not operations of the network.
        if (now < Stage::Lower)
          report.operations = reportOperations(current);
      });
}

/// The path of the header or manifest, which must not be the output itself.
static llvm::Expected<std::string> besides(StringRef path,
                                           StringRef extension) {
  std::string other = replaceExtension(path, extension);
  if (other == path)
    return makeError(llvm::formatv(
        "'{0}': the output cannot be called *.{1}: that is the name of "
        "the file written beside it",
        path, extension));
  return other;
}

/// Adds the header and the manifest to `files`, whose first element is the
/// object.
static llvm::Error addCompanions(std::vector<OutputFile> &files,
                                 const CompileResult &result,
                                 const CompilerOptions &options) {
  std::string object = files.front().path;
  llvm::Expected<std::string> headerPath = besides(object, "h");
  if (!headerPath)
    return headerPath.takeError();
  llvm::Expected<std::string> manifestPath = besides(object, "json");
  if (!manifestPath)
    return manifestPath.takeError();
  std::string header;
  llvm::raw_string_ostream os(header);
  emitHeader(result.interface, os);
  files.push_back(makeOutput(*headerPath, std::move(header)));
  files.push_back(makeOutput(*manifestPath, makeManifestText(result, options)));
  return llvm::Error::success();
}

/// Adds the steps of `sequence`, which `lowerAndReport` lowered, to its
/// compiled form.
static llvm::Error addStreaming(ModuleOp compiled, ModuleOp sequence,
                                const CompilerOptions &options, int64_t axis) {
  if (llvm::Error error = makeStep(sequence, axis, options.codegen.target))
    return error;
  auto warmup =
      getNetwork(sequence)->getAttrOfType<IntegerAttr>(ptq::kWarmupAttr);
  CodegenOptions codegen = options.codegen;
  codegen.name += "_step";
  if (llvm::Error error = generateCode(sequence, codegen))
    return error;
  if (failed(addStep(compiled, sequence, warmup.getInt())))
    return llvm::make_error<DiagnosedError>();
  return llvm::Error::success();
}

/// Generates code for the module, which `lowerAndReport` lowered, and returns
/// what `kind` asks for.
static llvm::Expected<std::string> generate(ModuleOp module,
                                            const CompilerOptions &options,
                                            const OutputOptions &output,
                                            ModelInterface &interface) {
  bool holdsStates = getNetwork(module)->hasAttr(ptq::kHeldAttr);
  OwningOpRef<ModuleOp> lowered, sequence;
  if (output.selftest)
    lowered = module.clone();
  if (output.streamAxis)
    sequence = module.clone();
  if (llvm::Error error = generateCode(module, options.codegen))
    return std::move(error);
  if (holdsStates && failed(addStep(module)))
    return llvm::make_error<DiagnosedError>();
  if (output.streamAxis)
    if (llvm::Error error =
            addStreaming(module, *sequence, options, *output.streamAxis))
      return std::move(error);
  if (output.selftest)
    if (llvm::Error error =
            embedSelftest(module, *lowered, options.quantize.profile.get()))
      return std::move(error);
  FailureOr<ModelInterface> read = getInterface(module);
  if (failed(read))
    return llvm::make_error<DiagnosedError>();
  interface = *read;
  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream os(buffer);
  if (failed(emit(module, options.codegen.target, toEmitKind(output.kind), os)))
    return llvm::make_error<DiagnosedError>();
  return std::string(buffer.begin(), buffer.end());
}

/// Fills in what quantization costs. Fails if that is more than `output`
/// permits.
static llvm::Error check(ModuleOp network, ModuleOp lowered,
                         const CompilerOptions &options,
                         const OutputOptions &output, CompileResult &result) {
  const SampleSet &samples = options.quantize.profile->samples;
  result.accuracy = output.knownAccuracy;
  if (!result.accuracy)
    if (llvm::Error error =
            checkAccuracy(network, lowered, result.report.tensors, samples)
                .moveInto(result.accuracy))
      return error;
  if (output.minSqnr && result.accuracy->outputs.empty())
    return makeError(
        "no output is a real number, so there is no SQNR to limit: "
        "use a limit of agreement");
  if (output.minAgreement && result.accuracy->rows == 0)
    return makeError("the first output has more than three dimensions or one "
                     "number in the last, so it is not read as answers: use a "
                     "limit of SQNR");
  // Only limits that were given are errors.
  AccuracyLimits limits{output.minSqnr.value_or(-HUGE_VAL),
                        output.minAgreement.value_or(0)};
  if (result.accuracy->outputSqnr() < limits.sqnr ||
      result.accuracy->agreement() < limits.agreement)
    return makeError(
        result.accuracy->explain(limits, options.quantize.strictInteger));
  return llvm::Error::success();
}

llvm::Expected<CompileResult> quantc::compile(ModuleOp module,
                                              const CompilerOptions &options,
                                              const OutputOptions &output,
                                              StringRef path) {
  CompileResult result;
  const Profile *profile = options.quantize.profile.get();
  bool checks = output.checkAccuracy && options.form == NetworkForm::Integer &&
                profile && !profile->samples.empty() &&
                !isIntegerNetwork(module);
  OwningOpRef<ModuleOp> network;
  if (checks)
    network = module.clone();
  if (llvm::Error error = lowerAndReport(module, options, result.report))
    return std::move(error);
  if (checks)
    if (llvm::Error error = check(*network, module, options, output, result))
      return std::move(error);
  std::string contents;
  if (output.kind == OutputKind::MLIR)
    llvm::raw_string_ostream(contents) << module << "\n";
  else if (llvm::Error error =
               generate(module, options, output, result.interface)
                   .moveInto(contents))
    return std::move(error);
  result.outputBytes = contents.size();

  std::vector<OutputFile> files{makeOutput(path.str(), std::move(contents))};
  if (output.kind == OutputKind::SharedLibrary)
    files.front().mode |= llvm::sys::fs::all_exe;
  bool isCode =
      output.kind != OutputKind::MLIR && output.kind != OutputKind::LLVM;
  if (isCode && isRegularOutput(path))
    if (llvm::Error error = addCompanions(files, result, options))
      return std::move(error);
  if (llvm::Error error = writeFilesAtomically(files))
    return std::move(error);
  return result;
}
