//===- FuzzImport.h - Importing whatever bytes there are -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What fuzzers of importers share. A fuzzer is a program of libFuzzer:
///
///   TFLiteFuzzer corpus -max_total_time=60
///
/// mutates the files of directory `corpus`, and stops at the first that crashes
/// the importer, takes more than a few seconds or gigabytes. Importers and
/// builder are compiled with AddressSanitizer and UndefinedBehaviorSanitizer,
/// MLIR is not.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_UNITTESTS_IMPORT_FUZZIMPORT_H
#define QUANTC_UNITTESTS_IMPORT_FUZZIMPORT_H

#include "quantc/Import/ImportOptions.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"

#include "llvm/Support/MemoryBufferRef.h"

#include <cstdlib>
#include <memory>

namespace quantc {

using Importer = mlir::OwningOpRef<mlir::ModuleOp> (*)(llvm::MemoryBufferRef,
                                                       const ImportOptions &,
                                                       mlir::MLIRContext &);

/// Imports `size` bytes. A null result without an error is a crash: the user
/// would not learn what is wrong. So is a module that does not verify.
inline int fuzzImport(Importer import, const uint8_t *data, size_t size) {
  // A context keeps every name and constant it has seen.
  constexpr unsigned kUses = 200;
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned uses = 0;
  static bool hasError;
  if (uses++ % kUses == 0) {
    context = std::make_unique<mlir::MLIRContext>(
        mlir::MLIRContext::Threading::DISABLED);
    context->getDiagEngine().registerHandler([](mlir::Diagnostic &diagnostic) {
      hasError |= diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
    });
  }
  hasError = false;
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  // Both ways, and always the same one for the same bytes.
  ImportOptions options;
  if (size % 2 == 1)
    options.sequenceStates = SequenceStates::Operands;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      import(llvm::MemoryBufferRef(bytes, "fuzz"), options, *context);
  if (module ? mlir::failed(mlir::verify(*module)) : !hasError)
    std::abort();
  return 0;
}

} // namespace quantc

/// LLVM's allocators poison what they have not given out, but those of the
/// libraries without a sanitizer do not lift that again.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_leaks=0";
}

#endif // QUANTC_UNITTESTS_IMPORT_FUZZIMPORT_H
