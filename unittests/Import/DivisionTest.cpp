//===- DivisionTest.cpp - Quotients and remainders ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BuilderTest.h"

using namespace quantc;

namespace {
class DivisionTest : public BuilderTest {};
} // namespace

TEST_F(DivisionTest, FloorOfQuotients) {
  // Every quotient of two integers, most of which are no float.
  Tensor a = Tensor::generate({201, 1}, [](const Tensor::Index &i) {
    return 3.0 * (double(i[0]) - 100);
  });
  Tensor b = Tensor::generate({1, 120}, [](const Tensor::Index &i) {
    return i[1] < 60 ? double(i[1]) - 60 : double(i[1]) - 59;
  });
  auto reference = [&](const Tensor::Index &i) {
    return std::floor(double(a.at({i[0], 0})) / b.at({0, i[1]}));
  };
  Tensor expected = Tensor::generate({201, 120}, reference);
  Value v = input(a), w = input(b);
  expect(builder->binary(BinaryKind::FloorDiv, v, w), expected, 0);
  // As two nodes, by a constant, and of integers.
  expect(
      builder->unary(UnaryKind::Floor, builder->binary(BinaryKind::Div, v, w)),
      expected, 0);
  expect(builder->binary(BinaryKind::FloorDiv, v, builder->scalar(49.0f)),
         a.map([](double p) { return std::floor(p / 49); }), 0);
  auto toInteger = [&](Value x) {
    return builder->cast(x, builder->getI32Type());
  };
  expect(builder->binary(BinaryKind::FloorDiv, toInteger(v), toInteger(w)),
         expected, 0);
  run();
}

TEST_F(DivisionTest, Remainders) {
  // Multiples of decimal fractions, which are just above or below in float32.
  Tensor a = Tensor::generate({201, 1}, [](const Tensor::Index &i) {
    return 0.1f * (float(i[0]) - 100);
  });
  Tensor b{{1, 5}, {0.1f, -0.3f, 0.7f, -1.1f, 3.0f}};
  auto both = [&](auto function) {
    return Tensor::generate({201, 5}, [&](const Tensor::Index &i) {
      return function(a.at({i[0], 0}), b.at({0, i[1]}));
    });
  };
  auto floorMod = [](auto x, auto y, auto rest) {
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
  };
  Value v = input(a), w = input(b);
  expect(builder->binary(BinaryKind::Remainder, v, w),
         both([](float x, float y) { return std::fmod(x, y); }), 0);
  expect(
      builder->binary(BinaryKind::FloorMod, v, w),
      both([&](float x, float y) { return floorMod(x, y, std::fmod(x, y)); }),
      0);
  auto toInteger = [&](Value x, float factor) {
    return builder->cast(
        builder->binary(BinaryKind::Mul, x, builder->scalar(factor)),
        builder->getI32Type());
  };
  auto ofIntegers = [&](auto function) {
    return both([&](float x, float y) {
      return function(int(x * 10.0f), int(y * 10.0f));
    });
  };
  expect(builder->binary(BinaryKind::Remainder, toInteger(v, 10),
                         toInteger(w, 10)),
         ofIntegers([](int x, int y) { return x % y; }), 0);
  expect(
      builder->binary(BinaryKind::FloorMod, toInteger(v, 10), toInteger(w, 10)),
      ofIntegers([&](int x, int y) { return floorMod(x, y, x % y); }), 0);
  run();
}
