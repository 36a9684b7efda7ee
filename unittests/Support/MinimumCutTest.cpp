//===- MinimumCutTest.cpp - Minimum cuts -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/MinimumCut.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <random>

using namespace quantc;

namespace {
struct Cost {
  unsigned zero, one;
  int64_t cost;
};

constexpr unsigned kNodes = 9;

int64_t sum(const std::vector<Cost> &costs, unsigned choice) {
  int64_t total = 0;
  for (const Cost &c : costs)
    if (!(choice >> c.zero & 1) && (choice >> c.one & 1))
      total += c.cost;
  return total;
}

// Nodes 0 and 1 of the choice are fixed: 0 is zero, 1 is one.
TEST(MinimumCut, FindsTheLeastOfAllChoices) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    MinimumCut cut;
    std::vector<unsigned> ids;
    for (unsigned i = 2; i < kNodes; ++i)
      ids.push_back(cut.addNode());
    std::vector<Cost> costs;
    for (int i = 0; i < 24; ++i) {
      unsigned zero = random() % kNodes, one = random() % kNodes;
      int64_t cost = random() % 20;
      if (zero == 1 || one == 0 || zero == one)
        continue;
      costs.push_back({zero, one, cost});
      if (zero == 0 && one == 1)
        continue;
      if (zero == 0)
        cut.addCostOfOne(ids[one - 2], cost);
      else if (one == 1)
        cut.addCostOfZero(ids[zero - 2], cost);
      else
        cut.addCost(ids[zero - 2], ids[one - 2], cost);
    }
    std::vector<bool> sides = cut.solve();
    unsigned found = 2;
    for (unsigned i = 2; i < kNodes; ++i)
      found |= unsigned(sides[ids[i - 2]]) << i;
    int64_t best = sum(costs, 2);
    for (unsigned choice = 2; choice < 1u << kNodes; choice += 4)
      best = std::min(best, sum(costs, choice));
    EXPECT_EQ(sum(costs, found), best) << "round " << round;
  }
}

TEST(MinimumCut, NeverPaysAnInfinitePrice) {
  MinimumCut cut;
  unsigned a = cut.addNode(), b = cut.addNode();
  cut.addCost(a, b, MinimumCut::kInfinite);
  cut.addCostOfZero(b, 3);
  cut.addCostOfOne(a, 2);
  std::vector<bool> sides = cut.solve();
  EXPECT_TRUE(sides[a] || !sides[b]);
  EXPECT_EQ(sides[a], sides[b]);
}
} // namespace
