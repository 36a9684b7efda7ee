//===- TensorErrors.h - The errors of every quantized tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What `quantc debug` reports (docs/Debugging.md): for every tensor the
/// differences between the quantized and the float network, in two views. In
/// the local view each operation reads what the float network computes, so its
/// errors are its own. In the cumulative view the network runs as it ships.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_TENSORERRORS_H
#define QUANTC_REPORT_TENSORERRORS_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Report/Attribution.h"
#include "quantc/Report/NetworkGraph.h"
#include "quantc/Report/SignalNoise.h"

#include <string>
#include <vector>

namespace quantc {

/// The errors of one tensor in one view. Takes the same memory for any number
/// of samples.
class ErrorStatistics {
public:
  /// The values of one sample in the float network, and what came out instead.
  /// Both have the same size, which is not 0.
  void add(llvm::ArrayRef<double> signal, llvm::ArrayRef<double> values);

  uint64_t samples() const { return count; }
  /// Elements of one sample.
  uint64_t elements() const { return size; }
  /// Means over samples of the sample's own measures, as TensorFlow Lite's
  /// QuantizationDebugger has them: standard deviation and mean of the errors,
  /// largest absolute error, mean squared error.
  double standardDeviation() const { return deviations / count; }
  double meanError() const { return means / count; }
  double maxAbsError() const { return largest / count; }
  double meanSquaredError() const { return squares / count; }
  /// The range of the float network's values.
  double min() const { return least; }
  double max() const { return most; }
  /// In dB; nothing if there is no signal, infinite if there is no error.
  std::optional<double> sqnr() const { return noise.sqnr(); }
  /// Of the angle between signal and values; nothing if one is zero.
  std::optional<double> cosine() const;

private:
  uint64_t count = 0, size = 0;
  double deviations = 0, means = 0, largest = 0, squares = 0;
  double least = 0, most = 0;
  double product = 0, signalPower = 0, valuePower = 0;
  SignalNoise noise;
};

/// The integers of a tensor: which occur, and how many values of the float
/// network lie beyond them.
class CodeUsage {
public:
  /// real = (q - zeroPoint) * scale for integers q in [min, max], of which
  /// there are at most 65,536.
  CodeUsage(double scale, int64_t zeroPoint, int64_t min, int64_t max)
      : scale(scale), zeroPoint(zeroPoint), min(min), max(max),
        used(max - min + 1) {}
  /// The values of one sample in the float network, and the integers.
  void add(llvm::ArrayRef<double> signal, llvm::ArrayRef<double> integers);

  uint64_t total() const { return used.size(); }
  /// The reals of the smallest and the largest integer.
  double least() const { return (min - zeroPoint) * scale; }
  double most() const { return (max - zeroPoint) * scale; }
  uint64_t usedCodes() const;
  /// The share of values that are clipped: more than half a step below the
  /// smallest, or above the largest, real that an integer stands for.
  double clippedLow() const { return count ? double(low) / count : 0; }
  double clippedHigh() const { return count ? double(high) / count : 0; }

private:
  double scale;
  int64_t zeroPoint, min, max;
  std::vector<bool> used;
  uint64_t count = 0, low = 0, high = 0;
};

struct TensorErrors {
  std::string name;
  /// The operation that makes it, its scheme and its place in the file.
  std::string operation, scheme, location;
  /// The position in the network's order.
  size_t index = 0;
  /// real = (q - zeroPoint) * scale; nothing if it stays float.
  std::optional<double> scale;
  int64_t zeroPoint = 0;
  ErrorStatistics local, cumulative;
  /// Of the float network's values.
  Histogram histogram;
  /// What the local error is made of; empty if that was not measured.
  Attribution attribution;
  /// Of a tensor with a scale, as the network ships.
  std::optional<CodeUsage> codes;

  /// Root of the local mean squared error in steps of the scale. Rounding alone
  /// gives 1 / sqrt(12) = 0.289.
  std::optional<double> localSteps() const;
  /// Of a suspect: why its errors may exceed rounding, by what its integers
  /// show. Has to have `codes`.
  std::string explain() const;
  /// What the operation passes on: the mean squared error as the network ships
  /// without the local one.
  double inherited() const {
    return cumulative.meanSquaredError() - local.meanSquaredError();
  }
  /// What the parts leave of the local error: what sources do together, and the
  /// arithmetic of integers, which the simulation does not have.
  double unexplained() const;
  bool hasAttribution() const {
    return !attribution.empty() && local.samples() && cumulative.samples();
  }
};

/// The right answers of the float and of the quantized network.
struct AnswerCounts {
  uint64_t rows = 0, floatCorrect = 0, quantizedCorrect = 0;

  /// In percent.
  double floatAccuracy() const { return 100.0 * floatCorrect / rows; }
  double quantizedAccuracy() const { return 100.0 * quantizedCorrect / rows; }
};

struct DebugReport {
  /// From here on, the errors of an operation are more than rounding:
  /// TensorFlow Lite's documentation gives the same limit.
  static constexpr double kSuspicious = 0.7;

  uint64_t samples = 0;
  /// Stopped before the end of the data.
  bool interrupted = false;
  /// What errors are made of was to be measured.
  bool attributed = false;
  std::vector<TensorErrors> tensors; // in the network's order
  /// Of samples with labels.
  std::optional<AnswerCounts> answers;
  /// How they depend on each other, and on the network's inputs.
  std::vector<GraphNode> network;

  /// Tensors of 8 bits whose `localSteps` exceed kSuspicious, the worst first.
  std::vector<const TensorErrors *> suspects() const;
  /// The suspects, then the operations that add the largest errors.
  void print(llvm::raw_ostream &os) const;
  /// One line for each tensor: first the columns of TensorFlow Lite's
  /// QuantizationDebugger, in its order.
  void printCsv(llvm::raw_ostream &os, bool local) const;
  llvm::json::Object toJson() const;
};

} // namespace quantc

#endif // QUANTC_REPORT_TENSORERRORS_H
