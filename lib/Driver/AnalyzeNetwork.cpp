//===- AnalyzeNetwork.cpp - What is in a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/AnalyzeNetwork.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Pipelines/Network.h"

#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;

/// Numbers of a constant that are shown.
static constexpr int64_t kFirstValues = 4;

/// "int8", "float32": how an element of type `element` is stored.
static std::string describeElement(Type element) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType();
  if (element.isInteger(1))
    return "bool";
  if (element.isBF16())
    return "bfloat16";
  if (!element.isIntOrFloat())
    return "other";
  StringRef kind = isa<FloatType>(element)       ? "float"
                   : element.isUnsignedInteger() ? "uint"
                                                 : "int";
  return (kind + Twine(element.getIntOrFloatBitWidth())).str();
}

static int64_t countBytes(RankedTensorType type) {
  Type element = type.getElementType();
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType();
  return element.isIntOrFloat()
             ? llvm::divideCeil(
                   type.getNumElements() * element.getIntOrFloatBitWidth(), 8)
             : 0;
}

/// The constant that `value` is, also with quantization parameters.
static DenseElementsAttr getConstant(Value value) {
  while (auto cast = value.getDefiningOp<quant::StorageCastOp>())
    value = cast.getInput();
  DenseElementsAttr attr;
  matchPattern(value, m_Constant(&attr));
  return attr;
}

static std::vector<double> getFirstValues(DenseElementsAttr attr) {
  std::vector<double> values;
  int64_t count = std::min(kFirstValues, attr.getNumElements());
  if (isa<FloatType>(attr.getElementType()))
    for (const APFloat &value : llvm::make_range(
             attr.value_begin<APFloat>(), attr.value_begin<APFloat>() + count))
      values.push_back(value.convertToDouble());
  else if (attr.getElementType().isInteger())
    for (const APInt &value : llvm::make_range(
             attr.value_begin<APInt>(), attr.value_begin<APInt>() + count))
      values.push_back(value.getBitWidth() == 1
                           ? value.getZExtValue()
                           : static_cast<double>(value.getSExtValue()));
  return values;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static int64_t countElements(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type.getNumElements() : 0;
}

static int64_t getDim(Value value, int64_t dim) {
  return cast<RankedTensorType>(value.getType()).getDimSize(dim);
}

/// Every weight is used once at each position of the result, or of the input if
/// the convolution is transposed.
static int64_t countMacs(Operation *op) {
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case<tosa::Conv2DOp, tosa::Conv3DOp>([](auto conv) {
        return countElements(conv.getOutput()) *
               (countElements(conv.getWeight()) /
                std::max<int64_t>(getDim(conv.getWeight(), 0), 1));
      })
      .Case([](tosa::DepthwiseConv2DOp conv) {
        return countElements(conv.getOutput()) * getDim(conv.getWeight(), 0) *
               getDim(conv.getWeight(), 1);
      })
      .Case([](tosa::TransposeConv2DOp conv) {
        return countElements(conv.getInput()) *
               (countElements(conv.getWeight()) /
                std::max<int64_t>(getDim(conv.getWeight(), 3), 1));
      })
      .Case([](tosa::MatMulOp product) {
        return countElements(product.getOutput()) * getDim(product.getA(), 2);
      })
      .Case<ptq::LSTMOp, ptq::GRUOp, ptq::RNNOp>([](auto layer) {
        return getDim(layer.getInput(), 0) * getDim(layer.getInput(), 1) *
               (countElements(layer.getWeights()) +
                countElements(layer.getRecurrence()));
      })
      .Default([](Operation *) { return 0; });
}

//===----------------------------------------------------------------------===//
// The analysis
//===----------------------------------------------------------------------===//

namespace {
class Analyzer {
public:
  NetworkAnalysis analyze(ModuleOp module, bool explain);

private:
  size_t indexOf(Value value);
  void describeBorder(size_t index, DictionaryAttr attributes);
  void analyze(Operation *op, const OperationReport &report);

  NetworkAnalysis analysis;
  DenseMap<Value, size_t> indices;
};
} // namespace

size_t Analyzer::indexOf(Value value) {
  auto [entry, isNew] = indices.try_emplace(value, analysis.tensors.size());
  if (!isNew)
    return entry->second;
  AnalyzedTensor tensor;
  tensor.name = ptq::getTensorName(value).str();
  if (auto type = dyn_cast<RankedTensorType>(value.getType())) {
    tensor.shape = type.getShape().vec();
    tensor.type = describeElement(type.getElementType());
    tensor.bytes = type.hasStaticShape() ? countBytes(type) : 0;
  }
  tensor.parameters = reportTensor(value);
  if (DenseElementsAttr constant = getConstant(value)) {
    tensor.constant = true;
    tensor.firstValues = getFirstValues(constant);
    if (Operation *source = value.getDefiningOp();
        tensor.name.empty() && isa<quant::StorageCastOp>(source))
      tensor.name = ptq::getTensorName(source->getOperand(0)).str();
  }
  analysis.tensors.push_back(std::move(tensor));
  return entry->second;
}

/// Inputs and outputs have the names and types that callers see.
void Analyzer::describeBorder(size_t index, DictionaryAttr attributes) {
  AnalyzedTensor &tensor = analysis.tensors[index];
  if (!attributes)
    return;
  if (auto name = attributes.getAs<StringAttr>(ptq::kNameAttr))
    tensor.name = name.str();
  if (attributes.contains(ptq::kUnsignedAttr) && tensor.type.front() == 'i')
    tensor.type = "u" + tensor.type;
}

void Analyzer::analyze(Operation *op, const OperationReport &report) {
  AnalyzedOperation operation;
  operation.report = report;
  operation.macs = countMacs(op);
  auto interface = dyn_cast<ptq::QuantizableOpInterface>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    size_t index = indexOf(operand.get());
    operation.operands.push_back(index);
    ptq::OperandRole role =
        interface ? interface.getOperandRole(operand.getOperandNumber())
                  : ptq::OperandRole::Unquantized;
    if (analysis.tensors[index].constant &&
        (role == ptq::OperandRole::Weight || role == ptq::OperandRole::Bias))
      operation.parameters += countElements(operand.get());
  }
  for (Value result : op->getResults())
    operation.results.push_back(indexOf(result));
  analysis.operations.push_back(std::move(operation));
}

