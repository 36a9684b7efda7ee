//===- Options.h - Options that several subcommands take -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TOOLS_QUANTC_OPTIONS_H
#define QUANTC_TOOLS_QUANTC_OPTIONS_H

#include "Command.h"

#include "quantc/Pipelines/Compiler.h"

namespace quantc::tool {

/// How a network's file is read.
class ImportFlags {
public:
  explicit ImportFlags(cl::SubCommand &sub);
  llvm::Expected<ImportOptions> options() const;

private:
  cl::opt<int64_t> batch;
  cl::opt<ImageLayout> inputLayout, outputLayout;
};

/// How a float network is quantized.
class QuantizeFlags {
public:
  explicit QuantizeFlags(cl::SubCommand &sub);
  bool calibrated() const { return !profile.empty() || !calibrate.empty(); }
  /// True if inputs or outputs are asked to be integers.
  bool convertsIO() const;
  /// The profile's path if compiling to `output` writes a file of that name.
  std::string overwritten(llvm::StringRef output) const;
  /// Reads the profile or calibrates the network, with progress on a terminal.
  llvm::Error apply(mlir::ModuleOp network, QuantizeOptions &options) const;

private:
  cl::opt<std::string> profile;
  cl::list<std::string> calibrate;
  cl::opt<Estimator> estimator;
  cl::opt<double> percentile;
  cl::opt<Rounding> rounding;
  cl::opt<IOType> io, inputType, outputType;
  cl::opt<bool> strictInteger;
};

/// The machine to compile for.
class TargetFlags {
public:
  explicit TargetFlags(cl::SubCommand &sub);
  llvm::Expected<TargetDescription> describe() const;

private:
  cl::opt<std::string> target, cpu, features;
};

/// Remarks of the passes.
class RemarkFlags {
public:
  explicit RemarkFlags(cl::SubCommand &sub);
  llvm::Error apply(Session &session) const;

private:
  cl::opt<bool> remarks;
  cl::opt<std::string> filter;
};

/// A message for every tensor in which calibration met NaN or infinity.
void warnNonFinite(const CalibrationResult &result);

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_OPTIONS_H
