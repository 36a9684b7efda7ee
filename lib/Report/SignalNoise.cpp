//===- SignalNoise.cpp - How far two outputs are apart -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/SignalNoise.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace quantc;

void SignalNoise::add(llvm::ArrayRef<double> signal,
                      llvm::ArrayRef<double> values) {
  for (auto [wanted, got] : llvm::zip_equal(signal, values)) {
    double error = got == wanted ? 0 : got - wanted; // equal infinities too
    signalPower += wanted * wanted;
    noise += error * error;
    // A NaN is larger than every error, and stays.
    if (!(std::abs(error) <= largest))
      largest = std::isnan(largest) ? largest : std::abs(error);
  }
  count += signal.size();
}

std::optional<double> SignalNoise::sqnr() const {
  if (count == 0)
    return std::nullopt;
  if (equal())
    return std::numeric_limits<double>::infinity();
  double ratio = signalPower / noise;
  if (!(ratio > 0))
    return std::nullopt;
  return 10 * std::log10(ratio);
}
