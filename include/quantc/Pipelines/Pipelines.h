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

#include "quantc/Calibration/Estimators.h"
#include "quantc/Calibration/Profile.h"
#include "quantc/Dialect/PTQ/Transforms/Policy.h"
#include "quantc/Numerics/Contract.h"
#include "quantc/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <memory>
#include <optional>

namespace quantc {

/// The element type of a network's inputs or outputs. `Own` keeps the network's
/// own type: float32, or the integers of a network that is quantized already.
enum class IOType { Own, Float, Int8, UInt8, Int16 };

/// Scales of the weights of fully connected layers, as options name them.
enum class FullyConnectedScales { PerChannel, PerTensor };

struct QuantizeOptions {
  std::shared_ptr<const Profile> profile;
  /// Where to read the profile from, if `profile` is null.
  std::string profilePath;
  EstimatorOptions estimator;
  /// The schemes of operations.
  ptq::Policy policy;
  /// A policy file, which comes before `policy`.
  std::string policyPath;
  /// Without a value it is the one that the network carries (`ptq.contract`),
  /// or Contract::Exact.
  std::optional<Contract> contract;
  IOType inputs = IOType::Own, outputs = IOType::Own;
  bool strictInteger = false;
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

/// Registers the stages up to integer TOSA. Each named pipeline starts with
/// float TOSA:
///
///   ptq-simplify-pipeline
///   ptq-observe-pipeline
///   ptq-annotate-pipeline{profile= estimator= percentile= scheme= policy=
///                         fully-connected=}
///   ptq-quantize-pipeline{the same, and contract= inputs= outputs=
///                         strict-integer}
void registerQuantizePipelines();

/// Registers `quantc-codegen-pipeline{name= target= cpu= features=}`.
void registerCodegenPipeline();

} // namespace quantc

#endif // QUANTC_PIPELINES_PIPELINES_H
