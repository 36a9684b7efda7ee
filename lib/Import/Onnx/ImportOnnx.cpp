//===- ImportOnnx.cpp - ONNX files to networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "Quantized.h"
#include "TensorData.h"
#include "quantc/Import/Onnx.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

#include <map>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

namespace {
/// One run of the importer over one file.
class Importer {
public:
  Importer(llvm::MemoryBufferRef file, const ImportOptions &options,
           MLIRContext &context)
      : file(file), options(options), b(context, file.getBufferIdentifier()),
        directory(llvm::sys::path::parent_path(file.getBufferIdentifier())) {}

  OwningOpRef<ModuleOp> run();

private:
  LogicalResult verifyOperations(ArrayRef<const onnx::NodeProto *> nodes,
                                 ArrayRef<unsigned> scopes);
  LogicalResult readInitializer(const onnx::TensorProto &proto);
  LogicalResult readInitializers();
  LogicalResult addInputs();
  LogicalResult addInput(const onnx::ValueInfoProto &input);
  FailureOr<Shape> getShape(const onnx::ValueInfoProto &input);
  LogicalResult importNode(const onnx::NodeProto &proto, int index);
  FailureOr<std::vector<Tensor>> importBranch(const onnx::GraphProto &branch,
                                              int index);
  LogicalResult importNodes(bool constants);
  LogicalResult prepareIntegers(Node &node, Integers integers);
  LogicalResult addOutputs();

  llvm::MemoryBufferRef file;
  const ImportOptions &options;
  NetworkBuilder b;
  StringRef directory;
  Graph graph;
  Handlers handlers;
  Tensors tensors;
  size_t foldedBytes = 0;
  /// Some initializer is FLOAT16.
  bool hasHalves = false;
};
} // namespace

/// The name in `Handlers`.
static std::string getKey(const onnx::NodeProto &node) {
  StringRef domain = getDomain(node.domain());
  return domain.empty() ? node.op_type() : domain.str() + "." + node.op_type();
}

/// Every node belongs to the operator sets of its element of `scopes`.
LogicalResult
Importer::verifyOperations(ArrayRef<const onnx::NodeProto *> nodes,
                           ArrayRef<unsigned> scopes) {
  std::map<std::string, int> unsupported;
  for (auto [node, scope] : llvm::zip(nodes, scopes)) {
    std::string key = getKey(*node);
    int64_t version = graph.getVersion(scope, node->domain());
    if (!handlers.count(key))
      ++unsupported[llvm::json::fixUTF8(key) + " (" +
                    (version ? "version " + std::to_string(version)
                             : "of a domain that the file does not import") +
                    ")"];
  }
  if (unsupported.empty())
    return success();
  InFlightDiagnostic error = b.emitError();
  error << "quantc has no import of these operations: ";
  llvm::interleaveComma(unsupported, error, [&](const auto &entry) {
    error << entry.second << " x " << entry.first;
  });
  error << "; end the network before them, or export it without them";
  if (llvm::any_of(unsupported, [](const auto &entry) {
        StringRef name = entry.first;
        return name.starts_with("Loop ") || name.starts_with("Scan ");
      }))
    error << ". A loop over time that is a recurrent layer is read as LSTM, "
             "GRU or RNN: export the layer as one of these, or unroll its "
             "steps";
  return error;
}

LogicalResult Importer::readInitializer(const onnx::TensorProto &proto) {
  llvm::Expected<Array> array = readTensor(proto, directory);
  if (!array)
    return b.emitError() << "the initializer '"
                         << llvm::json::fixUTF8(proto.name())
                         << "': " << llvm::toString(array.takeError());
  Tensor tensor;
  tensor.type = array->type;
  tensor.isNibble = isNibble(proto.data_type());
  hasHalves |= proto.data_type() == onnx::TensorProto::FLOAT16;
  tensor.constant = std::make_shared<const Array>(std::move(*array));
  tensors[proto.name()] = std::move(tensor);
  return success();
}

LogicalResult Importer::readInitializers() {
  // Only what live nodes and outputs read is converted.
  auto read = [&](const std::string &name) -> LogicalResult {
    const onnx::TensorProto *proto = graph.initializers.lookup(name);
    return proto && !tensors.count(name) ? readInitializer(*proto) : success();
  };
  for (int index : graph.order) {
    for (const std::string &input : graph.proto().node(index).input())
      if (failed(read(input)))
        return failure();
    for (const std::string &input : graph.captures.lookup(index))
      if (failed(read(input)))
        return failure();
  }
  for (const onnx::ValueInfoProto &output : graph.proto().output())
    if (failed(read(output.name())))
      return failure();
  return success();
}

