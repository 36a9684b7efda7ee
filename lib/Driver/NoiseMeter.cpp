//===- NoiseMeter.cpp - What rounding costs at the outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NoiseMeter.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

/// Noise by signal is at most this: more is not worse. So is what is not a
/// number, such as the logarithm of what was rounded to 0.
static constexpr double kLost = 1000;

static double limitNoise(double ratio) { return ratio < kLost ? ratio : kLost; }

/// The noise by signal of all samples together, or of the typical one where a
/// few large samples hide it (see AccuracyCheck::decisiveSqnr).
static double chooseNoise(double all, std::vector<double> ofSamples) {
  auto middle = ofSamples.begin() + ofSamples.size() / 2;
  std::nth_element(ofSamples.begin(), middle, ofSamples.end());
  double hidden = std::pow(10, AccuracyCheck::kHidden / 10);
  return *middle > hidden * all ? *middle : all;
}

llvm::Expected<NoiseMeter> NoiseMeter::create(ModuleOp annotated,
                                              AccuracyChecker &checker,
                                              const SampleSet &samples,
                                              const Profile *ranges) {
  llvm::Expected<SwitchedNetwork> switched =
      SwitchedNetwork::create(annotated, ranges, [&](StringRef tensor) {
        return checker.hasFloat(tensor);
      });
  if (!switched)
    return switched.takeError();
  NoiseMeter meter(std::move(*switched), samples);
  for (const SampleSet::Sample *sample : samples.samples()) {
    llvm::Expected<Outputs> outputs =
        checker.runFloat(*sample, meter.switched.measured());
    if (!outputs)
      return outputs.takeError();
    meter.floats.push_back(std::move(*outputs));
  }
  return std::move(meter);
}

size_t NoiseMeter::chooseStep(size_t count) const {
  return std::max<size_t>(
      1, llvm::divideCeil(
             samples->size(),
             std::max<size_t>(1, kRuns / std::max<size_t>(1, count))));
}

llvm::Expected<double> NoiseMeter::measure(const llvm::BitVector &exact,
                                           const llvm::BitVector &wide,
                                           llvm::ArrayRef<Outputs> reference,
                                           size_t step) {
  size_t outputs = floats.front().size();
  std::vector<double> noise(outputs), signal(outputs);
  std::vector<std::vector<double>> ratios(outputs);
  for (auto [index, sample] : llvm::enumerate(samples->samples())) {
    if (index % step)
      continue;
    llvm::Expected<Outputs> run = switched.run(*sample, exact, wide);
    if (!run)
      return run.takeError();
    for (size_t o = 0; o < outputs; ++o) {
      double n = 0, s = 0;
      for (auto [value, wanted] :
           llvm::zip_equal((*run)[o], reference[index][o])) {
        n += (value - wanted) * (value - wanted);
        s += wanted * wanted;
      }
      noise[o] += n;
      signal[o] += s;
      if (s > 0)
        ratios[o].push_back(limitNoise(n / s));
    }
  }
  double worst = 0;
  for (size_t o = 0; o < outputs; ++o)
    if (signal[o] > 0)
      worst = std::max(worst, chooseNoise(limitNoise(noise[o] / signal[o]),
                                          std::move(ratios[o])));
  return worst;
}

llvm::Expected<double> NoiseMeter::againstFloat(const llvm::BitVector &exact,
                                                const llvm::BitVector &wide) {
  return measure(exact, wide, floats, /*step=*/1);
}

llvm::Expected<double>
NoiseMeter::againstUnrounded(const llvm::BitVector &exact,
                             const llvm::BitVector &wide, size_t step) {
  if (unrounded.empty()) {
    llvm::BitVector all(units().size(), true);
    for (const SampleSet::Sample *sample : samples->samples()) {
      llvm::Expected<Outputs> run = switched.run(*sample, all);
      if (!run)
        return run.takeError();
      unrounded.push_back(std::move(*run));
    }
  }
  return measure(exact, wide, unrounded, step);
}

llvm::Expected<std::vector<double>> NoiseMeter::measureEach() {
  size_t measured = std::min(units().size(), kRuns);
  llvm::BitVector exact(units().size(), true);
  std::vector<double> noise(units().size());
  for (size_t unit = 0; unit < measured; ++unit) {
    exact.reset(unit);
    if (llvm::Error error = againstUnrounded(exact, {}, chooseStep(measured))
                                .moveInto(noise[unit]))
      return std::move(error);
    exact.set(unit);
  }
  return std::move(noise);
}
