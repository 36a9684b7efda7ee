//===- CheckAccuracy.h - Beside the float network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_CHECKACCURACY_H
#define QUANTC_DRIVER_CHECKACCURACY_H

#include "quantc/Calibration/SampleSet.h"
#include "quantc/Driver/NetworkReport.h"
#include "quantc/Report/AccuracyCheck.h"

namespace quantc {

/// Compares quantized forms of a network with its float form, which is compiled
/// once.
class AccuracyChecker {
public:
  static llvm::Expected<AccuracyChecker> create(mlir::ModuleOp network);
  AccuracyChecker(AccuracyChecker &&);
  ~AccuracyChecker();

  /// As `checkAccuracy` below.
  llvm::Expected<AccuracyCheck>
  check(mlir::ModuleOp lowered, llvm::ArrayRef<QuantizedTensorReport> quantized,
        const SampleSet &samples);

  /// True if the float network shows a tensor of this name.
  bool hasFloat(llvm::StringRef name) const;
  /// Tensors of the float network, which have these names.
  llvm::Expected<std::vector<std::vector<double>>>
  runFloat(const SampleSet::Sample &sample, llvm::ArrayRef<std::string> names);

private:
  struct Impl;
  explicit AccuracyChecker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// Runs `lowered`, a quantized form of `network` (Stage::Lower), and the float
/// form of `network` on `samples`, inputs of the float form, and compares their
/// tensors. `quantized` are the tensors of `lowered` with parameters. Neither
/// module changes. Fails if a sample does not fit the network.
llvm::Expected<AccuracyCheck>
checkAccuracy(mlir::ModuleOp network, mlir::ModuleOp lowered,
              llvm::ArrayRef<QuantizedTensorReport> quantized,
              const SampleSet &samples);

} // namespace quantc

#endif // QUANTC_DRIVER_CHECKACCURACY_H
