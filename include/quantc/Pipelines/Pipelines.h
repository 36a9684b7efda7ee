//===- Pipelines.h - Named pipelines: the order of passes -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The only place where the order of passes is written: one populate function
/// per stage of docs/Pipeline.md, and the named pipelines of `quant-opt` made
/// of them.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_PIPELINES_H
#define QUANTC_PIPELINES_PIPELINES_H

#include "quantc/Calibration/Profile.h"
#include "quantc/Conversion/IOType.h"
#include "quantc/Dialect/PTQ/Transforms/Policy.h"
#include "quantc/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <memory>

namespace quantc {

/// What compensated rounding found out about the inputs of products, for the
/// next time that the same network is quantized with the same profile, in
/// whatever schemes.
class MeasuredInputs;
std::shared_ptr<MeasuredInputs> createMeasuredInputs();

/// How a network is quantized. The options of quantc and of the named pipelines
/// say the same by name (quantc/Pipelines/QuantizeFlags.h).
struct QuantizeOptions {
  std::shared_ptr<const Profile> profile;
  /// Where to read the profile from, if `profile` is null.
  std::string profilePath;
  /// Schemes, estimators, contract and rounding of weights.
  ptq::Policy policy;
  /// A policy file, over which `policy` prevails.
  std::string policyPath;
  IOType inputs = IOType::Native, outputs = IOType::Native;
  bool strictInteger = false;
  /// Kept between trials with one network; may be null.
  std::shared_ptr<MeasuredInputs> measured;
};

/// True if the default scheme takes the parameters of tensors from data. The
/// network may bring a scheme (`ptq.scheme`).
bool needsData(const QuantizeOptions &options, mlir::ModuleOp network);

struct CodegenOptions {
  TargetDescription target;
  std::string name = "model";
};

/// Float TOSA -> named, cleaned-up float TOSA with composites recognised.
void populateSimplifyPipeline(mlir::OpPassManager &pm);
/// Simplified -> without fake quantization: what a quantized network would be
/// without quantization.
void populateFloatPipeline(mlir::OpPassManager &pm);
/// + ptq.observe on every tensor that needs parameters.
void populateObservePipeline(mlir::OpPassManager &pm);
/// + ptq.fake_quant from a profile. Running the result simulates quantization.
void populateAnnotatePipeline(mlir::OpPassManager &pm,
                              const QuantizeOptions &options);
/// Simulated -> quantized tensors and ptq.requantize.
void populateQuantizePipeline(mlir::OpPassManager &pm,
                              const QuantizeOptions &options);
/// -> plain integer TOSA.
void populateLowerPipeline(mlir::OpPassManager &pm,
                           const QuantizeOptions &options);
/// Composites and fake quantization that are still there -> float TOSA: float,
/// observed and simulated networks run like any other.
void populateExpandPipeline(mlir::OpPassManager &pm);
/// TOSA (integer, float or mixed; leftover ptq operations included) -> LLVM
/// dialect.
void populateCodegenPipeline(mlir::OpPassManager &pm,
                             const CodegenOptions &options);

/// Code generation from any form that `lowerToStage` made: the module becomes
/// one in the LLVM dialect.
llvm::Error generateCode(mlir::ModuleOp module, const CodegenOptions &options);

/// Registers a named pipeline for each stage up to integer TOSA that has one
/// (quantc/Pipelines/Stages.h). It starts with float TOSA. Those that quantize
/// take the options in quantc/Pipelines/QuantizeFlags.h and `profile=FILE`.
void registerQuantizePipelines();

/// Registers `quantc-codegen-pipeline{name= target= cpu= features=}`.
void registerCodegenPipeline();

} // namespace quantc

#endif // QUANTC_PIPELINES_PIPELINES_H
