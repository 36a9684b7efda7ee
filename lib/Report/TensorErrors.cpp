//===- TensorErrors.cpp - The errors of every quantized tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/TensorErrors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace quantc;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

void ErrorStatistics::add(ArrayRef<double> signal, ArrayRef<double> values) {
  double sum = 0, squared = 0, extreme = 0;
  for (auto [expected, value] : llvm::zip_equal(signal, values)) {
    double error = value - expected;
    sum += error;
    squared += error * error;
    extreme = std::max(extreme, std::abs(error));
    product += expected * value;
    signalPower += expected * expected;
    valuePower += value * value;
  }
  auto [low, high] = std::minmax_element(signal.begin(), signal.end());
  least = count ? std::min(least, *low) : *low;
  most = count ? std::max(most, *high) : *high;
  size = signal.size();
  double mean = sum / size;
  means += mean;
  squares += squared / size;
  deviations += std::sqrt(std::max(0.0, squared / size - mean * mean));
  largest += extreme;
  noise.add(signal, values);
  ++count;
}

std::optional<double> ErrorStatistics::cosine() const {
  double norms = std::sqrt(signalPower) * std::sqrt(valuePower);
  return norms > 0 ? std::optional(product / norms) : std::nullopt;
}

void CodeUsage::add(ArrayRef<double> signal, ArrayRef<double> integers) {
  for (double integer : integers)
    used[std::clamp<int64_t>(integer, min, max) - min] = true;
  double least = (min - zeroPoint - 0.5) * scale,
         most = (max - zeroPoint + 0.5) * scale;
  for (double value : signal) {
    low += value < least;
    high += value > most;
  }
  count += signal.size();
}

uint64_t CodeUsage::usedCodes() const { return llvm::count(used, true); }

std::optional<double> TensorErrors::localSteps() const {
  if (!scale || local.samples() == 0)
    return std::nullopt;
  return std::sqrt(local.meanSquaredError()) / *scale;
}

double TensorErrors::unexplained() const {
  double rest = local.meanSquaredError();
  for (ErrorSource source : kErrorSources)
    rest -= attribution.part(source);
  return rest;
}

std::vector<const TensorErrors *> DebugReport::suspects() const {
  std::vector<const TensorErrors *> found;
  // Steps of int16 are smaller than what 8-bit weights cost.
  constexpr uint64_t kEightBits = 256;
  for (const TensorErrors &tensor : tensors)
    if (tensor.localSteps().value_or(0) > kSuspicious && tensor.codes &&
        tensor.codes->total() <= kEightBits)
      found.push_back(&tensor);
  llvm::sort(found, [](const TensorErrors *a, const TensorErrors *b) {
    return std::pair(-*a->localSteps(), a->index) <
           std::pair(-*b->localSteps(), b->index);
  });
  return found;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string cell(std::optional<double> value, const char *format) {
  return value ? llvm::formatv(format, *value).str() : "-";
}

std::string TensorErrors::explain() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::ListSeparator comma;
  if (double clipped = codes->clippedLow() + codes->clippedHigh();
      clipped > 0.0005)
    os << comma << llvm::formatv("{0:P1} of its values are clipped", clipped);
  if (codes->usedCodes() * 8 < codes->total())
    os << comma
       << llvm::formatv("it uses {0} of {1} integers", codes->usedCodes(),
                        codes->total());
  double bias = std::abs(local.meanError());
  if (bias > 0.5 * std::sqrt(local.meanSquaredError()))
    os << comma
       << llvm::formatv("its mean error is {0:F2} steps",
                        local.meanError() / *scale);
  if (text.empty())
    os << "nothing is clipped: the rounding of its inputs and weights";
  return text;
}

/// The name as text shows it: TFLite joins the names of operations that it has
/// fused by semicolons, and the first is enough to recognise the tensor.
static std::string shorten(llvm::StringRef name) {
  constexpr size_t kLongest = 48;
  llvm::StringRef first = name.split(';').first;
  std::string text = first.str() + (first.size() < name.size() ? "..." : "");
  // Long names begin alike and differ at their end.
  if (first.size() > kLongest)
    text = "..." + first.take_back(kLongest).str();
  return text;
}

