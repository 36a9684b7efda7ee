//===- Eval.cpp - quantc eval -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "ProgressLine.h"
#include "Terminal.h"

#include "quantc/Driver/Evaluate.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class EvalCommand final : public Command {
public:
  EvalCommand();
  llvm::Expected<ExitCode> run() override;

private:
  /// The networks to run, the measured one first.
  struct Networks {
    std::vector<std::unique_ptr<Model>> models;
    std::vector<NamedModel> named;
    EvaluationOptions options;

    llvm::Error add(llvm::Expected<std::unique_ptr<Model>> model,
                    llvm::StringRef name);
  };

  llvm::Error addLibrary(Networks &networks);
  llvm::Error addNetwork(Networks &networks, mlir::ModuleOp module);
  llvm::Error addOther(Networks &networks, Session &session,
                       llvm::StringRef path);
  llvm::Error checkFiles() const;
  llvm::Error write(const Evaluation &evaluation);

  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc("<network, or compiled .so>")};
  cl::opt<std::string> data{cl::Positional, cl::Required, cl::sub(sub),
                            cl::desc("<data.npz: inputs, labels under 'y'>")};
  cl::list<std::string> against{
      "against", cl::sub(sub), cl::value_desc("network"),
      cl::desc("Compare with this network or compiled .so too (repeatable)")};
  cl::opt<std::string> output{
      "o", cl::init("-"), cl::sub(sub), cl::value_desc("file"),
      cl::desc("Report to write as text (default: standard output)")};
  cl::opt<std::string> json{"json", cl::sub(sub), cl::value_desc("file"),
                            cl::desc("Report to write as JSON")};
  cl::opt<std::string> csv{"csv", cl::sub(sub), cl::value_desc("file"),
                           cl::desc("Report to write as CSV")};
  cl::opt<double> threshold{
      "threshold", cl::sub(sub), cl::init(EvaluationOptions().threshold),
      cl::value_desc("number"),
      cl::desc("A network with one score answers class 1 from here on "
               "(default 0.5)")};
  cl::opt<bool> simulate{
      "simulate", cl::sub(sub),
      cl::desc("Measure the simulated network in place of the integer one")};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
  RemarkFlags remarks{sub};
};
} // namespace

EvalCommand::EvalCommand()
    : Command("eval", "Measure accuracy on labelled inputs, and how far "
                      "networks agree") {}

llvm::Error
EvalCommand::Networks::add(llvm::Expected<std::unique_ptr<Model>> model,
                           llvm::StringRef name) {
  if (!model)
    return model.takeError();
  models.push_back(std::move(*model));
  named.push_back({models.back().get(), name.str()});
  return llvm::Error::success();
}

llvm::Error EvalCommand::addLibrary(Networks &networks) {
  if (quantize.given() || simulate)
    return usageError("a compiled library is measured as it is: no --profile, "
                      "--calibrate, --scheme or --simulate");
  if (llvm::Error error =
          quantize.preprocessing({}).moveInto(networks.options.preprocessing))
    return error;
  return networks.add(loadLibrary(network), "library");
}

llvm::Error EvalCommand::addNetwork(Networks &networks, mlir::ModuleOp module) {
  CompilerOptions options;
  if (llvm::Error error = quantize.apply(module, options.quantize))
    return error;
  const std::optional<SchemeChoice> &choice = quantize.choice();
  if (choice && isRefused(*choice, {}))
    return makeError(explainRefusal(*choice, {}));
  if (llvm::Error error = quantize.preprocessing(options.quantize)
                              .moveInto(networks.options.preprocessing))
    return error;
  bool integer = isIntegerNetwork(module);
  bool quantized = !integer && (quantize.given() || comesQuantized(module));
  if (simulate && !quantized)
    return usageError(
        "--simulate needs a float network and --profile, --calibrate or "
        "--scheme");
  options.form = simulate               ? NetworkForm::Simulated
                 : quantized || integer ? NetworkForm::Integer
                                        : NetworkForm::Float;
  if (llvm::Error error =
          networks.add(loadModel(module, options), stringify(options.form)))
    return error;
  if (!quantized)
    return llvm::Error::success();
  CompilerOptions floatOptions;
  floatOptions.form = NetworkForm::Float;
  return networks.add(loadModel(module, floatOptions), "float");
}

/// Adds a network of --against. It is run as it is, with the same contract.
llvm::Error EvalCommand::addOther(Networks &networks, Session &session,
                                  llvm::StringRef path) {
  if (isLibrary(path))
    return networks.add(loadLibrary(path), path);
  auto module = session.load(path, importing);
  if (!module)
    return module.takeError();
  CompilerOptions options;
  if (quantize.contract.hasValue())
    options.quantize.policy.contract =
        stringifyContract(quantize.contract).str();
  if (!isIntegerNetwork(**module) && !comesQuantized(**module))
    options.form = NetworkForm::Float;
  return networks.add(loadModel(**module, options), path);
}

llvm::Error EvalCommand::write(const Evaluation &evaluation) {
  std::vector<OutputFile> files;
  if (!json.empty())
    files.push_back({json, [&](llvm::raw_pwrite_stream &os) {
                       os << llvm::formatv(
                           "{0:2}\n", llvm::json::Value(evaluation.toJson()));
                       return llvm::Error::success();
                     }});
  if (!csv.empty())
    files.push_back({csv, [&](llvm::raw_pwrite_stream &os) {
                       evaluation.printCsv(os);
                       return llvm::Error::success();
                     }});
  // Standard output can have only one report.
  bool isTaken = llvm::any_of(files, [](const OutputFile &file) {
    return isStandardOutput(file.path);
  });
  if (!isTaken || !isStandardOutput(output))
    files.push_back({output, [&](llvm::raw_pwrite_stream &os) {
                       EscapingStream escaped(os);
                       evaluation.print(escaped);
                       return llvm::Error::success();
                     }});
  return writeFilesAtomically(files);
}

llvm::Error EvalCommand::checkFiles() const {
  std::vector<std::string> files = quantize.inputs();
  llvm::append_range(files, against);
  files.insert(files.end(), {network.getValue(), data.getValue()});
  return checkOutputs({output.getValue(), json.getValue(), csv.getValue()},
                      files);
}

llvm::Expected<ExitCode> EvalCommand::run() {
  if (llvm::Error error = checkFiles())
    return std::move(error);
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  Networks networks;
  networks.options.threshold = threshold;
  if (isLibrary(network)) {
    if (llvm::Error error = addLibrary(networks))
      return std::move(error);
  } else {
    auto module = session.load(network, importing);
    if (!module)
      return module.takeError();
    if (llvm::Error error = addNetwork(networks, **module))
      return std::move(error);
  }
  for (const std::string &path : against)
    if (llvm::Error error = addOther(networks, session, path))
      return std::move(error);
  ProgressLine line("evaluating");
  auto evaluation =
      evaluate(networks.named, data, networks.options,
               [&](const Progress &progress) { line.update(progress); });
  line.finish();
  if (!evaluation)
    return evaluation.takeError();
  if (llvm::Error error = write(*evaluation))
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeEvalCommand() {
  return std::make_unique<EvalCommand>();
}
