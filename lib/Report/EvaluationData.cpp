//===- EvaluationData.cpp - The report as JSON and CSV -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/Evaluation.h"

#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace quantc;

std::vector<std::pair<llvm::StringRef, double>>
quantc::summarize(const ClassificationMetrics &metrics) {
  std::vector<std::pair<llvm::StringRef, double>> result{
      {"correct", double(metrics.correct())},
      {"top1", metrics.top1()},
      {"precision", metrics.macroPrecision()},
      {"recall", metrics.macroRecall()},
      {"f1", metrics.macroF1()},
      {"balanced_accuracy", metrics.balancedAccuracy()}};
  auto add = [&](llvm::StringRef name, std::optional<double> value) {
    if (value)
      result.emplace_back(name, *value);
  };
  add("top5", metrics.top5());
  add("kappa", metrics.kappa());
  add("auc", metrics.auc());
  return result;
}

static llvm::json::Object toJson(const NetworkResult &network) {
  llvm::json::Object json{{"name", network.name}};
  if (network.metrics)
    for (auto [name, value] : summarize(*network.metrics))
      json[name] = value;
  return json;
}

static llvm::json::Object toJson(const Comparison &comparison) {
  llvm::json::Object json{{"with", comparison.with}};
  if (comparison.rows) {
    json["rows"] = int64_t(comparison.rows);
    json["agreeing"] = int64_t(comparison.agreeing);
    json["agreement"] = comparison.agreement();
  }
  llvm::json::Array outputs;
  for (const auto &[name, noise] : comparison.outputs) {
    llvm::json::Object output{{"name", name}, {"equal", noise.equal()}};
    if (std::isfinite(noise.largestError())) // JSON knows finite numbers only
      output["largest_error"] = noise.largestError();
    if (auto sqnr = noise.sqnr(); sqnr && std::isfinite(*sqnr))
      output["sqnr_db"] = *sqnr;
    outputs.push_back(std::move(output));
  }
  json["outputs"] = std::move(outputs);
  return json;
}

/// Adds what only the measured network is asked for.
static void addClasses(llvm::json::Object &json,
                       const ClassificationMetrics &metrics) {
  llvm::json::Array perClass, confusion;
  for (unsigned label = 0; label < metrics.classes(); ++label) {
    llvm::json::Array row;
    for (unsigned answer = 0; answer < metrics.classes(); ++answer)
      row.push_back(int64_t(metrics.confused(label, answer)));
    confusion.push_back(std::move(row));
    perClass.push_back(
        llvm::json::Object{{"label", int64_t(label)},
                           {"samples", int64_t(metrics.labelled(label))},
                           {"recall", metrics.recall(label)},
                           {"precision", metrics.precision(label)},
                           {"f1", metrics.f1(label)}});
  }
  json["classes"] = int64_t(metrics.classes());
  json["per_class"] = std::move(perClass);
  json["confusion"] = std::move(confusion);
}

llvm::json::Object Evaluation::toJson() const {
  llvm::json::Array all, against;
  for (const NetworkResult &network : networks)
    all.push_back(::toJson(network));
  for (const Comparison &comparison : comparisons)
    against.push_back(::toJson(comparison));
  llvm::json::Object json{{"samples", int64_t(samples)},
                          {"networks", std::move(all)},
                          {"comparisons", std::move(against)}};
  if (networks.front().metrics)
    addClasses(json, *networks.front().metrics);
  return json;
}

/// A field as RFC 4180 has it: quoted if it holds a separator.
static std::string field(llvm::StringRef text) {
  if (text.find_first_of(",\"\n\r") == llvm::StringRef::npos)
    return text.str();
  std::string result = "\"";
  for (char c : text) {
    if (c == '"')
      result += '"';
    result += c;
  }
  return result + '"';
}

void Evaluation::printCsv(llvm::raw_ostream &os) const {
  auto line = [&](llvm::StringRef network, llvm::StringRef against,
                  llvm::StringRef output, llvm::StringRef metric,
                  double value) {
    os << field(network) << ',' << field(against) << ',' << field(output) << ','
       << metric << ',';
    if (std::isfinite(value))
      os << llvm::json::Value(value); // exact, unlike the stream's own form
    else
      os << (std::isnan(value) ? "nan" : "inf");
    os << '\n';
  };
  os << "network,against,output,metric,value\n";
  for (const NetworkResult &network : networks)
    if (network.metrics)
      for (auto [name, value] : summarize(*network.metrics))
        line(network.name, "", "", name, value);
  llvm::StringRef measured = networks.front().name;
  for (const Comparison &comparison : comparisons) {
    if (comparison.rows) {
      line(measured, comparison.with, "", "agreeing", comparison.agreeing);
      line(measured, comparison.with, "", "agreement", comparison.agreement());
    }
    for (const auto &[name, noise] : comparison.outputs) {
      if (auto sqnr = noise.sqnr())
        line(measured, comparison.with, name, "sqnr_db", *sqnr);
      line(measured, comparison.with, name, "largest_error",
           noise.largestError());
    }
  }
}
