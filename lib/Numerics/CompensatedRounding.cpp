//===- CompensatedRounding.cpp - Rounding with known inputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/CompensatedRounding.h"

#include <algorithm>
#include <cmath>

using namespace quantc;

/// The share of the mean second moment that is added to each: inputs that were
/// not seen are not impossible.
static constexpr double kDamping = 0.01;

InputMoments::InputMoments(size_t columns) : sums(columns) {
  size_t number = (columns + kMostColumns - 1) / kMostColumns;
  for (size_t i = 0; i < number; ++i) {
    size_t begin = columns * i / number, end = columns * (i + 1) / number;
    parts.push_back({begin, end - begin, {}});
    parts.back().products.resize(parts.back().size * parts.back().size);
  }
}

void InputMoments::add(const float *row) {
  ++count;
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] += row[i];
  for (Block &block : parts) {
    const float *values = row + block.begin;
    for (size_t i = 0; i < block.size; ++i) {
      double value = values[i];
      if (value == 0)
        continue; // behind ReLU, and in the padding
      double *products = &block.products[i * block.size];
      for (size_t j = i; j < block.size; ++j)
        products[j] += value * values[j];
    }
  }
}

/// Adds the damping to the diagonal. False if there are no moments.
static bool damp(std::vector<double> &moments, double trace, size_t n) {
  if (!(trace > 0) || !std::isfinite(trace))
    return false;
  for (size_t i = 0; i < n; ++i)
    moments[i * n + i] += kDamping * trace / n;
  return true;
}

/// The upper triangular R with R R^T = `moments`, in place of the upper
/// triangle. False if there is none.
static bool factorize(std::vector<double> &moments, size_t n) {
  for (size_t k = n; k-- > 0;) {
    double pivot = std::sqrt(moments[k * n + k]);
    if (!(pivot > 0))
      return false;
    moments[k * n + k] = pivot;
    for (size_t i = 0; i < k; ++i)
      moments[i * n + k] /= pivot;
    for (size_t i = 0; i < k; ++i) {
      double factor = moments[i * n + k];
      if (factor == 0)
        continue;
      for (size_t j = i; j < k; ++j)
        moments[i * n + j] -= factor * moments[j * n + k];
    }
  }
  return true;
}

/// Replaces the upper triangular R by its inverse, whose rows are then divided
/// by their diagonal elements.
static void invert(std::vector<double> &r, size_t n) {
  // Row i of the inverse X: X[i][i] = 1 / R[i][i], and for j > i
  // X[i][j] = -sum(X[i][k] R[k][j], i <= k < j) / R[j][j].
  std::vector<double> inverse(n * n);
  for (size_t i = 0; i < n; ++i) {
    double *row = &inverse[i * n];
    row[i] = 1 / r[i * n + i];
    for (size_t k = i; k < n; ++k) {
      if (k > i)
        row[k] /= -r[k * n + k];
      double value = row[k];
      for (size_t j = k + 1; j < n; ++j)
        row[j] += value * r[k * n + j];
    }
    for (size_t j = n; j-- > i;)
      row[j] /= row[i];
  }
  r = std::move(inverse);
}

Compensation::Compensation(const InputMoments &moments) {
  for (const InputMoments::Block &block : moments.blocks()) {
    size_t n = block.size;
    std::vector<double> factors = block.products, costs(n);
    double trace = 0;
    for (size_t i = 0; i < n; ++i)
      trace += factors[i * n + i];
    if (damp(factors, trace, n) && factorize(factors, n)) {
      for (size_t i = 0; i < n; ++i)
        costs[i] = factors[i * n + i] * factors[i * n + i];
      invert(factors, n);
    } else {
      factors.clear();
    }
    blocks.push_back({block.begin, n, std::move(factors), std::move(costs)});
  }
}

double Compensation::round(double *weights, double scale,
                           StorageRange range) const {
  double total = 0;
  for (const Block &block : blocks) {
    double *values = weights + block.begin;
    for (size_t i = 0; i < block.size; ++i) {
      double q = std::clamp<double>(std::round(values[i] / scale), range.min,
                                    range.max);
      double error = values[i] - q * scale;
      values[i] = q;
      if (block.factors.empty())
        continue;
      total += error * error * block.costs[i];
      const double *row = &block.factors[i * block.size];
      for (size_t j = i + 1; j < block.size; ++j)
        values[j] -= error * row[j];
    }
  }
  return total;
}

std::vector<double> quantc::proposeScales(double scale, StorageRange range,
                                          size_t columns) {
  // With fewer steps all errors grow.
  constexpr double kFewestSteps = 0.9;
  std::vector<double> scales{scale};
  if (columns <= InputMoments::kMostColumns)
    for (int64_t steps = range.max - 1; steps >= kFewestSteps * range.max;
         --steps)
      scales.push_back(static_cast<float>(scale * range.max / steps));
  return scales;
}