static void printTable(llvm::raw_ostream &os,
                       ArrayRef<const TensorErrors *> tensors) {
  size_t width = 6;
  for (const TensorErrors *tensor : tensors)
    width = std::max(width, shorten(tensor->name).size());
  os << "  " << llvm::left_justify("tensor", width)
     << "  rmse/scale  local dB  cumulative dB  operation\n";
  for (const TensorErrors *tensor : tensors)
    os << llvm::formatv("  {0}  {1,10}  {2,8}  {3,13}  {4}\n",
                        llvm::left_justify(shorten(tensor->name), width),
                        cell(tensor->localSteps(), "{0:F3}"),
                        cell(tensor->local.sqnr(), "{0:F1}"),
                        cell(tensor->cumulative.sqnr(), "{0:F1}"),
                        tensor->operation);
}

/// The parts in percent of the whole error, so that they add up to 100.
static void printAttribution(llvm::raw_ostream &os,
                             ArrayRef<const TensorErrors *> tensors) {
  os << "what their errors are made of, in percent of the mean squared error "
        "as the network ships\n  rmse/scale";
  for (ErrorSource source : kErrorSources)
    os << llvm::formatv("  {0,10}", stringify(source));
  os << "   inherited      rest  tensor\n";
  for (const TensorErrors *tensor : tensors) {
    double whole = tensor->cumulative.meanSquaredError();
    if (!tensor->hasAttribution() || whole == 0)
      continue;
    std::optional<double> steps;
    if (tensor->scale)
      steps = std::sqrt(whole) / *tensor->scale;
    os << llvm::formatv("  {0,10}", cell(steps, "{0:F3}"));
    for (ErrorSource source : kErrorSources)
      os << llvm::formatv("  {0,10:F1}",
                          100 * tensor->attribution.part(source) / whole);
    os << llvm::formatv(
        "  {0,10:F1}  {1,8:F1}  {2}\n", 100 * tensor->inherited() / whole,
        100 * tensor->unexplained() / whole, shorten(tensor->name));
  }
}

void DebugReport::print(llvm::raw_ostream &os) const {
  // As many operations as fit on a screen.
  constexpr size_t kShown = 10;
  os << samples << " samples, " << tensors.size() << " tensors"
     << (interrupted ? ", interrupted" : "") << "\n";
  if (answers)
    os << llvm::formatv("accuracy: {0:F2} % in float, {1:F2} % quantized, of "
                        "{2} labels\n",
                        answers->floatAccuracy(), answers->quantizedAccuracy(),
                        answers->rows);
  std::vector<const TensorErrors *> suspicious = suspects();
  if (suspicious.empty()) {
    os << llvm::formatv("no operation's own errors exceed {0} steps "
                        "(rounding alone: 0.289)\n",
                        kSuspicious);
  } else {
    os << llvm::formatv("suspects: rmse/scale above {0} (rounding alone: "
                        "0.289)\n",
                        kSuspicious);
    size_t more = suspicious.size();
    suspicious.resize(std::min(suspicious.size(), kShown));
    more -= suspicious.size();
    printTable(os, suspicious);
    if (more)
      os << "  and " << more << " more\n";
    for (const TensorErrors *tensor : suspicious)
      os << "  '" << shorten(tensor->name) << "': " << tensor->explain()
         << "\n";
  }
  std::vector<const TensorErrors *> worst;
  for (const TensorErrors &tensor : tensors)
    if (tensor.local.sqnr())
      worst.push_back(&tensor);
  llvm::sort(worst, [](const TensorErrors *a, const TensorErrors *b) {
    return std::pair(*a->local.sqnr(), a->index) <
           std::pair(*b->local.sqnr(), b->index);
  });
  worst.resize(std::min(worst.size(), kShown));
  os << "operations that lose most by themselves\n";
  printTable(os, worst);
  if (llvm::any_of(worst, [](const TensorErrors *tensor) {
        return tensor->hasAttribution();
      }))
    printAttribution(os, worst);
  else if (attributed)
    os << "what errors are made of is measured for static schemes (int8, "
          "int16x8) only\n";
}
