//===- KernelOps.cpp - Verifiers and effects of the kernel ops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace quantc::kernel;

#define GET_OP_CLASSES
#include "quantc/Codegen/Kernel/Kernel.cpp.inc"

/// On memrefs a kernel reads its inputs and writes `init`; on tensors it has no
/// effect.
static void collectEffects(
    DestinationStyleOpInterface op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

static ShapedType shaped(Value value) {
  return cast<ShapedType>(value.getType());
}

/// Sizes and steps are limited so that a product of two of them fits in 64
/// bits.
static LogicalResult verifyRange(Operation *op, StringRef name,
                                 ArrayRef<int64_t> values, int64_t min) {
  for (int64_t value : values)
    if (value < min || value > INT32_MAX)
      return op->emitOpError("has '")
             << name << "' = " << value << "; it must be from " << min << " to "
             << INT32_MAX;
  return success();
}

static LogicalResult verifySizes(Operation *op) {
  for (Type type : op->getOperandTypes())
    if (failed(verifyRange(op, "size", cast<ShapedType>(type).getShape(), 0)))
      return failure();
  return success();
}

/// The product of numbers that are not negative, or the largest integer.
static int64_t multiply(std::initializer_list<int64_t> factors) {
  int64_t product = 1;
  bool overflows = false;
  for (int64_t factor : factors)
    overflows |= llvm::MulOverflow(product, factor, product);
  return overflows ? INT64_MAX : product;
}

/// A factor and an addend make floats of 32-bit accumulators.
template <typename OpTy>
static LogicalResult verifyScaleToFloat(OpTy op, int64_t padded) {
  if (!op.getFactor())
    return op.getAddend() ? op.emitOpError("adds 'offset' after 'scale' only")
                          : success();
  if (op.getRequantize() || op.getWidenEvery() ||
      !shaped(op.getInit()).getElementType().isF32())
    return op.emitOpError(
        "scales sums of 32 bits to f32, which are not requantized");
  for (Value operand : {op.getFactor(), op.getAddend()})
    if (operand && (shaped(operand).getRank() != 1 ||
                    shaped(operand).getDimSize(0) != padded))
      return op.emitOpError("expects a scale and an offset of ")
             << padded << " channels (whole vectors)";
  return success();
}

/// The rules that conv and depthwise share.
template <typename OpTy>
static LogicalResult verifyProduct(OpTy op) {
  ShapedType in = shaped(op.getInput()), out = shaped(op.getInit());
  ShapedType weights = shaped(op.getWeights()), bias = shaped(op.getBias());
  for (Type type : op->getOperandTypes())
    if (!cast<ShapedType>(type).hasStaticShape())
      return op.emitOpError(
                 "works on static shapes only, but has an operand of type ")
             << type;
  if (in.getRank() != 3 || out.getRank() != 4 || weights.getRank() != 2 ||
      bias.getRank() != 1)
    return op.emitOpError("expects an input of rank 3, weights of rank 2, a "
                          "bias of rank 1 and an "
                          "output of rank 4");
  if (op.getTaps().size() != 2 || op.getTapSteps().size() != 2)
    return op.emitOpError("expects two tap counts and two tap steps");
  if (failed(verifySizes(op)) ||
      failed(verifyRange(op, "taps", op.getTaps(), 1)) ||
      failed(verifyRange(op, "tap_steps", op.getTapSteps(), 0)) ||
      failed(verifyRange(op, "row_stride",
                         static_cast<int64_t>(op.getRowStride()), 0)) ||
      failed(verifyRange(op, "pixel_stride",
                         static_cast<int64_t>(op.getPixelStride()), 0)))
    return failure();
  if (in.getDimSize(0) != out.getDimSize(0))
    return op.emitOpError("input and output differ in the number of images");

  StrategyAttr strategy = op.getStrategy();
  int64_t padded = ChannelBlocks(strategy, out.getDimSize(3)).paddedChannels;
  if (bias.getDimSize(0) != padded)
    return op.emitOpError("expects a bias of ")
           << padded << " channels (whole vectors), not " << bias.getDimSize(0);
  bool isFloat = strategy.getDot() == DotKind::Float;
  if (isFloat != bias.getElementType().isF32() ||
      isFloat != in.getElementType().isF32())
    return op.emitOpError("element types do not fit the dot kind '")
           << stringifyDotKind(strategy.getDot()) << "'";
  Type weight = weights.getElementType();
  bool isNarrow = weight.isInteger(8) || weight.isF16() ||
                  isInt4(strategy.getDot(), weight);
  if (isFloat ? !weight.isF32() && !isNarrow
              : !weight.isInteger(8) && !weight.isInteger(16))
    return op.emitOpError("has weights of type ")
           << weight << ", which the dot kind '"
           << stringifyDotKind(strategy.getDot()) << "' does not take";
  if (op.getWeightScales() && (!isFloat || !isa<IntegerType>(weight)))
    return op.emitOpError("scales only integer weights of a float product");
  bool isWide = op.getWidenEvery().has_value();
  if (isWide != bias.getElementType().isInteger(64) || (isWide && isFloat))
    return op.emitOpError(
        "'widen_every' and a bias of i64 go together, for integers");
  bool scaled = bool(op.getMultiplier());
  if (scaled != bool(op.getShift()) || scaled != bool(op.getRequantize()))
    return op.emitOpError("'requantize', multiplier and shift go together");
  if (scaled && (shaped(op.getMultiplier()).getNumElements() != padded ||
                 shaped(op.getShift()).getNumElements() != padded))
    return op.emitOpError("expects ")
           << padded << " multipliers and shifts (whole vectors)";
  return verifyScaleToFloat(op, padded);
}

/// Scales of weights: one a channel, or one for each block of a run's groups.
static LogicalResult verifyScales(ConvOp op, int64_t padded) {
  std::optional<int64_t> block = op.getScaleBlock();
  if (!op.getWeightScales())
    return block ? op.emitOpError("'scale_block' needs scales of the weights")
                 : success();
  int64_t groups = op.getGroups();
  if (block && (groups % *block != 0 || *block % kInt4PerWord != 0))
    return op.emitOpError("cannot cut ")
           << groups << " groups into blocks of " << *block
           << ": expects a divisor that is a multiple of " << kInt4PerWord;
  int64_t rows =
      block ? multiply({op.getTaps()[0], op.getTaps()[1], groups / *block}) : 1;
  int64_t count = multiply({padded, rows});
  if (shaped(op.getWeightScales()).getNumElements() != count)
    return op.emitOpError("expects ") << count << " weight scales";
  return success();
}

LogicalResult ConvOp::verify() {
  if (failed(verifyProduct(*this)) ||
      failed(
          verifyRange(*this, "groups", static_cast<int64_t>(getGroups()), 1)))
    return failure();
  ShapedType in = shaped(getInput()), out = shaped(getInit()),
             weights = shaped(getWeights());
  int64_t padded =
      ChannelBlocks(getStrategy(), out.getDimSize(3)).paddedChannels;
  int64_t perTap = getGroups() * getStrategy().getGroup();
  if (isInt4(getStrategy().getDot(), weights.getElementType()))
    perTap = llvm::divideCeil(perTap, kInt4PerWord);
  int64_t size = multiply({padded, getTaps()[0], getTaps()[1], perTap});
  if (weights.getDimSize(1) != size)
    return emitOpError("expects ")
           << size << " packed weights, not " << weights.getDimSize(1);
  if (failed(verifyScales(*this, padded)))
    return failure();
  if (weights.getDimSize(0) != 1 && weights.getDimSize(0) != in.getDimSize(0))
    return emitOpError("expects one set of weights, or one for each image");
  int64_t lastRow =
      (out.getDimSize(1) - 1) * static_cast<int64_t>(getRowStride()) +
      (getTaps()[0] - 1) * getTapSteps()[0];
  int64_t lastElement =
      (out.getDimSize(2) - 1) * static_cast<int64_t>(getPixelStride()) +
      (getTaps()[1] - 1) * getTapSteps()[1] +
      static_cast<int64_t>(getGroups()) * getStrategy().getGroup() - 1;
  if (lastRow >= in.getDimSize(1) || lastElement >= in.getDimSize(2))
    return emitOpError("reads row ") << lastRow << ", element " << lastElement
                                     << " of an input of type " << in;
  return success();
}

LogicalResult DepthwiseOp::verify() {
  if (failed(verifyProduct(*this)))
    return failure();
  ShapedType in = shaped(getInput()), out = shaped(getInit());
  int64_t padded =
      ChannelBlocks(getStrategy(), out.getDimSize(3)).paddedChannels;
  if (getWeightScales() && shaped(getWeightScales()).getNumElements() != padded)
    return emitOpError("expects ") << padded << " weight scales";
  int64_t lastRow =
      (out.getDimSize(1) - 1) * static_cast<int64_t>(getRowStride()) +
      (getTaps()[0] - 1) * getTapSteps()[0];
  int64_t lastElement =
      (out.getDimSize(2) - 1) * static_cast<int64_t>(getPixelStride()) +
      (getTaps()[1] - 1) * getTapSteps()[1] + padded - 1;
  if (lastRow >= in.getDimSize(1) || lastElement >= in.getDimSize(2))
    return emitOpError("reads row ") << lastRow << ", element " << lastElement
                                     << " of an input of type " << in;
  return success();
}

LogicalResult PrepareOp::verify() {
  ShapedType in = shaped(getInput()), out = shaped(getInit());
  if (in.getRank() != 3 || out.getRank() != 3 || !in.hasStaticShape() ||
      !out.hasStaticShape())
    return emitOpError(
        "expects an input and an output of rank 3 and static shape");
  if (failed(verifySizes(*this)) ||
      failed(
          verifyRange(*this, "repeat", static_cast<int64_t>(getRepeat()), 1)))
    return failure();
  if (in.getDimSize(0) != out.getDimSize(0))
    return emitOpError("input and output differ in the number of images");
  bool sameType = in.getElementType() == out.getElementType();
  bool widens =
      in.getElementType().isInteger(8) && out.getElementType().isInteger(16);
  if (!sameType && !widens)
    return emitOpError("can only copy, or widen i8 to i16");
  return success();
}

LogicalResult PackOp::verify() {
  ShapedType in = shaped(getInput()), out = shaped(getInit());
  if (in.getRank() != 3 || out.getRank() != 2 || !in.hasStaticShape() ||
      !out.hasStaticShape())
    return emitOpError(
        "expects an input of rank 3, an output of rank 2 and static shapes");
  if (failed(verifySizes(*this)) ||
      failed(
          verifyRange(*this, "segment", static_cast<int64_t>(getSegment()), 1)))
    return failure();
  int64_t padded =
      ChannelBlocks(getStrategy(), in.getDimSize(2)).paddedChannels;
  int64_t rows = in.getDimSize(1), segment = getSegment();
  if (rows % segment != 0)
    return emitOpError("cannot cut ")
           << rows << " rows into segments of " << segment;
  int64_t size = multiply(
      {padded, rows / segment,
       static_cast<int64_t>(llvm::alignTo(segment, getStrategy().getGroup()))});
  if (in.getDimSize(0) != out.getDimSize(0) || out.getDimSize(1) != size)
    return emitOpError("expects an output of ")
           << in.getDimSize(0) << "x" << size << " elements";
  return success();
}

LogicalResult LookupOp::verify() {
  ShapedType in = shaped(getInput()), out = shaped(getInit()),
             table = shaped(getTable());
  for (ShapedType type : {in, out, table})
    if (type.getRank() != 1 || !type.hasStaticShape() ||
        !type.getElementType().isInteger(8))
      return emitOpError("expects bytes in one dimension, not ") << type;
  if (table.getDimSize(0) != 256)
    return emitOpError("expects a table of 256 entries, not ")
           << table.getDimSize(0);
  if (in.getDimSize(0) != out.getDimSize(0))
    return emitOpError("input and output differ in size");
  return success();
}

LogicalResult DotOp::verify() {
  auto acc = cast<VectorType>(getAcc().getType());
  auto lhs = cast<VectorType>(getLhs().getType());
  int64_t group = getGroup(getKind());
  if (lhs.getNumElements() % group != 0 ||
      lhs.getNumElements() / group != acc.getNumElements())
    return emitOpError("of kind '")
           << stringifyDotKind(getKind()) << "' takes " << getGroup(getKind())
           << " products a lane: operand type " << lhs
           << " does not fit accumulator type " << acc;
  return success();
}

void ConvOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  collectEffects(*this, effects);
}
void DepthwiseOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  collectEffects(*this, effects);
}
void PrepareOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  collectEffects(*this, effects);
}
void PackOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  collectEffects(*this, effects);
}
void LookupOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  collectEffects(*this, effects);
}
