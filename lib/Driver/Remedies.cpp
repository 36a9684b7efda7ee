//===- Remedies.cpp - What would keep the accuracy -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Remedies.h"
#include "NoiseMeter.h"
#include "quantc/Support/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace quantc;

/// Operations that are tried, and remedies that a policy takes.
static constexpr size_t kMostTried = 10, kMostChosen = 5;
/// Smaller gains may be luck, in dB.
static constexpr double kLeastGain = 0.25;

/// Of outputs without any error.
static constexpr double kLargestDb = 200;

static double toDb(double noise) {
  return noise > 0 ? std::min(-10 * std::log10(noise), kLargestDb) : kLargestDb;
}

namespace {
class Search {
public:
  Search(NoiseMeter &meter, size_t samples)
      : meter(meter), count(meter.units().size()), exact(count), wide(count) {
    result.samples = samples;
  }
  llvm::Expected<Remedies> run();

private:
  llvm::Expected<std::vector<size_t>> findExpensive();
  llvm::Error tryEach(ArrayRef<size_t> tried);
  llvm::Error choose();
  llvm::BitVector &setOf(size_t unit) {
    return meter.units()[unit].canWiden ? wide : exact;
  }

  NoiseMeter &meter;
  size_t count;
  /// The units that read floats, and those that read int16.
  llvm::BitVector exact, wide;
  /// The unit of each remedy.
  std::vector<size_t> units;
  Remedies result;
};
} // namespace

/// The units whose rounding alone makes the most noise.
llvm::Expected<std::vector<size_t>> Search::findExpensive() {
  llvm::Expected<std::vector<double>> noise = meter.measureEach();
  if (!noise)
    return noise.takeError();
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::pair(-(*noise)[a], a) < std::pair(-(*noise)[b], b);
  });
  order.resize(std::min(count, kMostTried));
  return order;
}

llvm::Error Search::tryEach(ArrayRef<size_t> tried) {
  double products = 0;
  for (const SwitchedUnit &unit : meter.units())
    products += unit.products;
  std::vector<std::pair<Remedy, size_t>> list;
  for (size_t index : tried) {
    const SwitchedUnit &unit = meter.units()[index];
    setOf(index).set(index);
    llvm::Expected<double> noise = meter.againstFloat(exact, wide);
    setOf(index).reset(index);
    if (!noise)
      return noise.takeError();
    Remedy remedy;
    remedy.tensor = unit.tensor;
    remedy.inputs = unit.inputs;
    remedy.members = unit.members;
    remedy.scheme = unit.canWiden ? "int16x8" : "float32";
    remedy.sqnr = toDb(*noise);
    remedy.share = products > 0 ? 100 * unit.products / products : 0;
    list.push_back({std::move(remedy), index});
  }
  llvm::sort(list, [](const auto &a, const auto &b) {
    return std::pair(-a.first.sqnr, a.second) <
           std::pair(-b.first.sqnr, b.second);
  });
  for (auto &[remedy, unit] : list) {
    result.list.push_back(std::move(remedy));
    units.push_back(unit);
  }
  return llvm::Error::success();
}

/// What two remedies gain is not the sum of what each gains.
llvm::Error Search::choose() {
  result.together = result.sqnr;
  for (size_t unit : units) {
    if (result.chosen == kMostChosen)
      break;
    setOf(unit).set(unit);
    llvm::Expected<double> noise = meter.againstFloat(exact, wide);
    if (!noise)
      return noise.takeError();
    if (toDb(*noise) < result.together + kLeastGain)
      break;
    result.together = toDb(*noise);
    ++result.chosen;
  }
  return llvm::Error::success();
}

