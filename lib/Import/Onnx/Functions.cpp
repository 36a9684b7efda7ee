//===- Functions.cpp - Functions of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;
using onnx::AttributeProto;
using onnx::FunctionProto;
using onnx::NodeProto;

/// Functions that call functions that call functions.
static constexpr size_t kMaxCallDepth = 64;
/// What all calls together may make; nodes and names have a least size.
static constexpr size_t kMaxInlinedBytes = size_t(1) << 27;
static constexpr size_t kNodeBytes = size_t(1) << 12;
static constexpr size_t kNameBytes = size_t(1) << 7;

/// Numbers of fields that the protocol buffers of old releases do not know.
static constexpr int kNodeOverload = 8, kFunctionOverload = 13,
                     kFunctionDefaults = 11;

/// Functions may share domain and name, with different overloads.
template <typename Proto>
static std::string getKey(const Proto &proto, StringRef name, int overload) {
  SmallVector<std::string> suffix = readField(proto, overload);
  std::string key = getDomain(proto.domain()).str();
  key.push_back('\0');
  key += name;
  if (!suffix.empty() && !suffix.back().empty()) {
    key.push_back('\0');
    key += suffix.back();
  }
  return key;
}

namespace {
struct Function {
  const FunctionProto *proto;
  /// Values of attributes that a call does not give.
  std::vector<AttributeProto> defaults;
  /// Its element in Graph::opsets.
  unsigned scope;
};

/// One call while its function's nodes are copied.
struct Call {
  const Function &function;
  const Call *caller;
  std::string prefix;
  /// What tensors of the function are called in the graph.
  llvm::StringMap<std::string> names;
  llvm::StringMap<const AttributeProto *> attributes;
};

class Inliner {
public:
  Inliner(Location loc, Graph &graph) : loc(loc), graph(graph) {}
  LogicalResult run();

private:
  LogicalResult readFunctions();
  void collectNames();
  const Function *find(const NodeProto &node) const;
  LogicalResult checkCall(const NodeProto &node, const Function &function,
                          const Call *caller);
  LogicalResult inlineCall(const NodeProto &node, const Function &function,
                           const Call *caller);
  LogicalResult copyNode(const NodeProto &node, Call &scope);
  bool rename(Call &call, std::string &name);
  bool renameAll(Call &call, NodeProto &node);
  bool renameAll(Call &call, onnx::GraphProto &graph);
  void resolveAttributes(const Call &call, NodeProto &node);
  void append(NodeProto &node, unsigned scope);
  bool charge(size_t bytes);

  InFlightDiagnostic emitError(const NodeProto &node) {
    return mlir::emitError(getNodeLoc(loc, node))
           << "'" << llvm::json::fixUTF8(node.op_type()) << "' ";
  }
  InFlightDiagnostic emitTooLarge() {
    return emitError(*root) << "calls functions that bring what functions make "
                               "together beyond "
                            << kMaxInlinedBytes << " bytes";
  }

  Location loc;
  Graph &graph;
  llvm::StringMap<Function> functions;
  llvm::StringSet<> names;
  /// How many calls each name has been given to.
  llvm::StringMap<unsigned> prefixes;
  google::protobuf::RepeatedPtrField<NodeProto> nodes;
  size_t bytes = 0;
  /// The call in the graph that is being replaced.
  const NodeProto *root = nullptr;
};
} // namespace

bool Inliner::charge(size_t amount) {
  bytes += std::min(amount, kMaxInlinedBytes);
  return bytes <= kMaxInlinedBytes;
}

