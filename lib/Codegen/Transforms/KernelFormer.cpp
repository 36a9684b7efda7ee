//===- KernelFormer.cpp - Operands of kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DotKind;
using kernel::StrategyAttr;

void Window::lengthenRows() {
  bool unpadded = padTop == 0 && padLeft == 0;
  if (kernelHeight == 1 && kernelWidth == 1 && strideY == 1 && strideX == 1 &&
      unpadded && inHeight == outHeight && inWidth == outWidth) {
    inWidth = outWidth = images * inHeight * inWidth;
    images = inHeight = outHeight = 1;
  } else if (inWidth == 1 && outWidth == 1 && kernelWidth == 1 &&
             padLeft == 0) {
    std::swap(inHeight, inWidth);
    std::swap(outHeight, outWidth);
    std::swap(kernelHeight, kernelWidth);
    std::swap(padTop, padLeft);
    std::swap(strideY, strideX);
    std::swap(dilationY, dilationX);
  }
}

Reduction::Reduction(const Window &window, int64_t group) {
  bool contiguous = window.dilationX == 1;
  rowTaps = window.kernelHeight;
  taps = contiguous ? 1 : window.kernelWidth;
  run = contiguous ? window.kernelWidth * window.inChannels : window.inChannels;
  groups = llvm::divideCeil(run, group);
  rowStep = window.dilationY;
  tapStep = contiguous ? 0 : window.dilationX * window.inChannels;
}

DenseElementsAttr codegen::getConstantWeights(Value weights) {
  DenseElementsAttr attr;
  if (!matchPattern(weights, m_Constant(&attr)) ||
      !attr.getElementType().isInteger(4))
    return attr;
  return attr.mapValues(IntegerType::get(weights.getContext(), 8),
                        [](const APInt &value) { return value.sext(8); });
}

void KernelFormer::accumulateWide(int64_t maxWeight) {
  int64_t maxProduct = (int64_t(1) << 15) * maxWeight;
  int64_t terms = std::numeric_limits<int32_t>::max() / maxProduct;
  widenEvery = std::max<int64_t>(terms / strategy.getGroup(), 1);
}

Value KernelFormer::constant(ArrayRef<int64_t> shape, ArrayRef<int64_t> values,
                             unsigned bits) {
  auto type = RankedTensorType::get(shape, rewriter.getIntegerType(bits));
  auto build = [&](auto zero) {
    SmallVector<decltype(zero)> narrow(values.begin(), values.end());
    return DenseElementsAttr::get(type, ArrayRef(narrow));
  };
  DenseElementsAttr attr = bits == 8    ? build(int8_t(0))
                           : bits == 16 ? build(int16_t(0))
                           : bits == 32 ? build(int32_t(0))
                                        : build(int64_t(0));
  return arith::ConstantOp::create(rewriter, loc, type, attr);
}

Value KernelFormer::constant(ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, rewriter.getF32Type());
  return arith::ConstantOp::create(rewriter, loc, type,
                                   DenseElementsAttr::get(type, values));
}

Value KernelFormer::packedWeights(ArrayRef<int64_t> packed) {
  bool narrow =
      llvm::all_of(packed, [](int64_t w) { return llvm::isInt<8>(w); });
  return constant({1, static_cast<int64_t>(packed.size())}, packed,
                  narrow ? 8 : 16);
}

Value KernelFormer::packedWeights(ArrayRef<float> packed) {
  return constant({1, static_cast<int64_t>(packed.size())}, packed);
}

Value KernelFormer::packedNarrow(const NarrowWeights &weights,
                                 ArrayRef<int64_t> packed) {
  Type element = weights.getElementType();
  int64_t size = packed.size();
  if (element.isInteger(8))
    return constant({1, size}, packed, 8);
  if (element.isF16()) {
    SmallVector<uint16_t> bits(packed.begin(), packed.end());
    auto type = RankedTensorType::get({1, size}, element);
    auto integers = type.clone(rewriter.getI16Type());
    auto attr = DenseElementsAttr::get(integers, ArrayRef(bits));
    return arith::ConstantOp::create(rewriter, loc, type,
                                     attr.bitcast(element));
  }
  SmallVector<int64_t> words(size / kernel::kInt4PerWord, 0);
  for (auto [i, value] : llvm::enumerate(packed)) {
    uint32_t nibble = static_cast<uint32_t>(value & 15)
                      << 4 * (i % kernel::kInt4PerWord);
    words[i / kernel::kInt4PerWord] |= nibble;
  }
  return constant({1, static_cast<int64_t>(words.size())}, words, 32);
}

