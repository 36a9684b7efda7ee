//===- Compile.cpp - quantc compile -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Terminal.h"

#include "quantc/Driver/Compile.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/OutputFile.h"
#include "quantc/Target/ModuleAttributes.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace quantc;
using namespace quantc::tool;

namespace {
class CompileCommand final : public Command {
public:
  CompileCommand();
  llvm::Expected<ExitCode> run() override;

private:
  bool needsCalibration(mlir::ModuleOp network,
                        const QuantizeOptions &options) const;
  llvm::Expected<CompilerOptions> getOptions(mlir::ModuleOp network);
  llvm::Error stop(mlir::ModuleOp network, const CompilerOptions &options);
  llvm::Error checkFiles() const;
  llvm::Expected<OutputOptions> getOutput(const CompilerOptions &options) const;
  /// True if compilation ends after a stage and prints the module.
  bool stops() const { return stopAfter.getNumOccurrences() > 0; }
  void printSummary(const CompileResult &result);
  AccuracyLimits getLimits() const;
  llvm::Error refuseLoss() const;
  void reportAccuracy(const CompileResult &result);

  cl::opt<std::string> input{cl::Positional, cl::Required, cl::sub(sub),
                             cl::desc(kNetworkArgument)};
  cl::opt<std::string> output{"o", cl::sub(sub), cl::value_desc("file"),
                              cl::desc("Output; a header (.h) and a manifest "
                                       "(.json) are written beside it")};
  cl::opt<OutputKind> kind{
      "emit", cl::sub(sub), cl::init(OutputKind::Object),
      cl::desc("What to write:"),
      cl::values(clEnumValN(OutputKind::Object, "obj", "object file (default)"),
                 clEnumValN(OutputKind::Assembly, "asm", "assembly"),
                 clEnumValN(OutputKind::LLVM, "llvm", "LLVM IR, optimized"),
                 clEnumValN(OutputKind::MLIR, "mlir", "integer TOSA"),
                 clEnumValN(OutputKind::StaticLibrary, "static-lib",
                            "static library (.a)"),
                 clEnumValN(OutputKind::SharedLibrary, "shared-lib",
                            "shared library (.so)"))};
  cl::opt<Stage> stopAfter{"stop-after", cl::sub(sub),
                           cl::desc("Print the MLIR after a stage and stop:")};
  cl::opt<std::string> name{
      "name", cl::sub(sub), cl::value_desc("identifier"),
      cl::desc(
          "Prefix of the symbols: NAME_run (default: from the output's name)")};
  cl::opt<bool> keepFloat{"float", cl::sub(sub),
                          cl::desc("Compile without quantizing")};
  cl::opt<bool> selftest{
      "selftest", cl::sub(sub),
      cl::desc("Embed golden vectors and NAME_selftest, which checks them")};
  cl::opt<int64_t> streamAxis{
      "stream-axis", cl::sub(sub), cl::value_desc("dimension"),
      cl::desc(
          "Add NAME_step, which computes the sequence along this dimension "
          "of the inputs step by step")};
  cl::opt<bool> noCheck{
      "no-check", cl::sub(sub),
      cl::desc("Do not run the quantized network beside the float one on the "
               "samples that the profile keeps")};
  cl::opt<double> minSqnr{
      "min-sqnr", cl::sub(sub), cl::value_desc("dB"),
      cl::desc("Fail if the SQNR of an output is lower in that check")};
  cl::opt<double> minAgreement{
      "min-agreement", cl::sub(sub), cl::value_desc("percent"),
      cl::desc("Fail if fewer answers are like those of the float network")};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
  TargetFlags target{sub};
  RemarkFlags remarks{sub};
};
} // namespace

CompileCommand::CompileCommand()
    : Command("compile",
              "Quantize a network and compile it to an object file") {
  addStageValues(stopAfter.getParser());
}

