//===- ChooseSchemes.cpp - The scheme auto -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/ChooseSchemes.h"
#include "SwitchedNetwork.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Driver/CheckAccuracy.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Parser/Parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

/// Runs that measure single operations: so many together, on as many samples as
/// that allows.
static constexpr size_t kRuns = 512;
/// Larger networks are searched on request only.
static constexpr size_t kMostOperations = 400;
/// What simulations may be better than the compiled network, in dB.
static constexpr double kMargin = 5;

bool quantc::choosesSchemes(const QuantizeOptions &options, ModuleOp network) {
  const ptq::Policy &policy = options.policy;
  if (!options.profile || options.profile->samples.empty() ||
      isIntegerNetwork(network) || carriesParameters(network))
    return false;
  FailureOr<Contract> contract =
      ptq::chooseContract(getNetwork(network), policy.contract);
  if (failed(contract) || *contract != Contract::Exact)
    return false;
  if (!policy.scheme.empty())
    return policy.scheme == ptq::kSchemeAuto;
  // The search of a large network takes minutes: it has to be asked for.
  size_t operations =
      llvm::count_if(getNetwork(network).getBody().front(), [](Operation &op) {
        return !op.hasTrait<OpTrait::ConstantLike>();
      });
  if (operations > kMostOperations)
    return false;
  return !network
              .walk([](Operation *op) {
                return op->hasAttr(ptq::kSchemeAttr) ? WalkResult::interrupt()
                                                     : WalkResult::advance();
              })
              .wasInterrupted();
}

static double toDb(double ratio) {
  return ratio > 0 ? -10 * std::log10(ratio) : HUGE_VAL;
}

namespace {
using Outputs = std::vector<std::vector<double>>;

class Chooser {
public:
  Chooser(ModuleOp network, const QuantizeOptions &options,
          const SchemeLimits &limits, AccuracyChecker checker)
      : network(network), options(options), limits(limits),
        samples(options.profile->samples), checker(std::move(checker)) {}
  llvm::Expected<SchemeChoice> run();

private:
  llvm::Expected<AccuracyCheck> compile(ArrayRef<ptq::PolicyRule> rules,
                                        OwningOpRef<ModuleOp> *annotated,
                                        StringRef weightRounding = "");
  llvm::Error prepare(ModuleOp annotated);
  /// The noise at the outputs by the signal, of the worst output, on every
  /// `step`th sample. The signal is `reference`.
  llvm::Expected<double> measure(const llvm::BitVector &exact,
                                 ArrayRef<Outputs> reference, size_t step = 1);
  llvm::Expected<std::vector<double>> measureUnits();
  llvm::Error widen(const llvm::BitVector &floating);
  llvm::Expected<llvm::BitVector> findFloatRegion();
  void keepFloat(const llvm::BitVector &region);
  bool touchesInt8Border(const SwitchedUnit &unit) const;
  bool fitsBorder(ArrayRef<ptq::PolicyRule> rules);
  llvm::Error improve(const llvm::BitVector &floating);
  bool isGood(const AccuracyCheck &check) const {
    return check.outputSqnr() >= limits.goodSqnr && check.agreement() == 100;
  }

  ModuleOp network;
  const QuantizeOptions &options;
  const SchemeLimits &limits;
  const SampleSet &samples;
  AccuracyChecker checker;
  std::optional<SwitchedNetwork> switched;
  /// The names of the network's inputs and outputs.
  llvm::StringSet<> inputs, outputs;
  /// Of each sample.
  std::vector<Outputs> floats;
  SchemeChoice choice;
};
} // namespace

llvm::Expected<AccuracyCheck> Chooser::compile(ArrayRef<ptq::PolicyRule> rules,
                                               OwningOpRef<ModuleOp> *annotated,
                                               StringRef weightRounding) {
  CompilerOptions compiler;
  compiler.quantize = options;
  compiler.quantize.policy.scheme = "int8";
  if (!weightRounding.empty())
    compiler.quantize.policy.weightRounding = weightRounding.str();
  // What the types at the border cost is not what operations cost.
  compiler.quantize.inputs = compiler.quantize.outputs = IOType::Native;
  auto &all = compiler.quantize.policy.rules;
  all.insert(all.begin(), rules.begin(), rules.end());
  OwningOpRef<ModuleOp> lowered = network.clone();
  std::vector<QuantizedTensorReport> tensors;
  auto inspect = [&](Stage stage, ModuleOp current) {
    if (stage == Stage::Annotate && annotated)
      *annotated = current.clone();
    if (stage == Stage::Quantize)
      tensors = reportQuantizedTensors(current);
  };
  if (llvm::Error error =
          lowerToStage(*lowered, Stage::Lower, compiler, inspect))
    return std::move(error);
  return checker.check(*lowered, tensors, samples);
}

