//===- Graph.cpp - The structure of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// Messages inside of messages; real models need some ten.
static constexpr int kMaxDepth = 64;

StringRef onnximport::getDomain(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

StringRef onnximport::getNodeName(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return output;
  return node.op_type();
}

int64_t Graph::getVersion(unsigned scope, StringRef domain) const {
  auto it = opsets[scope].find(getDomain(domain));
  return it == opsets[scope].end() ? opsets.front().lookup(getDomain(domain))
                                   : it->second;
}

int64_t Graph::getVersion(int index) const {
  return getVersion(scopes[index], proto().node(index).domain());
}

Location onnximport::getNodeLoc(Location file, const onnx::NodeProto &node) {
  return NameLoc::get(StringAttr::get(file.getContext(),
                                      llvm::json::fixUTF8(getNodeName(node))),
                      file);
}

static LogicalResult parse(llvm::MemoryBufferRef file, Location loc,
                           onnx::ModelProto &model) {
  if (file.getBufferSize() > INT32_MAX)
    return emitError(loc) << "the file has " << file.getBufferSize()
                          << " bytes, but a protocol buffer at most "
                          << INT32_MAX
                          << "; store the weights as external data";
  google::protobuf::LogSilencer silencer; // We report errors ourselves.
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(file.getBufferStart()),
      static_cast<int>(file.getBufferSize()));
  stream.SetRecursionLimit(kMaxDepth);
  if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return emitError(loc)
           << "this is not an ONNX model, or the file is damaged: its protocol "
              "buffer ends early or holds garbage";
  if (!model.has_graph() || model.graph().output_size() == 0)
    return emitError(loc) << "the ONNX model holds no graph with an output";
  return success();
}

static LogicalResult readOpsets(Location loc, Graph &graph) {
  llvm::StringMap<int64_t> &opsets = graph.opsets.emplace_back();
  for (const onnx::OperatorSetIdProto &opset : graph.model.opset_import())
    opsets[getDomain(opset.domain())] = opset.version();
  // Files from before operator sets existed have version 1.
  int64_t version = opsets.try_emplace("", 1).first->second;
  if (version >= kOldestOpset && version <= kNewestOpset)
    return success();
  return emitError(loc) << "the model uses ONNX operator set " << version
                        << "; quantc reads " << kOldestOpset << " to "
                        << kNewestOpset
                        << ": export it again, or convert it with "
                           "onnx.version_converter";
}

/// Collects initializers and inputs, and fills `producers` with every tensor's
/// node (-1 for initializers and inputs).
static LogicalResult readNames(Location loc, Graph &graph,
                               llvm::StringMap<int> &producers) {
  const onnx::GraphProto &proto = graph.proto();
  for (const onnx::TensorProto &tensor : proto.initializer()) {
    if (!producers.try_emplace(tensor.name(), -1).second)
      return emitError(loc) << "two initializers are called '"
                            << llvm::json::fixUTF8(tensor.name()) << "'";
    graph.initializers[tensor.name()] = &tensor;
  }
  if (proto.sparse_initializer_size() != 0)
    return emitError(loc) << "the model holds sparse initializers, which "
                             "quantc does not read; "
                             "store them dense";
  for (const onnx::ValueInfoProto &input : proto.input()) {
    if (graph.initializers.count(input.name()))
      continue; // Old versions list initializers as inputs, too.
    if (!producers.try_emplace(input.name(), -1).second)
      return emitError(loc) << "two inputs are called '"
                            << llvm::json::fixUTF8(input.name()) << "'";
    graph.inputs.push_back(&input);
  }
  for (auto [index, node] : llvm::enumerate(proto.node()))
    for (const std::string &output : node.output())
      if (!output.empty() &&
          !producers.try_emplace(output, static_cast<int>(index)).second)
        return emitError(getNodeLoc(loc, node))
               << "writes the tensor '" << llvm::json::fixUTF8(output)
               << "', which exists already";
  return success();
}

namespace {
/// The tensors that a branch and the branches around it define.
struct Scope {
  const Scope *outer;
  llvm::StringSet<> names;

  bool defines(StringRef name) const {
    return names.contains(name) || (outer && outer->defines(name));
  }
};
} // namespace