LogicalResult Inliner::readFunctions() {
  for (const FunctionProto &proto : graph.model.functions()) {
    Function function{&proto, {}, static_cast<unsigned>(graph.opsets.size())};
    std::string name = llvm::json::fixUTF8(proto.name());
    for (const std::string &bytes : readField(proto, kFunctionDefaults))
      if (!function.defaults.emplace_back().ParseFromString(bytes))
        return mlir::emitError(loc)
               << "the attributes of the function '" << name << "' are damaged";
    if (!functions
             .try_emplace(getKey(proto, proto.name(), kFunctionOverload),
                          std::move(function))
             .second)
      return mlir::emitError(loc)
             << "two functions are called '" << name << "'";
    graph.opsets.emplace_back();
    for (const onnx::OperatorSetIdProto &opset : proto.opset_import())
      graph.opsets.back()[getDomain(opset.domain())] = opset.version();
  }
  return success();
}

void Inliner::collectNames() {
  for (const onnx::TensorProto &tensor : graph.proto().initializer())
    names.insert(tensor.name());
  for (const onnx::ValueInfoProto &input : graph.proto().input())
    names.insert(input.name());
  for (const NodeProto &node : graph.proto().node())
    names.insert(node.output().begin(), node.output().end());
}

const Function *Inliner::find(const NodeProto &node) const {
  auto it = functions.find(getKey(node, node.op_type(), kNodeOverload));
  return it == functions.end() ? nullptr : &it->second;
}

LogicalResult Inliner::checkCall(const NodeProto &node,
                                 const Function &function, const Call *caller) {
  size_t depth = 0;
  for (const Call *call = caller; call; call = call->caller, ++depth)
    if (&call->function == &function)
      return emitError(node) << "is a function that calls itself";
  if (depth >= kMaxCallDepth)
    return emitError(node) << "calls functions in functions, more than "
                           << kMaxCallDepth << " deep";
  const FunctionProto &proto = *function.proto;
  if (node.input_size() > proto.input_size() ||
      node.output_size() > proto.output_size())
    return emitError(node) << "calls a function of " << proto.input_size()
                           << " inputs and " << proto.output_size()
                           << " results with " << node.input_size() << " and "
                           << node.output_size();
  int64_t version = graph.getVersion(function.scope, "");
  if (version < kOldestOpset || version > kNewestOpset)
    return emitError(node) << "is a function of ONNX operator set " << version
                           << "; quantc reads " << kOldestOpset << " to "
                           << kNewestOpset;
  return success();
}

/// Replaces a name in the function by that in the graph. False if there is no
/// room for it.
bool Inliner::rename(Call &call, std::string &name) {
  if (name.empty())
    return true;
  auto [it, isNew] = call.names.try_emplace(name);
  if (isNew) {
    std::string wanted = call.prefix + "/" + name, unique = wanted;
    for (int i = 1; !names.insert(unique).second; ++i) {
      if (!charge(kNameBytes + unique.size()))
        return false;
      unique = wanted + "_" + std::to_string(i);
    }
    it->second = std::move(unique);
  }
  name = it->second;
  return charge(kNameBytes + name.size());
}

/// Attributes that refer to the function's become the call's, or their default,
/// or none.
void Inliner::resolveAttributes(const Call &call, NodeProto &node) {
  google::protobuf::RepeatedPtrField<AttributeProto> resolved;
  for (AttributeProto &attribute : *node.mutable_attribute()) {
    if (attribute.ref_attr_name().empty()) {
      resolved.Add()->Swap(&attribute);
      continue;
    }
    const AttributeProto *value =
        call.attributes.lookup(attribute.ref_attr_name());
    if (!value || !charge(value->ByteSizeLong()))
      continue;
    AttributeProto *copy = resolved.Add();
    *copy = *value;
    copy->set_name(attribute.name());
  }
  node.mutable_attribute()->Swap(&resolved);
}

/// The tensors of a node and of the branches in it.
bool Inliner::renameAll(Call &call, NodeProto &node) {
  auto isRenamed = [&](std::string &name) { return rename(call, name); };
  return llvm::all_of(*node.mutable_input(), isRenamed) &&
         llvm::all_of(*node.mutable_output(), isRenamed) &&
         llvm::all_of(*node.mutable_attribute(),
                      [&](AttributeProto &attribute) {
                        return !attribute.has_g() ||
                               renameAll(call, *attribute.mutable_g());
                      });
}

