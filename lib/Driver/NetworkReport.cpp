//===- NetworkReport.cpp - What became of each operation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/NetworkReport.h"
#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Pipelines/Network.h"

using namespace mlir;
using namespace quantc;

static bool hasFloatElements(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped && isa<FloatType>(shaped.getElementType());
}

/// True if `op` computes something. Constants, shapes, terminators and casts do
/// not, and operations in a body are part of the operation around them.
static bool computes(Operation *op) {
  return !op->hasTrait<OpTrait::ConstantLike>() &&
         !op->hasTrait<OpTrait::IsTerminator>() &&
         !isa<quant::QuantizeCastOp, quant::DequantizeCastOp,
              quant::StorageCastOp>(op) &&
         llvm::any_of(op->getResultTypes(), llvm::IsaPred<ShapedType>);
}

std::optional<OperationReport> quantc::reportOperation(Operation *op) {
  if (!computes(op))
    return std::nullopt;
  OperationReport report;
  report.kind = op->getName().getStringRef().str();
  report.tensor = ptq::getTensorName(op->getResult(0)).str();
  llvm::raw_string_ostream(report.location) << op->getLoc();
  report.integer = llvm::none_of(op->getOperandTypes(), hasFloatElements) &&
                   llvm::none_of(op->getResultTypes(), hasFloatElements);
  return report;
}

std::vector<OperationReport> quantc::reportOperations(ModuleOp module) {
  std::vector<OperationReport> reports;
  for (Operation &op : getNetwork(module).getBody().front())
    if (std::optional<OperationReport> report = reportOperation(&op))
      reports.push_back(std::move(*report));
  return reports;
}

std::optional<QuantizedTensorReport> quantc::reportTensor(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  auto type = tensor ? dyn_cast<quant::QuantizedType>(tensor.getElementType())
                     : quant::QuantizedType();
  if (!type)
    return std::nullopt;
  QuantizedTensorReport report;
  report.name = ptq::getTensorName(value).str();
  report.shape = tensor.getShape().vec();
  report.bits = type.getStorageTypeIntegralWidth();
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type)) {
    report.scales = {uniform.getScale()};
    report.zeroPoints = {uniform.getZeroPoint()};
  } else if (auto perAxis =
                 dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    report.scales = perAxis.getScales().vec();
    report.zeroPoints = perAxis.getZeroPoints().vec();
    report.axis = perAxis.getQuantizedDimension();
  } else if (auto blocks = dyn_cast<ptq::SubChannelType>(type)) {
    llvm::append_range(report.scales, blocks.getScales().getValues<float>());
    for (const APInt &zero : blocks.getZeroPoints().getValues<APInt>())
      report.zeroPoints.push_back(zero.getSExtValue());
  }
  return report;
}

std::vector<QuantizedTensorReport>
quantc::reportQuantizedTensors(ModuleOp module) {
  std::vector<QuantizedTensorReport> reports;
  auto add = [&](Value value) {
    if (auto report = reportTensor(value); report && !report->name.empty())
      reports.push_back(std::move(*report));
  };
  func::FuncOp network = getNetwork(module);
  llvm::for_each(network.getArguments(), add);
  for (Operation &op : network.getBody().front())
    llvm::for_each(op.getResults(), add);
  return reports;
}

Contract quantc::reportContract(ModuleOp module) {
  FailureOr<Contract> contract = ptq::chooseContract(getNetwork(module));
  return succeeded(contract) ? *contract : Contract::Exact;
}

ptq::Policy quantc::spellOut(ptq::Policy policy, ModuleOp network) {
  bool hasSchemes = network
                        .walk([](Operation *op) {
                          return op->hasAttr(ptq::kSchemeAttr)
                                     ? WalkResult::interrupt()
                                     : WalkResult::advance();
                        })
                        .wasInterrupted();
  if (policy.scheme.empty() && !hasSchemes)
    policy.scheme = "int8";
  if (policy.weightRounding.empty()) {
    std::optional<Contract> contract = parseContract(policy.contract);
    bool isExact = policy.contract.empty()
                       ? reportContract(network) == Contract::Exact
                       : contract == Contract::Exact;
    policy.weightRounding =
        (isExact ? ptq::kRoundCompensated : ptq::kRoundNearest).str();
  }
  return policy;
}

/// Bytes of the constants of `module` whose elements are `counted`.
static int64_t countBytes(ModuleOp module,
                          llvm::function_ref<bool(Type)> counted) {
  int64_t bytes = 0;
  getNetwork(module).walk([&](Operation *op) {
    if (!op->hasTrait<OpTrait::ConstantLike>() || op->getNumResults() != 1)
      return;
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (type && counted(type.getElementType()))
      bytes += llvm::divideCeil(
          type.getNumElements() * type.getElementTypeBitWidth(), 8);
  });
  return bytes;
}

int64_t quantc::countFloatWeightBytes(ModuleOp module) {
  return countBytes(module, llvm::IsaPred<FloatType>);
}

int64_t quantc::countWeightBytes(ModuleOp module) {
  return countBytes(module, [](Type type) { return type.isIntOrFloat(); });
}

size_t NetworkReport::integerOperations() const {
  return llvm::count_if(operations, [](auto &op) { return op.integer; });
}

void NetworkReport::addTo(llvm::json::Object &manifest) const {
  llvm::json::Array ops, quantized;
  for (const OperationReport &op : operations)
    ops.push_back(
        llvm::json::Object{{"kind", op.kind},
                           {"tensor", op.tensor},
                           {"location", op.location},
                           {"arithmetic", op.integer ? "integer" : "float"}});
  for (const QuantizedTensorReport &tensor : tensors) {
    llvm::json::Object json{
        {"name", tensor.name},
        {"shape", llvm::json::Array(tensor.shape)},
        {"bits", tensor.bits},
        {"scales", llvm::json::Array(tensor.scales)},
        {"zero_points", llvm::json::Array(tensor.zeroPoints)}};
    if (tensor.axis >= 0)
      json["axis"] = tensor.axis;
    quantized.push_back(std::move(json));
  }
  manifest["operations"] = std::move(ops);
  manifest["float_weight_bytes"] = floatWeightBytes;
  manifest["weight_bytes"] = weightBytes;
  if (contract)
    manifest["contract"] = stringifyContract(*contract);
  if (policy)
    manifest["policy"] = ptq::toJSON(*policy);
  manifest["quantized_tensors"] = std::move(quantized);
}