/// True if the stages to run need ranges that the network does not carry.
bool CompileCommand::needsCalibration(mlir::ModuleOp network,
                                      const QuantizeOptions &options) const {
  bool annotates = !stops() || stopAfter >= Stage::Annotate;
  return annotates && !keepFloat && !isIntegerNetwork(network) &&
         !carriesParameters(network) && needsData(options, network);
}

llvm::Expected<CompilerOptions>
CompileCommand::getOptions(mlir::ModuleOp network) {
  CompilerOptions options;
  llvm::Expected<TargetDescription> description = target.describe();
  if (!description)
    return description.takeError();
  options.codegen.target = *description;
  options.codegen.name = name.empty() ? nameFromPath(output) : name;
  if (!isModelName(options.codegen.name))
    return usageError("--name: '" + options.codegen.name +
                      "' is not a C identifier, or begins with two "
                      "underscores, which C reserves");
  if (keepFloat)
    options.form = NetworkForm::Float;
  if (keepFloat && selftest)
    return usageError("--selftest compares bytes, and floats are not rounded "
                      "alike on every machine: not with --float");
  if (keepFloat && quantize.given())
    return usageError(
        "--float compiles without quantizing: it takes none of --profile, "
        "--calibrate, --scheme and --policy");
  if ((keepFloat || isIntegerNetwork(network)) && quantize.convertsIO())
    return usageError("--io, --input-type and --output-type choose the types "
                      "of a network that is being quantized; this one keeps "
                      "its own");
  if (llvm::Error error = quantize.refuseUnusedCalibration())
    return std::move(error);
  if (llvm::Error error = quantize.apply(network, options.quantize))
    return std::move(error);
  if (needsCalibration(network, options.quantize) && !quantize.calibrated())
    return makeError(
        "a float network is quantized by the ranges of its tensors: give "
        "--calibrate <inputs> or --profile <file>, or a --scheme that needs no "
        "data (dynamic-range, weight-only, float16), or --float to compile it "
        "as it is");
  return options;
}

/// Implements --stop-after: writes the MLIR to -o, or to standard output.
llvm::Error CompileCommand::stop(mlir::ModuleOp network,
                                 const CompilerOptions &options) {
  if (llvm::Error error = lowerToStage(network, stopAfter, options))
    return error;
  return writeFileAtomically(output.empty() ? "-" : output.getValue(),
                             [&](llvm::raw_pwrite_stream &os) {
                               network.print(os);
                               os << "\n";
                               return llvm::Error::success();
                             });
}

/// Neither the output nor the header or the manifest replaces an input.
llvm::Error CompileCommand::checkFiles() const {
  if (output.empty())
    return llvm::Error::success();
  std::vector<std::string> inputs = quantize.inputs();
  inputs.push_back(input);
  std::vector<std::string> outputs{output};
  bool isAlone =
      stops() || kind == OutputKind::MLIR || kind == OutputKind::LLVM;
  if (!isAlone)
    for (llvm::StringRef extension : {"h", "json"}) {
      llvm::SmallString<128> companion(output.getValue());
      llvm::sys::path::replace_extension(companion, extension);
      outputs.push_back(companion.str().str());
    }
  return checkOutputs(outputs, inputs);
}

void CompileCommand::printSummary(const CompileResult &result) {
  const ModelInterface &interface = result.interface;
  llvm::raw_ostream &os = summary(output);
  os << llvm::formatv("{0}: {1} integer and {2} float operations\n", output,
                      result.report.integerOperations(),
                      result.report.floatOperations());
  if (quantize.choice() &&
      !(quantize.choice()->rules.empty() && quantize.choice()->bound.empty()))
    os << "  auto   " << summarize(*quantize.choice()) << "\n";
  if (result.accuracy)
    os << "  check  " << result.accuracy->summarize() << "\n";
  if (kind != OutputKind::MLIR)
    os << llvm::formatv("  arena  {0} bytes (tensors alive at once need {1})\n",
                        interface.arenaBytes, interface.arenaLowerBound);
  if (interface.step)
    os << llvm::formatv("  step   {0} bytes of states, arena {1} bytes\n",
                        interface.step->stateBytes, interface.step->arenaBytes);
  os << llvm::formatv("  output {0} bytes\n", result.outputBytes);
}

