//===- Attribution.h - What an operation's error is made of -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The sources of a tensor's error. Each part is measured: the operation runs
/// with the source switched off, and the part is what its mean squared error
/// loses. Sources act on each other, so that parts need not add up to the
/// whole; what is missing is a part of its own.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_ATTRIBUTION_H
#define QUANTC_REPORT_ATTRIBUTION_H

#include "quantc/Report/SignalNoise.h"

#include "llvm/ADT/StringRef.h"

#include <array>

namespace quantc {

/// What can be switched off in an operation that is simulated.
enum class ErrorSource {
  Weights,    ///< Weights are rounded.
  Inputs,     ///< What is read is rounded and clipped.
  Bias,       ///< Biases are rounded.
  Clipping,   ///< The result is limited to its integers' range.
  Requantize, ///< The result is rounded.
};
inline constexpr std::array kErrorSources = {
    ErrorSource::Weights, ErrorSource::Inputs, ErrorSource::Bias,
    ErrorSource::Clipping, ErrorSource::Requantize};
/// "weights", "inputs", "bias", "clipping", "requantize".
llvm::StringRef stringify(ErrorSource source);

/// Mean squared errors of one tensor that reads what the float network
/// computes, simulated: with every source, and with one switched off.
class Attribution {
public:
  /// Adds a sample of the run with every source, or with `off` switched off.
  void add(std::optional<ErrorSource> off, llvm::ArrayRef<double> signal,
           llvm::ArrayRef<double> values);

  bool empty() const { return errors.front().count == 0; }
  /// What the mean squared error loses without `source`; negative if it grows.
  double part(ErrorSource source) const;

private:
  struct Mean {
    double sum = 0;
    uint64_t count = 0;

    double value() const { return count ? sum / count : 0; }
  };
  /// With every source, then without each.
  std::array<Mean, 1 + kErrorSources.size()> errors;
};

} // namespace quantc

#endif // QUANTC_REPORT_ATTRIBUTION_H
