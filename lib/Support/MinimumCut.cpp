//===- MinimumCut.cpp - Minimum cuts of directed graphs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/MinimumCut.h"

#include <algorithm>

using namespace quantc;

unsigned MinimumCut::addNode() {
  leaving.emplace_back();
  return leaving.size() - 1;
}

void MinimumCut::addCost(unsigned zero, unsigned one, int64_t cost) {
  if (cost <= 0 || zero == one)
    return;
  leaving[zero].push_back(edges.size());
  edges.push_back({one, cost});
  leaving[one].push_back(edges.size());
  edges.push_back({zero, 0});
}

bool MinimumCut::findLevels() {
  level.assign(leaving.size(), -1);
  level[kSource] = 0;
  std::vector<unsigned> queue{kSource};
  for (size_t i = 0; i < queue.size(); ++i)
    for (unsigned index : leaving[queue[i]]) {
      const Edge &edge = edges[index];
      if (edge.capacity > 0 && level[edge.to] < 0) {
        level[edge.to] = level[queue[i]] + 1;
        queue.push_back(edge.to);
      }
    }
  return level[kSink] >= 0;
}

int64_t MinimumCut::push(unsigned node, int64_t limit) {
  if (node == kSink)
    return limit;
  for (unsigned &i = next[node]; i < leaving[node].size(); ++i) {
    unsigned index = leaving[node][i];
    unsigned to = edges[index].to;
    if (edges[index].capacity == 0 || level[to] != level[node] + 1)
      continue;
    if (int64_t flow = push(to, std::min(limit, edges[index].capacity))) {
      edges[index].capacity -= flow;
      edges[index ^ 1].capacity += flow;
      return flow;
    }
  }
  return 0;
}

std::vector<bool> MinimumCut::solve() {
  while (findLevels()) {
    next.assign(leaving.size(), 0);
    while (push(kSource, kInfinite))
      ;
  }
  std::vector<bool> ones;
  for (int reached : level)
    ones.push_back(reached < 0);
  return ones;
}
