//===- MinimumCut.h - Minimum cuts of directed graphs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_MINIMUMCUT_H
#define QUANTC_SUPPORT_MINIMUMCUT_H

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <vector>

namespace quantc {

/// Chooses 0 or 1 for every node such that the sum of the costs is minimal
/// (Dinic's algorithm; E. A. Dinic, 1970). If several choices are optimal, it
/// returns the one with the fewest zeros.
class MinimumCut {
public:
  /// A cost that no solution may have.
  static constexpr int64_t kInfinite = int64_t(1) << 60;

  unsigned addNode();
  /// Costs `cost` if `zero` is 0 and `one` is 1.
  void addCost(unsigned zero, unsigned one, int64_t cost);
  void addCostOfZero(unsigned node, int64_t cost) {
    addCost(node, kSink, cost);
  }
  void addCostOfOne(unsigned node, int64_t cost) {
    addCost(kSource, node, cost);
  }
  /// The choice for every node.
  std::vector<bool> solve();

private:
  static constexpr unsigned kSource = 0, kSink = 1;
  struct Edge {
    unsigned to;
    int64_t capacity;
  };

  bool findLevels();
  int64_t push(unsigned node, int64_t limit);

  // An edge and its reverse have the numbers 2i and 2i + 1.
  std::vector<Edge> edges;
  std::vector<llvm::SmallVector<unsigned, 4>> leaving{2};
  std::vector<int> level;
  std::vector<unsigned> next;
};

} // namespace quantc

#endif // QUANTC_SUPPORT_MINIMUMCUT_H
