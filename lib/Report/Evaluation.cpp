//===- Evaluation.cpp - The report of quantc eval -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Classification.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace quantc;

/// The confusion matrix is printed up to this many classes; JSON holds all of
/// it.
static constexpr unsigned kWidestMatrix = 20;

double Evaluation::agreement() const {
  return metrics.samples() ? 100.0 * agreeing / metrics.samples() : 0.0;
}

static void printAccuracy(llvm::raw_ostream &os, llvm::StringRef form,
                          const ClassificationMetrics &metrics) {
  os << llvm::formatv("{0,-10} top-1 {1,6:F2} %", form, metrics.top1());
  if (auto top5 = metrics.top5())
    os << llvm::formatv("  top-5 {0,6:F2} %", *top5);
  os << '\n';
}

static void printClasses(llvm::raw_ostream &os,
                         const ClassificationMetrics &metrics) {
  os << "\nclass  samples   recall  precision  most often taken for\n";
  for (unsigned label = 0; label < metrics.classes(); ++label) {
    uint64_t total = 0, worst = 0;
    unsigned takenFor = label;
    for (unsigned answer = 0; answer < metrics.classes(); ++answer) {
      uint64_t count = metrics.confused(label, answer);
      total += count;
      if (answer != label && count > worst) {
        worst = count;
        takenFor = answer;
      }
    }
    os << llvm::formatv("{0,5}  {1,7}  {2,6:F2} %   {3,6:F2} %", label, total,
                        metrics.recall(label), metrics.precision(label));
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
  os << metrics.samples() << " samples, " << metrics.classes() << " classes\n";
  if (reference)
    printAccuracy(os, "float", *reference);
  printAccuracy(os, form, metrics);
  if (reference)
    os << llvm::formatv("agreement  {0:F2} % of the answers are those of the "
                        "float network\n",
                        agreement());
  printClasses(os, metrics);
  if (metrics.classes() <= kWidestMatrix)
    printConfusion(os, metrics);
}

llvm::json::Object Evaluation::toJson() const {
  llvm::json::Object json{{"form", form},
                          {"samples", int64_t(metrics.samples())},
                          {"classes", int64_t(metrics.classes())},
                          {"top1", metrics.top1()}};
  if (auto top5 = metrics.top5())
    json["top5"] = *top5;
  if (reference) {
    json["float_top1"] = reference->top1();
    if (auto top5 = reference->top5())
      json["float_top5"] = *top5;
    json["agreement"] = agreement();
  }
  llvm::json::Array perClass, confusion;
  for (unsigned label = 0; label < metrics.classes(); ++label) {
    llvm::json::Array row;
    uint64_t total = 0;
    for (unsigned answer = 0; answer < metrics.classes(); ++answer) {
      row.push_back(int64_t(metrics.confused(label, answer)));
      total += metrics.confused(label, answer);
    }
    confusion.push_back(std::move(row));
    perClass.push_back(
        llvm::json::Object{{"label", int64_t(label)},
                           {"samples", int64_t(total)},
                           {"recall", metrics.recall(label)},
                           {"precision", metrics.precision(label)}});
  }
  json["per_class"] = std::move(perClass);
  json["confusion"] = std::move(confusion);
  return json;
}
