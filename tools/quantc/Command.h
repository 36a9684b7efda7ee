//===- Command.h - Subcommands of quantc -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// What the subcommands share: their shape, MLIR set up with diagnostics on
/// standard error, and exit codes.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TOOLS_QUANTC_COMMAND_H
#define QUANTC_TOOLS_QUANTC_COMMAND_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"

#include <memory>

namespace quantc::tool {

namespace cl = llvm::cl;

/// Exit codes: success, a failure that was reported, a wrong command line, and
/// an interrupt that left a valid result (128 + SIGINT, as shells do).
enum ExitCode { kSuccess = 0, kFailure = 1, kUsage = 2, kInterrupted = 130 };

class ImportFlags;

/// A subcommand. Its options are members, declared with `cl::sub(sub)`.
class Command {
public:
  Command(llvm::StringRef name, llvm::StringRef description)
      : sub(name, description) {}
  virtual ~Command() = default;

  /// Does the work. Errors are reported by the caller.
  virtual llvm::Expected<ExitCode> run() = 0;

  cl::SubCommand sub;
};

std::unique_ptr<Command> makeCalibrateCommand();
std::unique_ptr<Command> makeCompileCommand();
std::unique_ptr<Command> makeDebugCommand();
std::unique_ptr<Command> makeDiffCommand();
std::unique_ptr<Command> makeEvalCommand();
std::unique_ptr<Command> makeImportCommand();
std::unique_ptr<Command> makeInspectCommand();
std::unique_ptr<Command> makeMergeCommand();
std::unique_ptr<Command> makeRunCommand();

/// The description of the network argument, which is the same in all
/// subcommands that read a network.
inline constexpr llvm::StringLiteral kNetworkArgument =
    "<network: .onnx, .tflite, .mlir or .mlirbc>";

/// MLIR with quantc's dialects; prints diagnostics to standard error.
class Session {
public:
  Session();
  /// Reads a network; errors are diagnostics.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  load(llvm::StringRef path, const ImportFlags &flags);
  /// Prints the decisions of the passes in categories that match the regular
  /// expression.
  llvm::Error printRemarks(llvm::StringRef categories);
  mlir::MLIRContext &getContext() { return context; }

private:
  void print(mlir::Location loc, const llvm::Twine &message,
             mlir::DiagnosticSeverity severity);

  mlir::MLIRContext context;
  llvm::SourceMgr sourceMgr;
  std::unique_ptr<mlir::SourceMgrDiagnosticHandler> printer;
  std::unique_ptr<mlir::ScopedDiagnosticHandler> handler;
};

/// A wrong combination of options: reported like any error, but exits with
/// kUsage.
class UsageError : public llvm::ErrorInfo<UsageError> {
public:
  static char ID;
  explicit UsageError(const llvm::Twine &message) : text(message.str()) {}
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string text;
};
llvm::Error usageError(const llvm::Twine &message);

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_COMMAND_H