FailureOr<Shape> Importer::getShape(const onnx::ValueInfoProto &input) {
  const onnx::TypeProto_Tensor &type = input.type().tensor_type();
  std::string name = llvm::json::fixUTF8(input.name());
  if (!input.type().has_tensor_type() || !type.has_shape())
    return b.emitError() << "the input '" << name
                         << "' is no tensor of a known rank";
  Shape shape;
  for (auto [index, dim] : llvm::enumerate(type.shape().dim())) {
    // Some exporters write -1 where the format leaves a size out.
    if (dim.has_dim_value() && dim.dim_value() != -1) {
      shape.push_back(dim.dim_value());
    } else if (index == 0) {
      shape.push_back(options.batch);
    } else {
      std::string symbol = llvm::json::fixUTF8(dim.dim_param());
      return b.emitError() << "dimension " << index << " of the input '" << name
                           << "' "
                           << (symbol.empty()
                                   ? "has no size"
                                   : "is the symbol '" + symbol + "'")
                           << "; only the first one may be open, give the "
                              "others a size when exporting";
    }
  }
  return shape;
}

LogicalResult Importer::addInput(const onnx::ValueInfoProto &input) {
  FailureOr<Shape> shape = getShape(input);
  if (failed(shape))
    return failure();
  llvm::Expected<ElementType> type =
      getElementType(input.type().tensor_type().elem_type());
  if (!type)
    return b.emitError() << "the input '" << llvm::json::fixUTF8(input.name())
                         << "': " << llvm::toString(type.takeError());
  Tensor tensor;
  tensor.type = *type;
  auto add = [&](Type element) -> Value {
    RankedTensorType tensorType = b.getType(*shape, element);
    return tensorType ? b.addInput(input.name(), tensorType) : Value();
  };
  switch (*type) {
  case ElementType::Int8:
  case ElementType::UInt8:
    tensor.params = findInputParams(graph, tensors, input.name());
    tensor.params->isUnsigned = *type == ElementType::UInt8;
    tensor.value = b.addQuantizedInput(input.name(), *shape, *tensor.params);
    break;
  case ElementType::Bool:
    tensor.value = add(b.getBoolType());
    break;
  case ElementType::Int16:
    tensor.value = add(b.getBuilder().getI16Type());
    break;
  case ElementType::Float32:
    tensor.value = add(b.getF32Type());
    break;
  default:
    tensor.value = add(b.getI32Type());
    break;
  }
  if (!tensor.value)
    return failure();
  tensors[input.name()] = std::move(tensor);
  return success();
}

LogicalResult Importer::addInputs() {
  for (const onnx::ValueInfoProto *input : graph.inputs) {
    b.setNode(input->name());
    if (failed(addInput(*input)))
      return failure();
  }
  return success();
}

/// Checks quantized inputs, and has the results of operations that move
/// elements quantized alike.
LogicalResult Importer::prepareIntegers(Node &node, Integers integers) {
  node.keepDynamic(integers == Integers::Dynamic);
  if (integers == Integers::Own || integers == Integers::Dynamic)
    return success();
  Tensor *first = nullptr;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    if (!node.has(i))
      continue;
    Tensor *input = node.tensor(i);
    if (!input)
      return failure();
    std::string name = llvm::json::fixUTF8(node.getInputName(i));
    if (!input->params)
      continue;
    if (integers == Integers::Refuse)
      return node.emitError()
             << "computes with the integers of the quantized tensor '" << name
             << "'; put a DequantizeLinear before it";
    if (input->params->axis)
      return node.emitError()
             << "reads the integers of '" << name
             << "', which has a scale per channel; put a DequantizeLinear "
                "before it";
    if (first && !isSame(*first->params, *input->params))
      return node.emitError()
             << "joins the integers of '" << name
             << "' with others of another scale or zero point; put a "
                "DequantizeLinear before it";
    first = input;
  }
  if (first && integers == Integers::Move)
    node.quantizeResults(*first->params, first->type);
  return success();
}

/// `index` is the place in the file of the node, or of that around it.
LogicalResult Importer::importNode(const onnx::NodeProto &proto, int index) {
  b.setNode(getNodeName(proto), index);
  Handler handler = handlers.lookup(getKey(proto));
  auto branch = [&](const onnx::GraphProto &graph) {
    return importBranch(graph, index);
  };
  Node node(b, tensors, proto,
            graph.getVersion(graph.scopes[index], proto.domain()), directory,
            foldedBytes, branch);
  if (failed(prepareIntegers(node, handler.integers)))
    return failure();
  return failure(failed(handler.import(node)) || node.hasFailed());
}

