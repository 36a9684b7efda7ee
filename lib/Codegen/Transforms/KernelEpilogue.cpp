//===- KernelEpilogue.cpp - What can be fused after a product -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

static int64_t lastDim(Value value) {
  return cast<ShapedType>(value.getType()).getShape().back();
}

static std::optional<DenseElementsAttr> constantOf(Value value) {
  DenseElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return std::nullopt;
  return attr;
}

/// The constant that `add` adds to `accumulator`: one 32-bit value, or one per
/// channel. Nothing if it is no such constant.
static std::optional<DenseElementsAttr> channelAddend(tosa::AddOp add,
                                                      Value accumulator) {
  if (add.getType() != accumulator.getType() ||
      getElementTypeOrSelf(accumulator).getIntOrFloatBitWidth() != 32)
    return std::nullopt;
  Value other =
      add.getInput1() == accumulator ? add.getInput2() : add.getInput1();
  std::optional<DenseElementsAttr> attr = constantOf(other);
  if (!attr)
    return std::nullopt;
  int64_t count = attr->getNumElements();
  if (count != 1 && (count != lastDim(accumulator) || lastDim(other) != count))
    return std::nullopt;
  return attr;
}

static std::optional<Requantization> matchRescale(tosa::RescaleOp op,
                                                  int64_t channels) {
  std::optional<DenseElementsAttr> multiplier = constantOf(op.getMultiplier());
  std::optional<DenseElementsAttr> shift = constantOf(op.getShift());
  FailureOr<int64_t> inputZp = op.getInputZeroPoint();
  FailureOr<int64_t> outputZp = op.getOutputZeroPoint();
  auto element = dyn_cast<IntegerType>(getElementTypeOrSelf(op.getOutput()));
  // 32-bit sums are scaled with 32-bit multipliers, and 48-bit sums with 16-bit
  // multipliers.
  bool isWide = getElementTypeOrSelf(op.getInput()).isInteger(48);
  bool doubleRound = op.getRoundingMode() == tosa::RoundingMode::DOUBLE_ROUND;
  if (op.getScale32() == isWide || (isWide && doubleRound) ||
      op.getInputUnsigned() || op.getOutputUnsigned() || !multiplier ||
      !shift || failed(inputZp) || *inputZp != 0 || failed(outputZp) ||
      !element || !llvm::is_contained({8u, 16u, 32u}, element.getWidth()))
    return std::nullopt;
  if (!llvm::is_contained({int64_t(1), channels}, multiplier->getNumElements()))
    return std::nullopt;

  Requantization result;
  auto multipliers = multiplier->getValues<APInt>();
  auto shifts = shift->getValues<APInt>();
  for (int64_t c = 0; c < channels; ++c) {
    int64_t index = multiplier->getNumElements() == 1 ? 0 : c;
    result.multipliers.push_back(multipliers[index].getSExtValue());
    result.shifts.push_back(shifts[index].getSExtValue());
    if (result.shifts.back() < 2 || result.shifts.back() > 62)
      return std::nullopt;
  }
  result.zeroPoint = *outputZp;
  result.min = llvm::minIntN(element.getWidth());
  result.max = llvm::maxIntN(element.getWidth());
  result.doubleRound = doubleRound;
  return result;
}

/// Fuses a clamp; false if it does not fit.
static bool fuseClamp(tosa::ClampOp op, Epilogue &epilogue) {
  if (epilogue.requantization) {
    Requantization &requantization = *epilogue.requantization;
    int64_t min = cast<IntegerAttr>(op.getMinVal()).getValue().getSExtValue();
    int64_t max = cast<IntegerAttr>(op.getMaxVal()).getValue().getSExtValue();
    // This is what two clamps in a row compute, whatever their limits.
    requantization.min = std::clamp(requantization.min, min, max);
    requantization.max = std::clamp(requantization.max, min, max);
    return true;
  }
  auto min = dyn_cast<FloatAttr>(op.getMinVal()),
       max = dyn_cast<FloatAttr>(op.getMaxVal());
  if (!min || !max || epilogue.clampMin)
    return false;
  epilogue.clampMin = min;
  epilogue.clampMax = max;
  epilogue.ignoreNan = op.getNanMode() == tosa::NanPropagationMode::IGNORE;
  return true;
}

