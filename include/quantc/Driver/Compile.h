//===- Compile.h - From a network to files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// The whole road: a network in, an object file with its header and manifest
/// out, all of them or none.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_COMPILE_H
#define QUANTC_DRIVER_COMPILE_H

#include "quantc/Driver/Compiler.h"
#include "quantc/Driver/NetworkReport.h"
#include "quantc/Report/AccuracyCheck.h"

namespace quantc {

/// What `compile` writes. Everything but MLIR and LLVM IR comes with a header
/// and a manifest.
enum class OutputKind {
  Object,
  Assembly,
  LLVM,
  MLIR,
  StaticLibrary,
  SharedLibrary
};
/// The kind called "obj", "asm", "llvm", "mlir", "static-lib", "shared-lib".
std::optional<OutputKind> parseOutputKind(llvm::StringRef name);

struct CompileResult {
  NetworkReport report;
  /// What quantization costs, if that was checked.
  std::optional<AccuracyCheck> accuracy;
  ModelInterface interface;
  /// Size of the written object, library or text.
  uint64_t outputBytes = 0;
};

struct OutputOptions {
  OutputKind kind = OutputKind::Object;
  /// Embed golden vectors and NAME_selftest. The network computes in integers:
  /// floats may be rounded differently by the target.
  bool selftest = false;
  /// Add NAME_step and NAME_reset, which compute the sequence along this
  /// dimension of the inputs step by step.
  std::optional<int64_t> streamAxis;
  /// Run the quantized network beside the float one on the samples that the
  /// profile keeps, if it keeps some.
  bool checkAccuracy = true;
  /// The result of that check, if it is known already.
  std::optional<AccuracyCheck> knownAccuracy;
  /// Nothing is written if the check misses these limits.
  std::optional<double> minSqnr, minAgreement;
};

/// Compiles the network to `path`, and to the header and manifest beside it:
/// `model.o` comes with `model.h` and `model.json`, all of them or none.
/// Standard output ("-"), a device or a pipe gets the object alone. The module
/// is consumed.
llvm::Expected<CompileResult> compile(mlir::ModuleOp module,
                                      const CompilerOptions &options,
                                      const OutputOptions &output,
                                      llvm::StringRef path);

/// A C identifier made from a file name: "my-model.v2.o" gives "my_model_v2".
std::string nameFromPath(llvm::StringRef path);

} // namespace quantc

#endif // QUANTC_DRIVER_COMPILE_H
