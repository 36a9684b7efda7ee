//===- NoiseMeter.h - What rounding costs at the outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Runs a network with switches on samples and compares what it makes.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_NOISEMETER_H
#define QUANTC_LIB_DRIVER_NOISEMETER_H

#include "SwitchedNetwork.h"
#include "quantc/Driver/CheckAccuracy.h"

namespace quantc {

class NoiseMeter {
public:
  /// Runs that measure single units or roles: so many together, on as many
  /// samples as that allows.
  static constexpr size_t kRuns = 512;

  /// Compiles `annotated` (see SwitchedNetwork), which is consumed, and runs
  /// the float network of `checker`. `samples` has to outlive the meter.
  static llvm::Expected<NoiseMeter> create(mlir::ModuleOp annotated,
                                           AccuracyChecker &checker,
                                           const SampleSet &samples,
                                           const Profile *ranges = nullptr);

  llvm::ArrayRef<SwitchedUnit> units() const { return switched.units(); }
  /// Whether there are units, and outputs to measure.
  bool canMeasure() const {
    return !units().empty() && !switched.measured().empty();
  }

  /// The noise at the worst output, by the signal, if the units in `exact` read
  /// what is not rounded, and those in `wide` int16. The signal is the float
  /// network.
  llvm::Expected<double> againstFloat(const llvm::BitVector &exact,
                                      const llvm::BitVector &wide = {});
  /// The signal is the network in which only weights are rounded. Each `step`th
  /// sample counts.
  llvm::Expected<double> againstUnrounded(const llvm::BitVector &exact,
                                          const llvm::BitVector &wide = {},
                                          size_t step = 1);
  /// The noise that rounding in front of each unit alone makes, against the
  /// network in which only weights are rounded. Of very large networks the
  /// first kRuns units are measured, which cost most as a rule; others have 0.
  llvm::Expected<std::vector<double>> measureEach();
  /// The step with which `count` measurements stay within kRuns.
  size_t chooseStep(size_t count) const;

private:
  using Outputs = std::vector<std::vector<double>>;
  NoiseMeter(SwitchedNetwork switched, const SampleSet &samples)
      : switched(std::move(switched)), samples(&samples) {}
  llvm::Expected<double> measure(const llvm::BitVector &exact,
                                 const llvm::BitVector &wide,
                                 llvm::ArrayRef<Outputs> reference,
                                 size_t step);

  SwitchedNetwork switched;
  const SampleSet *samples;
  /// Of each sample; `unrounded` is computed when it is needed.
  std::vector<Outputs> floats, unrounded;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_NOISEMETER_H
