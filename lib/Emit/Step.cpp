//===- Step.cpp - One time step with states of the caller -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes NAME_step and NAME_reset. A network reads its states from inputs and
// leaves the next ones in outputs, which may not overlap. So a step leaves them
// in the arena first and copies them to the caller's block at its end.
//
//===----------------------------------------------------------------------===//

#include "FunctionWriter.h"
#include "MergeModules.h"

#include "quantc/Emit/Emit.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace quantc;

namespace {
/// A state: an input of the network, and the output that the next step takes.
struct StatePair {
  size_t input, output;
  int64_t bytes;
  /// In the block of states, and in the arena.
  int64_t offset = 0, nextOffset = 0;
};

/// How a step runs a network.
struct StepPlan {
  ModelInterface network;
  SmallVector<StatePair> states;
  int64_t stateBytes = 0, stateAlignment = 1, arenaBytes = 0;

  const StatePair *findInput(size_t input) const {
    return llvm::find_if(states, [&](auto &s) { return s.input == input; });
  }
  const StatePair *findOutput(size_t output) const {
    return llvm::find_if(states, [&](auto &s) { return s.output == output; });
  }
};
} // namespace

static int64_t countBytes(const TensorInfo &tensor) {
  int64_t bytes = byteSize(tensor.type);
  for (int64_t dimension : tensor.shape)
    bytes *= dimension;
  return bytes;
}

/// The output that input number `input`, a state, takes in the next step.
static FailureOr<size_t> findNext(ModuleOp module,
                                  const ModelInterface &network,
                                  const TensorInfo &input) {
  auto output = llvm::find_if(network.outputs, [&](const TensorInfo &other) {
    return other.name == input.state;
  });
  if (output == network.outputs.end())
    return module.emitError()
           << "the state '" << input.name << "' takes the output '"
           << input.state << "' in the next step, which does not exist; give "
           << "'ptq.state' of the input the name of an output";
  if (output->type != input.type || output->shape != input.shape ||
      output->scale != input.scale || output->zeroPoint != input.zeroPoint)
    return module.emitError()
           << "the state '" << input.name << "' and the output '"
           << output->name
           << "', which it takes in the next step, differ in type, shape, "
              "scale or zero point; use --state=operands and convert the "
              "output yourself";
  if (input.initial.empty())
    return module.emitError()
           << "the first value of the state '" << input.name
           << "' is not known; use --state=operands and give it yourself";
  return output - network.outputs.begin();
}

static FailureOr<StepPlan> planStep(ModuleOp module,
                                    const ModelInterface &network) {
  StepPlan plan;
  plan.network = network;
  plan.arenaBytes = network.arenaBytes;
  for (auto [i, input] : llvm::enumerate(network.inputs)) {
    if (input.state.empty())
      continue;
    FailureOr<size_t> output = findNext(module, network, input);
    if (failed(output))
      return failure();
    StatePair state{i, *output, countBytes(input)};
    int64_t alignment = byteSize(input.type);
    state.offset = llvm::alignTo(plan.stateBytes, alignment);
    state.nextOffset =
        llvm::alignTo(plan.arenaBytes, plan.network.arenaAlignment);
    plan.stateBytes = state.offset + state.bytes;
    plan.stateAlignment = std::max(plan.stateAlignment, alignment);
    plan.arenaBytes = state.nextOffset + state.bytes;
    plan.states.push_back(state);
  }
  if (plan.states.empty())
    return module.emitError(
        "the network keeps no state from one run to the next, so there is "
        "nothing to hold: leave out --state=held, or use --stream-axis to make "
        "steps of a network that computes a whole sequence");
  return plan;
}

static void writeReset(ModuleOp module, StringRef name, const StepPlan &plan) {
  FunctionWriter code(module, (name + "_reset").str(), 1);
  Value state = code.argument(0);
  code.returnIfNull(state, ObjectStatus::NullArgument);
  code.returnIfMisaligned(state, plan.stateAlignment);
  for (auto [i, pair] : llvm::enumerate(plan.states)) {
    Array initial = makeInitial(plan.network.inputs[pair.input]);
    Value target = code.offset(state, code.i64(pair.offset));
    if (llvm::all_equal(initial.bytes)) {
      Value byte = LLVM::ConstantOp::create(
          code.builder, code.loc, code.builder.getI8Type(),
          initial.bytes.empty() ? 0 : int8_t(initial.bytes.front()));
      code.storeBytes(target, pair.bytes, [&](Value) { return byte; });
    } else {
      code.copy(target, code.embed(name + "_initial_" + Twine(i), initial),
                pair.bytes);
    }
  }
  code.returnStatus(ObjectStatus::Ok);
}

