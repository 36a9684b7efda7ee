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

Epilogue codegen::matchEpilogue(Value accumulator) {
  Epilogue epilogue;
  epilogue.result = accumulator;
  int64_t channels = lastDim(accumulator);
  Value current = accumulator;
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
    if (auto add = dyn_cast<tosa::AddOp>(user)) {
      std::optional<DenseElementsAttr> addend = channelAddend(add, current);
      if (!addend || epilogue.requantization || epilogue.clampMin)
        break;
      epilogue.biases.push_back(*addend);
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
