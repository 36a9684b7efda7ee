//===- Emit.h - From the LLVM dialect to object files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The last stage: a module in the LLVM dialect, made by Codegen, becomes
/// machine code, a C header and a JSON manifest.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_EMIT_EMIT_H
#define QUANTC_EMIT_EMIT_H

#include "quantc/Support/Npz.h"
#include "quantc/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

namespace quantc {

/// One input or output of the compiled function.
struct TensorInfo {
  std::string name;
  ElementType type = ElementType::Float32;
  std::vector<int64_t> shape;
  /// The scale, if the integers represent real numbers: real = (q - zeroPoint)
  /// * scale.
  std::optional<double> scale;
  int64_t zeroPoint = 0;
  /// A second name, which data files may use instead of the first. Empty if
  /// there is none.
  std::string alias;
  /// For an input that is state of the network: the name of the output whose
  /// value it takes in the next run. For that output: the name of the input.
  /// Empty for other tensors.
  std::string state;
  /// For an input that is state: its value in the first run, as one number for
  /// all elements or one for each. If the input has a scale, these are real
  /// numbers. Empty if the value is not known.
  std::vector<double> initial;

  bool operator==(const TensorInfo &other) const;
};

/// The initial value of a state as an array. `tensor.initial` must not be
/// empty.
Array makeInitial(const TensorInfo &tensor);

/// NAME_step and NAME_reset, which keep the states of the network in a block
/// of memory that the caller holds.
struct StepInterface {
  /// What the caller gives to a step and takes from it, without the states.
  std::vector<TensorInfo> inputs, outputs;
  /// What the block holds, each with its initial value, and where.
  std::vector<TensorInfo> states;
  std::vector<int64_t> offsets;
  int64_t stateBytes = 0;
  int64_t stateAlignment = 1;
  /// The arena of NAME_step.
  int64_t arenaBytes = 0;
  /// How many of the first steps have no output of the sequence yet, because
  /// their windows are not full.
  int64_t warmupSteps = 0;

  bool operator==(const StepInterface &other) const;
};

/// What a caller of the object has to know. Codegen leaves it on the module as
/// attributes; `getInterface` reads it back.
struct ModelInterface {
  std::string name; // a C identifier
  std::vector<TensorInfo> inputs, outputs;
  int64_t arenaBytes = 0;
  int64_t arenaAlignment = 64;
  /// The largest sum of the sizes of tensors that are alive at the same time.
  /// No arena can be smaller.
  int64_t arenaLowerBound = 0;
  bool selftest = false;
  /// Set if the object has NAME_step and NAME_reset.
  std::optional<StepInterface> step;

  bool operator==(const ModelInterface &other) const;
};

mlir::FailureOr<ModelInterface> getInterface(mlir::ModuleOp module);

enum class EmitKind { Object, Assembly, LLVM, StaticLibrary, SharedLibrary };

/// Translates the module to LLVM IR, optimizes it for the target and writes the
/// requested form. A shared library also holds its manifest (makeManifest), as
/// a string that ends in a zero, in the symbol NAME_manifest. Failure is
/// reported at the module's location.
mlir::LogicalResult emit(mlir::ModuleOp module, const TargetDescription &target,
                         EmitKind kind, llvm::raw_pwrite_stream &os);

/// Adds `int NAME_selftest(void *arena)` to a module in the LLVM dialect: it
/// runs the network on these inputs and returns 0 if all output bytes are the
/// expected ones. The outputs are computed in the arena, which grows by their
/// size. Failure (arrays that do not fit the interface) is reported at the
/// module's location.
mlir::LogicalResult addSelftest(mlir::ModuleOp module,
                                llvm::ArrayRef<Array> inputs,
                                llvm::ArrayRef<Array> expected);

/// Adds `int NAME_step(inputs, outputs, state, arena)` and `int
/// NAME_reset(state)` to a module in the LLVM dialect that the codegen pipeline
/// made. A step runs the network once; the inputs of the network that are its
/// states come from the block `state`, and the outputs that belong to them go
/// there when the run is over. Failure (a network without states, or whose
/// states do not keep their type) is reported at the module's location.
mlir::LogicalResult addStep(mlir::ModuleOp module);

/// The same for steps that another network computes: `step`, a module that the
/// codegen pipeline made, too. Its functions move to `module` and share the
/// constants there. The first `warmup` steps have no output of the sequence.
mlir::LogicalResult addStep(mlir::ModuleOp module, mlir::ModuleOp step,
                            int64_t warmup);

/// The C header: NAME_run, NAME_step, NAME_selftest and the constants of every
/// tensor; depends on <stdint.h> alone.
void emitHeader(const ModelInterface &interface, llvm::raw_ostream &os);

/// The tensors, arena and target as JSON; the driver adds what it knows of
/// operations.
llvm::json::Object makeManifest(const ModelInterface &interface,
                                const TargetDescription &target);

/// Reads the interface back from the text of a manifest.
llvm::Expected<ModelInterface> parseManifest(llvm::StringRef text);

} // namespace quantc

#endif // QUANTC_EMIT_EMIT_H
