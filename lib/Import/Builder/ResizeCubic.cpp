//===- ResizeCubic.cpp - Resizing by cubic convolution ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Each element of the result is the sum of four elements of the input along
/// each dimension, with weights that depend on the position only. As all
/// positions are known, a dimension is resized by a product with a constant
/// matrix.
///
//===----------------------------------------------------------------------===//

#include "Resize.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

/// A larger matrix is refused.
static constexpr int64_t kMaxWeights = 1 << 22;

/// Keys' kernel with parameter `a` at distance `t` of at most 2.
static double cubicWeight(double a, double t) {
  t = std::fabs(t);
  if (t <= 1)
    return ((a + 2) * t - (a + 3)) * t * t + 1;
  return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
}

/// The row of the matrix for `position`.
static void fillRow(MutableArrayRef<float> row, double position,
                    const ResizeSpec &spec) {
  double floor = std::floor(position), sum = 0;
  int64_t last = row.size() - 1;
  SmallVector<std::pair<int64_t, double>> taps;
  for (int k = -1; k <= 2; ++k) {
    double at = floor + k;
    bool isOutside = at < 0 || at > double(last);
    if (isOutside && spec.excludeOutside)
      continue;
    double weight = cubicWeight(spec.cubicCoefficient, position - at);
    taps.push_back({int64_t(std::clamp(at, 0.0, double(last))), weight});
    sum += weight;
  }
  for (auto [column, weight] : taps)
    row[column] += float(spec.excludeOutside ? weight / sum : weight);
}

/// [output, input], or nullopt after an error.
static std::optional<SmallVector<float, 0>>
computeMatrix(NetworkBuilder &b, const Positions &p, const ResizeSpec &spec) {
  if (p.input * p.output > kMaxWeights) {
    b.emitError() << "cubic resizing from " << p.input << " to " << p.output
                  << " elements; up to " << kMaxWeights
                  << " weights are supported";
    return std::nullopt;
  }
  SmallVector<float, 0> matrix(p.input * p.output, 0);
  for (int64_t o = 0; o < p.output; ++o)
    fillRow(MutableArrayRef(matrix).slice(o * p.input, p.input),
            getPosition(p, o, spec.coordinates), spec);
  if (llvm::all_of(matrix, [](float weight) { return std::isfinite(weight); }))
    return matrix;
  b.emitError() << "cubic resizing with weights that are not finite "
                   "(coefficient "
                << spec.cubicCoefficient << ")";
  return std::nullopt;
}

static bool isIdentity(ArrayRef<float> matrix, const Positions &p) {
  if (p.input != p.output)
    return false;
  for (auto [i, weight] : llvm::enumerate(matrix))
    if (weight != float(int64_t(i) / p.input == int64_t(i) % p.input))
      return false;
  return true;
}

/// The last dimension of `x` resized.
static Value resizeLast(NetworkBuilder &b, Value x, const Positions &p,
                        const ResizeSpec &spec) {
  auto matrix = computeMatrix(b, p, spec);
  if (!matrix || !x)
    return {};
  if (isIdentity(*matrix, p))
    return x;
  Value weights = b.constant({p.output, p.input}, ArrayRef<float>(*matrix));
  return b.fullyConnected(x, weights, {});
}

Value quantc::buildCubicResize(NetworkBuilder &b, Value x,
                               const Positions &rows, const Positions &columns,
                               const ResizeSpec &spec) {
  Value y = resizeLast(b, b.toChannelsFirst(x), columns, spec);
  if (!y)
    return {};
  y = resizeLast(b, b.transpose(y, {0, 1, 3, 2}), rows, spec);
  return y ? b.transpose(y, {0, 3, 2, 1}) : Value();
}
