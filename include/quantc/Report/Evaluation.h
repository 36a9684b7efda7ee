//===- Evaluation.h - The report of an evaluation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What `quantc eval` found, and its forms: text for people, JSON and CSV for
/// programs.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_EVALUATION_H
#define QUANTC_REPORT_EVALUATION_H

#include "quantc/Report/Classification.h"
#include "quantc/Report/SignalNoise.h"

#include "llvm/Support/JSON.h"

#include <string>

namespace quantc {

/// One network and, if the samples are labelled, how well it classifies.
struct NetworkResult {
  /// "float", "simulated", "integer", "library", or a file's name.
  std::string name;
  std::optional<ClassificationMetrics> metrics;
};

/// The measured network beside another one, on the same samples.
struct Comparison {
  struct Output {
    std::string name;
    SignalNoise noise;
  };

  /// The other network's name.
  std::string with;
  /// Rows, and those to which both answered alike. Without rows the outputs are
  /// not read as answers.
  uint64_t rows = 0, agreeing = 0;
  /// Each output of the measured network against the other's, as signal.
  std::vector<Output> outputs;

  /// In percent.
  double agreement() const { return rows ? 100.0 * agreeing / rows : 0.0; }
};

struct Evaluation {
  uint64_t samples = 0;
  /// The measured network first.
  std::vector<NetworkResult> networks;
  std::vector<Comparison> comparisons;

  /// A table of the networks, comparisons, then classes and confusion of the
  /// measured network.
  void print(llvm::raw_ostream &os) const;
  /// Keys: samples, networks (name, and with labels: correct, top1, top5,
  /// precision, recall, f1, balanced_accuracy, kappa, auc), comparisons (with,
  /// rows, agreeing, agreement, outputs: name, sqnr_db, largest_error, equal);
  /// of the measured network with labels: classes, per_class, and
  /// confusion[label][answer]. What does not exist is absent; an infinite
  /// sqnr_db is.
  llvm::json::Object toJson() const;
  /// Lines `network,against,output,metric,value`, with a header.
  void printCsv(llvm::raw_ostream &os) const;
};

/// The summary numbers of a classifier by name, as JSON and CSV have them.
std::vector<std::pair<llvm::StringRef, double>>
summarize(const ClassificationMetrics &metrics);

} // namespace quantc

#endif // QUANTC_REPORT_EVALUATION_H
