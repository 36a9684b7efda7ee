//===- AccuracyCheck.h - What quantization costs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The result of running compiled code beside the float network on a few
/// samples (docs/Accuracy.md).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_ACCURACYCHECK_H
#define QUANTC_REPORT_ACCURACYCHECK_H

#include "quantc/Report/SignalNoise.h"

#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace quantc {

/// What counts as kept accuracy.
struct AccuracyLimits {
  /// The least SQNR of an output, in dB.
  double sqnr = 15;
  /// The least share of answers like those of the float network, in percent.
  double agreement = 90;
};

struct AccuracyCheck {
  struct Tensor {
    std::string name;
    /// The operation that makes it, such as "tosa.conv2d".
    std::string operation;
    /// The float network's values as signal.
    SignalNoise noise;
  };

  /// Above this SQNR of the outputs, of all samples and of the typical one,
  /// answers that differ are ties between scores that are nearly equal, or the
  /// output has no classes: agreement is not judged. In dB.
  static constexpr double kTies = 30;

  /// If the typical sample is so much worse than all together, in dB, a few
  /// large ones hide what happens to the others.
  static constexpr double kHidden = 10;

  uint64_t samples = 0;
  /// Answers of the first output, and those that are the same: of real numbers
  /// with up to three dimensions the position of the largest in the last
  /// dimension, of integers each element. 0 if the output has other numbers.
  uint64_t rows = 0, agreeing = 0;
  /// Outputs of real numbers.
  std::vector<Tensor> outputs;
  /// The lowest SQNR of an output in each sample, in dB; infinite where all are
  /// equal.
  std::vector<double> sampleSqnrs;
  /// Tensors inside of the network that both networks have, in its order.
  std::vector<Tensor> tensors;

  /// The lowest SQNR of an output in dB; infinite if all are equal, or if there
  /// are none. Outputs that are zero in float do not count.
  double outputSqnr() const;
  /// The median over samples, in dB; infinite without samples. It is far below
  /// that of all samples together if one sample is much larger than others.
  double typicalSqnr() const;
  /// Of all samples, or the typical one where others hide it (kHidden).
  double decisiveSqnr() const;
  /// In percent; 100 without rows.
  double agreement() const;
  /// The tensor, inside or output, with the lowest SQNR; null if nothing
  /// differs.
  const Tensor *worst() const;
  /// The first tensors in the network's order, at most three, whose SQNR is
  /// below `limits`; if there are none, the worst one.
  std::vector<const Tensor *> findCauses(const AccuracyLimits &limits) const;

  /// True if the outputs keep `limits`.
  bool keeps(const AccuracyLimits &limits) const;
  /// One line: "32 samples: output 35.1 dB, ...".
  std::string summarize() const;
  /// What was lost against `limits`, for `keeps(limits) == false`.
  std::string describeLoss(const AccuracyLimits &limits) const;
  /// The same, where it begins and what to do. `integersOnly` if float is
  /// refused.
  std::string explain(const AccuracyLimits &limits,
                      bool integersOnly = false) const;
  /// Keys: samples, sqnr_db (absent if infinite), rows, agreeing,
  /// worst_tensor, worst_sqnr_db. SQNRs are rounded to 1/8 dB.
  llvm::json::Object toJson() const;
};

} // namespace quantc

#endif // QUANTC_REPORT_ACCURACYCHECK_H
