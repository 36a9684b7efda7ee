//===- WarnOfLoss.cpp - Tensors that 8 bits cannot carry -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoadProfile.h"

#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQWARNOFLOSS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// Fewer integers than this carry hardly more than a sign.
static constexpr double kFewIntegers = 8;
/// The share of values at each end that do not count.
static constexpr double kOutliers = 0.001;
/// What is left of a function's result, as noise by signal: 10 dB.
static constexpr double kLostNoise = 0.1;

static const char *const kWayOut =
    "give it int16 activations or float by a rule in a --policy (int16x8, "
    "float32), or do not ask for --scheme=int8";

/// The parameters of 8 bits with which `value` is read, if the profile chose
/// them.
static std::optional<AffineParams> getInt8Params(Value value) {
  auto rounded = value.getDefiningOp<FakeQuantOp>();
  if (!rounded || rounded->hasAttr(kFrozenAttr) ||
      rounded->hasAttr(kZeroRangeAttr) || isConstant(rounded.getInput()))
    return std::nullopt;
  auto type = dyn_cast<quant::UniformQuantizedType>(rounded.getQuantizedType());
  if (!type || type.getStorageTypeIntegralWidth() != 8)
    return std::nullopt;
  return getAffineParams(type);
}

static std::string spell(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.3g", value);
  return text;
}

static StringRef getRoundedName(Value value) {
  return getTensorName(value.getDefiningOp<FakeQuantOp>().getInput());
}

/// The values below and above which there are `kOutliers` of all.
static std::pair<double, double> getMiddle(const Histogram &histogram) {
  uint64_t skipped = histogram.values() * kOutliers, below = 0, above = 0;
  const std::vector<uint64_t> &bins = histogram.bins();
  size_t low = 0, high = bins.size() - 1;
  while (low < high && (below += bins[low]) <= skipped)
    ++low;
  while (high > low && (above += bins[high]) <= skipped)
    --high;
  auto clamp = [&](double value) {
    return std::clamp<double>(value, histogram.min(), histogram.max());
  };
  return {clamp(histogram.binLow(low)),
          clamp(histogram.binLow(high) + histogram.binWidth())};
}

namespace {
class Warner {
public:
  Warner(func::FuncOp func, const Profile &profile,
         const Quantizability &quantizability)
      : func(func), profile(profile), quantizability(quantizability) {}
  void run();

private:
  const Histogram *find(Value value) const;
  void checkRange(FakeQuantOp rounded);
  void checkFunction(PointwiseOp op);
  void checkSum(Operation *op);
  void checkParts(Operation *op);
  bool isOutput(Value value) const;
  void warn(Operation *op, StringRef tensor, const std::string &problem,
            StringRef wayOut = kWayOut);

  func::FuncOp func;
  const Profile &profile;
  const Quantizability &quantizability;
  /// One warning for a tensor is enough.
  llvm::StringSet<> warned;
};
} // namespace

void Warner::warn(Operation *op, StringRef tensor, const std::string &problem,
                  StringRef wayOut) {
  if (warned.insert(tensor).second)
    op->emitWarning() << problem << ": " << wayOut;
}

/// The distribution of what `value` rounds.
const Histogram *Warner::find(Value value) const {
  auto it = profile.tensors.find(getRoundedName(value).str());
  return it == profile.tensors.end() || it->second.values() == 0 ||
                 it->second.bins().empty()
             ? nullptr
             : &it->second;
}

void Warner::checkRange(FakeQuantOp rounded) {
  std::optional<AffineParams> params = getInt8Params(rounded);
  const Histogram *histogram = params ? find(rounded) : nullptr;
  // A tensor that never changes has nothing to lose.
  if (!histogram || histogram->min() == histogram->max())
    return;
  auto [low, high] = getMiddle(*histogram);
  double integers = (high - low) / params->scale;
  if (high == low || integers >= kFewIntegers)
    return;
  warn(rounded, getRoundedName(rounded),
       llvm::formatv("99.8 % of tensor '{0}' lie in [{1}, {2}], which is "
                     "{3:F1} of 256 steps: a few values, or a constant, decide "
                     "its range",
                     getRoundedName(rounded), spell(low), spell(high),
                     integers),
       "clip it in front (a rule with 'range' or 'estimator' in a --policy), "
       "or give it int16 activations (int16x8) there");
}

