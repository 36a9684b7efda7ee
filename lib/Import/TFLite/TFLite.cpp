//===- TFLite.cpp - Reading .tflite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/TFLite.h"
#include "Session.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"

#include "llvm/Support/Alignment.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

namespace {
/// One run of the importer over one subgraph and what it calls.
class Importer {
public:
  Importer(const Model &model, size_t subgraph, const Signature *signature,
           const ImportOptions &options, NetworkBuilder &b)
      : network(model.subgraphs[subgraph]), signature(signature), b(b),
        session(model, subgraph, options.sequenceStates, b),
        values(network, session) {}

  LogicalResult importNetwork();

private:
  LogicalResult addInputs();
  LogicalResult addOutputs();

  const Network &network;
  /// Its names for inputs and outputs, or null.
  const Signature *signature;
  NetworkBuilder &b;
  Session session;
  TensorValues values;
};
} // namespace

/// The signature's name of `tensor`, unless it is the tensor's own or there is
/// none.
static StringAttr getAlias(NetworkBuilder &b, const Tensor &tensor,
                           const llvm::SmallDenseMap<int32_t, StringRef> &names,
                           int32_t index) {
  std::string alias = llvm::json::fixUTF8(names.lookup(index));
  return alias.empty() || alias == getTensorName(tensor)
             ? StringAttr()
             : b.getBuilder().getStringAttr(alias);
}

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
                       "inputs of float32, int8, uint8 or int16";
    }
    if (!value)
      return failure();
    values.set(index, value);
    if (signature)
      if (StringAttr alias = getAlias(b, tensor, signature->inputs, index))
        b.setInputAttribute(b.getNumInputs() - 1, ptq::kAliasAttr, alias);
  }
  return success();
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
    if (signature)
      if (StringAttr alias = getAlias(b, tensor, signature->outputs, index))
        b.setOutputAttribute(b.getNumOutputs() - 1, ptq::kAliasAttr, alias);
  }
  return addStateOutputs(session, names);
}

LogicalResult Importer::importNetwork() {
  if (failed(addInputs()) || failed(importOperators(session, values)))
    return failure();
  return addOutputs();
}

/// Whether the file has integers between its operators: LiteRT runs it then.
static bool isQuantized(const Network &network) {
  return llvm::any_of(network.tensors, [](const Tensor &tensor) {
    return !tensor.isConstant && isQuantizedType(tensor.type);
  });
}

/// The signature that `options` ask for; without a word, the one of the first
/// subgraph, or null if the file has none such. Failure after an error.
static FailureOr<const Signature *>
chooseSignature(const Model &model, const ImportOptions &options,
                Location loc) {
  const Signature *first = nullptr;
  for (const Signature &signature : model.signatures) {
    if (!options.signature.empty() && signature.key == options.signature)
      return &signature;
    if (!first && signature.subgraph == 0)
      first = &signature;
  }
  auto list = [&](InFlightDiagnostic &message) {
    llvm::interleaveComma(model.signatures, message,
                          [&](const Signature &signature) {
                            message << "'" << signature.key << "'";
                          });
  };
  if (!options.signature.empty()) {
    InFlightDiagnostic error = emitError(loc) << "has no signature '"
                                              << options.signature << "'; ";
    if (model.signatures.empty())
      return error << "it has none, and is read without --signature";
    error << "it has ";
    list(error);
    return error;
  }
  if (model.signatures.size() > 1) {
    InFlightDiagnostic warning = emitWarning(loc) << "has the signatures ";
    list(warning);
    warning << "; "
            << (first ? "'" + first->key + "'"
                      : std::string("the first subgraph"))
            << " is read, --signature=<name> reads another";
  }
  return first;
}

/// Says so if the file has subgraphs that nothing refers to.
static void warnUnreachable(const Model &model, Location loc) {
  llvm::SmallBitVector reached(model.subgraphs.size());
  for (const Signature &signature : model.signatures)
    reached.set(signature.subgraph);
  auto reach = [&](int32_t subgraph) {
    if (subgraph >= 0 && size_t(subgraph) < reached.size())
      reached.set(subgraph);
  };
  for (const Network &network : model.subgraphs)
    for (const Operator &op : network.operators)
      for (int32_t subgraph : getReferredSubgraphs(op))
        reach(subgraph);
  reached.set(0);
  if (!reached.all())
    emitWarning(loc) << "has " << model.subgraphs.size()
                     << " subgraphs, the first of which is read";
}

static bool hasInt16Activations(const Network &network) {
  return llvm::any_of(network.tensors, [](const Tensor &tensor) {
    // The cell of an int8 LSTM has 16 bits, too.
    return !tensor.isConstant && !tensor.isVariable &&
           tensor.type == schema::TensorType_INT16;
  });
}

/// Says at the network's function whose integers it computes, and which.
static void describeIntegers(const Model &model, ModuleOp module) {
  MLIRContext *context = module.getContext();
  if (!llvm::any_of(model.subgraphs, isQuantized))
    return;
  for (auto func : module.getOps<func::FuncOp>()) {
    func->setAttr(
        ptq::kContractAttr,
        StringAttr::get(context, stringifyContract(Contract::LiteRT)));
    if (llvm::any_of(model.subgraphs, hasInt16Activations))
      func->setAttr(ptq::kSchemeAttr,
                    llvm::cantFail(ptq::parseScheme(context, "int16x8")));
  }
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
  FailureOr<Model> model = readModel(file, options, loc);
  if (failed(model))
    return nullptr;
  FailureOr<const Signature *> signature =
      chooseSignature(*model, options, loc);
  if (failed(signature))
    return nullptr;
  size_t subgraph = *signature ? (*signature)->subgraph : 0;
  if (failed(checkSupported(*model, subgraph, loc)))
    return nullptr;
  warnUnreachable(*model, loc);
  NetworkBuilder builder(context, path);
  if (failed(Importer(*model, subgraph, *signature, options, builder)
                 .importNetwork()))
    return nullptr;
  OwningOpRef<ModuleOp> module = builder.finish();
  if (module)
    describeIntegers(*model, *module);
  return module;
}
