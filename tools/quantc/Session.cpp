//===- Session.cpp - MLIR set up for a command -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Terminal.h"

#include "quantc/Driver/NetworkFile.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Support/Errors.h"

#include "mlir/IR/Remarks.h"

#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tool;

/// Diagnostics do not show lines of larger files, which contain the weights of
/// a network.
static constexpr uint64_t kLargestShownFile = 1 << 16;

static DialectRegistry makeRegistry() {
  DialectRegistry registry;
  quantc::registerAllDialects(registry);
  return registry;
}

Session::Session() : context(makeRegistry(), MLIRContext::Threading::DISABLED) {
  // A message already names its operation. To print the whole operation would
  // also print weights.
  context.printOpOnDiagnostic(false);
  printer = std::make_unique<SourceMgrDiagnosticHandler>(sourceMgr, &context,
                                                         messages());
  handler = std::make_unique<ScopedDiagnosticHandler>(
      &context, [this](Diagnostic &diagnostic) {
        print(diagnostic.getLocation(), diagnostic.str(),
              diagnostic.getSeverity());
        for (Diagnostic &note : diagnostic.getNotes())
          print(note.getLocation(), note.str(), note.getSeverity());
        return success();
      });
}

static raw_ostream &printSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return printError();
  case DiagnosticSeverity::Warning:
    return printWarning();
  case DiagnosticSeverity::Remark:
    return printRemark();
  case DiagnosticSeverity::Note:
    return printNote();
  }
  llvm_unreachable("every severity is handled");
}

void Session::print(Location loc, const llvm::Twine &message,
                    DiagnosticSeverity severity) {
  auto place = loc->findInstanceOf<FileLineColLoc>();
  if (!place) {
    printSeverity(severity) << message << "\n";
    return;
  }
  // Locations from importers name nodes; their files have no lines.
  if (place.getColumn() == 0) {
    messages() << place.getFilename().strref() << ": ";
    raw_ostream &os = printSeverity(severity);
    if (auto name = loc->findInstanceOf<NameLoc>())
      os << "'" << name.getName().strref() << "': ";
    os << message << "\n";
    return;
  }
  uint64_t size = 0;
  bool show = !llvm::sys::fs::file_size(place.getFilename().strref(), size) &&
              size <= kLargestShownFile;
  printer->emitDiagnostic(loc, message, severity, show);
}

llvm::Expected<OwningOpRef<ModuleOp>> Session::load(StringRef path,
                                                    const ImportFlags &flags) {
  llvm::Expected<ImportOptions> options = flags.options();
  if (!options)
    return options.takeError();
  if (path != "-" && !llvm::sys::fs::exists(path))
    return makeError("'" + path + "': no such file");
  // MLIR's readers of text and bytecode trust their input, and some damaged
  // files crash them. After a crash nothing can be cleaned up in order.
  OwningOpRef<ModuleOp> module;
  llvm::CrashRecoveryContext guard;
  llvm::CrashRecoveryContext::Enable();
  if (!guard.RunSafely(
          [&] { module = loadNetwork(path, context, *options); })) {
    printError() << "'" << path
                 << "' is damaged: reading it crashes MLIR's reader; write the "
                    "file again\n";
    llvm::sys::Process::Exit(1, /*NoCleanup=*/true);
  }
  llvm::CrashRecoveryContext::Disable();
  if (!module)
    return llvm::make_error<DiagnosedError>();
  return module;
}

llvm::Error Session::printRemarks(StringRef categories) {
  std::string reason;
  if (!llvm::Regex(categories).isValid(reason))
    return usageError("--remarks-filter: " + reason);
  remark::RemarkCategories filter;
  // `all` alone has no effect: each kind is enabled by itself.
  filter.passed = filter.missed = filter.analysis = filter.failed =
      categories.str();
  if (failed(remark::enableOptimizationRemarks(
          context, nullptr, std::make_unique<remark::RemarkEmittingPolicyAll>(),
          filter,
          /*printAsEmitRemarks=*/true)))
    return makeError("remarks cannot be enabled");
  return llvm::Error::success();
}

char UsageError::ID = 0;

void UsageError::log(raw_ostream &os) const { os << text; }

std::error_code UsageError::convertToErrorCode() const {
  return std::make_error_code(std::errc::invalid_argument);
}

llvm::Error tool::usageError(const llvm::Twine &message) {
  return llvm::make_error<UsageError>(message);
}
