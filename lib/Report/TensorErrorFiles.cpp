//===- TensorErrorFiles.cpp - The report as CSV and JSON -*- C++ -*-===//
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

#include <cmath>

using namespace quantc;

/// A field of a CSV line; names may hold anything.
static std::string quote(llvm::StringRef text) {
  if (text.find_first_of(",\"\r\n") == llvm::StringRef::npos)
    return text.str();
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"')
      quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

static std::string number(std::optional<double> value) {
  return value && std::isfinite(*value) ? llvm::formatv("{0:e9}", *value).str()
                                        : "";
}

void DebugReport::printCsv(llvm::raw_ostream &os, bool local) const {
  os << "op_name,tensor_idx,num_elements,stddev,mean_error,max_abs_error,"
        "mean_squared_error,scale,zero_point,tensor_name,range_min,range_max,"
        "rmse_scale,sqnr_db,cosine,clipped_low,clipped_high,used_codes,codes,"
        "scheme,location";
  for (ErrorSource source : kErrorSources)
    os << ',' << stringify(source);
  os << ",inherited,rest\n";
  for (const TensorErrors &tensor : tensors) {
    const ErrorStatistics &errors = local ? tensor.local : tensor.cumulative;
    if (errors.samples() == 0)
      continue;
    std::optional<double> steps;
    if (tensor.scale)
      steps = std::sqrt(errors.meanSquaredError()) / *tensor.scale;
    std::vector<std::string> fields{
        quote(tensor.operation),
        std::to_string(tensor.index),
        std::to_string(errors.elements()),
        number(errors.standardDeviation()),
        number(errors.meanError()),
        number(errors.maxAbsError()),
        number(errors.meanSquaredError()),
        number(tensor.scale),
        tensor.scale ? std::to_string(tensor.zeroPoint) : "",
        quote(tensor.name),
        number(errors.min()),
        number(errors.max()),
        number(steps),
        number(errors.sqnr()),
        number(errors.cosine())};
    if (const std::optional<CodeUsage> &codes = tensor.codes)
      llvm::append_values(
          fields, number(codes->clippedLow()), number(codes->clippedHigh()),
          std::to_string(codes->usedCodes()), std::to_string(codes->total()));
    else
      fields.insert(fields.end(), 4, "");
    llvm::append_values(fields, quote(tensor.scheme), quote(tensor.location));
    for (ErrorSource source : kErrorSources)
      fields.push_back(tensor.hasAttribution()
                           ? number(tensor.attribution.part(source))
                           : "");
    if (tensor.hasAttribution())
      llvm::append_values(fields, number(tensor.inherited()),
                          number(tensor.unexplained()));
    else
      fields.insert(fields.end(), 2, "");
    os << llvm::join(fields, ",") << "\n";
  }
}

static llvm::json::Object toJson(const ErrorStatistics &errors) {
  llvm::json::Object object{
      {"num_elements", int64_t(errors.elements())},
      {"stddev", errors.standardDeviation()},
      {"mean_error", errors.meanError()},
      {"max_abs_error", errors.maxAbsError()},
      {"mean_squared_error", errors.meanSquaredError()},
      {"range", llvm::json::Array{errors.min(), errors.max()}}};
  if (auto sqnr = errors.sqnr(); sqnr && std::isfinite(*sqnr))
    object["sqnr_db"] = *sqnr;
  if (auto cosine = errors.cosine())
    object["cosine"] = *cosine;
  return object;
}

/// Neighbouring bins added up, so that few are left.
static llvm::json::Value toJson(const Histogram &histogram) {
  constexpr size_t kBins = 128;
  const std::vector<uint64_t> &bins = histogram.bins();
  auto isUsed = [](uint64_t count) { return count > 0; };
  auto first = llvm::find_if(bins, isUsed);
  if (first == bins.end())
    return nullptr;
  size_t begin = first - bins.begin();
  size_t end = llvm::find_if(llvm::reverse(bins), isUsed).base() - bins.begin();
  // A power of two, so that an edge between bins stays at 0.
  size_t together = 1;
  while ((end - 1) / together - begin / together >= kBins)
    together *= 2;
  begin -= begin % together;
  llvm::json::Array counts;
  for (size_t bin = begin; bin < end; bin += together) {
    uint64_t count = 0;
    for (size_t i = bin; i < std::min(bin + together, bins.size()); ++i)
      count += bins[i];
    counts.push_back(count);
  }
  return llvm::json::Object{{"low", histogram.binLow(begin)},
                            {"width", histogram.binWidth() * together},
                            {"counts", std::move(counts)}};
}

static llvm::json::Object toJson(const TensorErrors &tensor) {
  llvm::json::Object object{
      {"tensor", tensor.name},       {"index", int64_t(tensor.index)},
      {"op", tensor.operation},      {"scheme", tensor.scheme},
      {"location", tensor.location}, {"histogram", ::toJson(tensor.histogram)}};
  if (tensor.scale) {
    object["scale"] = *tensor.scale;
    object["zero_point"] = tensor.zeroPoint;
  }
  if (auto steps = tensor.localSteps())
    object["rmse_scale"] = *steps;
  if (tensor.local.samples())
    object["local"] = ::toJson(tensor.local);
  if (tensor.cumulative.samples())
    object["cumulative"] = ::toJson(tensor.cumulative);
  if (const std::optional<CodeUsage> &codes = tensor.codes) {
    object["grid"] = llvm::json::Array{codes->least(), codes->most()};
    object["clipped_low"] = codes->clippedLow();
    object["clipped_high"] = codes->clippedHigh();
    object["used_codes"] = int64_t(codes->usedCodes());
    object["codes"] = int64_t(codes->total());
  }
  if (tensor.hasAttribution()) {
    llvm::json::Object parts{{"inherited", tensor.inherited()},
                             {"rest", tensor.unexplained()}};
    for (ErrorSource source : kErrorSources)
      parts[stringify(source)] = tensor.attribution.part(source);
    object["attribution"] = std::move(parts);
  }
  return object;
}

llvm::json::Object DebugReport::toJson() const {
  llvm::json::Array list, names, reasons;
  for (const TensorErrors &tensor : tensors)
    list.push_back(::toJson(tensor));
  for (const TensorErrors *tensor : suspects()) {
    names.push_back(tensor->name);
    reasons.push_back(tensor->explain());
  }
  llvm::json::Object json{
      {"samples", int64_t(samples)},       {"interrupted", interrupted},
      {"suspicious_from", kSuspicious},    {"suspects", std::move(names)},
      {"reasons", std::move(reasons)},     {"tensors", std::move(list)},
      {"network", quantc::toJson(network)}};
  if (answers)
    json["accuracy"] =
        llvm::json::Object{{"labels", int64_t(answers->rows)},
                           {"float", answers->floatAccuracy()},
                           {"quantized", answers->quantizedAccuracy()}};
  return json;
}