llvm::Error Chooser::prepare(ModuleOp annotated) {
  func::FuncOp func = getNetwork(annotated);
  for (BlockArgument argument : func.getArguments())
    inputs.insert(ptq::getTensorName(argument));
  for (Value output : func.getBody().front().getTerminator()->getOperands()) {
    if (auto rounded = output.getDefiningOp<ptq::FakeQuantOp>())
      output = rounded.getInput();
    outputs.insert(ptq::getTensorName(output));
  }
  llvm::Expected<SwitchedNetwork> created = SwitchedNetwork::create(annotated);
  if (!created)
    return created.takeError();
  switched = std::move(*created);
  for (const SampleSet::Sample *sample : samples.samples()) {
    llvm::Expected<Outputs> outputs =
        checker.runFloat(*sample, switched->measured());
    if (!outputs)
      return outputs.takeError();
    floats.push_back(std::move(*outputs));
  }
  return llvm::Error::success();
}

llvm::Expected<double> Chooser::measure(const llvm::BitVector &exact,
                                        ArrayRef<Outputs> reference,
                                        size_t step) {
  std::vector<double> noise(floats.front().size()), signal(noise.size());
  for (auto [index, sample] : llvm::enumerate(samples.samples())) {
    if (index % step)
      continue;
    llvm::Expected<Outputs> run = switched->run(*sample, exact);
    if (!run)
      return run.takeError();
    for (size_t o = 0; o < noise.size(); ++o)
      for (auto [value, wanted] :
           llvm::zip_equal((*run)[o], reference[index][o])) {
        noise[o] += (value - wanted) * (value - wanted);
        signal[o] += wanted * wanted;
      }
  }
  double worst = 0;
  for (auto [n, s] : llvm::zip_equal(noise, signal))
    if (s > 0)
      worst = std::max(worst, n / s);
  return worst;
}

/// The noise that rounding in front of each unit alone makes.
llvm::Expected<std::vector<double>> Chooser::measureUnits() {
  size_t count = switched->units().size();
  llvm::BitVector exact(count, true);
  std::vector<Outputs> unrounded;
  for (const SampleSet::Sample *sample : samples.samples()) {
    llvm::Expected<Outputs> run = switched->run(*sample, exact);
    if (!run)
      return run.takeError();
    unrounded.push_back(std::move(*run));
  }
  size_t step = std::max<size_t>(
      1, llvm::divideCeil(samples.size(), std::max<size_t>(1, kRuns / count)));
  std::vector<double> noise;
  for (size_t unit = 0; unit < count; ++unit) {
    exact.reset(unit);
    llvm::Expected<double> alone = measure(exact, unrounded, step);
    if (!alone)
      return alone.takeError();
    noise.push_back(*alone);
    exact.set(unit);
  }
  return noise;
}

static bool isInt8(IOType type) {
  return type == IOType::Int8 || type == IOType::UInt8;
}

/// True if the unit reads an input, or makes an output, that the caller wants
/// in 8 bits.
bool Chooser::touchesInt8Border(const SwitchedUnit &unit) const {
  auto isInput = [&](const std::string &name) { return inputs.contains(name); };
  auto isOutput = [&](const std::string &name) {
    return outputs.contains(name);
  };
  return (isInt8(options.inputs) && llvm::any_of(unit.inputs, isInput)) ||
         (isInt8(options.outputs) && llvm::any_of(unit.members, isOutput));
}

