//===- SignalNoise.h - How far two outputs are apart -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_SIGNALNOISE_H
#define QUANTC_REPORT_SIGNALNOISE_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>

namespace quantc {

/// The difference between a signal and its quantized form, over all values of
/// all samples.
class SignalNoise {
public:
  /// Values of one sample: the signal, and what came out instead. Both have the
  /// same size.
  void add(llvm::ArrayRef<double> signal, llvm::ArrayRef<double> values);

  uint64_t values() const { return count; }
  /// No value differs.
  bool equal() const { return noise == 0 && largest == 0; }
  double largestError() const { return largest; }
  /// Signal to quantization noise ratio in dB: 10 log10 of the sum of squared
  /// signal over the sum of squared errors. Infinite if nothing differs;
  /// nothing if the signal is zero everywhere and the values are not, or there
  /// are none.
  std::optional<double> sqnr() const;

private:
  uint64_t count = 0;
  double signalPower = 0, noise = 0, largest = 0;
};

} // namespace quantc

#endif // QUANTC_REPORT_SIGNALNOISE_H
