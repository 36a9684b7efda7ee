//===- Graph.h - The structure of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A parsed and checked model: versions, names, functions put in place, and the
/// nodes that the outputs need in an order in which each follows what it reads.
/// Nothing here looks into an operation.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_GRAPH_H
#define QUANTC_LIB_IMPORT_ONNX_GRAPH_H

#include "Proto.h"

#include "mlir/IR/Location.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/LogicalResult.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace quantc::onnximport {

/// The operator sets whose operations the importer knows.
inline constexpr int64_t kOldestOpset = 7, kNewestOpset = 26;

struct Graph {
  onnx::ModelProto model;
  /// Version of each operator set by domain; "" is ONNX's own. First those of
  /// the model, then those of each of its functions, which may import less.
  std::vector<llvm::StringMap<int64_t>> opsets;
  /// The element of `opsets` that each node uses.
  llvm::SmallVector<unsigned> scopes;
  /// Initializers by name.
  llvm::StringMap<const onnx::TensorProto *> initializers;
  /// Inputs that the caller gives: those that are no initializers.
  llvm::SmallVector<const onnx::ValueInfoProto *> inputs;
  /// Tensors of this graph that the branches of a node read, by the index of
  /// the node.
  llvm::DenseMap<int, llvm::SmallVector<std::string>> captures;
  /// Indices of the live nodes, producers before users.
  llvm::SmallVector<int> order;

  const onnx::GraphProto &proto() const { return model.graph(); }
  /// The version of the operator set that node `index` belongs to, 0 if the
  /// file imports none.
  int64_t getVersion(int index) const;
  /// That of `domain` in element `scope` of `opsets`.
  int64_t getVersion(unsigned scope, llvm::StringRef domain) const;
};

/// "" for both names of ONNX's own domain.
llvm::StringRef getDomain(llvm::StringRef domain);

/// Parses `file` into `graph` and checks its structure; errors are at `loc` or
/// at nodes in it.
llvm::LogicalResult readGraph(llvm::MemoryBufferRef file, mlir::Location loc,
                              Graph &graph);

/// `node` for locations and messages: its name, or that of its first output.
llvm::StringRef getNodeName(const onnx::NodeProto &node);
mlir::Location getNodeLoc(mlir::Location file, const onnx::NodeProto &node);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_GRAPH_H
