//===- Compiler.h - The compiler as a library -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// What the driver `quantc` does, for programs: read a network (Network.h),
/// calibrate it, quantize it, run it, measure it and write the object. Every
/// function takes options structs, reports through llvm::Error and MLIR's
/// diagnostics (DiagnosedError says that the latter hold the cause), and prints
/// nothing.
///
///   auto network = quantc::loadNetwork("model.mlir", context);
///   auto found = quantc::calibrate(*network, {"calibration.npz"});
///   options.quantize.profile =
///       std::make_shared<quantc::Profile>(found->profile);
///   auto result = quantc::compile(*network, options, {}, "model.o");
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_COMPILER_H
#define QUANTC_DRIVER_COMPILER_H

#include "quantc/Driver/NetworkFile.h"
#include "quantc/Driver/Samples.h"
#include "quantc/Execution/Model.h"
#include "quantc/Pipelines/Stages.h"

namespace quantc {

/// What is made of a network before code generation.
enum class NetworkForm {
  Float,     ///< cleaned up, nothing quantized
  Observed,  ///< float, with probes that feed calibration
  Simulated, ///< float, rounded to quantized values (ptq.fake_quant)
  Integer    ///< quantized
};
/// "float", "observed", "simulated", "integer".
llvm::StringRef stringify(NetworkForm form);

struct CompilerOptions {
  NetworkForm form = NetworkForm::Integer;
  QuantizeOptions quantize;
  CodegenOptions codegen;
};

/// The last stage before Codegen that makes a network of this form.
Stage lastStage(NetworkForm form);

/// Brings a freshly loaded network to `stage` in the form that `options` ask
/// for. A network that is integer already is left alone until Codegen.
/// `inspect`, if given, sees the module after each stage.
llvm::Error
lowerToStage(mlir::ModuleOp module, Stage stage, const CompilerOptions &options,
             llvm::function_ref<void(Stage, mlir::ModuleOp)> inspect = nullptr);

struct CalibrationOptions {
  Preprocessing preprocessing;
  /// Stop after so many samples; 0 takes all.
  uint64_t samples = 0;
  /// Keep some of the samples in the profile.
  bool keepSamples = true;
};

struct CalibrationResult {
  Profile profile;
  uint64_t samples = 0;
  /// `progress` asked to stop: the profile holds what was seen so far.
  bool interrupted = false;
  /// Tensors in which NaN or infinity appeared at run time, though not in the
  /// inputs.
  std::vector<std::string> nonFiniteTensors;
};

/// Runs the network over the .npy and .npz files in `paths` (folders are
/// searched) and returns the statistics of its tensors. `progress` is told of
/// every sample and returns false to stop. The module is not changed.
llvm::Expected<CalibrationResult>
calibrate(mlir::ModuleOp module, llvm::ArrayRef<std::string> paths,
          const CalibrationOptions &options = {},
          llvm::function_ref<bool(const Progress &)> progress = nullptr);

/// Compiles a copy of the network for the host and loads it.
llvm::Expected<std::unique_ptr<Model>> loadModel(mlir::ModuleOp module,
                                                 const CompilerOptions &options,
                                                 Observer observer = {});

/// Generates code for the host from a module that `lowerToStage` made and loads
/// it. The module is consumed.
llvm::Expected<std::unique_ptr<Model>> loadLowered(mlir::ModuleOp module,
                                                   Observer observer = {});

/// Embeds golden vectors and NAME_selftest into `compiled`, which was generated
/// from `lowered`. The vectors are drawn from the ranges that `profile` (may be
/// null) saw, and their outputs are computed here, on the host. `lowered` is
/// consumed.
llvm::Error embedSelftest(mlir::ModuleOp compiled, mlir::ModuleOp lowered,
                          const Profile *profile);

/// Runs the samples of one file. Arrays by output name, shaped as
/// OutputCollector says. With `holdStates`, samples are steps of one stream
/// (HeldStates).
llvm::Expected<ArrayMap> runModel(Model &model, llvm::StringRef inputs,
                                  const Preprocessing &preprocessing = {},
                                  bool holdStates = false);

} // namespace quantc

#endif // QUANTC_DRIVER_COMPILER_H
