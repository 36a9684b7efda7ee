//===- quantc.cpp - The driver -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Parses the command line and runs one subcommand. What a subcommand does
/// stands in its own file, and how in quantc/Pipelines.
///
//===----------------------------------------------------------------------===//

#include "Command.h"

#include "quantc/Pipelines/Network.h"
#include "quantc/Pipelines/Version.h"

#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace quantc;
using namespace quantc::tool;

static constexpr llvm::StringLiteral kOverview =
    "quantc: post-training quantization, from a float network to an integer "
    "object\n\n"
    "  quantc compile model.onnx --calibrate inputs.npz -o model.o\n\n"
    "Exit codes: 0 success, 1 failure, 2 wrong command line, 130 "
    "interrupted.\n";

static void printVersion(llvm::raw_ostream &os) {
  os << "quantc version " << getVersion() << " (LLVM " << getLLVMVersion()
     << ")\n";
}

/// Prints what went wrong and returns the exit code.
static int report(llvm::Error error) {
  int code = kFailure;
  llvm::handleAllErrors(
      std::move(error), [](const DiagnosedError &) {},
      [&](const UsageError &usage) {
        llvm::WithColor::error() << usage.message() << "\n";
        code = kUsage;
      },
      [](const llvm::ErrorInfoBase &other) {
        llvm::WithColor::error() << other.message() << "\n";
      });
  return code;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::SetVersionPrinter(printVersion);
  std::unique_ptr<Command> commands[] = {
      makeCompileCommand(), makeCalibrateCommand(), makeMergeCommand(),
      makeRunCommand(),     makeEvalCommand(),      makeInspectCommand(),
      makeImportCommand(),  makeDiffCommand()};
  // LLVM's own options are no part of this tool's command line.
  cl::OptionCategory general("General options");
  cl::HideUnrelatedOptions(general);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()))
    return kUsage;

  for (auto &command : commands) {
    if (!command->sub)
      continue;
    llvm::Expected<ExitCode> code = command->run();
    return code ? *code : report(code.takeError());
  }
  llvm::WithColor::error() << "no subcommand; see quantc --help\n";
  return kUsage;
}