/// NAME_step around `run`, the entry of the planned network.
static void writeStep(ModuleOp module, StringRef name, const StepPlan &plan,
                      LLVM::LLVMFuncOp run) {
  FunctionWriter code(module, (name + "_step").str(), 4);
  Value inputs = code.argument(0), outputs = code.argument(1),
        state = code.argument(2), arena = code.argument(3);
  size_t hidden = plan.states.size();
  if (plan.network.inputs.size() > hidden)
    code.returnIfNull(inputs, ObjectStatus::NullArgument);
  if (plan.network.outputs.size() > hidden)
    code.returnIfNull(outputs, ObjectStatus::NullArgument);
  code.returnIfNull(state, ObjectStatus::NullArgument);
  code.returnIfNull(arena, ObjectStatus::NullArgument);
  code.returnIfMisaligned(state, plan.stateAlignment);
  // What the header forbids: memory that overlaps.
  for (unsigned number : {2, 3})
    code.getFunction().setArgAttr(number,
                                  LLVM::LLVMDialect::getNoAliasAttrName(),
                                  code.builder.getUnitAttr());

  SmallVector<Value> inputPointers, outputPointers;
  int32_t next = 0;
  for (size_t i = 0; i < plan.network.inputs.size(); ++i) {
    const StatePair *pair = plan.findInput(i);
    inputPointers.push_back(pair == plan.states.end()
                                ? code.loadPointer(inputs, next++)
                                : code.offset(state, code.i64(pair->offset)));
  }
  next = 0;
  for (size_t i = 0; i < plan.network.outputs.size(); ++i) {
    const StatePair *pair = plan.findOutput(i);
    outputPointers.push_back(
        pair == plan.states.end()
            ? code.loadPointer(outputs, next++)
            : code.offset(arena, code.i64(pair->nextOffset)));
  }
  Value status = code.call(run, {code.makePointerArray(inputPointers),
                                 code.makePointerArray(outputPointers), arena});
  code.returnIfNonZero(status, status);
  for (const StatePair &pair : plan.states)
    code.copy(code.offset(state, code.i64(pair.offset)),
              code.offset(arena, code.i64(pair.nextOffset)), pair.bytes);
  code.returnStatus(ObjectStatus::Ok);
}

/// Describes NAME_step on `module`. `network` is what the codegen pipeline left
/// on the module of the network that steps run.
static void recordStep(ModuleOp module, DictionaryAttr network,
                       const StepPlan &plan, int64_t warmup) {
  Builder builder(module.getContext());
  auto describe = [&](StringRef key, auto isWanted) {
    SmallVector<Attribute> tensors;
    for (auto [i, tensor] : llvm::enumerate(network.getAs<ArrayAttr>(key)))
      if (isWanted(i))
        tensors.push_back(tensor);
    return builder.getArrayAttr(tensors);
  };
  auto isStateInput = [&](size_t i) {
    return plan.findInput(i) != plan.states.end();
  };
  NamedAttrList step;
  step.set(attrs::inputs, describe(attrs::inputs, std::not_fn(isStateInput)));
  step.set(attrs::states, describe(attrs::inputs, isStateInput));
  step.set(attrs::outputs, describe(attrs::outputs, [&](size_t i) {
             return plan.findOutput(i) == plan.states.end();
           }));
  SmallVector<int64_t> offsets;
  for (const StatePair &pair : plan.states)
    offsets.push_back(pair.offset);
  step.set(attrs::offsets, builder.getDenseI64ArrayAttr(offsets));
  step.set(attrs::bytes, builder.getI64IntegerAttr(plan.stateBytes));
  step.set(attrs::alignment, builder.getI64IntegerAttr(plan.stateAlignment));
  step.set(attrs::stepArena, builder.getI64IntegerAttr(plan.arenaBytes));
  step.set(attrs::warmup, builder.getI64IntegerAttr(warmup));
  module->setAttr(attrs::step, step.getDictionary(module.getContext()));
}

/// Adds both functions for `network`, whose entry in `module` is `run`.
static LogicalResult addFunctions(ModuleOp module, StringRef name,
                                  DictionaryAttr attribute,
                                  const ModelInterface &network,
                                  LLVM::LLVMFuncOp run, int64_t warmup) {
  FailureOr<StepPlan> plan = planStep(module, network);
  if (failed(plan))
    return failure();
  writeReset(module, name, *plan);
  writeStep(module, name, *plan, run);
  recordStep(module, attribute, *plan, warmup);
  return success();
}

LogicalResult quantc::addStep(ModuleOp module) {
  FailureOr<ModelInterface> network = getInterface(module);
  if (failed(network))
    return failure();
  auto run = module.lookupSymbol<LLVM::LLVMFuncOp>(network->name + "_run");
  if (network->step || network->selftest || !run)
    return module.emitError("steps are added once, before a selftest, to a "
                            "module that the codegen pipeline made");
  return addFunctions(module, network->name,
                      module->getAttrOfType<DictionaryAttr>(attrs::interface),
                      *network, run,
                      /*warmup=*/0);
}

LogicalResult quantc::addStep(ModuleOp module, ModuleOp step, int64_t warmup) {
  FailureOr<ModelInterface> whole = getInterface(module);
  FailureOr<ModelInterface> network = getInterface(step);
  if (failed(whole) || failed(network))
    return failure();
  std::string entry = network->name + "_run";
  auto run = step.lookupSymbol<LLVM::LLVMFuncOp>(entry);
  if (whole->step || whole->selftest || !run || network->name == whole->name)
    return module.emitError("steps of another network are added once, before "
                            "a selftest, to a module that the codegen pipeline "
                            "made, and have a name of their own");
  // A caller has no use for it.
  run.setLinkage(LLVM::Linkage::Internal);
  run.setDsoLocal(true);
  auto attribute = step->getAttrOfType<DictionaryAttr>(attrs::interface);
  mergeModules(module, step);
  return addFunctions(module, whole->name, attribute, *network,
                      module.lookupSymbol<LLVM::LLVMFuncOp>(entry), warmup);
}
