//===- TensorDiff.h - Where two runs of a network differ -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Compares the tensors of two runs, one by one, in the order of the network:
/// the first that differs shows which operation to look at.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_TENSORDIFF_H
#define QUANTC_REPORT_TENSORDIFF_H

#include "quantc/Support/Npz.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

namespace quantc {

/// A tensor that a run of a network shows.
struct ProbedTensor {
  std::string name;
  /// The operation that makes it, such as "tosa.conv2d".
  std::string operation;
  /// Set if the integers stand for reals: real = (q - zeroPoint) * scale.
  std::optional<double> scale;
  int64_t zeroPoint = 0;
};

/// True if the elements are, or stand for, real numbers.
bool hasReals(const ProbedTensor &tensor, ElementType type);
/// The elements as real numbers; integers without a scale as they are.
std::vector<double> toReals(const Array &array, const ProbedTensor &tensor);

/// How far apart a tensor is in two runs. Integers of the same type are
/// compared as they are stored, all others as reals.
struct TensorDifference {
  ProbedTensor tensor;
  /// What it is called in the other run.
  std::string otherName;
  size_t elements = 0;
  /// Elements that differ by more than the tolerance.
  size_t different = 0;
  double largest = 0;
  /// Root of the mean squared difference.
  double rms = 0;
  bool inSteps = false;
};

/// Two runs, compared.
struct TensorComparison {
  std::vector<TensorDifference> differences; // in the network's order
  /// Tensors of the first run without a counterpart.
  size_t unmatched = 0;
  /// No names agreed: tensors were paired by order, element type and size.
  bool byPosition = false;

  /// The first tensor that differs, or null.
  const TensorDifference *first() const;
  /// What was found, as text: all tensors, or the first that differs.
  void print(llvm::raw_ostream &os, bool all) const;
  llvm::json::Object toJson() const;
};

/// Compares `values` (by name) with `others`. `tensors` are in the network's
/// order; `otherTensors`, if not empty, say what integers of `others` mean.
/// Without a name in common, the tensors are paired in the order of their keys:
/// the longest sequence of equal types and sizes. `tolerance` applies to every
/// difference; without one, integers must be equal, reals may differ by 1e-5 of
/// the tensor's largest value, and a real from an integer by one step.
TensorComparison compareTensors(llvm::ArrayRef<ProbedTensor> tensors,
                                const ArrayMap &values,
                                llvm::ArrayRef<ProbedTensor> otherTensors,
                                const ArrayMap &others,
                                std::optional<double> tolerance = {});

} // namespace quantc

#endif // QUANTC_REPORT_TENSORDIFF_H