/// True if inputs and outputs can have the types that the caller wants. A
/// reshape, say, may stand between a unit and an output.
bool Chooser::fitsBorder(ArrayRef<ptq::PolicyRule> rules) {
  if (!isInt8(options.inputs) && !isInt8(options.outputs))
    return true;
  CompilerOptions compiler;
  compiler.quantize = options;
  compiler.quantize.policy.scheme = "int8";
  auto &all = compiler.quantize.policy.rules;
  all.insert(all.begin(), rules.begin(), rules.end());
  OwningOpRef<ModuleOp> lowered = network.clone();
  llvm::Error error = lowerToStage(*lowered, Stage::Lower, compiler);
  bool fits = !error;
  llvm::consumeError(std::move(error));
  return fits;
}

/// Greedy: the unit whose rounding makes the most noise comes first. Noise of
/// several is expected to add up: what it happens to be with few samples is a
/// matter of luck. `floating` are the units that compute in float.
llvm::Error Chooser::widen(const llvm::BitVector &floating) {
  size_t count = switched->units().size();
  llvm::Expected<std::vector<double>> noise = measureUnits();
  if (!noise)
    return noise.takeError();
  llvm::Expected<double> weights =
      measure(llvm::BitVector(count, true), floats);
  if (!weights)
    return weights.takeError();
  llvm::Expected<double> rounded = measure(floating, floats);
  if (!rounded)
    return rounded.takeError();
  double products = 0, sum = 0;
  std::vector<size_t> order;
  for (auto [index, unit] : llvm::enumerate(switched->units())) {
    if (floating[index])
      continue;
    sum += (*noise)[index];
    products += unit.products;
    if (unit.canWiden && !touchesInt8Border(unit))
      order.push_back(index);
  }
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::pair(-(*noise)[a], a) < std::pair(-(*noise)[b], b);
  });
  // Errors in a row may cancel: their shares of what all make together count.
  double total = std::max(*rounded, *weights);
  double scale = sum > 0 ? (total - *weights) / sum : 0;
  std::set<std::string> inputs;
  for (size_t index : order) {
    const SwitchedUnit &unit = switched->units()[index];
    std::set<std::string> wider = inputs;
    wider.insert(unit.inputs.begin(), unit.inputs.end());
    if (wider.size() > limits.mostTensors)
      continue;
    double rest = std::max(total - scale * (*noise)[index], *weights);
    double gain = toDb(rest) - toDb(total);
    if (toDb(total) >= limits.goodSqnr || gain < limits.leastStep)
      break;
    if (gain * products < limits.stepPerPercent * 100 * unit.products)
      continue;
    std::string reason = llvm::formatv(
        "rounding '{0}' to int8 for it costs {1:F1} dB of {2:F1} dB at the "
        "output",
        llvm::join(unit.inputs, "', '"), gain, toDb(rest));
    for (const std::string &member : unit.members) {
      ptq::PolicyRule rule;
      rule.tensor = member;
      rule.scheme = "int16x8";
      rule.reason = reason;
      choice.rules.push_back(rule);
    }
    choice.operations.push_back(unit.tensor);
    inputs = std::move(wider);
    total = rest;
  }
  return llvm::Error::success();
}

/// The least part of the network, from the inputs to one unit, that has to
/// compute in float so that the rest keeps the answers. Empty if there is none.
llvm::Expected<llvm::BitVector> Chooser::findFloatRegion() {
  ArrayRef<SwitchedUnit> units = switched->units();
  auto takeUpTo = [&](size_t last) {
    llvm::StringSet<> upstream;
    for (const std::string &name : units[last].upstream)
      upstream.insert(name);
    llvm::BitVector region(units.size());
    for (size_t i = 0; i <= last; ++i)
      if (upstream.contains(units[i].tensor))
        region.set(i);
    return region;
  };
  // Rounded weights have a share that float activations do not take away.
  llvm::Expected<double> best =
      measure(llvm::BitVector(units.size(), true), floats);
  if (!best)
    return best.takeError();
  double wanted = std::min(limits.collapse.sqnr + kMargin, toDb(*best) - 1);
  size_t low = 0, high = units.size() - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    llvm::Expected<double> noise = measure(takeUpTo(middle), floats);
    if (!noise)
      return noise.takeError();
    if (toDb(*noise) >= wanted)
      high = middle;
    else
      low = middle + 1;
  }
  // All of the network in float is what a user has to ask for.
  return low + 1 == units.size() ? llvm::BitVector(units.size())
                                 : takeUpTo(low);
}

