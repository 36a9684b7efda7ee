//===- CompensatedProduct.h - Weights and what they meet ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Private to QuantcPipelines: a product of a network, the moments of the
/// inputs that its weights meet, and the weights rounded with these (N72,
/// N120).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_PIPELINES_COMPENSATEDPRODUCT_H
#define QUANTC_LIB_PIPELINES_COMPENSATEDPRODUCT_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Numerics/CompensatedRounding.h"

#include "llvm/ADT/StringSet.h"

#include <cmath>
#include <tuple>

namespace quantc {

/// A product whose weights are rounded, and the rows of numbers that its
/// weights meet. Columns are in the order of the weights of one output channel.
class Product {
public:
  /// The products of `op`. Those are left out whose weights have other
  /// parameters than zero point 0, or meet their inputs in a way that the
  /// interface does not describe.
  static std::vector<Product> findAll(mlir::Operation *op);

  /// Makes the network show the tensor that the weights meet under `name`.
  void observe(llvm::StringRef name) const;
  /// The name of its result, or another one that is its own.
  const std::string &name() const { return label; }
  void setName(size_t index, llvm::StringSet<> &others);
  /// What was measured of a product of this name and these limits is the same.
  using Key = std::tuple<std::string, float, float>;
  Key key() const { return {label, least, most}; }
  void takeFrom(const Product &other) {
    moments = other.moments;
    sums = other.sums;
  }
  /// Adds rows of `values`, the activation in sample number `sample` of
  /// `samples`.
  void add(const float *values, size_t sample, size_t samples);
  /// Replaces the weights and the bias.
  void round();

private:
  /// A bias of the operation, which belongs to the output channels from `first`
  /// on.
  struct Bias {
    unsigned operand;
    int64_t first, count;
  };
  bool isDepthwise() const {
    return llvm::is_contained(layout.outputs, *layout.input);
  }
  void fillRow(const float *values, int64_t position, int64_t group);
  void clipRow();
  size_t countPositions() const;
  std::optional<llvm::SmallVector<float>> getBias(const Bias &bias) const;
  void addToBias(const Bias &bias, llvm::ArrayRef<double> shifts);

  static std::optional<Product> create(mlir::Operation *op, unsigned weight,
                                       mlir::Value seen);
  void setRecurrentBiases(bool isRecurrence);

  mlir::Operation *op = nullptr;
  std::string label;
  /// The tensor that the weights meet: an operand, or the result of a recurrent
  /// layer, which its next step reads.
  mlir::Value seen;
  unsigned weightIndex = 0;
  llvm::SmallVector<Bias, 2> biases;
  /// As many output channels, the first ones, meet `seen`; the others keep the
  /// nearest weights.
  size_t outputs = 0;
  ptq::WeightLayout layout;
  llvm::SmallVector<int64_t> input, weight, result;
  /// The dimensions of the weight over which a column runs.
  llvm::SmallVector<int64_t> columnDims;
  /// One for each input channel of a depthwise convolution, else one.
  std::vector<InputMoments> moments;
  /// The sums of what `moments` saw before it was clipped.
  std::vector<std::vector<double>> sums;
  std::vector<float> row;
  /// What the integers of the activation can hold: the weights meet what is
  /// left of the others.
  float least = -HUGE_VALF, most = HUGE_VALF;
  double step = 0;
};

} // namespace quantc

#endif // QUANTC_LIB_PIPELINES_COMPENSATEDPRODUCT_H
