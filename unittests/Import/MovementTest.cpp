//===- MovementTest.cpp - Slices, padding, indices ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BuilderTest.h"

using namespace quantc;
using Index = Tensor::Index;

namespace {
class MovementTest : public BuilderTest {};
} // namespace

/// x with the elements of one dimension taken from `indices`.
static Tensor take(const Tensor &x, int64_t axis, const Index &indices) {
  std::vector<int64_t> shape = x.shape;
  shape[axis] = indices.size();
  return Tensor::generate(shape, [&](Index i) {
    i[axis] = indices[i[axis]];
    return x.at(i);
  });
}

TEST_F(MovementTest, Slices) {
  Tensor x = randomTensor({2, 9, 3});
  Value v = input(x);
  struct {
    int64_t start, end, step;
    Index expected;
  } cases[] = {
      {2, 5, 1, {2, 3, 4}},
      {-3, INT64_MAX, 1, {6, 7, 8}},
      {0, 9, 2, {0, 2, 4, 6, 8}},
      {1, 9, 4, {1, 5}},
      {1, 8, 3, {1, 4, 7}},
      {0, 9, INT64_MAX, {0}},
      {INT64_MAX, INT64_MIN, -1, {8, 7, 6, 5, 4, 3, 2, 1, 0}},
      {-1, -9, -3, {8, 5, 2}},
      {7, 0, -2, {7, 5, 3, 1}},
      {4, INT64_MIN, INT64_MIN, {4}},
  };
  for (const auto &c : cases) {
    expect(builder->slice(v, 1, c.start, c.end, c.step),
           take(x, 1, c.expected));
    // A constant's elements are moved at once.
    expect(builder->slice(constant(x), -2, c.start, c.end, c.step),
           take(x, 1, c.expected));
  }
  run();
}

TEST_F(MovementTest, Padding) {
  Tensor x = randomTensor({1, 4, 5});
  Value v = input(x);
  struct {
    PadMode mode;
    Index rows, columns;
  } cases[] = {
      {PadMode::Edge, {0, 0, 0, 1, 2, 3, 3}, {0, 1, 2, 3, 4, 4, 4, 4}},
      {PadMode::Reflect, {2, 1, 0, 1, 2, 3, 2}, {0, 1, 2, 3, 4, 3, 2, 1}},
      {PadMode::Wrap, {2, 3, 0, 1, 2, 3, 0}, {0, 1, 2, 3, 4, 0, 1, 2}},
      {PadMode::Symmetric, {1, 0, 0, 1, 2, 3, 3}, {0, 1, 2, 3, 4, 4, 3, 2}},
  };
  for (const auto &c : cases)
    expect(builder->pad(v, {0, 2, 0}, {0, 1, 3}, c.mode),
           take(take(x, 1, c.rows), 2, c.columns));
  expect(builder->pad(v, {1, 0, -2}, {0, 3, 1}, PadMode::Constant, 7),
         Tensor::generate({2, 7, 4}, [&](const Index &i) {
           return i[0] == 0 || i[1] >= 4 || i[2] == 3
                      ? 7.0f
                      : x.at({0, i[1], i[2] + 2});
         }));
  run();
}

TEST_F(MovementTest, ShapesAndJoins) {
  Tensor x = randomTensor({2, 3, 4});
  Value v = input(x);
  auto reshaped = [&](std::vector<int64_t> shape) {
    return Tensor{std::move(shape), x.data};
  };
  expect(builder->reshape(v, {4, -1}), reshaped({4, 6}));
  expect(builder->flatten(v, 2), reshaped({6, 4}));
  expect(builder->squeeze(builder->unsqueeze(v, {0, -1}), {}), x);
  Tensor turned = Tensor::generate(
      {4, 2, 3}, [&](const Index &i) { return x.at({i[1], i[2], i[0]}); });
  expect(builder->transpose(v, {2, 0, 1}), turned);
  expect(builder->transpose(constant(x), {2, 0, 1}), turned);
  expect(builder->toChannelsFirst(builder->toChannelsLast(v)), x);
  llvm::SmallVector<Value> parts = builder->split(v, 1, {1, 2});
  ASSERT_EQ(parts.size(), 2u);
  expect(builder->concat({parts[1], parts[0]}, -2), take(x, 1, {1, 2, 0}));
  parts = builder->unpack(v, 0);
  ASSERT_EQ(parts.size(), 2u);
  expect(builder->pack({parts[1], parts[0]}, 1),
         Tensor::generate({3, 2, 4}, [&](const Index &i) {
           return x.at({1 - i[1], i[0], i[2]});
         }));
  expect(builder->tile(v, {2, 1, 2}),
         take(take(x, 0, {0, 1, 0, 1}), 2, {0, 1, 2, 3, 0, 1, 2, 3}));
  Tensor row = randomTensor({3, 1});
  expect(builder->broadcastTo(input(row), {2, 1, 4}),
         Tensor::generate({2, 3, 4},
                          [&](const Index &i) { return row.data[i[1]]; }));
  expect(builder->reverse(v, -1), take(x, 2, {3, 2, 1, 0}));
  run();
}

TEST_F(MovementTest, Gather) {
  Tensor x = randomTensor({3, 6, 2});
  Value v = input(x);
  Index kSome = {5, 0, 3, 3, 1, 0};
  auto indices = [&](llvm::ArrayRef<int32_t> values,
                     llvm::ArrayRef<int64_t> shape) {
    return builder->constant(shape, values);
  };
  expect(builder->gather(v, indices({-1, 0, 3, 3, -5, 0}, {6}), 1),
         take(x, 1, kSome));
  Tensor square = take(x, 1, kSome);
  square.shape = {3, 2, 3, 2};
  expect(builder->gather(v, indices({-1, 0, 3, 3, -5, 0}, {2, 3}), -2), square);
  Tensor one = take(x, 0, {2});
  one.shape = {6, 2};
  expect(builder->gather(v, indices({2}, {}), 0), one);
  // At run time: 2, 0, 1 and -1 by rounding towards zero.
  Tensor numbers{{4}, {2.7f, 0.2f, 1, -1}};
  Value computed = builder->cast(input(numbers), builder->getI32Type());
  expect(builder->gather(v, computed, 0), take(x, 0, {2, 0, 1, 2}));
  expect(builder->gather(v, computed, 1), take(x, 1, {2, 0, 1, 5}));
  run();
}

TEST_F(MovementTest, DepthAndSpace) {
  Tensor x = randomTensor({1, 2, 3, 12});
  Value v = input(x);
  auto spread = [&](auto channel) {
    return Tensor::generate({1, 4, 6, 3}, [&](const Index &i) {
      return x.at({0, i[1] / 2, i[2] / 2, channel(i[1] % 2, i[2] % 2, i[3])});
    });
  };
  Value y = builder->depthToSpace(v, 2);
  expect(y, spread([](int64_t r, int64_t c, int64_t k) {
           return (r * 2 + c) * 3 + k;
         }));
  expect(builder->depthToSpace(v, 2, DepthOrder::ChannelFirst),
         spread([](int64_t r, int64_t c, int64_t k) {
           return k * 4 + r * 2 + c;
         }));
  expect(builder->spaceToDepth(y, 2), x);
  run();
}
