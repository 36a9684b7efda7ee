//===- ChooseSchemes.cpp - The scheme auto -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/ChooseSchemes.h"
#include "RoleSearch.h"
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

/// What is aimed at where int8 loses the answers, in dB: behind it answers
/// differ only where two scores are nearly equal.
static constexpr double kKept = AccuracyCheck::kTies;

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

static double fromDb(double sqnr) { return std::pow(10, -sqnr / 10); }

namespace {
class Chooser {
public:
  Chooser(ModuleOp network, const QuantizeOptions &options,
          const SchemeLimits &limits, AccuracyChecker checker)
      : network(network), options(options), limits(limits),
        samples(options.profile->samples), checker(std::move(checker)) {}
  llvm::Expected<std::optional<SchemeChoice>> run();

private:
  CompilerOptions getOptions(ArrayRef<ptq::PolicyRule> rules) const;
  llvm::Expected<AccuracyCheck> compile(ArrayRef<ptq::PolicyRule> rules,
                                        OwningOpRef<ModuleOp> *annotated);
  llvm::Expected<OwningOpRef<ModuleOp>> annotate();
  llvm::Error prepare(ModuleOp annotated);
  bool touchesInt8Border(const SwitchedUnit &unit) const;
  bool fitsBorder(ArrayRef<ptq::PolicyRule> rules);
  llvm::Error widen();
  llvm::Error searchRoles();
  llvm::Error nameRefused(RoleSearch &search);
  llvm::Error widenAll();
  llvm::Expected<bool> keepIfBetter(SchemeChoice candidate);
  bool isGood(const AccuracyCheck &check) const {
    return check.decisiveSqnr() >= limits.goodSqnr && check.agreement() == 100;
  }

  ModuleOp network;
  const QuantizeOptions &options;
  const SchemeLimits &limits;
  const SampleSet &samples;
  AccuracyChecker checker;
  std::optional<NoiseMeter> meter;
  /// The units of `choice` that read int16.
  llvm::BitVector wide;
  /// The names of the network's inputs and outputs.
  llvm::StringSet<> inputs, outputs;
  SchemeChoice choice;
};
} // namespace

/// All in int8 but for what `rules` say, which those of the user prevail over.
CompilerOptions Chooser::getOptions(ArrayRef<ptq::PolicyRule> rules) const {
  CompilerOptions compiler;
  compiler.quantize = options;
  compiler.quantize.policy.scheme = "int8";
  auto &all = compiler.quantize.policy.rules;
  all.insert(all.begin(), rules.begin(), rules.end());
  return compiler;
}

