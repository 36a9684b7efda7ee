//===- Evaluation.cpp - The report of an evaluation, as text -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Evaluation.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace quantc;

/// The confusion matrix is printed up to this many classes; JSON holds all of
/// it.
static constexpr unsigned kWidestMatrix = 20;

static std::string cell(std::optional<double> value, const char *format) {
  return value ? llvm::formatv(format, *value).str() : "-";
}

/// One line for each network, as wide as the longest name asks for.
static void printNetworks(llvm::raw_ostream &os,
                          llvm::ArrayRef<NetworkResult> networks) {
  size_t width = 10;
  for (const NetworkResult &network : networks)
    width = std::max(width, network.name.size());
  os << std::string(width, ' ')
     << "  correct  top-1 %  top-5 %  precision %  recall %    F1 %  "
        "balanced %   kappa     AUC\n";
  for (const auto &[name, metrics] : networks) {
    os << name << std::string(width - name.size(), ' ');
    const ClassificationMetrics &m = *metrics;
    os << llvm::formatv(
        "  {0,7}  {1,7:F2}  {2,7}  {3,11:F2}  {4,8:F2}  {5,6:F2}  {6,10:F2}"
        "  {7,6}  {8,6}\n",
        m.correct(), m.top1(), cell(m.top5(), "{0:F2}"), m.macroPrecision(),
        m.macroRecall(), m.macroF1(), m.balancedAccuracy(),
        cell(m.kappa(), "{0:F4}"), cell(m.auc(), "{0:F4}"));
  }
}

static void printComparison(llvm::raw_ostream &os,
                            const Comparison &comparison) {
  os << "against " << comparison.with << ":";
  if (comparison.rows)
    os << llvm::formatv(" {0:F2} % of the answers agree ({1} of {2})",
                        comparison.agreement(), comparison.agreeing,
                        comparison.rows);
  os << '\n';
  for (const auto &[name, noise] : comparison.outputs) {
    os << "  output '" << name << "': ";
    if (noise.equal())
      os << "equal\n";
    else
      os << llvm::formatv("SQNR {0} dB, largest error {1:e3}\n",
                          cell(noise.sqnr(), "{0:F2}"), noise.largestError());
  }
}

static void printClasses(llvm::raw_ostream &os,
                         const ClassificationMetrics &metrics) {
  os << "\nclass  samples   recall  precision        F1  most often taken "
        "for\n";
  for (unsigned label = 0; label < metrics.classes(); ++label) {
    uint64_t worst = 0;
    unsigned takenFor = label;
    for (unsigned answer = 0; answer < metrics.classes(); ++answer) {
      uint64_t count = metrics.confused(label, answer);
      if (answer != label && count > worst) {
        worst = count;
        takenFor = answer;
      }
    }
    os << llvm::formatv("{0,5}  {1,7}  {2,6:F2} %   {3,6:F2} %  {4,6:F2} %",
                        label, metrics.labelled(label), metrics.recall(label),
                        metrics.precision(label), metrics.f1(label));
    if (worst)
      os << llvm::formatv("  {0} ({1}x)", takenFor, worst);
    os << '\n';
  }
}

static void printConfusion(llvm::raw_ostream &os,
                           const ClassificationMetrics &metrics) {
  os << "\nconfusion (row: label, column: answer)\n     ";
  for (unsigned answer = 0; answer < metrics.classes(); ++answer)
    os << llvm::formatv(" {0,5}", answer);
  os << '\n';
  for (unsigned label = 0; label < metrics.classes(); ++label) {
    os << llvm::formatv("{0,5}", label);
    for (unsigned answer = 0; answer < metrics.classes(); ++answer)
      os << llvm::formatv(" {0,5}", metrics.confused(label, answer));
    os << '\n';
  }
}

void Evaluation::print(llvm::raw_ostream &os) const {
  const std::optional<ClassificationMetrics> &measured =
      networks.front().metrics;
  os << samples << " samples";
  if (measured)
    os << ", " << measured->classes() << " classes";
  else
    os << " without labels";
  os << '\n';
  if (measured)
    printNetworks(os, networks);
  for (const Comparison &comparison : comparisons)
    printComparison(os, comparison);
  if (!measured)
    return;
  printClasses(os, *measured);
  if (measured->classes() <= kWidestMatrix)
    printConfusion(os, *measured);
}