Value KernelFormer::reshape(Value value, ArrayRef<int64_t> shape) {
  auto source = cast<RankedTensorType>(value.getType());
  auto target = RankedTensorType::get(shape, source.getElementType());
  if (source == target)
    return value;
  auto reassociation = getReassociationIndicesForReshape(source, target);
  if (!reassociation) {
    value = reshape(value, {source.getNumElements()});
    source = cast<RankedTensorType>(value.getType());
    reassociation = getReassociationIndicesForReshape(source, target);
  }
  if (source.getRank() > target.getRank())
    return tensor::CollapseShapeOp::create(rewriter, loc, target, value,
                                           *reassociation);
  return tensor::ExpandShapeOp::create(rewriter, loc, target, value,
                                       *reassociation);
}

int64_t KernelFormer::inputOffset(int64_t zeroPoint) const {
  switch (strategy.getDot()) {
  case DotKind::UnsignedSigned4:
    return 128;
  case DotKind::Signed16x2:
  case DotKind::Widening:
    return -zeroPoint;
  case DotKind::Signed4:
  case DotKind::Float:
    return 0;
  }
  llvm_unreachable("unknown dot kind");
}

Value KernelFormer::prepareInput(Value input, const Window &window,
                                 int64_t zeroPoint, int64_t rows,
                                 int64_t elements, int64_t repeat) {
  int64_t inElements = window.inWidth * window.inChannels;
  Value flat = reshape(input, {window.images, window.inHeight, inElements});
  DotKind dot = strategy.getDot();
  bool isUsable = dot == DotKind::Float || dot == DotKind::Signed4 ||
                  getElementTypeOrSelf(flat).isInteger(16);
  bool asIs = isUsable && repeat == 1;
  bool padded = window.padTop != 0 || window.padLeft != 0 ||
                rows > window.inHeight || elements > inElements;
  if (asIs && !padded)
    return flat;

  Type element = cast<ShapedType>(flat.getType()).getElementType();
  if (dot == DotKind::Signed16x2 || dot == DotKind::Widening)
    element = rewriter.getI16Type();
  Value init = tensor::EmptyOp::create(
      rewriter, loc, {window.images, rows, elements}, element);
  return kernel::PrepareOp::create(
             rewriter, loc, TypeRange(init.getType()), flat, init,
             rewriter.getI64IntegerAttr(window.padTop),
             rewriter.getI64IntegerAttr(window.padLeft * window.inChannels *
                                        repeat),
             rewriter.getI64IntegerAttr(zeroPoint),
             rewriter.getI64IntegerAttr(inputOffset(zeroPoint)),
             rewriter.getI64IntegerAttr(repeat))
      ->getResult(0);
}

Value KernelFormer::packAtRunTime(Value matrices, StrategyAttr layout,
                                  int64_t segment, int64_t zeroPoint) {
  auto type = cast<RankedTensorType>(matrices.getType());
  bool isFloat = layout.getDot() == DotKind::Float;
  if (type.getElementTypeBitWidth() < 8) {
    type = type.clone(rewriter.getI8Type());
    matrices = arith::ExtSIOp::create(rewriter, loc, type, matrices);
  }
  int64_t padded = ChannelBlocks(layout, type.getDimSize(2)).paddedChannels;
  int64_t size = padded * (type.getDimSize(1) / segment) *
                 llvm::alignTo(segment, layout.getGroup());
  Type element = isFloat ? type.getElementType() : rewriter.getI16Type();
  Value init = tensor::EmptyOp::create(rewriter, loc,
                                       {type.getDimSize(0), size}, element);
  return kernel::PackOp::create(rewriter, loc, TypeRange(init.getType()),
                                matrices, init, layout,
                                rewriter.getI64IntegerAttr(-zeroPoint),
                                rewriter.getI64IntegerAttr(segment))
      ->getResult(0);
}