llvm::Expected<OutputOptions>
CompileCommand::getOutput(const CompilerOptions &options) const {
  OutputOptions result;
  result.kind = kind;
  result.selftest = selftest;
  result.checkAccuracy = !noCheck;
  if (streamAxis.getNumOccurrences()) {
    if (streamAxis < 0)
      return usageError("--stream-axis is the number of a dimension, from 0");
    if (kind == OutputKind::MLIR)
      return usageError("--stream-axis adds code, and --emit=mlir writes none: "
                        "choose another --emit");
    result.streamAxis = streamAxis;
  }
  // Integers at the border were not part of the trials.
  if (quantize.choice() && !quantize.convertsIO())
    result.knownAccuracy = quantize.choice()->accuracy;
  if (minSqnr.getNumOccurrences())
    result.minSqnr = minSqnr;
  if (minAgreement.getNumOccurrences())
    result.minAgreement = minAgreement;
  if (!result.minSqnr && !result.minAgreement)
    return result;
  if (noCheck)
    return usageError("--min-sqnr and --min-agreement are limits of the check "
                      "that --no-check skips");
  if (!std::isfinite(minSqnr) || !(minAgreement >= 0 && minAgreement <= 100))
    return usageError("--min-sqnr is a number of dB, and --min-agreement is "
                      "from 0 to 100");
  if (!options.quantize.profile || options.quantize.profile->samples.empty())
    return usageError("--min-sqnr and --min-agreement need samples: "
                      "--calibrate, or a --profile that keeps some");
  return result;
}

/// An explicit limit is what the user accepts.
AccuracyLimits CompileCommand::getLimits() const {
  AccuracyLimits limits;
  if (minSqnr.getNumOccurrences())
    limits.sqnr = minSqnr;
  if (minAgreement.getNumOccurrences())
    limits.agreement = minAgreement;
  return limits;
}

/// --strict-integer promises integers that are worth having.
llvm::Error CompileCommand::refuseLoss() const {
  AccuracyLimits limits = getLimits();
  if (noCheck || !quantize.choice() || !isRefused(*quantize.choice(), limits))
    return llvm::Error::success();
  return makeError(explainRefusal(*quantize.choice(), limits) +
                   ", or accept the loss (--min-sqnr=DB, "
                   "--min-agreement=PERCENT or --no-check)");
}

/// A collapse of accuracy is never silent.
void CompileCommand::reportAccuracy(const CompileResult &result) {
  AccuracyLimits limits = getLimits();
  if (result.accuracy && !result.accuracy->keeps(limits))
    printWarning() << result.accuracy->explain(limits, quantize.refusesFloat())
                   << "\n";
}

llvm::Expected<ExitCode> CompileCommand::run() {
  if (output.empty() && !stops())
    return usageError("no output: give -o <file>");
  if (llvm::Error error = checkFiles())
    return std::move(error);
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto network = session.load(input, importing);
  if (!network)
    return network.takeError();
  llvm::Expected<CompilerOptions> options = getOptions(**network);
  if (!options)
    return options.takeError();
  if (stops()) {
    if (llvm::Error error = stop(**network, *options))
      return std::move(error);
    return kSuccess;
  }
  llvm::Expected<OutputOptions> what = getOutput(*options);
  if (!what)
    return what.takeError();
  if (llvm::Error error = refuseLoss())
    return std::move(error);
  llvm::Expected<CompileResult> result =
      compile(**network, *options, *what, output);
  if (!result)
    return result.takeError();
  reportAccuracy(*result);
  if (output != "-")
    printSummary(*result);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeCompileCommand() {
  return std::make_unique<CompileCommand>();
}