llvm::Expected<AccuracyCheck>
Chooser::compile(ArrayRef<ptq::PolicyRule> rules,
                 OwningOpRef<ModuleOp> *annotated) {
  CompilerOptions compiler = getOptions(rules);
  // What the types at the border cost is not what operations cost.
  compiler.quantize.inputs = compiler.quantize.outputs = IOType::Native;
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

/// The network in int8 with weights rounded to nearest. Weights that make up
/// for what is lost in front of them say nothing about a network in which it is
/// not lost.
llvm::Expected<OwningOpRef<ModuleOp>> Chooser::annotate() {
  CompilerOptions compiler = getOptions({});
  compiler.quantize.policy.weightRounding = ptq::kRoundNearest;
  compiler.quantize.inputs = compiler.quantize.outputs = IOType::Native;
  OwningOpRef<ModuleOp> annotated = network.clone();
  if (llvm::Error error = lowerToStage(*annotated, Stage::Annotate, compiler))
    return std::move(error);
  return std::move(annotated);
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
  llvm::Expected<NoiseMeter> created =
      NoiseMeter::create(annotated, checker, samples, options.profile.get());
  if (!created)
    return created.takeError();
  meter.emplace(std::move(*created));
  return llvm::Error::success();
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
  CompilerOptions compiler = getOptions(rules);
  OwningOpRef<ModuleOp> lowered = network.clone();
  llvm::Error error = lowerToStage(*lowered, Stage::Lower, compiler);
  bool fits = !error;
  llvm::consumeError(std::move(error));
  return fits;
}

static ptq::PolicyRule makeRule(StringRef tensor, StringRef scheme,
                                StringRef reason) {
  ptq::PolicyRule rule;
  rule.tensor = tensor.str();
  rule.scheme = scheme.str();
  rule.reason = reason.str();
  return rule;
}

/// Greedy: the unit whose rounding makes the most noise comes first. Noise of
/// several is expected to add up: what it happens to be with few samples is a
/// matter of luck.
llvm::Error Chooser::widen() {
  size_t count = meter->units().size();
  if (count > NoiseMeter::kRuns)
    choice.bound = llvm::formatv("of {0} operations the first {1} were tried",
                                 count, NoiseMeter::kRuns);
  llvm::Expected<std::vector<double>> noise = meter->measureEach();
  if (!noise)
    return noise.takeError();
  llvm::Expected<double> weights =
      meter->againstFloat(llvm::BitVector(count, true));
  if (!weights)
    return weights.takeError();
  llvm::Expected<double> rounded = meter->againstFloat(llvm::BitVector(count));
  if (!rounded)
    return rounded.takeError();
  SchemeChoice candidate;
  double products = 0, sum = 0;
  std::vector<size_t> order;
  for (auto [index, unit] : llvm::enumerate(meter->units())) {
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
  llvm::BitVector widened(count);
  for (size_t index : order) {
    const SwitchedUnit &unit = meter->units()[index];
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
    for (const std::string &member : unit.members)
      candidate.rules.push_back(makeRule(member, "int16x8", reason));
    candidate.operations.push_back(unit.tensor);
    widened.set(index);
    inputs = std::move(wider);
    total = rest;
  }
  llvm::Expected<bool> isBetter = keepIfBetter(std::move(candidate));
  if (!isBetter)
    return isBetter.takeError();
  if (*isBetter)
    wide = std::move(widened);
  return llvm::Error::success();
}

/// Rules for what has to be wider than int8 together, and why.
static void addRules(SchemeChoice &candidate, const RoleSearch::Choice &found,
                     ArrayRef<SwitchedUnit> units) {
  llvm::StringSet<> named;
  auto add = [&](const SwitchedUnit &unit, StringRef scheme, double cost) {
    std::string reason =
        "it makes what an operation reads that int8 is not enough for";
    bool isAlone = llvm::count_if(units, [&](const SwitchedUnit &other) {
                     return other.role == unit.role;
                   }) == 1;
    if (cost > 0)
      reason = llvm::formatv(
          "rounding '{0}' to int8 for it{1} leaves {2:F1} dB at the output",
          llvm::join(unit.inputs, "', '"),
          isAlone ? "" : ", and the same for all operations like it,",
          toDb(cost));
    for (const std::string &member : unit.members)
      if (named.insert(member).second)
        candidate.rules.push_back(makeRule(member, scheme, reason));
  };
  // Moves, and what makes a fixed type, may belong to two units.
  for (unsigned unit : found.floating.set_bits())
    add(units[unit], "float32", found.costs[unit]);
  for (unsigned unit : found.wide.set_bits())
    add(units[unit], "int16x8", found.costs[unit]);
}

/// Int8 loses the answers: the kinds of operations that it is not enough for
/// become int16 or float, as many as are needed to have them back.
llvm::Error Chooser::searchRoles() {
  if (!meter) {
    llvm::Expected<OwningOpRef<ModuleOp>> annotated = annotate();
    if (!annotated)
      return annotated.takeError();
    if (llvm::Error error = prepare(**annotated))
      return error;
  }
  if (!meter->canMeasure())
    return llvm::Error::success();
  llvm::BitVector narrow(meter->units().size());
  for (auto [index, unit] : llvm::enumerate(meter->units()))
    narrow[index] = touchesInt8Border(unit);
  RoleSearch search(*meter, std::move(narrow));
  llvm::Expected<RoleSearch::Choice> found =
      search.run(fromDb(kKept), !options.strictInteger);
  if (!found)
    return found.takeError();
  // All of the network in float is what a user has to ask for.
  if (found->floating.all())
    return llvm::Error::success();
  SchemeChoice candidate;
  addRules(candidate, *found, meter->units());
  for (unsigned unit : found->floating.set_bits())
    candidate.floats.push_back(meter->units()[unit].tensor);
  for (unsigned unit : found->wide.set_bits())
    candidate.operations.push_back(meter->units()[unit].tensor);
  if (toDb(found->noise) < kKept)
    candidate.bound = llvm::formatv(
        "the search ended where {0:F1} dB are expected of the activations",
        toDb(found->noise));
  // What it has to be better than, measured alike.
  llvm::Expected<double> known = meter->againstUnrounded({}, wide);
  if (!known)
    return known.takeError();
  if (found->noise < *known)
    if (llvm::Error error = keepIfBetter(std::move(candidate)).takeError())
      return error;
  if (options.strictInteger && !choice.accuracy.keeps(limits.collapse))
    return nameRefused(search);
  return llvm::Error::success();
}

/// Operations may only help together: where one sample is an outlier of all
/// tensors, say. All of the network computes in int16 then.
llvm::Error Chooser::widenAll() {
  if (!meter || isInt8(options.inputs) || isInt8(options.outputs))
    return llvm::Error::success();
  SchemeChoice candidate;
  for (const SwitchedUnit &unit : meter->units())
    candidate.operations.push_back(unit.tensor);
  ptq::PolicyRule rule =
      makeRule("", "int16x8",
               "int8 loses the answers, and fewer operations in int16 do not "
               "bring them back");
  rule.regex = ".*";
  candidate.rules.push_back(std::move(rule));
  return keepIfBetter(std::move(candidate)).takeError();
}

/// What would be float if it was permitted, unless the answers are lost anyway.
llvm::Error Chooser::nameRefused(RoleSearch &search) {
  llvm::Expected<RoleSearch::Choice> found =
      search.run(fromDb(kKept), /*allowsFloat=*/true);
  if (!found)
    return found.takeError();
  if (toDb(found->noise) < limits.collapse.sqnr)
    return llvm::Error::success();
  for (unsigned unit : found->floating.set_bits())
    choice.refused.push_back(meter->units()[unit].tensor);
  return llvm::Error::success();
}

/// Keeps `candidate`, and returns true, if the compiled network gains by it.
llvm::Expected<bool> Chooser::keepIfBetter(SchemeChoice candidate) {
  if (candidate.rules.empty())
    return false;
  if (!fitsBorder(candidate.rules)) {
    choice.bound =
        "8-bit inputs or outputs rule out " + describeWider(candidate);
    return false;
  }
  llvm::Expected<AccuracyCheck> check = compile(candidate.rules, nullptr);
  if (!check)
    return check.takeError();
  if (check->decisiveSqnr() < choice.accuracy.decisiveSqnr() + limits.leastGain)
    return false;
  candidate.accuracy = std::move(*check);
  candidate.before = std::move(choice.before);
  if (candidate.bound.empty())
    candidate.bound = std::move(choice.bound);
  choice = std::move(candidate);
  return true;
}

llvm::Expected<std::optional<SchemeChoice>> Chooser::run() {
  OwningOpRef<ModuleOp> annotated;
  llvm::Expected<AccuracyCheck> int8 = compile({}, &annotated);
  // Whoever compiles it will say why.
  if (!int8) {
    llvm::consumeError(int8.takeError());
    return std::nullopt;
  }
  choice.before = choice.accuracy = std::move(*int8);
  if (isGood(choice.before) || choice.before.outputs.empty())
    return std::move(choice);
  // Where all is lost, no single operation is to blame.
  if (choice.before.outputSqnr() >= limits.collapse.sqnr) {
    if (llvm::Error error = prepare(*annotated))
      return std::move(error);
    if (!meter->canMeasure())
      return std::move(choice);
    if (llvm::Error error = widen())
      return std::move(error);
  }
  annotated = nullptr;
  if (!choice.accuracy.keeps(limits.collapse))
    if (llvm::Error error = searchRoles())
      return std::move(error);
  if (choice.rules.empty() && !choice.accuracy.keeps(limits.collapse))
    if (llvm::Error error = widenAll())
      return std::move(error);
  if (choice.rules.empty() && choice.bound.empty() &&
      !choice.accuracy.keeps(limits.collapse))
    choice.bound = "nothing that was tried in int16 or float helps";
  return std::move(choice);
}

llvm::Expected<std::optional<SchemeChoice>>
quantc::chooseSchemes(ModuleOp network, const QuantizeOptions &options,
                      const SchemeLimits &limits) {
  // A context of its own, so that the trials say nothing.
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadDialect<ptq::PTQDialect, quant::QuantDialect>();
  std::string problem;
  ScopedDiagnosticHandler quiet(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      problem = diagnostic.str();
  });
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
  auto choice = Chooser(*copy, options, limits, std::move(*checker)).run();
  if (choice)
    return choice;
  llvm::Error error = choice.takeError();
  if (!error.isA<DiagnosedError>())
    return std::move(error);
  llvm::consumeError(std::move(error));
  return makeError(problem);
}