llvm::Expected<Remedies> Search::run() {
  llvm::Expected<double> rounded = meter.againstFloat(exact, wide);
  if (!rounded)
    return rounded.takeError();
  result.sqnr = toDb(*rounded);
  llvm::Expected<double> weights =
      meter.againstFloat(llvm::BitVector(count, true));
  if (!weights)
    return weights.takeError();
  result.unrounded = toDb(*weights);
  llvm::Expected<std::vector<size_t>> tried = findExpensive();
  if (!tried)
    return tried.takeError();
  if (llvm::Error error = tryEach(*tried))
    return std::move(error);
  if (llvm::Error error = choose())
    return std::move(error);
  return std::move(result);
}

llvm::Expected<Remedies> quantc::findRemedies(ModuleOp network,
                                              const CompilerOptions &options) {
  const QuantizeOptions &quantize = options.quantize;
  if (!quantize.profile || quantize.profile->samples.empty())
    return makeError("other schemes are tried on the samples that a profile "
                     "keeps: calibrate the network (--calibrate, or a profile "
                     "that was made without --no-samples)");
  const SampleSet &samples = quantize.profile->samples;
  llvm::Expected<AccuracyChecker> checker = AccuracyChecker::create(network);
  if (!checker)
    return checker.takeError();
  OwningOpRef<ModuleOp> annotated = network.clone();
  if (llvm::Error error = lowerToStage(*annotated, Stage::Annotate, options))
    return std::move(error);
  llvm::Expected<NoiseMeter> meter =
      NoiseMeter::create(*annotated, *checker, samples, quantize.profile.get());
  if (!meter)
    return meter.takeError();
  if (!meter->canMeasure()) {
    Remedies none;
    none.untried = "no operation reads an activation that is rounded, so there "
                   "is nothing to try in another scheme";
    return none;
  }
  return Search(*meter, samples.size()).run();
}

void Remedies::print(llvm::raw_ostream &os) const {
  if (!untried.empty()) {
    os << untried << "\n";
    return;
  }
  os << llvm::formatv("what would help, measured on {0} samples of the profile "
                      "({1:F1} dB as it is, {2:F1} dB if no activation was "
                      "rounded):\n",
                      samples, sqnr, unrounded);
  for (auto [index, remedy] : llvm::enumerate(list))
    os << llvm::formatv("{0} {1,5:F1} dB  '{2}' in {3} (reads '{4}', {5:F1} % "
                        "of the multiplications)\n",
                        index < chosen ? "*" : " ", remedy.sqnr, remedy.tensor,
                        remedy.scheme, llvm::join(remedy.inputs, "', '"),
                        remedy.share);
  if (chosen == 0)
    os << "no single operation helps by itself\n";
  else
    os << llvm::formatv("those with * together: {0:F1} dB\n", together);
}

llvm::json::Object Remedies::toJSON() const {
  llvm::json::Array remedies;
  for (auto [index, remedy] : llvm::enumerate(list))
    remedies.push_back(
        llvm::json::Object{{"tensor", remedy.tensor},
                           {"reads", llvm::json::Array(remedy.inputs)},
                           {"scheme", remedy.scheme},
                           {"sqnr", remedy.sqnr},
                           {"share_of_products", remedy.share},
                           {"chosen", index < chosen}});
  return llvm::json::Object{{"samples", samples},
                            {"sqnr", sqnr},
                            {"sqnr_without_rounded_activations", unrounded},
                            {"sqnr_of_chosen", together},
                            {"remedies", std::move(remedies)}};
}

ptq::Policy Remedies::addTo(ptq::Policy policy) const {
  // A move may belong to several remedies.
  llvm::StringSet<> named;
  for (const Remedy &remedy : llvm::ArrayRef(list).take_front(chosen))
    for (const std::string &member : remedy.members) {
      if (!named.insert(member).second)
        continue;
      ptq::PolicyRule rule;
      rule.tensor = member;
      rule.scheme = remedy.scheme;
      rule.reason =
          llvm::formatv("with '{0}' alone in {1} the output has "
                        "{2:F1} dB instead of {3:F1}",
                        remedy.tensor, remedy.scheme, remedy.sqnr, sqnr);
      policy.rules.push_back(std::move(rule));
    }
  return policy;
}