/// What rounding the argument does to the function, over what calibration saw.
void Warner::checkFunction(PointwiseOp op) {
  std::optional<AffineParams> params = getInt8Params(op->getOperand(0));
  const Histogram *histogram = params ? find(op->getOperand(0)) : nullptr;
  if (!histogram)
    return;
  auto yield = cast<YieldOp>(op.getBody().front().getTerminator());
  SmallVector<double> exact, rounded, counts;
  for (auto [bin, count] : llvm::enumerate(histogram->bins()))
    if (count) {
      double value = std::clamp<double>(histogram->binCenter(bin),
                                        histogram->min(), histogram->max());
      exact.push_back(value);
      rounded.push_back(dequantize(quantize(value, *params), *params));
      counts.push_back(count);
    }
  Value argument = op.getBody().getArgument(0);
  auto wanted = evaluatePointwise(yield.getValue(), argument, exact);
  auto given = evaluatePointwise(yield.getValue(), argument, rounded);
  if (failed(wanted) || failed(given))
    return;
  double noise = 0, signal = 0, values = 0;
  for (auto [a, b, count] : llvm::zip_equal(*wanted, *given, counts)) {
    if (!std::isfinite(a))
      continue;
    signal += count * a * a;
    values += count;
    // Integers have no infinity: where the function has one, it is lost.
    noise += std::isfinite(b) ? count * (a - b) * (a - b) : count * a * a;
  }
  if (values == 0 || noise < kLostNoise * signal)
    return;
  std::string parts;
  llvm::interleave(
      llvm::make_filter_range(op.getBody().front().without_terminator(),
                              [](Operation &part) {
                                return !part.hasTrait<OpTrait::ConstantLike>();
                              }),
      [&](Operation &part) { parts += part.getName().stripDialect(); },
      [&] { parts += ", "; });
  StringRef name = getRoundedName(op->getOperand(0));
  warn(op, name,
       llvm::formatv("a step of 8 bits of tensor '{0}' ({1}) is a large "
                     "change for what is computed of it ({2}): {3:F1} dB are "
                     "left",
                     name, spell(params->scale), parts,
                     std::max(0.0, -10 * std::log10(noise / signal))));
}

/// A term that is smaller than half a step of the sum.
void Warner::checkSum(Operation *op) {
  if (!op->getResult(0).hasOneUse())
    return;
  auto rounded = dyn_cast<FakeQuantOp>(*op->user_begin());
  std::optional<AffineParams> sum =
      rounded ? getInt8Params(rounded) : std::nullopt;
  if (!sum)
    return;
  for (Value operand : op->getOperands()) {
    if (!getInt8Params(operand))
      continue;
    const Histogram *histogram = find(operand);
    if (!histogram)
      continue;
    double largest = std::max(-histogram->min(), histogram->max());
    if (largest == 0 || largest >= sum->scale / 2)
      continue;
    warn(op, getRoundedName(operand),
         llvm::formatv("tensor '{0}', at most {1}, is lost in the sum '{2}', "
                       "of which half a step of 8 bits is {3}",
                       getRoundedName(operand), spell(largest),
                       getRoundedName(rounded), spell(sum->scale / 2)));
  }
}

/// True if `value` is an output, perhaps moved.
bool Warner::isOutput(Value value) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (user->hasTrait<OpTrait::IsTerminator>())
      return true;
    return isa<FakeQuantOp, tosa::ReshapeOp, tosa::TransposeOp>(user) &&
           isOutput(user->getResult(0));
  });
}

/// Parts of an output, in the one scale that the output has.
void Warner::checkParts(Operation *op) {
  auto rounded = op->getResult(0).hasOneUse()
                     ? dyn_cast<FakeQuantOp>(*op->user_begin())
                     : FakeQuantOp();
  std::optional<AffineParams> params =
      rounded ? getInt8Params(rounded) : std::nullopt;
  if (!params || !isOutput(rounded.getOutput()))
    return;
  for (Value operand : op->getOperands()) {
    if (!operand.getDefiningOp<FakeQuantOp>() || !getInt8Params(operand))
      continue;
    const Histogram *histogram = find(operand);
    if (!histogram || histogram->min() == histogram->max())
      continue;
    double steps = (histogram->max() - histogram->min()) / params->scale;
    if (steps < kFewIntegers)
      warn(op, getRoundedName(operand),
           llvm::formatv("tensor '{0}' shares the scale of output '{1}', in "
                         "which its range is {2:F1} of 256 steps",
                         getRoundedName(operand), getRoundedName(rounded),
                         steps),
           "return it as an output of its own, or as float (--output-type, "
           "without --strict-integer) or int16");
  }
}

void Warner::run() {
  Block &body = func.getBody().front();
  // The more a warning knows, the earlier it comes.
  for (Operation &op : body) {
    if (!quantizability.isQuantizable(&op))
      continue;
    if (auto pointwise = dyn_cast<PointwiseOp>(op))
      checkFunction(pointwise);
    else if (isa<tosa::AddOp, tosa::SubOp>(op))
      checkSum(&op);
    else if (isa<tosa::ConcatOp>(op))
      checkParts(&op);
  }
  for (auto rounded : body.getOps<FakeQuantOp>())
    if (Operation *source = rounded.getInput().getDefiningOp();
        !source || !isa<SoftmaxOp>(source))
      checkRange(rounded);
}

namespace {
struct WarnOfLossPass : quantc::ptq::impl::PTQWarnOfLossBase<WarnOfLossPass> {
  using PTQWarnOfLossBase::PTQWarnOfLossBase;
  explicit WarnOfLossPass(std::shared_ptr<const Profile> profile)
      : profile(std::move(profile)) {}

  void runOnOperation() override {
    markAllAnalysesPreserved();
    if (failed(loadProfile(getOperation(), profilePath, profile)))
      return signalPassFailure();
    if (!profile)
      return;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (!func.isExternal())
        Warner(func, *profile, getChildAnalysis<Quantizability>(func)).run();
  }

private:
  std::shared_ptr<const Profile> profile;
};
} // namespace

std::unique_ptr<Pass>
ptq::createPTQWarnOfLoss(std::shared_ptr<const Profile> profile) {
  return std::make_unique<WarnOfLossPass>(std::move(profile));
}
