//===- Run.cpp - quantc run -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Driver/Tensors.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/OutputFile.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class RunCommand final : public Command {
public:
  RunCommand();
  llvm::Expected<ExitCode> run() override;

private:
  /// Loads the model. `preprocessing` gets the preprocessing of its inputs.
  llvm::Expected<std::unique_ptr<Model>>
  loadNetworkOrLibrary(Preprocessing &preprocessing);

  llvm::Expected<NetworkForm> chooseForm(mlir::ModuleOp module) const;

  /// Samples are steps of a stream.
  bool holdsStates = false;

  cl::opt<std::string> network{
      cl::Positional, cl::Required, cl::sub(sub),
      cl::desc("<network: .onnx, .tflite, .mlir, .mlirbc or compiled .so>")};
  cl::opt<std::string> inputs{cl::Positional, cl::Required, cl::sub(sub),
                              cl::desc("<inputs.npz or .npy>")};
  cl::opt<std::string> output{
      "o", cl::Required, cl::sub(sub), cl::value_desc("file"),
      cl::desc("Outputs to write (.npz), by output name")};
  FormFlag form{sub, "form", "What to run"};
  cl::opt<bool> simulate{"simulate", cl::sub(sub),
                         cl::desc("The same as --form=simulated")};
  cl::opt<bool> tensors{
      "tensors", cl::sub(sub),
      cl::desc("Write all named tensors of what runs, not the outputs only; "
               "integers as they are stored")};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
  RemarkFlags remarks{sub};
};
} // namespace

RunCommand::RunCommand()
    : Command("run",
              "Run a network: as it is, or quantized if it is calibrated") {}

llvm::Expected<std::unique_ptr<Model>>
RunCommand::loadNetworkOrLibrary(Preprocessing &preprocessing) {
  if (isLibrary(network)) {
    if (quantize.given() || simulate || form.given() || tensors)
      return usageError(
          "a compiled library is run as it is: no --profile, --calibrate, "
          "--form, --simulate or --tensors");
    if (llvm::Error error = quantize.preprocessing({}).moveInto(preprocessing))
      return std::move(error);
    llvm::Expected<std::unique_ptr<Model>> library = loadLibrary(network);
    holdsStates = library && (*library)->interface().step;
    return library;
  }
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  holdsStates = getNetwork(**module)->hasAttr(ptq::kHeldAttr);
  CompilerOptions options;
  if (llvm::Error error = quantize.apply(**module, options.quantize))
    return std::move(error);
  if (llvm::Error error =
          quantize.preprocessing(options.quantize).moveInto(preprocessing))
    return std::move(error);
  llvm::Expected<NetworkForm> chosen = chooseForm(**module);
  if (!chosen)
    return chosen.takeError();
  options.form = *chosen;
  if (!tensors)
    return loadModel(**module, options);
  llvm::Expected<ProbedModel> probed = loadProbed(**module, options);
  if (!probed)
    return probed.takeError();
  return std::move(probed->model);
}

llvm::Expected<NetworkForm>
RunCommand::chooseForm(mlir::ModuleOp module) const {
  if (!simulate)
    return form.choose(module, quantize);
  if (!quantize.given() && !comesQuantized(module))
    return usageError("--simulate needs --profile, --calibrate or --scheme");
  return NetworkForm::Simulated;
}

llvm::Expected<ExitCode> RunCommand::run() {
  std::vector<std::string> files = quantize.inputs();
  files.insert(files.end(), {network.getValue(), inputs.getValue()});
  if (llvm::Error error = checkOutputs({output.getValue()}, files))
    return std::move(error);
  Preprocessing preprocessing;
  llvm::Expected<std::unique_ptr<Model>> model =
      loadNetworkOrLibrary(preprocessing);
  if (!model)
    return model.takeError();
  llvm::Expected<ArrayMap> outputs =
      runModel(**model, inputs, preprocessing, holdsStates);
  if (!outputs)
    return outputs.takeError();
  if (llvm::Error error = writeNpz(output, *outputs))
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeRunCommand() {
  return std::make_unique<RunCommand>();
}
