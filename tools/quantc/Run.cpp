//===- Run.cpp - quantc run -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class RunCommand final : public Command {
public:
  RunCommand();
  llvm::Expected<ExitCode> run() override;

private:
  llvm::Expected<std::unique_ptr<Model>> loadNetworkOrLibrary();

  cl::opt<std::string> network{
      cl::Positional, cl::Required, cl::sub(sub),
      cl::desc("<network: .onnx, .tflite, .mlir, .mlirbc or compiled .so>")};
  cl::opt<std::string> inputs{cl::Positional, cl::Required, cl::sub(sub),
                              cl::desc("<inputs.npz or .npy>")};
  cl::opt<std::string> output{
      "o", cl::Required, cl::sub(sub), cl::value_desc("file"),
      cl::desc("Outputs to write (.npz), by output name")};
  cl::opt<bool> simulate{
      "simulate", cl::sub(sub),
      cl::desc(
          "Run the float network with values rounded as quantization would")};
  ImportFlags importing{sub};
  QuantizeFlags quantize{sub};
  RemarkFlags remarks{sub};
};
} // namespace

RunCommand::RunCommand()
    : Command("run",
              "Run a network: as it is, or quantized if it is calibrated") {}

llvm::Expected<std::unique_ptr<Model>> RunCommand::loadNetworkOrLibrary() {
  if (llvm::sys::path::extension(network) == ".so") {
    if (quantize.calibrated() || simulate)
      return usageError(
          "a compiled library is run as it is: no --profile, --calibrate or "
          "--simulate");
    llvm::SmallString<128> manifest(network.getValue());
    llvm::sys::path::replace_extension(manifest, "json");
    return Model::fromSharedLibrary(network, manifest);
  }
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  CompilerOptions options;
  if (llvm::Error error = quantize.apply(**module, options.quantize))
    return std::move(error);
  bool quantized = quantize.calibrated();
  if (simulate && !quantized && !hasFakeQuant(**module))
    return usageError("--simulate needs --profile or --calibrate");
  options.form = simulate    ? NetworkForm::Simulated
                 : quantized ? NetworkForm::Integer
                             : NetworkForm::Float;
  return loadModel(**module, options);
}

llvm::Expected<ExitCode> RunCommand::run() {
  llvm::Expected<std::unique_ptr<Model>> model = loadNetworkOrLibrary();
  if (!model)
    return model.takeError();
  llvm::Expected<ArrayMap> outputs = runModel(**model, inputs);
  if (!outputs)
    return outputs.takeError();
  if (llvm::Error error = writeNpz(output, *outputs))
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeRunCommand() {
  return std::make_unique<RunCommand>();
}
