//===- LoadDebugger.cpp - The networks that are compared -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Debugger.h"

#include "DescribeGraph.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

using namespace mlir;
using namespace quantc;
using llvm::Error;
using llvm::Expected;

static llvm::StringMap<size_t> numberOutputs(const Model &model) {
  llvm::StringMap<size_t> numbers;
  for (auto [index, output] : llvm::enumerate(model.interface().outputs))
    numbers.try_emplace(output.name, index);
  return numbers;
}

static void findOrigins(ModuleOp annotated, llvm::StringMap<Origin> &origins) {
  for (Operation &op : getNetwork(annotated).getBody().front()) {
    if (!op.hasAttr(ptq::kNameAttr) || op.hasTrait<OpTrait::ConstantLike>())
      continue;
    Origin origin;
    if (isa<ptq::QuantizableOpInterface>(op)) {
      ptq::SchemeAttr scheme = ptq::getScheme(&op);
      origin.scheme = ptq::stringifyScheme(scheme);
      origin.simulated =
          scheme.isStatic() || scheme.getExecution() == ptq::Execution::Float;
    }
    llvm::raw_string_ostream(origin.location) << op.getLoc();
    for (Value result : op.getResults())
      origins[ptq::getTensorName(result)] = origin;
  }
}

Error Debugger::load(ModuleOp module, const CompilerOptions &options,
                     bool attribution) {
  CompilerOptions floatOptions;
  floatOptions.form = NetworkForm::Float;
  if (Error error = loadProbed(module, floatOptions).moveInto(floating))
    return error;
  inFloat = numberOutputs(*floating.model);

  OwningOpRef<ModuleOp> lowered = module.clone(), annotated;
  std::vector<QuantizedTensorReport> quantized;
  auto inspect = [&](Stage stage, ModuleOp current) {
    if (stage == Stage::Annotate)
      annotated = current.clone();
    if (stage == Stage::Quantize)
      quantized = reportQuantizedTensors(current);
  };
  if (Error error = lowerToStage(*lowered, Stage::Lower, options, inspect))
    return error;
  if (Error error = loadProbed(*lowered, quantized).moveInto(shipped))
    return error;
  inShipped = numberOutputs(*shipped.model);
  findOrigins(*annotated, origins);
  describe(quantized);
  report.network = describeGraph(getNetwork(*annotated), [&](StringRef name) {
    return rows.contains(name);
  });
  isolate(*annotated);
  if (attribution)
    if (Error error = loadSwitches(module, *annotated, options))
      return error;
  return loadLocal(*annotated, options);
}

/// The sizes other than 1. Forms of a network may differ in these, which does
/// not move elements.
static SmallVector<int64_t> dropUnits(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes;
  llvm::copy_if(shape, std::back_inserter(sizes),
                [](int64_t size) { return size != 1; });
  return sizes;
}

void Debugger::isolate(ModuleOp annotated) {
  isolated = isolateOps(getNetwork(annotated), [&](Value value) {
    auto it = inFloat.find(ptq::getTensorName(value));
    if (it == inFloat.end())
      return false;
    const TensorInfo &output = floating.model->interface().outputs[it->second];
    return output.type == ElementType::Float32 &&
           dropUnits(output.shape) ==
               dropUnits(cast<RankedTensorType>(value.getType()).getShape());
  });
}

Error Debugger::loadLocal(ModuleOp annotated, const CompilerOptions &options) {
  // What is to be said about the network was said before.
  ScopedDiagnosticHandler quiet(
      annotated.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
      });
  QuantizeOptions quantize = options.quantize;
  quantize.strictInteger = false;
  PassManager pm(annotated.getContext());
  populateQuantizePipeline(pm, quantize);
  populateLowerPipeline(pm, quantize);
  if (failed(pm.run(annotated)))
    return llvm::make_error<DiagnosedError>();
  return loadLowered(annotated).moveInto(local);
}

/// The networks that lack one source of errors each.
Error Debugger::loadSwitches(ModuleOp module, ModuleOp isolatedModule,
                             const CompilerOptions &options) {
  CompilerOptions nearest = options;
  nearest.quantize.policy.weightRounding = ptq::kRoundNearest.str();
  nearest.quantize.policy.biasCorrection = false;
  for (ptq::PolicyRule &rule : nearest.quantize.policy.rules)
    rule.biasCorrection.reset();
  OwningOpRef<ModuleOp> annotated = module.clone();
  // What is to be said about the network was said before.
  ScopedDiagnosticHandler quiet(
      module.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
      });
  if (Error error = lowerToStage(*annotated, Stage::Annotate, nearest))
    return error;
  isolate(*annotated);
  Expected<SourceSwitches> created =
      SourceSwitches::create(isolatedModule, *annotated);
  if (!created)
    return created.takeError();
  switches.emplace(std::move(*created));
  return Error::success();
}

/// A row for every tensor of real numbers that both networks show.
void Debugger::describe(ArrayRef<QuantizedTensorReport> reports) {
  llvm::StringMap<unsigned> bits;
  for (const QuantizedTensorReport &tensor : reports)
    bits.try_emplace(tensor.name, tensor.bits);
  auto outputType = [&](StringRef name) {
    return shipped.model->interface().outputs[inShipped.lookup(name)].type;
  };
  llvm::StringMap<const ProbedTensor *> quantized;
  for (const ProbedTensor &tensor : shipped.tensors)
    quantized[tensor.name] = &tensor;
  for (const ProbedTensor &tensor : floating.tensors) {
    const ProbedTensor *integers = quantized.lookup(tensor.name);
    if (!integers || !hasReals(*integers, outputType(tensor.name)))
      continue;
    TensorErrors row;
    row.name = tensor.name;
    row.operation = tensor.operation;
    row.index = report.tensors.size();
    if (auto it = origins.find(tensor.name); it != origins.end()) {
      row.scheme = it->second.scheme;
      row.location = it->second.location;
    }
    row.scale = integers->scale;
    row.zeroPoint = integers->zeroPoint;
    if (row.scale) {
      StorageRange storage = getStorage(bits.lookup(row.name));
      row.codes.emplace(*row.scale, row.zeroPoint, storage.min, storage.max);
    }
    rows[row.name] = row.index;
    report.tensors.push_back(std::move(row));
  }
}
