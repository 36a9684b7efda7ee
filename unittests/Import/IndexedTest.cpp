//===- IndexedTest.cpp - Elements by an index each, and sorting ---------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BuilderTest.h"

#include <numeric>

using namespace quantc;
using Index = Tensor::Index;

namespace {
class IndexedTest : public BuilderTest {
protected:
  /// The indices as a constant, or as what the network computes.
  mlir::Value makeIndices(const Tensor &indices, bool isConstant) {
    if (!isConstant)
      return builder->cast(input(indices), builder->getI32Type());
    std::vector<int32_t> values(indices.data.begin(), indices.data.end());
    return builder->constant(indices.shape, values);
  }
  /// Sorts each row of x [N, K] by comparing; checks values and positions.
  void checkRows(const Tensor &x, mlir::Value v, int64_t k, bool largest);
};
} // namespace

TEST_F(IndexedTest, GathersParts) {
  Tensor x = randomTensor({3, 4, 5});
  Tensor pairs{{2, 2, 2}, {0, 1, 2, -1, -3, 3, 1, -4}};
  Tensor batched{{3, 2, 1}, {3, 0, -1, 1, 2, -4}};
  for (bool isConstant : {true, false}) {
    expect(builder->gatherND(input(x), makeIndices(pairs, isConstant)),
           Tensor::generate({2, 2, 5}, [&](Index i) {
             int64_t a = pairs.at({i[0], i[1], 0}),
                     b = pairs.at({i[0], i[1], 1});
             return x.at({a < 0 ? a + 3 : a, b < 0 ? b + 4 : b, i[2]});
           }));
    expect(builder->gatherND(input(x), makeIndices(batched, isConstant), 1),
           Tensor::generate({3, 2, 5}, [&](Index i) {
             int64_t a = batched.at({i[0], i[1], 0});
             return x.at({i[0], a < 0 ? a + 4 : a, i[2]});
           }));
    Tensor along{{2, 6, 5}, {}};
    for (int i = 0; i < 60; ++i)
      along.data.push_back(float(i * 7 % 8 - 4));
    expect(builder->gatherElements(input(x), makeIndices(along, isConstant), 1),
           Tensor::generate(along.shape, [&](Index i) {
             int64_t a = along.at(i);
             return x.at({i[0], a < 0 ? a + 4 : a, i[2]});
           }));
  }
  run();
}

/// What several updates of one element make, one after the other.
static float combine(ScatterKind kind, float old, float update) {
  switch (kind) {
  case ScatterKind::Replace:
    return update;
  case ScatterKind::Add:
    return old + update;
  case ScatterKind::Mul:
    return old * update;
  case ScatterKind::Min:
    return std::min(old, update);
  case ScatterKind::Max:
    return std::max(old, update);
  }
  return NAN;
}

TEST_F(IndexedTest, ScattersParts) {
  Tensor x = randomTensor({4, 3, 2});
  // Some rows once, one often, one never; more repetitions than rounds.
  Tensor few{{5, 1}, {1, -1, 1, 0, 1}},
      many{{30, 1}, std::vector<float>(30, 2)};
  Tensor along{{4, 2, 1}, {1, 1, 0, 2, -1, 2, 0, 1}};
  for (ScatterKind kind :
       {ScatterKind::Replace, ScatterKind::Add, ScatterKind::Mul,
        ScatterKind::Min, ScatterKind::Max})
    for (bool isConstant : {true, false}) {
      if (kind == ScatterKind::Replace && !isConstant)
        continue; // Which one stays is open.
      for (const Tensor &rows : {few, many}) {
        Tensor updates = randomTensor({rows.shape[0], 3, 2}), expected = x;
        for (int64_t i = 0; i < 6 * rows.shape[0]; ++i) {
          int64_t row = rows.data[i / 6];
          float &old = expected.data[(row < 0 ? row + 4 : row) * 6 + i % 6];
          old = combine(kind, old, updates.data[i]);
        }
        expect(builder->scatterND(input(x), makeIndices(rows, isConstant),
                                  input(updates), kind),
               expected);
      }
      Tensor updates = randomTensor({4, 2, 1}), expected = x;
      for (int64_t i = 0; i < 8; ++i) {
        int64_t place = along.data[i];
        float &old =
            expected.data[i / 2 * 6 + (place < 0 ? place + 3 : place) * 2];
        old = combine(kind, old, updates.data[i]);
      }
      expect(builder->scatterElements(input(x), makeIndices(along, isConstant),
                                      input(updates), 1, kind),
             expected);
    }
  run();
}

void IndexedTest::checkRows(const Tensor &x, mlir::Value v, int64_t k,
                            bool largest) {
  int64_t rows = x.shape[0], size = x.shape[1];
  Tensor values{{rows, k}, {}}, indices = values;
  for (int64_t row = 0; row < rows; ++row) {
    std::vector<int64_t> order(size);
    std::iota(order.begin(), order.end(), 0);
    llvm::sort(order, [&](int64_t a, int64_t b) {
      float left = x.at({row, a}), right = x.at({row, b});
      if (left == right)
        return a < b;
      return largest ? left > right : left < right;
    });
    for (int64_t i = 0; i < k; ++i) {
      indices.data.push_back(float(order[i]));
      values.data.push_back(x.at({row, order[i]}));
    }
  }
  TopKValues found = builder->topK(v, k, 1, largest);
  expect(found.values, values, 0);
  expect(found.indices, indices, 0);
}

TEST_F(IndexedTest, FindsLargestElements) {
  Tensor x = randomTensor({3, 40});
  Tensor ties = x.map([](float v) { return std::round(2 * v); });
  for (const Tensor &tensor : {x, ties})
    for (int64_t k : {1, 8, 9, 40})
      for (bool largest : {true, false})
        checkRows(tensor, input(tensor), k, largest);
  run();
}
