//===- TFLite.cpp - Reading .tflite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/TFLite.h"
#include "Importer.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "llvm/Support/Alignment.h"
#include "llvm/Support/MemoryBuffer.h"

#include <map>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// The handler of an operator, or null.
static const Handler *findHandler(const Operator &op) {
  for (ArrayRef<Handler> handlers :
       {getConvolutionHandlers(), getElementwiseHandlers(),
        getPoolingHandlers(), getQuantizationHandlers(), getReshapingHandlers(),
        getSlicingHandlers()})
    for (const Handler &handler : handlers)
      if (handler.code == op.code && op.version <= handler.maxVersion)
        return &handler;
  return nullptr;
}

/// One error for everything in the network that is not supported.
static LogicalResult checkSupported(const Network &network, Location loc) {
  std::map<std::string, unsigned> counts;
  for (const Operator &op : network.operators)
    if (!findHandler(op))
      ++counts[getOperatorName(op) + " version " + std::to_string(op.version)];
  if (counts.empty())
    return success();
  InFlightDiagnostic error = emitError(loc) << "operators that quantc does not "
                                               "support: ";
  llvm::interleaveComma(counts, error, [&](const auto &entry) {
    error << entry.second << " x " << entry.first;
  });
  return error << "; replace them in the network before converting it";
}

namespace {
class Importer {
public:
  Importer(const Network &network, NetworkBuilder &b)
      : network(network), b(b), values(network, b) {}

  LogicalResult importNetwork();

private:
  LogicalResult addInputs();
  LogicalResult importOperator(const Operator &op, unsigned index);
  LogicalResult checkOperands(const Operator &op, const Handler &handler);
  LogicalResult addOutputs();

  const Network &network;
  NetworkBuilder &b;
  TensorValues values;
};
} // namespace

LogicalResult Importer::addInputs() {
  for (int32_t index : network.inputs) {
    const Tensor &tensor = network.tensors[index];
    b.setNode(getTensorName(tensor));
    if (values.has(index))
      return b.emitError() << "input '" << getTensorName(tensor)
                           << "' is a constant, or an input twice";
    if (tensor.open.size() > 0 && tensor.open.find_next(0) > 0)
      return b.emitError() << "dimension " << tensor.open.find_next(0)
                           << " of input '" << getTensorName(tensor)
                           << "' is open; convert the network with a fixed "
                              "size (only the batch may be open)";
    Value value;
    if (isQuantizedType(tensor.type)) {
      value = b.addQuantizedInput(getTensorName(tensor), tensor.shape,
                                  getParams(tensor));
    } else if (Type element = getElementType(b, tensor.type)) {
      RankedTensorType type = b.getType(tensor.shape, element);
      value = type ? b.addInput(getTensorName(tensor), type) : Value();
    } else {
      b.emitError() << "input '" << getTensorName(tensor) << "' is of type "
                    << getTypeName(tensor.type)
                    << ", which is not supported; convert the network with "
                       "inputs of float32, int8 or uint8";
    }
    if (!value)
      return failure();
    values.set(index, value);
  }
  return success();
}

LogicalResult Importer::checkOperands(const Operator &op,
                                      const Handler &handler) {
  size_t inputs = op.inputs.size();
  if (inputs < handler.minInputs || inputs > handler.maxInputs)
    return b.emitError() << getOperatorName(op) << " has " << inputs
                         << " inputs";
  if (handler.numOutputs != kAnyNumber &&
      op.outputs.size() != handler.numOutputs)
    return b.emitError() << getOperatorName(op) << " has " << op.outputs.size()
                         << " outputs";
  for (auto [i, index] : llvm::enumerate(op.inputs))
    if (index < 0 && (i < handler.minInputs || handler.maxInputs == kAnyNumber))
      return b.emitError() << getOperatorName(op) << " has no input " << i;
  for (int32_t index : op.outputs)
    if (values.has(index))
      return b.emitError() << getOperatorName(op) << " writes '"
                           << getTensorName(network.tensors[index])
                           << "', which is a constant, an input, or was "
                              "written before";
  return success();
}

LogicalResult Importer::importOperator(const Operator &op, unsigned index) {
  b.setNode(op.outputs.empty()
                ? getOperatorName(op)
                : getTensorName(network.tensors[op.outputs.front()]),
            index);
  const Handler *handler = findHandler(op);
  if (failed(checkOperands(op, *handler)))
    return failure();
  Node node(b, op, *handler, values);
  return handler->import(node);
}

LogicalResult Importer::addOutputs() {
  if (network.outputs.empty())
    return b.emitError() << "the network has no output";
  llvm::StringSet<> names;
  for (int32_t index : network.outputs) {
    const Tensor &tensor = network.tensors[index];
    b.setNode(getTensorName(tensor));
    Value value = values.get(index);
    if (!value)
      return failure();
    std::string base = getTensorName(tensor), name = base;
    for (unsigned i = 1; !names.insert(name).second; ++i)
      name = base + "_" + std::to_string(i);
    if (failed(isQuantizedType(tensor.type)
                   ? b.addQuantizedOutput(name, value, getParams(tensor))
                   : b.addOutput(name, value)))
      return failure();
  }
  return success();
}

LogicalResult Importer::importNetwork() {
  if (failed(addInputs()))
    return failure();
  for (auto [index, op] : llvm::enumerate(network.operators))
    if (failed(importOperator(op, index)))
      return failure();
  return addOutputs();
}

/// Whether the file has integers between its operators: LiteRT runs it then.
static bool isQuantized(const Network &network) {
  return llvm::any_of(network.tensors, [](const Tensor &tensor) {
    return !tensor.isConstant && isQuantizedType(tensor.type);
  });
}

OwningOpRef<ModuleOp> quantc::importTFLite(llvm::MemoryBufferRef file,
                                           const ImportOptions &options,
                                           MLIRContext &context) {
  StringRef path = file.getBufferIdentifier();
  Location loc = FileLineColLoc::get(&context, path, 0, 0);
  // Flatbuffers are read in place.
  std::unique_ptr<llvm::MemoryBuffer> copy;
  if (!llvm::isAddrAligned(llvm::Align(16), file.getBufferStart())) {
    copy = llvm::MemoryBuffer::getMemBufferCopy(file.getBuffer(), path);
    file = copy->getMemBufferRef();
  }
  FailureOr<Network> network = readNetwork(file, options, loc);
  if (failed(network) || failed(checkSupported(*network, loc)))
    return nullptr;
  if (network->numOtherSubgraphs > 0)
    emitWarning(loc) << "has " << network->numOtherSubgraphs + 1
                     << " subgraphs, the first of which is read";
  NetworkBuilder builder(context, path);
  if (failed(Importer(*network, builder).importNetwork()))
    return nullptr;
  OwningOpRef<ModuleOp> module = builder.finish();
  if (module && isQuantized(*network))
    for (auto func : module->getOps<func::FuncOp>())
      func->setAttr(
          ptq::kContractAttr,
          StringAttr::get(&context, stringifyContract(Contract::LiteRT)));
  return module;
}
