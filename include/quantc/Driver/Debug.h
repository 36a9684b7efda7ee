//===- Debug.h - Where a network loses accuracy -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_DEBUG_H
#define QUANTC_DRIVER_DEBUG_H

#include "quantc/Driver/Compiler.h"
#include "quantc/Driver/Evaluate.h"
#include "quantc/Report/TensorErrors.h"

namespace quantc {

struct DebugOptions {
  Preprocessing preprocessing;
  /// The files have labels: count the right answers. A file without is an
  /// error.
  bool labels = false;
  /// Measure what the errors are made of: takes several times as long.
  bool attribution = false;
  /// See EvaluationOptions.
  double threshold = EvaluationOptions().threshold;
};

/// Runs the float network, the quantized one as it ships, and one in which
/// every operation reads what the float network computes, over the samples in
/// `paths`, and compares every tensor. `progress` is told of every sample and
/// returns false to stop. A tensor in which the float network has NaN or
/// infinity is an error. The module is not changed.
llvm::Expected<DebugReport>
debugNetwork(mlir::ModuleOp module, const CompilerOptions &options,
             llvm::ArrayRef<std::string> paths,
             const DebugOptions &debugOptions = {},
             llvm::function_ref<bool(const Progress &)> progress = nullptr);

} // namespace quantc

#endif // QUANTC_DRIVER_DEBUG_H
