//===- AccuracyCheck.cpp - What quantization costs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/AccuracyCheck.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace quantc;

static constexpr double kInfinite = std::numeric_limits<double>::infinity();
static constexpr size_t kMostCauses = 3;

/// The SQNR, or infinity if it says nothing: the signal is zero.
static double getSqnr(const AccuracyCheck::Tensor &tensor) {
  return tensor.noise.sqnr().value_or(kInfinite);
}

double AccuracyCheck::outputSqnr() const {
  double lowest = kInfinite;
  for (const Tensor &output : outputs)
    lowest = std::min(lowest, getSqnr(output));
  return lowest;
}

double AccuracyCheck::typicalSqnr() const {
  if (sampleSqnrs.empty())
    return kInfinite;
  std::vector<double> sorted = sampleSqnrs;
  auto middle = sorted.begin() + (sorted.size() - 1) / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

double AccuracyCheck::decisiveSqnr() const {
  double all = outputSqnr(), typical = typicalSqnr();
  return typical < all - kHidden ? typical : all;
}

double AccuracyCheck::agreement() const {
  return rows ? 100.0 * agreeing / rows : 100.0;
}

const AccuracyCheck::Tensor *AccuracyCheck::worst() const {
  const Tensor *lowest = nullptr;
  for (const Tensor &tensor : llvm::concat<const Tensor>(tensors, outputs))
    if (getSqnr(tensor) < (lowest ? getSqnr(*lowest) : kInfinite))
      lowest = &tensor;
  return lowest;
}

std::vector<const AccuracyCheck::Tensor *>
AccuracyCheck::findCauses(const AccuracyLimits &limits) const {
  std::vector<const Tensor *> causes;
  for (const Tensor &tensor : llvm::concat<const Tensor>(tensors, outputs))
    if (getSqnr(tensor) < limits.sqnr && causes.size() < kMostCauses)
      causes.push_back(&tensor);
  if (const Tensor *lowest = worst(); lowest && causes.empty())
    causes.push_back(lowest);
  return causes;
}

bool AccuracyCheck::keeps(const AccuracyLimits &limits) const {
  double sqnr = outputSqnr();
  bool areTies = !outputs.empty() && std::min(sqnr, typicalSqnr()) >= kTies;
  return sqnr >= limits.sqnr && (areTies || agreement() >= limits.agreement);
}

static std::string spell(double sqnr) {
  return std::isinf(sqnr) ? "exact" : llvm::formatv("{0:F1} dB", sqnr).str();
}

/// "output 35.1 dB, 32 of 32 answers like float"
static std::string spellOutputs(const AccuracyCheck &check) {
  std::vector<std::string> parts;
  if (!check.outputs.empty()) {
    std::string text = "output " + spell(check.outputSqnr());
    if (check.decisiveSqnr() < check.outputSqnr())
      text +=
          ", " + spell(check.typicalSqnr()) + " or less in half of the samples";
    parts.push_back(std::move(text));
  }
  if (check.rows)
    parts.push_back(llvm::formatv("{0} of {1} answers like float",
                                  check.agreeing, check.rows));
  return parts.empty() ? "no output to compare" : llvm::join(parts, ", ");
}

std::string AccuracyCheck::summarize() const {
  std::string text =
      llvm::formatv("{0} sample{1}: {2}", samples, samples == 1 ? "" : "s",
                    spellOutputs(*this));
  if (const Tensor *lowest = worst())
    text += llvm::formatv(", lowest {0} in '{1}'", spell(getSqnr(*lowest)),
                          lowest->name);
  return text;
}

std::string AccuracyCheck::describeLoss(const AccuracyLimits &limits) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv("quantization loses accuracy on {0} of the calibration "
                      "samples: {1}",
                      samples, spellOutputs(*this));
  llvm::ListSeparator comma(", ");
  std::string wanted;
  llvm::raw_string_ostream limit(wanted);
  if (!outputs.empty() && std::isfinite(limits.sqnr))
    limit << comma << llvm::formatv("{0:F1} dB", limits.sqnr);
  if (rows && limits.agreement > 0)
    limit << comma
          << llvm::formatv("{0:F1} % of the answers", limits.agreement);
  os << " (limit: " << wanted << ")";
  return text;
}

std::string AccuracyCheck::explain(const AccuracyLimits &limits,
                                   bool integersOnly) const {
  std::string text = describeLoss(limits);
  llvm::raw_string_ostream os(text);
  std::vector<const Tensor *> causes = findCauses(limits);
  if (causes.empty())
    return text;
  os << ". The loss begins at ";
  llvm::interleave(
      causes, os,
      [&](const Tensor *cause) {
        os << llvm::formatv("'{0}' ({1}, {2})", cause->name, cause->operation,
                            spell(getSqnr(*cause)));
      },
      ", ");
  if (integersOnly)
    os << ". --strict-integer keeps them from float: permit it, or compute "
          "them "
          "with int16 activations (scheme int16x8 in a --policy, or for all of "
          "the network) where that is enough; ";
  else
    os << ". Compute such operations in float (--deny-nodes) or with int16 "
          "activations (scheme int16x8 in a --policy, or for all of the "
          "network); ";
  os << "docs/Schemes.md shows how";
  return text;
}

/// Rounded to 1/8 dB, so that a manifest does not depend on the last bits of
/// floats, and decimals are short.
static double roundDb(double sqnr) { return std::round(sqnr * 8) / 8; }

llvm::json::Object AccuracyCheck::toJson() const {
  llvm::json::Object json{{"samples", samples}};
  if (double sqnr = outputSqnr(); !std::isinf(sqnr))
    json["sqnr_db"] = roundDb(sqnr);
  if (rows) {
    json["rows"] = rows;
    json["agreeing"] = agreeing;
  }
  if (const Tensor *lowest = worst()) {
    json["worst_tensor"] = llvm::json::fixUTF8(lowest->name);
    json["worst_sqnr_db"] = roundDb(getSqnr(*lowest));
  }
  return json;
}
