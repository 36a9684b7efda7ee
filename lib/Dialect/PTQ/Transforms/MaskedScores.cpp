//===- MaskedScores.cpp - Ranges behind attention masks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A mask makes scores so small that softmax turns them into 0. The number that
/// it uses, -1e4 or -1e9, must not decide the range of the scores (N73).
///
//===----------------------------------------------------------------------===//

#include "Annotator.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// `value` as it was before it was annotated.
static Value skipFakeQuant(Value value) {
  auto rounded = value.getDefiningOp<FakeQuantOp>();
  return rounded ? rounded.getInput() : value;
}

std::optional<Annotator::Visible> Annotator::findMask(Value mask) const {
  mask = skipFakeQuant(mask);
  if (isConstant(mask)) {
    std::optional<SmallVector<float>> values = getFloats(mask);
    if (!values)
      return std::nullopt;
    // What is far below the rest hides scores.
    double least = *llvm::min_element(*values);
    Visible visible{HUGE_VAL, *llvm::max_element(*values)};
    for (float value : *values)
      if (value > least / 4)
        visible.least = std::min<double>(visible.least, value);
    bool isMask = least < 0 && std::isfinite(visible.least);
    return isMask ? std::optional(visible) : std::nullopt;
  }
  const Histogram *histogram = findHistogram(mask);
  if (!histogram || !(histogram->min() < 0) || histogram->max() != 0)
    return std::nullopt;
  // A mask that is computed is 0 where it hides nothing.
  uint64_t hidden = 0;
  for (auto [bin, count] : llvm::enumerate(histogram->bins()))
    if (histogram->binCenter(bin) <= histogram->min() / 4)
      hidden += count;
  bool isMask = hidden + histogram->zeros() == histogram->values();
  return isMask ? std::optional(Visible{0, 0}) : std::nullopt;
}

/// `op` as scores under a mask, if it is such an operation.
std::optional<Annotator::MaskedScores>
Annotator::matchMask(Operation *op) const {
  if (auto add = dyn_cast_or_null<tosa::AddOp>(op)) {
    for (unsigned i : {1, 0})
      if (std::optional<Visible> visible = findMask(add->getOperand(i)))
        return MaskedScores{skipFakeQuant(add->getOperand(1 - i)),
                            &add->getOpOperand(i), *visible};
    return std::nullopt;
  }
  auto select = dyn_cast_or_null<tosa::SelectOp>(op);
  if (!select)
    return std::nullopt;
  for (unsigned i : {1, 2}) {
    Value mask = skipFakeQuant(select->getOperand(i));
    std::optional<SmallVector<float>> values =
        isConstant(mask) ? getFloats(mask) : std::nullopt;
    Value scores = skipFakeQuant(select->getOperand(3 - i));
    const Histogram *histogram = findHistogram(scores);
    if (values && histogram && histogram->values() &&
        llvm::all_of(*values,
                     [&](float value) { return value < histogram->min(); }))
      return MaskedScores{scores, &select->getOpOperand(i), {0, 0}};
  }
  return std::nullopt;
}

/// The longest row of the softmax operations that alone read `value`, moved or
/// masked further; 0 if others read it.
int64_t Annotator::findSoftmaxRow(Value value) const {
  int64_t longest = 0;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    int64_t row = 0;
    if (isa<FakeQuantOp>(user))
      row = findSoftmaxRow(user->getResult(0));
    else if (auto softmax = dyn_cast<SoftmaxOp>(user))
      row =
          cast<RankedTensorType>(value.getType()).getDimSize(softmax.getAxis());
    else if (auto masked = matchMask(user);
             masked && masked->scores == skipFakeQuant(value))
      row = findSoftmaxRow(user->getResult(0));
    else if (auto move = dyn_cast<QuantizableOpInterface>(user);
             move && move.requiresSameScale() && user->getNumResults() == 1 &&
             llvm::count_if(user->getOpOperands(), [](OpOperand &operand) {
               return getRole(operand) == OperandRole::Activation;
             }) == 1)
      row = findSoftmaxRow(user->getResult(0));
    if (row == 0)
      return 0;
    longest = std::max(longest, row);
  }
  return longest;
}

/// The range of what softmax can still see of `value`, masked scores that
/// nothing else reads.
std::optional<RangeEstimate>
Annotator::findVisibleRange(Value value, SchemeAttr scheme) const {
  int64_t row = matchMask(value.getDefiningOp()) ? findSoftmaxRow(value) : 0;
  if (row == 0)
    return std::nullopt;
  // Scores may have been masked before.
  Visible visible{0, 0};
  Value scores = value;
  while (auto inner = matchMask(scores.getDefiningOp())) {
    visible.least += inner->visible.least;
    visible.most += inner->visible.most;
    scores = inner->scores;
  }
  const Histogram *histogram = findHistogram(scores),
                  *masks = findHistogram(value);
  if (!histogram || histogram->values() == 0 || !masks)
    return std::nullopt;
  EstimatorOptions chosen = options;
  if (scheme.isStaticInt16())
    chosen.estimator = Estimator::MinMax;
  RangeEstimate range =
      estimateRange(*histogram, scheme.getActivationStorage(), chosen);
  // So far below the largest score of any row, all hidden elements together
  // are less than half a step of the result.
  double steps = std::ldexp(1.0, scheme.getActivationWidth() + 1);
  range.min =
      histogram->min() + std::min(visible.least, 0.0) - std::log(steps * row);
  range.max = std::min<double>(range.max + visible.most, masks->max());
  range.max = std::max(range.max, 0.0);
  return range;
}

/// The least value that `mask` needs if nothing but masks read it: it takes the
/// largest score out of sight.
std::optional<double> Annotator::findMaskLow(Value mask) const {
  double lowest = 0;
  for (OpOperand &use : mask.getUses()) {
    Operation *user = use.getOwner();
    std::optional<double> low;
    std::optional<MaskedScores> masked = matchMask(user);
    if (isa<FakeQuantOp>(user)) {
      low = findMaskLow(user->getResult(0));
    } else if (masked && masked->mask == &use) {
      std::optional<RangeEstimate> range =
          findVisibleRange(user->getResult(0), getScheme(user));
      if (range)
        low = isa<tosa::SelectOp>(user) ? range->min : range->min - range->max;
    } else if (auto product = dyn_cast<tosa::MulOp>(user);
               product && use.getOperandNumber() < 2) {
      // (1 - m) * c, where findMask has seen 0 and numbers up to 4 times apart.
      const Histogram *other = findHistogram(
          skipFakeQuant(user->getOperand(1 - use.getOperandNumber())));
      low = findMaskLow(product.getResult());
      if (low && other && other->min() >= 0 && other->max() > 0)
        *low *= 4 / other->max();
      else
        low.reset();
    } else if (auto move = dyn_cast<QuantizableOpInterface>(user);
               move && move.requiresSameScale() && user->getNumResults() == 1) {
      low = findMaskLow(user->getResult(0));
    }
    if (!low)
      return std::nullopt;
    lowest = std::min(lowest, *low);
  }
  return mask.use_empty() ? std::nullopt : std::optional(lowest);
}