/// Adds what the graphs in the attributes of `node` read from outside of
/// `outer`.
static void collectCaptures(const onnx::NodeProto &node, const Scope *outer,
                            llvm::SetVector<StringRef> &captures) {
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (!attribute.has_g())
      continue;
    Scope scope{outer, {}};
    auto read = [&](StringRef name) {
      if (!name.empty() && !scope.defines(name))
        captures.insert(name);
    };
    for (const onnx::TensorProto &tensor : attribute.g().initializer())
      scope.names.insert(tensor.name());
    for (const onnx::ValueInfoProto &input : attribute.g().input())
      scope.names.insert(input.name());
    for (const onnx::NodeProto &inner : attribute.g().node()) {
      llvm::for_each(inner.input(), read);
      collectCaptures(inner, &scope, captures);
      scope.names.insert(inner.output().begin(), inner.output().end());
    }
    for (const onnx::ValueInfoProto &output : attribute.g().output())
      read(output.name());
  }
}

static void readCaptures(Graph &graph) {
  for (auto [index, node] : llvm::enumerate(graph.proto().node())) {
    llvm::SetVector<StringRef> captures;
    collectCaptures(node, nullptr, captures);
    if (!captures.empty())
      graph.captures[int(index)] =
          SmallVector<std::string>(captures.begin(), captures.end());
  }
}

namespace {
/// Orders nodes by a search from the outputs, without recursion: a hostile
/// chain may be long.
class Sorter {
public:
  Sorter(Location loc, Graph &graph, const llvm::StringMap<int> &producers)
      : loc(loc), graph(graph), producers(producers),
        states(graph.proto().node_size(), State::New) {}

  LogicalResult sort() {
    for (const onnx::ValueInfoProto &output : graph.proto().output()) {
      auto it = producers.find(output.name());
      if (it == producers.end())
        return emitError(loc) << "no node writes the output '"
                              << llvm::json::fixUTF8(output.name()) << "'";
      if (failed(visit(it->second)))
        return failure();
    }
    return success();
  }

private:
  enum class State : char { New, Open, Done };

  LogicalResult visit(int root) {
    SmallVector<std::pair<int, int>> stack; // A node and its next input.
    auto open = [&](int node) {
      states[node] = State::Open;
      stack.push_back({node, 0});
    };
    if (root >= 0 && states[root] == State::New)
      open(root);
    while (!stack.empty()) {
      auto &[index, next] = stack.back();
      const onnx::NodeProto &node = graph.proto().node(index);
      ArrayRef<std::string> captures;
      if (auto it = graph.captures.find(index); it != graph.captures.end())
        captures = it->second;
      int inputs = node.input_size();
      if (next == inputs + static_cast<int>(captures.size())) {
        states[index] = State::Done;
        graph.order.push_back(index);
        stack.pop_back();
        continue;
      }
      const std::string &input =
          next < inputs ? node.input(next) : captures[next - inputs];
      ++next;
      if (input.empty())
        continue; // An optional input that is not given.
      auto it = producers.find(input);
      if (it == producers.end())
        return emitError(getNodeLoc(loc, node))
               << "'" << node.op_type() << "' reads the tensor '"
               << llvm::json::fixUTF8(input)
               << "', which is no input, no initializer and no node's output";
      int producer = it->second;
      if (producer < 0 || states[producer] == State::Done)
        continue;
      if (states[producer] == State::Open)
        return emitError(getNodeLoc(loc, node))
               << "the graph has a cycle: '" << node.op_type()
               << "' reads the tensor '" << llvm::json::fixUTF8(input)
               << "', which depends on its own result";
      open(producer);
    }
    return success();
  }

  Location loc;
  Graph &graph;
  const llvm::StringMap<int> &producers;
  SmallVector<State> states;
};
} // namespace

LogicalResult onnximport::readGraph(llvm::MemoryBufferRef file, Location loc,
                                    Graph &graph) {
  llvm::StringMap<int> producers;
  if (failed(parse(file, loc, graph.model)) || failed(readOpsets(loc, graph)) ||
      failed(inlineFunctions(loc, graph)) ||
      failed(readNames(loc, graph, producers)))
    return failure();
  readCaptures(graph);
  return Sorter(loc, graph, producers).sort();
}
