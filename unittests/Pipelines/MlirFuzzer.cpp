//===- MlirFuzzer.cpp - Damaged .mlir files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A network is loaded, quantized and lowered to the LLVM dialect, as `quantc
/// compile` does it. Whatever the file holds, this ends with a valid module or
/// with an error.
///
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Compiler.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "mlir/IR/Verifier.h"

#include "llvm/Support/xxhash.h"

#include <cstdlib>

using namespace mlir;
using namespace quantc;

/// With less memory than the default, so that one run is short.
static constexpr uint64_t kMaxBytes = 1 << 20;

namespace {
/// A context that knows whether errors were reported to it.
struct Session {
  Session() : context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      hasError |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
    });
  }

  MLIRContext context;
  bool hasError = false;
};
} // namespace

/// A failure without an error is a crash: the user would not learn what is
/// wrong.
static void checkReported(bool reported) {
  if (!reported)
    std::abort();
}

/// Brings a copy of `network` to LLVM's dialect.
static void compileAs(NetworkForm form, StringRef scheme, ModuleOp network,
                      Session &session) {
  static const TargetDescription target =
      llvm::cantFail(describeTarget("x86_64-linux-gnu", "x86-64-v3", ""));
  CompilerOptions options;
  options.form = form;
  options.quantize.policy.scheme = scheme.str();
  options.codegen.target = target;
  OwningOpRef<ModuleOp> module = network.clone();
  session.hasError = false;
  if (llvm::Error error = lowerToStage(*module, Stage::Codegen, options)) {
    bool isDiagnosed = error.isA<DiagnosedError>();
    checkReported(!llvm::toString(std::move(error)).empty() &&
                  (!isDiagnosed || session.hasError));
    return;
  }
  checkReported(succeeded(verify(*module)));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context keeps every name and constant it has seen.
  constexpr unsigned kUses = 100;
  static std::unique_ptr<Session> session;
  static unsigned uses = 0;
  if (uses++ % kUses == 0)
    session = std::make_unique<Session>();
  session->hasError = false;
  ImportOptions options;
  options.maxBytes = kMaxBytes;
  StringRef text(reinterpret_cast<const char *>(data), size);
  OwningOpRef<ModuleOp> network =
      loadNetwork(llvm::MemoryBuffer::getMemBufferCopy(text, "fuzz.mlir"),
                  "fuzz.mlir", session->context, options);
  if (!network) {
    checkReported(session->hasError);
    return 0;
  }
  if (failed(verify(*network)))
    std::abort();
  // One form for each text, because the passes take most of the time.
  switch (llvm::xxh3_64bits(text) % 3) {
  case 0:
    compileAs(NetworkForm::Float, "", *network, *session);
    break;
  case 1:
    compileAs(NetworkForm::Observed, "", *network, *session);
    break;
  default:
    compileAs(NetworkForm::Integer,
              carriesParameters(*network) ? "" : "dynamic-range", *network,
              *session);
  }
  return 0;
}

/// LLVM's allocators poison what they have not given out, but those of the
/// libraries without a sanitizer do not lift that again.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_leaks=0";
}
