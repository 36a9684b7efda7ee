//===- GridSample.cpp - Images read at given positions ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Every position of the grid is between elements of the image: along each
/// dimension it has taps, which are an element and a weight each. The result is
/// the sum over all combinations of taps.
///
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Indexed.h"

using namespace mlir;
using namespace quantc;

namespace {
/// An element along one dimension for every position, and its weight; both
/// [N, P] of floats. No weight stands for 1.
struct Tap {
  Value element, weight;
};

class Sampler {
public:
  Sampler(NetworkBuilder &b, Value x, Value grid, const GridSampleSpec &spec)
      : b(b), x(x), grid(grid), spec(spec) {}
  Value build();

private:
  Value getPosition(int64_t component, int64_t size);
  Value reflect(Value position, int64_t size);
  Tap makeTap(Value element, Value weight, int64_t size);
  SmallVector<Tap> makeTaps(Value position, int64_t size);
  SmallVector<Value> makeCubicWeights(Value fraction);
  Value clip(Value position, int64_t size) {
    return b.clamp(position, 0, double(size - 1));
  }

  NetworkBuilder &b;
  Value x, grid;
  const GridSampleSpec &spec;
};
} // namespace

/// Component `component` of the grid, [-1, 1], as a position in [0, size - 1].
Value Sampler::getPosition(int64_t component, int64_t size) {
  int64_t last = b.rankOf(grid) - 1, n = b.shapeOf(grid)[0];
  Value g = b.reshape(b.slice(grid, last, component, component + 1), {n, -1});
  // From edge to edge of the outer elements, or from center to center.
  double half = (spec.alignCorners ? double(size - 1) : double(size)) / 2;
  return shift(b, quantc::scale(b, g, half), double(size - 1) / 2);
}

/// `position` mirrored at the borders until it is inside.
Value Sampler::reflect(Value position, int64_t size) {
  double low = spec.alignCorners ? 0 : -0.5;
  double span = spec.alignCorners ? double(size - 1) : double(size);
  if (span == 0)
    return clip(position, size);
  Value distance = b.unary(UnaryKind::Abs, shift(b, position, -low));
  Value twice = splatLike(b, distance, 2 * span);
  Value rest = b.binary(BinaryKind::Remainder, distance, twice);
  Value back = b.binary(BinaryKind::Sub, twice, rest);
  return shift(b, b.binary(BinaryKind::Minimum, rest, back), low);
}

/// A tap at an element that may be outside.
Tap Sampler::makeTap(Value element, Value weight, int64_t size) {
  if (spec.padding == GridPadding::Reflection)
    element = reflect(element, size);
  Value inside = clip(element, size);
  if (spec.padding != GridPadding::Zeros)
    return {inside, weight};
  Value valid = b.binary(BinaryKind::Equal, element, inside);
  if (!weight)
    weight = splatLike(b, element, 1);
  return {inside, b.select(valid, weight, splatLike(b, element, 0))};
}

/// Weights of Keys' cubic convolution with a = -0.75 of the elements at -1, 0,
/// 1 and 2 from the one before the position.
SmallVector<Value> Sampler::makeCubicWeights(Value fraction) {
  constexpr double a = -0.75;
  auto polynomial = [&](Value t, ArrayRef<double> coefficients) {
    Value sum = splatLike(b, t, coefficients.front());
    for (double coefficient : coefficients.drop_front())
      sum = shift(b, b.binary(BinaryKind::Mul, sum, t), coefficient);
    return sum;
  };
  double near[] = {a + 2, -(a + 3), 0, 1}, far[] = {a, -5 * a, 8 * a, -4 * a};
  Value rest = shift(b, b.unary(UnaryKind::Neg, fraction), 1);
  return {polynomial(shift(b, fraction, 1), far), polynomial(fraction, near),
          polynomial(rest, near), polynomial(shift(b, rest, 1), far)};
}

SmallVector<Tap> Sampler::makeTaps(Value position, int64_t size) {
  if (spec.mode == ResizeMode::Nearest)
    position = b.unary(UnaryKind::Round, position);
  if (spec.mode == ResizeMode::Nearest)
    return {makeTap(position, {}, size)};
  Value base = b.unary(UnaryKind::Floor, position);
  Value fraction = b.binary(BinaryKind::Sub, position, base);
  SmallVector<Value> weights;
  int64_t first = 0;
  if (spec.mode == ResizeMode::Linear) {
    weights = {shift(b, b.unary(UnaryKind::Neg, fraction), 1), fraction};
  } else {
    weights = makeCubicWeights(fraction);
    first = -1;
  }
  SmallVector<Tap> taps;
  for (auto [i, weight] : llvm::enumerate(weights))
    taps.push_back(
        makeTap(shift(b, base, double(first + int64_t(i))), weight, size));
  return taps;
}

Value Sampler::build() {
  ArrayRef<int64_t> from = b.shapeOf(x);
  int64_t n = from.front(), channels = from.back(), dims = b.rankOf(x) - 2;
  // All combinations of taps: the place in the image, and the weight.
  SmallVector<Tap> all;
  for (int64_t dim = 0; dim < dims; ++dim) {
    int64_t size = from[dim + 1];
    SmallVector<Tap> next;
    SmallVector<Tap> taps = makeTaps(getPosition(dims - 1 - dim, size), size);
    for (Tap &tap : taps)
      tap.element = b.cast(tap.element, b.getI32Type());
    for (const Tap &outer : all)
      for (const Tap &inner : taps) {
        Value place =
            b.binary(BinaryKind::Add,
                     b.binary(BinaryKind::Mul, outer.element,
                              splatLike(b, outer.element, double(size))),
                     inner.element);
        Value weight =
            outer.weight && inner.weight
                ? b.binary(BinaryKind::Mul, outer.weight, inner.weight)
            : outer.weight ? outer.weight
                           : inner.weight;
        next.push_back({place, weight});
      }
    all = all.empty() ? taps : next;
  }
  Value table = b.reshape(x, {n, -1, channels}), sum;
  for (const Tap &tap : all) {
    Value part = gatherRows(b, table, tap.element);
    if (part && tap.weight)
      part = b.binary(BinaryKind::Mul, part, b.unsqueeze(tap.weight, 2));
    sum = sum ? b.binary(BinaryKind::Add, sum, part) : part;
    if (!sum)
      return {};
  }
  SmallVector<int64_t> shape(b.shapeOf(grid).drop_back());
  shape.push_back(channels);
  return b.reshape(sum, shape);
}

Value NetworkBuilder::gridSample(Value x, Value grid,
                                 const GridSampleSpec &spec) {
  if (!requireElement(*this, x, {getF32Type()}) ||
      !requireElement(*this, grid, {getF32Type()}))
    return {};
  int64_t rank = rankOf(x);
  if (rank < 3 || rankOf(grid) != rank || shapeOf(grid).back() != rank - 2 ||
      shapeOf(grid)[0] != shapeOf(x)[0]) {
    emitError() << "a grid of type " << grid.getType() << " for images of type "
                << x.getType();
    return {};
  }
  return Sampler(*this, x, grid, spec).build();
}
