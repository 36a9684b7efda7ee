//===- AnswerCounter.h - The right answers of two networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_ANSWERCOUNTER_H
#define QUANTC_LIB_DRIVER_ANSWERCOUNTER_H

#include "Labels.h"
#include "Predictions.h"
#include "quantc/Report/TensorErrors.h"

namespace quantc {

/// Compares the answers of a float network and of its quantized form with
/// labels. Takes the same memory for any number of samples.
class AnswerCounter {
public:
  /// Reads the labels of the samples that follow. `floating` and `quantized`
  /// are the networks' first outputs.
  llvm::Error open(const SampleFile &file, const TensorInfo &floating,
                   const TensorInfo &quantized, double threshold);
  /// The networks' first outputs for sample `index` of the file. Does nothing
  /// if no file was opened.
  llvm::Error add(size_t index, const Array &floating, const Array &quantized);
  /// Nothing if no file was opened.
  std::optional<AnswerCounts> counts() const;

private:
  /// A network's first output, and how it is read.
  struct Output {
    TensorInfo info;
    std::optional<AnswerReader> reader;
    uint64_t correct = 0;
  };

  std::optional<Labels> labels;
  std::vector<Output> outputs; // of the float network, of the quantized one
  uint64_t rows = 0;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_ANSWERCOUNTER_H
