//===- Eval.cpp - quantc eval -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "ProgressLine.h"

#include "quantc/Pipelines/Evaluate.h"
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
  llvm::Expected<Evaluation> evaluateNetwork(mlir::ModuleOp module);
  llvm::Error write(const Evaluation &evaluation);

  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  cl::opt<std::string> labelled{
      cl::Positional, cl::Required, cl::sub(sub),
      cl::desc("<labelled.npz: inputs, and labels under 'y'>")};
  cl::opt<std::string> output{
      "o", cl::init("-"), cl::sub(sub), cl::value_desc("file"),
      cl::desc("Report to write (default: standard output)")};
  cl::opt<bool> json{"json", cl::sub(sub),
                     cl::desc("Write the report as JSON")};
  cl::opt<bool> simulate{
      "simulate", cl::sub(sub),
      cl::desc("Measure the simulated network in place of the integer one")};
  ImportFlags importing{sub};
  QuantizeFlags quantize{sub};
  RemarkFlags remarks{sub};
};
} // namespace

EvalCommand::EvalCommand()
    : Command("eval",
              "Measure accuracy on labelled inputs, and agreement with float") {
}

llvm::Expected<Evaluation> EvalCommand::evaluateNetwork(mlir::ModuleOp module) {
  CompilerOptions options;
  if (llvm::Error error = quantize.apply(module, options.quantize))
    return std::move(error);
  bool integer = isIntegerNetwork(module);
  bool quantized = !integer && (quantize.calibrated() || hasFakeQuant(module));
  if (simulate && !quantized)
    return usageError(
        "--simulate needs a float network and --profile or --calibrate");
  std::unique_ptr<Model> reference;
  if (quantized) {
    CompilerOptions floatOptions;
    floatOptions.form = NetworkForm::Float;
    auto loaded = loadModel(module, floatOptions);
    if (!loaded)
      return loaded.takeError();
    reference = std::move(*loaded);
  }
  options.form = simulate               ? NetworkForm::Simulated
                 : quantized || integer ? NetworkForm::Integer
                                        : NetworkForm::Float;
  auto model = loadModel(module, options);
  if (!model)
    return model.takeError();
  ProgressLine line("evaluating");
  auto evaluation =
      evaluate(**model, reference.get(), labelled, stringify(options.form),
               [&](const Progress &progress) { line.update(progress); });
  line.finish();
  return evaluation;
}

llvm::Error EvalCommand::write(const Evaluation &evaluation) {
  return writeFileAtomically(output, [&](llvm::raw_pwrite_stream &os) {
    if (json)
      os << llvm::formatv("{0:2}\n", llvm::json::Value(evaluation.toJson()));
    else
      evaluation.print(os);
    return llvm::Error::success();
  });
}

llvm::Expected<ExitCode> EvalCommand::run() {
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  llvm::Expected<Evaluation> evaluation = evaluateNetwork(**module);
  if (!evaluation)
    return evaluation.takeError();
  if (llvm::Error error = write(*evaluation))
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeEvalCommand() {
  return std::make_unique<EvalCommand>();
}