NetworkAnalysis Analyzer::analyze(ModuleOp module, bool explain) {
  func::FuncOp network = getNetwork(module);
  Block &body = network.getBody().front();
  for (BlockArgument argument : body.getArguments())
    analysis.inputs.push_back(indexOf(argument));
  std::optional<ptq::Quantizability> plan;
  if (explain)
    plan.emplace(network);
  for (Operation &op : body) {
    std::optional<OperationReport> report = reportOperation(&op);
    if (!report)
      continue;
    analyze(&op, *report);
    if (plan && !report->integer)
      analysis.operations.back().floatReason = plan->getFloatReason(&op).str();
  }
  for (Value result : body.getTerminator()->getOperands())
    analysis.outputs.push_back(indexOf(result));
  for (auto [i, index] : llvm::enumerate(analysis.inputs))
    describeBorder(index, network.getArgAttrDict(i));
  for (auto [i, index] : llvm::enumerate(analysis.outputs))
    describeBorder(index, network.getResultAttrDict(i));
  return std::move(analysis);
}

NetworkAnalysis quantc::analyzeNetwork(ModuleOp module, bool explain) {
  return Analyzer().analyze(module, explain);
}

int64_t NetworkAnalysis::macs() const {
  int64_t sum = 0;
  for (const AnalyzedOperation &op : operations)
    sum += op.macs;
  return sum;
}

int64_t NetworkAnalysis::parameters() const {
  int64_t sum = 0;
  for (const AnalyzedOperation &op : operations)
    sum += op.parameters;
  return sum;
}

int64_t NetworkAnalysis::constantBytes() const {
  int64_t sum = 0;
  for (const AnalyzedTensor &tensor : tensors)
    sum += tensor.constant ? tensor.bytes : 0;
  return sum;
}

std::map<std::string, int64_t> NetworkAnalysis::tensorsByType() const {
  std::map<std::string, int64_t> counts;
  for (const AnalyzedTensor &tensor : tensors)
    if (!tensor.constant)
      ++counts[tensor.type];
  return counts;
}

static llvm::json::Object toJSON(const AnalyzedTensor &tensor) {
  llvm::json::Object json{{"name", tensor.name},
                          {"shape", llvm::json::Array(tensor.shape)},
                          {"type", tensor.type},
                          {"bytes", tensor.bytes}};
  if (tensor.parameters) {
    json["scales"] = llvm::json::Array(tensor.parameters->scales);
    json["zero_points"] = llvm::json::Array(tensor.parameters->zeroPoints);
    if (tensor.parameters->axis >= 0)
      json["axis"] = tensor.parameters->axis;
  }
  if (tensor.constant)
    json["first_values"] = llvm::json::Array(tensor.firstValues);
  return json;
}

llvm::json::Object NetworkAnalysis::toJSON() const {
  llvm::json::Array allTensors, allOperations;
  for (const AnalyzedTensor &tensor : tensors)
    allTensors.push_back(::toJSON(tensor));
  for (const AnalyzedOperation &op : operations) {
    llvm::json::Object json{
        {"kind", op.report.kind},
        {"location", op.report.location},
        {"arithmetic", op.report.integer ? "integer" : "float"},
        {"operands", llvm::json::Array(op.operands)},
        {"results", llvm::json::Array(op.results)},
        {"macs", op.macs},
        {"parameters", op.parameters}};
    if (!op.floatReason.empty())
      json["float_reason"] = op.floatReason;
    allOperations.push_back(std::move(json));
  }
  llvm::json::Object counts;
  for (const auto &[type, count] : tensorsByType())
    counts[type] = count;
  return llvm::json::Object{{"inputs", llvm::json::Array(inputs)},
                            {"outputs", llvm::json::Array(outputs)},
                            {"tensors", std::move(allTensors)},
                            {"operations", std::move(allOperations)},
                            {"tensors_by_type", std::move(counts)},
                            {"macs", macs()},
                            {"parameters", parameters()},
                            {"constant_bytes", constantBytes()}};
}
