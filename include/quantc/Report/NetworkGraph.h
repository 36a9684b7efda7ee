//===- NetworkGraph.h - A network as a graph of tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How the tensors of a report depend on each other, without IR: what makes
/// each of them, what that reads, and the ranges of its weights.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_NETWORKGRAPH_H
#define QUANTC_REPORT_NETWORKGRAPH_H

#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace quantc {

/// A constant operand with scales: the values between which each channel lies.
struct WeightRanges {
  /// The dimension of the channels, or -1: then there is one range.
  int64_t axis = -1;
  std::vector<float> least, most;
  /// One for each channel: the reals of the smallest and the largest integer.
  std::vector<double> gridLeast, gridMost;
};

struct GraphNode {
  std::string tensor;
  /// What makes it of its sources, in order; empty for an input of the network.
  /// Operations whose own results are not in the report belong to the next one
  /// that is.
  std::vector<std::string> operations;
  /// The nodes that are read, by their position.
  std::vector<size_t> sources;
  std::vector<WeightRanges> weights;
};

/// An array with an object for each node.
llvm::json::Array toJson(llvm::ArrayRef<GraphNode> nodes);

} // namespace quantc

#endif // QUANTC_REPORT_NETWORKGRAPH_H