void Chooser::keepFloat(const llvm::BitVector &region) {
  const SwitchedUnit &last = switched->units()[region.find_last()];
  choice.floatUpTo = last.tensor;
  std::string reason = llvm::formatv("int16 is not enough for what leads to "
                                     "'{0}': of this network in int8 the "
                                     "output has {1:F1} dB",
                                     last.tensor, choice.before.outputSqnr());
  for (const std::string &name : last.upstream) {
    ptq::PolicyRule rule;
    rule.tensor = name;
    rule.scheme = "float32";
    rule.reason = reason;
    choice.rules.push_back(rule);
  }
}

/// Chooses wider types for what is not `floating`, and keeps the choice, and
/// that of `floating`, if the compiled network gains by it.
llvm::Error Chooser::improve(const llvm::BitVector &floating) {
  SchemeChoice old = choice;
  choice.rules.clear();
  choice.operations.clear();
  if (floating.any())
    keepFloat(floating);
  if (llvm::Error error = widen(floating))
    return error;
  if (!choice.rules.empty() && fitsBorder(choice.rules)) {
    llvm::Expected<AccuracyCheck> check = compile(choice.rules, nullptr);
    if (!check)
      return check.takeError();
    if (check->outputSqnr() >= old.accuracy.outputSqnr() + limits.leastGain) {
      choice.accuracy = std::move(*check);
      return llvm::Error::success();
    }
  }
  choice = std::move(old);
  return llvm::Error::success();
}

llvm::Expected<SchemeChoice> Chooser::run() {
  OwningOpRef<ModuleOp> annotated;
  llvm::Expected<AccuracyCheck> int8 = compile({}, &annotated);
  if (!int8)
    return int8.takeError();
  choice.before = choice.accuracy = std::move(*int8);
  if (isGood(choice.before) || choice.before.outputs.empty())
    return std::move(choice);
  if (llvm::Error error = prepare(*annotated))
    return std::move(error);
  size_t count = switched->units().size();
  if (count == 0 || switched->measured().empty())
    return std::move(choice);
  if (llvm::Error error = improve(llvm::BitVector(count)))
    return std::move(error);
  if (options.strictInteger || choice.accuracy.keeps(limits.collapse))
    return std::move(choice);
  // Weights that make up for what is lost in front of them say nothing about a
  // network in which it is not lost.
  if (llvm::Error error =
          compile({}, &annotated, ptq::kRoundNearest).takeError())
    return std::move(error);
  floats.clear();
  if (llvm::Error error = prepare(*annotated))
    return std::move(error);
  llvm::Expected<llvm::BitVector> region = findFloatRegion();
  if (!region)
    return region.takeError();
  if (region->any())
    if (llvm::Error error = improve(*region))
      return std::move(error);
  return std::move(choice);
}

std::optional<SchemeChoice>
quantc::chooseSchemes(ModuleOp network, const QuantizeOptions &options,
                      const SchemeLimits &limits) {
  // A context of its own, so that the trials say nothing.
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadDialect<ptq::PTQDialect, quant::QuantDialect>();
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) {});
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  if (failed(writeBytecodeToFile(network, os)))
    return std::nullopt;
  ParserConfig config(&context, /*verifyAfterParse=*/false);
  OwningOpRef<ModuleOp> copy = parseSourceString<ModuleOp>(bytes, config);
  if (!copy)
    return std::nullopt;
  llvm::Expected<AccuracyChecker> checker = AccuracyChecker::create(*copy);
  if (!checker) {
    llvm::consumeError(checker.takeError());
    return std::nullopt;
  }
  llvm::Expected<SchemeChoice> choice =
      Chooser(*copy, options, limits, std::move(*checker)).run();
  if (!choice) {
    llvm::consumeError(choice.takeError());
    return std::nullopt;
  }
  return std::move(*choice);
}

std::string quantc::summarize(const SchemeChoice &choice) {
  std::string text;
  if (!choice.floatUpTo.empty()) {
    size_t count = llvm::count_if(choice.rules, [](const auto &rule) {
      return rule.scheme == "float32";
    });
    text = llvm::formatv("float up to '{0}' ({1} operations); ",
                         choice.floatUpTo, count);
  }
  if (!choice.operations.empty())
    text += "int16 for '" + llvm::join(choice.operations, "', '") + "'; ";
  return text + "int8 alone: " + choice.before.summarize();
}