/// Names of a branch are its own: they are gone behind it.
FailureOr<std::vector<Tensor>>
Importer::importBranch(const onnx::GraphProto &branch, int index) {
  SmallVector<const onnx::NodeProto *> nodes;
  for (const onnx::NodeProto &node : branch.node())
    nodes.push_back(&node);
  if (failed(verifyOperations(
          nodes, SmallVector<unsigned>(nodes.size(), graph.scopes[index]))))
    return failure();
  SmallVector<StringRef> names;
  llvm::scope_exit leave([&] {
    for (StringRef name : names)
      tensors.erase(name);
  });
  auto define = [&](StringRef name) -> LogicalResult {
    if (!name.empty() && tensors.count(name))
      return b.emitError() << "a branch writes the tensor '"
                           << llvm::json::fixUTF8(name)
                           << "', which exists already";
    names.push_back(name);
    return success();
  };
  Location loc = b.getLoc();
  for (const onnx::TensorProto &tensor : branch.initializer())
    if (failed(define(tensor.name())) || failed(readInitializer(tensor)))
      return failure();
  for (const onnx::NodeProto *node : nodes) {
    for (const std::string &output : node->output())
      if (failed(define(output)))
        return failure();
    if (failed(importNode(*node, index)))
      return failure();
  }
  std::vector<Tensor> results;
  for (const onnx::ValueInfoProto &output : branch.output()) {
    auto it = tensors.find(output.name());
    if (it == tensors.end())
      return mlir::emitError(loc)
             << "the branch's output '" << llvm::json::fixUTF8(output.name())
             << "' is written by none of its nodes";
    results.push_back(it->second);
  }
  return results;
}

/// The Constant nodes, or all others.
LogicalResult Importer::importNodes(bool constants) {
  for (int index : graph.order)
    if ((getKey(graph.proto().node(index)) == "Constant") == constants &&
        failed(importNode(graph.proto().node(index), index)))
      return failure();
  return success();
}

LogicalResult Importer::addOutputs() {
  for (const onnx::ValueInfoProto &output : graph.proto().output()) {
    b.setNode(output.name());
    auto it = tensors.find(output.name());
    if (it == tensors.end())
      return b.emitError() << "the output '"
                           << llvm::json::fixUTF8(output.name())
                           << "' is an optional result that quantc does not "
                              "compute";
    Tensor *tensor = resolveDynamic(it->second);
    if (!tensor || !materialize(b, *tensor, output.name()))
      return failure();
    LogicalResult result =
        tensor->params ? b.addQuantizedOutput(output.name(), tensor->value,
                                              *tensor->params)
                       : b.addOutput(output.name(), tensor->value);
    if (failed(result))
      return failure();
  }
  return success();
}

void onnximport::addHandlers(Handlers &handlers) {
  addActivationHandlers(handlers);
  addBlockHandlers(handlers);
  addControlHandlers(handlers);
  addConvHandlers(handlers);
  addDynamicHandlers(handlers);
  addIndexHandlers(handlers);
  addIntegerHandlers(handlers);
  addMathHandlers(handlers);
  addMoveHandlers(handlers);
  addNormalizationHandlers(handlers);
  addPoolHandlers(handlers);
  addPositionHandlers(handlers);
  addQLinearHandlers(handlers);
  addQuantizeHandlers(handlers);
  addRecurrentHandlers(handlers);
  addReduceHandlers(handlers);
  addResizeHandlers(handlers);
  addSampleHandlers(handlers);
  addShapeHandlers(handlers);
  addSliceHandlers(handlers);
}

OwningOpRef<ModuleOp> Importer::run() {
  addHandlers(handlers);
  if (failed(readGraph(file, b.getLoc(), graph)))
    return nullptr;
  SmallVector<const onnx::NodeProto *> nodes;
  SmallVector<unsigned> scopes;
  for (int index : graph.order) {
    nodes.push_back(&graph.proto().node(index));
    scopes.push_back(graph.scopes[index]);
  }
  if (failed(verifyOperations(nodes, scopes)) || failed(readInitializers()) ||
      // What integers of inputs stand for may be in Constant nodes.
      failed(importNodes(/*constants=*/true)) || failed(addInputs()) ||
      failed(importNodes(/*constants=*/false)))
    return nullptr;
  if (failed(addOutputs()))
    return nullptr;
  b.keepNarrowWeights(hasHalves);
  return b.finish();
}

OwningOpRef<ModuleOp> quantc::importOnnx(llvm::MemoryBufferRef file,
                                         const ImportOptions &options,
                                         MLIRContext &context) {
  return Importer(file, options, context).run();
}