/// The epilogue's attributes; creates the packed multipliers and shifts.
NamedAttrList KernelFormer::epilogueAttributes(int64_t channels,
                                               Value &multiplier,
                                               Value &shift) {
  NamedAttrList attributes;
  if (epilogue.clampMin) {
    attributes.set("clamp_min", epilogue.clampMin);
    attributes.set("clamp_max", epilogue.clampMax);
    if (epilogue.ignoreNan)
      attributes.set("ignore_nan", rewriter.getUnitAttr());
  }
  if (!epilogue.requantization)
    return attributes;

  const Requantization &scale = *epilogue.requantization;
  bool high = strategy.getHighRequantize() && !widenEvery &&
              strategy.getLanes() % 2 == 0 &&
              llvm::all_of(scale.shifts, [](int8_t s) { return s >= 33; });
  attributes.set("requantize",
                 kernel::RequantizeAttr::get(
                     rewriter.getContext(), scale.zeroPoint, scale.min,
                     scale.max, scale.doubleRound, high));
  int64_t padded = ChannelBlocks(strategy, channels).paddedChannels;
  int64_t lanes = strategy.getLanes();
  SmallVector<int64_t> multipliers(padded, 0), shifts(padded, high ? 1 : 33);
  for (int64_t c = 0; c < channels; ++c) {
    int64_t lane = c % lanes;
    int64_t slot = high ? c - lane + lane / 2 + lane % 2 * (lanes / 2) : c;
    multipliers[slot] = scale.multipliers[c];
    shifts[c] = scale.shifts[c] - (high ? 32 : 0);
  }
  multiplier = constant({padded}, multipliers, 32);
  shift = constant({padded}, shifts, 8);
  return attributes;
}

template <typename KernelTy>
void KernelFormer::finish(Value input, Value weights, Value bias,
                          const Window &window, ArrayRef<int64_t> taps,
                          ArrayRef<int64_t> tapSteps, int64_t channels,
                          std::optional<int64_t> groups) {
  Value multiplier, shift;
  Value factor = scaleOfChannels(epilogue.factor, channels);
  Value addend = scaleOfChannels(epilogue.addend, channels);
  NamedAttrList attributes = epilogueAttributes(channels, multiplier, shift);
  Type resultElement = getElementTypeOrSelf(epilogue.result);
  // 48-bit sums that are not requantized are stored as 64-bit integers.
  bool isStoredWide = widenEvery && resultElement.isInteger(48);
  Type element = isStoredWide ? rewriter.getI64Type() : resultElement;
  Value init = tensor::EmptyOp::create(
      rewriter, loc,
      {window.images, window.outHeight, window.outWidth, channels}, element);
  attributes.set("strategy", strategy);
  attributes.set("row_stride", rewriter.getI64IntegerAttr(window.strideY));
  int64_t pixelElements = std::is_same_v<KernelTy, kernel::DepthwiseOp>
                              ? channels
                              : window.inChannels;
  attributes.set("pixel_stride",
                 rewriter.getI64IntegerAttr(window.strideX * pixelElements));
  attributes.set("taps", rewriter.getDenseI64ArrayAttr(taps));
  attributes.set("tap_steps", rewriter.getDenseI64ArrayAttr(tapSteps));
  if (groups)
    attributes.set("groups", rewriter.getI64IntegerAttr(*groups));
  if (widenEvery)
    attributes.set("widen_every", rewriter.getI64IntegerAttr(*widenEvery));
  if (scaleBlock)
    attributes.set("scale_block", rewriter.getI64IntegerAttr(*scaleBlock));
  SmallVector<Value> operands;
  SmallVector<int32_t> segments;
  for (Value operand : {input, weights, bias, multiplier, shift, weightScales,
                        factor, addend, init}) {
    segments.push_back(operand ? 1 : 0);
    if (operand)
      operands.push_back(operand);
  }
  attributes.set("operandSegmentSizes",
                 rewriter.getDenseI32ArrayAttr(segments));
  Operation *kernelOp = KernelTy::create(
      rewriter, loc, TypeRange(init.getType()), operands, attributes);
  Value result = kernelOp->getResult(0);
  if (isStoredWide)
    result = arith::TruncIOp::create(
        rewriter, loc, cast<ShapedType>(result.getType()).clone(resultElement),
        result);
  auto resultType = cast<ShapedType>(epilogue.result.getType());
  rewriter.replaceAllUsesWith(epilogue.result,
                              reshape(result, resultType.getShape()));
}

template void KernelFormer::finish<kernel::ConvOp>(Value, Value, Value,
                                                   const Window &,
                                                   ArrayRef<int64_t>,
                                                   ArrayRef<int64_t>, int64_t,
                                                   std::optional<int64_t>);
template void
KernelFormer::finish<kernel::DepthwiseOp>(Value, Value, Value, const Window &,
                                          ArrayRef<int64_t>, ArrayRef<int64_t>,
                                          int64_t, std::optional<int64_t>);
