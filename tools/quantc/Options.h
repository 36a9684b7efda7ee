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

#include "quantc/Driver/ChooseSchemes.h"
#include "quantc/Driver/Compiler.h"
#include "quantc/Pipelines/QuantizeFlags.h"

namespace quantc::tool {

/// How a network's file is read.
class ImportFlags {
public:
  explicit ImportFlags(cl::SubCommand &sub);
  llvm::Expected<ImportOptions> options() const;

private:
  cl::opt<int64_t> batch;
  cl::opt<uint64_t> maxMemory;
  cl::opt<std::string> signature;
  cl::opt<SequenceStates> state;
  cl::opt<ImageLayout> inputLayout, outputLayout;
};

/// How the numbers of data files become a network's inputs.
class PreprocessingFlags {
public:
  explicit PreprocessingFlags(cl::SubCommand &sub);
  bool given() const;
  llvm::Expected<Preprocessing> get() const;

private:
  cl::opt<std::string> scale, mean, deviation, layout;
};

/// How a network is calibrated.
class CalibrationFlags {
public:
  /// `samplesFlag` names the option that limits the number of samples.
  CalibrationFlags(cl::SubCommand &sub, llvm::StringRef samplesFlag);
  llvm::Expected<CalibrationOptions> get() const;
  bool given() const {
    return preprocessing.given() || limit.getNumOccurrences();
  }
  bool limited() const { return limit.getNumOccurrences(); }

  PreprocessingFlags preprocessing;

private:
  cl::opt<uint64_t> limit;
};

/// The options of quantization as those of a subcommand.
struct CommandKind {
  using Parent = cl::SubCommand;
  template <typename T>
  struct Option : cl::opt<T> {
    template <typename... Args>
    Option(Parent &sub, llvm::StringRef name, Args &&...args)
        : cl::opt<T>(name, cl::sub(sub), std::forward<Args>(args)...) {}
    bool hasValue() const { return this->getNumOccurrences() > 0; }
  };
  template <typename T>
  struct List : cl::list<T> {
    template <typename... Args>
    List(Parent &sub, llvm::StringRef name, Args &&...args)
        : cl::list<T>(name, cl::sub(sub), cl::CommaSeparated,
                      std::forward<Args>(args)...) {}
  };
};

/// How a float network is calibrated and quantized.
class QuantizeCommandFlags : public QuantizeFlags<CommandKind> {
public:
  explicit QuantizeCommandFlags(cl::SubCommand &sub);
  bool calibrated() const { return !profile.empty() || !calibrate.empty(); }
  /// True if the network is to be quantized: it is calibrated, or a scheme or
  /// policy is given.
  bool given() const {
    return calibrated() || !scheme.empty() || !policy.empty();
  }
  /// The schemes asked for.
  llvm::Expected<ptq::Policy> getPolicy(mlir::MLIRContext *context) const;
  /// The files and folders that these options name.
  std::vector<std::string> inputs() const;
  /// The command's data, if it runs any, is preprocessed as the options say,
  /// else as the profile of `apply` remembers.
  llvm::Expected<Preprocessing>
  preprocessing(const QuantizeOptions &options) const;
  /// Fails if options are given that only matter to --calibrate.
  llvm::Error refuseUnusedCalibration() const;
  /// Reads the profile or calibrates the network, with progress on a terminal.
  /// Under the scheme auto, also chooses the schemes of operations.
  llvm::Error apply(mlir::ModuleOp network, QuantizeOptions &options);
  /// What the scheme auto chose, if it did.
  const std::optional<SchemeChoice> &choice() const { return chosen; }
  /// Whether operations that compute in float are errors.
  bool refusesFloat() const { return strictInteger; }

private:
  cl::opt<std::string> profile;
  cl::list<std::string> calibrate;
  CalibrationFlags calibration;
  std::optional<SchemeChoice> chosen;
};

/// What is made of a network before it runs.
class FormFlag {
public:
  FormFlag(cl::SubCommand &sub, llvm::StringRef name, llvm::StringRef purpose);
  bool given() const { return form.getNumOccurrences() > 0; }
  /// The form asked for; by default integer if `flags` calibrate the network or
  /// it brings its parameters, else float.
  llvm::Expected<NetworkForm> choose(mlir::ModuleOp network,
                                     const QuantizeCommandFlags &flags) const;

private:
  std::string text;
  cl::opt<NetworkForm> form;
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

/// True if `path` names a compiled library, not a network.
bool isLibrary(llvm::StringRef path);
/// Loads a compiled library by the manifest beside it.
llvm::Expected<std::unique_ptr<Model>> loadLibrary(llvm::StringRef path);

/// A message for every tensor in which calibration met NaN or infinity.
void warnNonFinite(const CalibrationResult &result);

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_OPTIONS_H
