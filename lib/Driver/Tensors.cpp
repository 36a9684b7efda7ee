//===- Tensors.cpp - Every tensor of a network as an output -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Tensors.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace quantc;

/// True for element types that a network can return.
static bool isReturnable(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return false;
  Type element = tensor.getElementType();
  return element.isF32() || element.isInteger(1) || element.isInteger(8) ||
         element.isInteger(16) || element.isInteger(32);
}

/// The tensor as its users read it, which is the rounded one if it is
/// fake-quantized.
static Value getShown(Value value) {
  for (Operation *user : value.getUsers())
    if (auto fakeQuant = dyn_cast<ptq::FakeQuantOp>(user))
      return fakeQuant.getOutput();
  return value;
}

namespace {
/// Parameters of quantized tensors by name. After lowering, types no longer
/// contain them.
using Parameters = llvm::StringMap<QuantizedTensorReport>;

class Prober {
public:
  Prober(func::FuncOp func, const Parameters &parameters)
      : func(func), parameters(parameters) {}
  std::vector<ProbedTensor> run();

private:
  ProbedTensor describe(StringRef name, Value value) const;
  void addResult(const ProbedTensor &tensor, Value value);

  func::FuncOp func;
  const Parameters &parameters;
};
} // namespace

ProbedTensor Prober::describe(StringRef name, Value value) const {
  ProbedTensor tensor;
  tensor.name = name.str();
  while (Operation *op = value.getDefiningOp()) {
    tensor.operation = op->getName().getStringRef().str();
    if (!ptq::isTensorView(op))
      break;
    value = op->getOperand(0);
  }
  auto it = parameters.find(name);
  if (it != parameters.end() && it->second.scales.size() == 1 &&
      it->second.axis < 0 && it->second.bits <= 16) {
    tensor.scale = it->second.scales.front();
    tensor.zeroPoint = it->second.zeroPoints.front();
  }
  return tensor;
}

void Prober::addResult(const ProbedTensor &tensor, Value value) {
  Builder b(func.getContext());
  SmallVector<NamedAttribute> attributes{
      b.getNamedAttr(ptq::kNameAttr, b.getStringAttr(tensor.name))};
  (void)func.insertResult(func.getNumResults(), value.getType(),
                          b.getDictionaryAttr(attributes));
  Operation *terminator = func.getBody().front().getTerminator();
  terminator->insertOperands(terminator->getNumOperands(), value);
}

std::vector<ProbedTensor> Prober::run() {
  Block &body = func.getBody().front();
  std::vector<ProbedTensor> outputs, tensors;
  llvm::StringSet<> seen;
  for (OpOperand &output : body.getTerminator()->getOpOperands())
    if (auto name = func.getResultAttrOfType<StringAttr>(
            output.getOperandNumber(), ptq::kNameAttr)) {
      seen.insert(name);
      outputs.push_back(describe(name, output.get()));
    }
  for (Operation &op : body) {
    if (!op.hasAttr(ptq::kNameAttr) || op.hasTrait<OpTrait::ConstantLike>())
      continue;
    for (OpResult result : op.getResults()) {
      // A recurrent layer does not compute results that nothing reads.
      if (op.getNumResults() > 1 && result.use_empty())
        continue;
      StringRef name = ptq::getTensorName(result);
      if (!isReturnable(result.getType()) || !seen.insert(name).second)
        continue;
      Value shown = getShown(result);
      tensors.push_back(describe(name, shown));
      addResult(tensors.back(), shown);
    }
  }
  llvm::append_range(tensors, outputs);
  return tensors;
}

static llvm::Expected<ProbedModel>
probe(ModuleOp lowered, ArrayRef<QuantizedTensorReport> quantized) {
  Parameters parameters;
  for (const QuantizedTensorReport &report : quantized)
    // What a reader in another scheme converts is the same tensor again.
    parameters.try_emplace(report.name, report);
  ProbedModel probed;
  probed.tensors = Prober(getNetwork(lowered), parameters).run();
  llvm::Expected<std::unique_ptr<Model>> model = loadLowered(lowered);
  if (!model)
    return model.takeError();
  probed.model = std::move(*model);
  return probed;
}

llvm::Expected<ProbedModel>
quantc::loadProbed(ModuleOp lowered,
                   ArrayRef<QuantizedTensorReport> quantized) {
  OwningOpRef<ModuleOp> copy = lowered.clone();
  return probe(*copy, quantized);
}

llvm::Expected<ProbedModel> quantc::loadProbed(ModuleOp module,
                                               const CompilerOptions &options) {
  OwningOpRef<ModuleOp> copy = module.clone();
  std::vector<QuantizedTensorReport> quantized;
  auto inspect = [&](Stage stage, ModuleOp current) {
    if (stage == Stage::Quantize)
      quantized = reportQuantizedTensors(current);
  };
  if (isIntegerNetwork(*copy)) {
    // An integer network skips the passes that name tensors, so they are named
    // here.
    PassManager pm(copy->getContext());
    pm.nest<func::FuncOp>().addPass(ptq::createPTQNameTensors());
    if (failed(pm.run(*copy)))
      return llvm::make_error<DiagnosedError>();
    ptq::nameResults(getNetwork(*copy));
  }
  if (llvm::Error error =
          lowerToStage(*copy, lastStage(options.form), options, inspect))
    return std::move(error);
  return probe(*copy, quantized);
}
