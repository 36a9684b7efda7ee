//===- Attribution.cpp - What an operation's error is made of -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Attribution.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

using namespace quantc;

llvm::StringRef quantc::stringify(ErrorSource source) {
  switch (source) {
  case ErrorSource::Weights:
    return "weights";
  case ErrorSource::Inputs:
    return "inputs";
  case ErrorSource::Bias:
    return "bias";
  case ErrorSource::Clipping:
    return "clipping";
  case ErrorSource::Requantize:
    return "requantize";
  }
  llvm_unreachable("all sources are listed");
}

void Attribution::add(std::optional<ErrorSource> off,
                      llvm::ArrayRef<double> signal,
                      llvm::ArrayRef<double> values) {
  Mean &mean = errors[off ? 1 + size_t(*off) : 0];
  for (auto [expected, value] : llvm::zip_equal(signal, values))
    mean.sum += (value - expected) * (value - expected);
  mean.count += signal.size();
}

double Attribution::part(ErrorSource source) const {
  return errors.front().value() - errors[1 + size_t(source)].value();
}