/// The other operand of `op`, if it has one value, or one a channel of
/// `value`; null otherwise.
template <typename OpTy>
static Value channelOperand(OpTy op, Value value) {
  Value other = op.getInput1() == value ? op.getInput2() : op.getInput1();
  auto type = dyn_cast<RankedTensorType>(other.getType());
  if (op.getType() != value.getType() || !type || !type.hasStaticShape() ||
      type.getRank() == 0)
    return nullptr;
  int64_t count = type.getNumElements(), channels = lastDim(value);
  bool isPerChannel = count == channels && type.getShape().back() == channels;
  return count == 1 || isPerChannel ? other : nullptr;
}

namespace {
/// Integers by channel that are added to the accumulators when the network
/// runs, and a cast: both are fused only if a factor follows.
struct ScalePrefix {
  SmallVector<Value> added, subtracted;

  /// True if `user` of `current` belongs to it.
  bool take(Operation *user, Value current) {
    bool isInteger = getElementTypeOrSelf(current).isInteger(32);
    if (isa<tosa::CastOp>(user))
      return isInteger && getElementTypeOrSelf(user->getResult(0)).isF32();
    if (auto add = dyn_cast<tosa::AddOp>(user); add && isInteger) {
      added.push_back(channelOperand(add, current));
      return static_cast<bool>(added.back());
    }
    auto sub = dyn_cast<tosa::SubOp>(user);
    if (!sub || !isInteger || sub.getInput1() != current)
      return false;
    subtracted.push_back(channelOperand(sub, current));
    return static_cast<bool>(subtracted.back());
  }
};
} // namespace

/// Fuses a factor, or an addend after it; false if `user` is neither.
static bool fuseScale(Operation *user, Value current, ScalePrefix &prefix,
                      Epilogue &epilogue) {
  if (!getElementTypeOrSelf(current).isF32() || epilogue.clampMin ||
      epilogue.addend)
    return false;
  if (auto add = dyn_cast<tosa::AddOp>(user); add && epilogue.factor) {
    epilogue.addend = channelOperand(add, current);
    return static_cast<bool>(epilogue.addend);
  }
  auto mul = dyn_cast<tosa::MulOp>(user);
  if (!mul || epilogue.factor)
    return false;
  epilogue.factor = channelOperand(mul, current);
  if (!epilogue.factor)
    return false;
  epilogue.addedAtRunTime = std::move(prefix.added);
  epilogue.subtractedAtRunTime = std::move(prefix.subtracted);
  return true;
}

Epilogue codegen::matchEpilogue(Value accumulator) {
  Epilogue epilogue;
  epilogue.result = accumulator;
  int64_t channels = lastDim(accumulator);
  Value current = accumulator;
  ScalePrefix prefix;
  bool inPrefix = false;
  while (current.hasOneUse()) {
    Operation *user = *current.user_begin();
    if (auto reshape = dyn_cast<tosa::ReshapeOp>(user)) {
      // A reshape alone is not worth fusing. It is fused if an operation behind
      // it is.
      if (cast<ShapedType>(reshape.getType()).getRank() == 0 ||
          lastDim(reshape) != channels)
        break;
      current = reshape;
      continue;
    }
    auto add = dyn_cast<tosa::AddOp>(user);
    std::optional<DenseElementsAttr> addend;
    if (add && !epilogue.factor && !inPrefix)
      addend = channelAddend(add, current);
    if (addend && !epilogue.requantization && !epilogue.clampMin) {
      epilogue.biases.push_back(*addend);
    } else if (fuseScale(user, current, prefix, epilogue)) {
      inPrefix = false;
    } else if (!epilogue.requantization && !epilogue.clampMin &&
               prefix.take(user, current)) {
      inPrefix = true;
      current = user->getResult(0);
      continue;
    } else if (inPrefix) {
      break;
    } else if (auto rescale = dyn_cast<tosa::RescaleOp>(user)) {
      if (epilogue.requantization || rescale.getInput() != current)
        break;
      epilogue.requantization = matchRescale(rescale, channels);
      if (!epilogue.requantization)
        break;
    } else if (auto clamp = dyn_cast<tosa::ClampOp>(user)) {
      if (!fuseClamp(clamp, epilogue))
        break;
    } else {
      break;
    }
    current = user->getResult(0);
    epilogue.result = current;
  }
  return epilogue;
}
