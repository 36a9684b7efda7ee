//===- Debug.cpp - Where a network loses accuracy -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Debug.h"

#include "AnswerCounter.h"
#include "DescribeGraph.h"
#include "IsolateOps.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Driver/Tensors.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using llvm::Error;
using llvm::Expected;

namespace {
/// What is known of the operation that makes a tensor.
struct Origin {
  std::string scheme, location;
};

class Debugger {
public:
  Error load(ModuleOp module, const CompilerOptions &options);
  ArrayRef<TensorInfo> inputs() const {
    return floating.model->interface().inputs;
  }
  Error addSample(std::vector<Array> inputs, size_t index);
  /// Reads the labels of the next samples and compares answers with them.
  Error openLabels(const SampleFile &file, double threshold) {
    return counter.open(file, floating.model->interface().outputs.front(),
                        shipped.model->interface().outputs.front(), threshold);
  }
  DebugReport finish() &&;

private:
  Error loadLocal(ModuleOp annotated, const CompilerOptions &options);
  void describe(ArrayRef<QuantizedTensorReport> reports);

  ProbedModel floating, shipped;
  std::unique_ptr<Model> local;
  llvm::StringMap<Origin> origins;
  /// The positions among the outputs of each network by the tensor's name.
  llvm::StringMap<size_t> inFloat, inShipped;
  IsolatedOps isolated;
  AnswerCounter counter;
  /// The tensors of `report`, by name.
  llvm::StringMap<size_t> rows;
  DebugReport report;
};
} // namespace

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
    if (isa<ptq::QuantizableOpInterface>(op))
      origin.scheme = ptq::stringifyScheme(ptq::getScheme(&op));
    llvm::raw_string_ostream(origin.location) << op.getLoc();
    for (Value result : op.getResults())
      origins[ptq::getTensorName(result)] = origin;
  }
}

Error Debugger::load(ModuleOp module, const CompilerOptions &options) {
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

Error Debugger::loadLocal(ModuleOp annotated, const CompilerOptions &options) {
  isolated = isolateOps(getNetwork(annotated), [&](Value value) {
    auto it = inFloat.find(ptq::getTensorName(value));
    if (it == inFloat.end())
      return false;
    const TensorInfo &output = floating.model->interface().outputs[it->second];
    return output.type == ElementType::Float32 &&
           dropUnits(output.shape) ==
               dropUnits(cast<RankedTensorType>(value.getType()).getShape());
  });
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

/// The integers that stand for `reals`. Outputs are dequantized where they
/// leave the network.
static std::vector<double> toIntegers(ArrayRef<double> reals,
                                      const ProbedTensor &tensor) {
  std::vector<double> integers;
  for (double real : reals)
    integers.push_back(std::round(real / *tensor.scale) + tensor.zeroPoint);
  return integers;
}

Error Debugger::addSample(std::vector<Array> inputs, size_t index) {
  Expected<std::vector<Array>> floats = floating.model->run(inputs);
  if (!floats)
    return floats.takeError();
  Expected<std::vector<Array>> integers = shipped.model->run(inputs);
  if (!integers)
    return integers.takeError();
  for (const std::string &name : isolated.inputs) {
    Array value = (*floats)[inFloat.lookup(name)];
    value.shape = local->interface().inputs[inputs.size()].shape;
    inputs.push_back(std::move(value));
  }
  Expected<std::vector<Array>> alone = local->run(inputs);
  if (!alone)
    return alone.takeError();

  llvm::StringMap<std::vector<double>> signals;
  for (const ProbedTensor &tensor : floating.tensors) {
    std::vector<double> &signal = signals[tensor.name];
    signal = toReals((*floats)[inFloat.lookup(tensor.name)], tensor);
    if (!llvm::all_of(signal, [](double x) { return std::isfinite(x); }))
      return makeError(llvm::formatv(
          "tensor '{0}' of the float network holds NaN or infinity in sample "
          "{1}",
          tensor.name, report.samples));
  }
  for (const ProbedTensor &tensor : shipped.tensors) {
    auto row = rows.find(tensor.name);
    const Array &array = (*integers)[inShipped.lookup(tensor.name)];
    if (row == rows.end())
      continue;
    TensorErrors &errors = report.tensors[row->second];
    ArrayRef<double> signal = signals[tensor.name];
    std::vector<float> floatSignal(signal.begin(), signal.end());
    errors.histogram.addSample(floatSignal.data(), floatSignal.size());
    std::vector<double> values = toReals(array, tensor);
    if (values.size() == signal.size())
      errors.cumulative.add(signal, values);
    if (errors.codes)
      errors.codes->add(signal, toIntegers(values, tensor));
  }
  for (auto [name, array] : llvm::zip_equal(isolated.outputs, *alone))
    if (auto row = rows.find(name); row != rows.end())
      report.tensors[row->second].local.add(signals[name], toDoubles(array));
  ++report.samples;
  return counter.add(index, floats->front(), integers->front());
}

DebugReport Debugger::finish() && {
  // Tensors whose forms have different sizes.
  llvm::erase_if(report.tensors, [](const TensorErrors &tensor) {
    return tensor.cumulative.samples() == 0;
  });
  report.answers = counter.counts();
  return std::move(report);
}

Expected<DebugReport>
quantc::debugNetwork(ModuleOp module, const CompilerOptions &options,
                     ArrayRef<std::string> paths,
                     const DebugOptions &debugOptions,
                     llvm::function_ref<bool(const Progress &)> progress) {
  if (isIntegerNetwork(module))
    return makeError("the network is integer already, so there is no float "
                     "network to compare it with: use quantc diff");
  Expected<std::vector<std::string>> files = listSampleFiles(paths);
  if (!files)
    return files.takeError();
  Debugger debugger;
  if (Error error = debugger.load(module, options))
    return std::move(error);
  bool interrupted = false;
  auto visit = [&](const SampleFile &file, size_t index,
                   Progress done) -> Expected<bool> {
    if (Error error = file.checkFinite(index))
      return std::move(error);
    if (index == 0 && debugOptions.labels)
      if (Error error = debugger.openLabels(file, debugOptions.threshold))
        return std::move(error);
    if (Error error = debugger.addSample(file.sample(index), index))
      return std::move(error);
    interrupted = progress && !progress(done);
    return !interrupted;
  };
  if (Error error = forEachSample(*files, debugger.inputs(),
                                  debugOptions.preprocessing, visit))
    return std::move(error);
  DebugReport report = std::move(debugger).finish();
  report.interrupted = interrupted;
  return report;
}
