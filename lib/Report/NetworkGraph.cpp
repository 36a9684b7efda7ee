//===- NetworkGraph.cpp - A network as a graph of tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/NetworkGraph.h"

using namespace quantc;

static llvm::json::Object toJson(const WeightRanges &weights) {
  return llvm::json::Object{{"axis", weights.axis},
                            {"min", llvm::json::Array(weights.least)},
                            {"max", llvm::json::Array(weights.most)},
                            {"grid_min", llvm::json::Array(weights.gridLeast)},
                            {"grid_max", llvm::json::Array(weights.gridMost)}};
}

llvm::json::Array quantc::toJson(llvm::ArrayRef<GraphNode> nodes) {
  llvm::json::Array array;
  for (const GraphNode &node : nodes) {
    llvm::json::Array weights;
    for (const WeightRanges &ranges : node.weights)
      weights.push_back(::toJson(ranges));
    array.push_back(
        llvm::json::Object{{"tensor", node.tensor},
                           {"operations", llvm::json::Array(node.operations)},
                           {"reads", llvm::json::Array(node.sources)},
                           {"weights", std::move(weights)}});
  }
  return array;
}