bool Inliner::renameAll(Call &call, onnx::GraphProto &graph) {
  auto isRenamed = [&](auto &named) {
    return rename(call, *named.mutable_name());
  };
  if (!llvm::all_of(*graph.mutable_initializer(), isRenamed) ||
      !llvm::all_of(*graph.mutable_input(), isRenamed) ||
      !llvm::all_of(*graph.mutable_output(), isRenamed))
    return false;
  for (NodeProto &node : *graph.mutable_node()) {
    resolveAttributes(call, node);
    if (!renameAll(call, node))
      return false;
  }
  return true;
}

void Inliner::append(NodeProto &node, unsigned scope) {
  nodes.Add()->Swap(&node);
  graph.scopes.push_back(scope);
}

LogicalResult Inliner::copyNode(const NodeProto &node, Call &scope) {
  if (!charge(kNodeBytes + node.ByteSizeLong() + scope.prefix.size()))
    return emitTooLarge();
  NodeProto copy = node;
  copy.set_name(scope.prefix + "/" + getNodeName(node).str());
  resolveAttributes(scope, copy);
  if (!renameAll(scope, copy))
    return emitTooLarge();
  if (const Function *function = find(copy))
    return inlineCall(copy, *function, &scope);
  append(copy, scope.function.scope);
  return success();
}

LogicalResult Inliner::inlineCall(const NodeProto &node,
                                  const Function &function,
                                  const Call *caller) {
  if (failed(checkCall(node, function, caller)))
    return failure();
  const FunctionProto &proto = *function.proto;
  if (!charge(kNameBytes * (proto.input_size() + proto.output_size() +
                            function.defaults.size() + node.attribute_size())))
    return emitTooLarge();
  Call call{function, caller, getNodeName(node).str(), {}, {}};
  if (unsigned count = prefixes[call.prefix]++)
    call.prefix += "_" + std::to_string(count);
  for (const AttributeProto &attribute : function.defaults)
    call.attributes[attribute.name()] = &attribute;
  for (const AttributeProto &attribute : node.attribute())
    call.attributes[attribute.name()] = &attribute;
  for (int i = 0; i < proto.input_size(); ++i)
    if (!call.names
             .try_emplace(proto.input(i),
                          i < node.input_size() ? node.input(i) : "")
             .second)
      return emitError(node) << "is a function with two inputs called '"
                             << llvm::json::fixUTF8(proto.input(i)) << "'";
  // Results that are an input or another result are copied.
  SmallVector<NodeProto> copies;
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    auto [it, isNew] = call.names.try_emplace(proto.output(i), node.output(i));
    if (isNew)
      continue;
    NodeProto &copy = copies.emplace_back();
    copy.set_op_type("Identity");
    copy.add_input(it->second);
    copy.add_output(node.output(i));
  }
  for (const NodeProto &inner : proto.node())
    if (failed(copyNode(inner, call)))
      return failure();
  for (NodeProto &copy : copies)
    append(copy, function.scope);
  return success();
}

LogicalResult Inliner::run() {
  if (failed(readFunctions()))
    return failure();
  collectNames();
  for (NodeProto &node : *graph.model.mutable_graph()->mutable_node()) {
    for (const AttributeProto &attribute : node.attribute())
      if (!attribute.ref_attr_name().empty())
        return emitError(node)
               << "has an attribute '" << llvm::json::fixUTF8(attribute.name())
               << "' that is one of a function, outside of "
                  "any function";
    const Function *function = find(*(root = &node));
    if (!function)
      append(node, 0);
    else if (failed(inlineCall(node, *function, nullptr)))
      return failure();
  }
  graph.model.mutable_graph()->mutable_node()->Swap(&nodes);
  return success();
}

LogicalResult onnximport::inlineFunctions(Location loc, Graph &graph) {
  return Inliner(loc, graph).run();
}
