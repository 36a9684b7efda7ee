//===- Import.cpp - quantc import -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Driver/NetworkFile.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/OutputFile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class ImportCommand final : public Command {
public:
  ImportCommand();
  llvm::Expected<ExitCode> run() override;

private:
  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  cl::opt<std::string> output{
      "o", cl::Required, cl::sub(sub), cl::value_desc("file"),
      cl::desc("MLIR to write: bytecode if it ends in .mlirbc, else text")};
  cl::opt<bool> equalize{
      "equalize", cl::sub(sub),
      cl::desc("Simplify the network, and give the channels between two "
               "products like ranges (cross-layer equalization)")};
  ImportFlags importing{sub};

  llvm::Error equalizeChannels(mlir::ModuleOp module);
};
} // namespace

ImportCommand::ImportCommand()
    : Command("import", "Write a network of any format as MLIR") {}

llvm::Error ImportCommand::equalizeChannels(mlir::ModuleOp module) {
  mlir::PassManager pm(module.getContext());
  populateSimplifyPipeline(pm);
  pm.addNestedPass<mlir::func::FuncOp>(ptq::createPTQEqualize());
  if (failed(pm.run(module)))
    return llvm::make_error<DiagnosedError>();
  return llvm::Error::success();
}

llvm::Expected<ExitCode> ImportCommand::run() {
  if (llvm::Error error =
          checkOutputs({output.getValue()}, {network.getValue()}))
    return std::move(error);
  Session session;
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  if (equalize)
    if (llvm::Error error = equalizeChannels(**module))
      return std::move(error);
  if (llvm::Error error = saveNetwork(**module, output))
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeImportCommand() {
  return std::make_unique<ImportCommand>();
}
