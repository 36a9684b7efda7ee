//===- CompensatedRounding.h - Rounding with known inputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Rounds the weights of a product so that the error of its result is small for
/// the inputs that it meets (N72): a weight that is rounded up by half a step
/// lets the others that meet correlated inputs make up for it.
///
/// The method is that of E. Frantar and D. Alistarh, "Optimal Brain
/// Compression", 2022, in the fixed order of E. Frantar et al., "GPTQ", 2022.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_COMPENSATEDROUNDING_H
#define QUANTC_NUMERICS_COMPENSATEDROUNDING_H

#include "quantc/Numerics/Affine.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quantc {

/// First and second moments of the rows of numbers by which the weights of a
/// product are multiplied. Columns are divided into blocks of at most
/// `kMostColumns`, and moments of columns in different blocks are not kept.
class InputMoments {
public:
  static constexpr size_t kMostColumns = 512;

  explicit InputMoments(size_t columns);

  size_t columns() const { return sums.size(); }
  size_t rows() const { return count; }
  /// Adds one row of `columns()` numbers.
  void add(const float *row);
  double mean(size_t column) const { return sums[column] / count; }

  struct Block {
    size_t begin, size;
    /// Sums of products, [size][size]; the upper triangle is filled.
    std::vector<double> products;
  };
  const std::vector<Block> &blocks() const { return parts; }

private:
  size_t count = 0;
  std::vector<double> sums;
  std::vector<Block> parts;
};

/// What remains of weights when they are rounded in the order of the columns:
/// the factor by which the error of a column is spread over the later ones.
class Compensation {
public:
  explicit Compensation(const InputMoments &moments);

  /// Rounds the weights of one output, `columns` numbers, to multiples of
  /// `scale` within `range`. `weights` holds the weights, and afterwards the
  /// integers. Returns the squared error of the output, summed over the rows;
  /// 0 if nothing is known of the inputs.
  double round(double *weights, double scale, StorageRange range) const;

private:
  struct Block {
    size_t begin, size;
    /// Upper triangular U with U^T U = the inverse of the moments; each row is
    /// divided by its diagonal element. Empty: nothing is known of the inputs.
    std::vector<double> factors;
    /// One over the square of each diagonal element of U: what the squared
    /// error of a column costs that the later ones cannot make up for.
    std::vector<double> costs;
  };
  std::vector<Block> blocks;
};

/// The scales that are tried for a channel of `columns` weights (N120): first
/// `scale`, that of the largest weight, then larger ones, of which the largest
/// weight is a whole number of steps, too.
std::vector<double> proposeScales(double scale, StorageRange range,
                                  size_t columns);

} // namespace quantc

#endif // QUANTC_NUMERICS_COMPENSATEDROUNDING_H
