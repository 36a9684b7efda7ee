//===- quantc.cpp - The driver -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Parses the command line and runs one subcommand. What a subcommand does
/// stands in its own file, and how in quantc/Driver.
///
//===----------------------------------------------------------------------===//

#include "Command.h"
#include "Terminal.h"

#include "quantc/Driver/Version.h"
#include "quantc/Support/Errors.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Signals.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>

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
        printError() << usage.message() << "\n";
        code = kUsage;
      },
      [](const llvm::ErrorInfoBase &other) {
        printError() << other.message() << "\n";
      });
  return code;
}

/// Ends the process, because LLVM cannot continue after this error. Temporary
/// files are removed.
[[noreturn]] static void stop() {
  llvm::sys::RunInterruptHandlers();
  std::_Exit(kFailure);
}

static void reportFatal(void *, const char *reason, bool) {
  // Only the first line is printed. Graphs of instructions may follow it.
  llvm::StringRef line = llvm::StringRef(reason).split('\n').first;
  // --help and --version are printed by LLVM.
  if (line.starts_with("IO failure on output stream")) {
    printError() << "cannot write to standard output\n";
    stop();
  }
  printError() << "LLVM cannot go on: " << line
               << "; if this is about the target, choose another one, another "
                  "CPU or other features\n";
  stop();
}

static void reportOutOfMemory(void *, const char *, bool) {
  printError() << "not enough memory\n";
  stop();
}

/// Opens placeholders for closed standard streams, so that no file that is
/// opened later gets their numbers. Reading from them or writing to them fails
/// as before.
static void reserveStandardStreams() {
  for (int stream : {0, 1, 2}) {
    llvm::sys::fs::file_status status;
    if (llvm::sys::fs::status(stream, status))
      (void)::open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
}

/// Prepares the process.
static void prepareProcess() {
  reserveStandardStreams();
  llvm::install_fatal_error_handler(reportFatal);
  llvm::install_bad_alloc_error_handler(reportOutOfMemory);
#ifdef SIGXFSZ
  // To exceed a limit on file sizes is an error like a full disk, and must not
  // end the process.
  std::signal(SIGXFSZ, SIG_IGN);
#endif
}

/// Warns of an error of standard output. The results are in files, so that such
/// an error is not a failure, but LLVM would end the process because of it.
static void checkStandardStreams() {
  llvm::outs().flush();
  if (std::error_code code = llvm::outs().error())
    printWarning() << "standard output: " << code.message() << "\n";
  llvm::outs().clear_error();
  llvm::errs().clear_error();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  prepareProcess();
  cl::SetVersionPrinter(printVersion);
  std::unique_ptr<Command> commands[] = {
      makeCompileCommand(), makeCalibrateCommand(), makeMergeCommand(),
      makeRunCommand(),     makeEvalCommand(),      makeInspectCommand(),
      makeImportCommand(),  makeDiffCommand(),      makeDebugCommand()};
  // Hides LLVM's own options, which do not belong to the command line of this
  // tool.
  cl::OptionCategory general("General options");
  cl::HideUnrelatedOptions(general);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()))
    return kUsage;

  for (auto &command : commands) {
    if (!command->sub)
      continue;
    llvm::Expected<ExitCode> code = command->run();
    int exitCode = code ? *code : report(code.takeError());
    checkStandardStreams();
    return exitCode;
  }
  printError() << "no subcommand; see quantc --help\n";
  return kUsage;
}
