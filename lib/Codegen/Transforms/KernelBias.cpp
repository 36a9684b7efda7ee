//===- KernelBias.cpp - The start of every accumulator -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is known when the network is compiled (a constant bias, constants added
// to the accumulators, zero points) is one constant; a bias that the network
// computes is added to it when it runs.
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::ChannelBlocks;
using kernel::DotKind;

/// Pads values that are not constants: one, or one per channel. The result has
/// one per channel, followed by zeros.
Value KernelFormer::padChannels(Value values, int64_t channels) {
  auto type = cast<RankedTensorType>(values.getType());
  int64_t padded = ChannelBlocks(strategy, channels).paddedChannels;
  int64_t count = type.getNumElements();
  if (count == padded)
    return reshape(values, {padded});
  Value init = tensor::EmptyOp::create(rewriter, loc, {1, 1, padded},
                                       type.getElementType());
  IntegerAttr zero = rewriter.getI64IntegerAttr(0);
  auto prepare = kernel::PrepareOp::create(
      rewriter, loc, TypeRange(init.getType()), reshape(values, {1, 1, count}),
      init, zero, zero, zero, zero,
      rewriter.getI64IntegerAttr(channels / count));
  return reshape(prepare->getResult(0), {padded});
}

/// The factor or the addend of every channel, padded to whole vectors.
Value KernelFormer::scaleOfChannels(Value values, int64_t channels) {
  DenseElementsAttr attr;
  if (!values || !matchPattern(values, m_Constant(&attr)))
    return values ? padChannels(values, channels) : values;
  int64_t padded = ChannelBlocks(strategy, channels).paddedChannels;
  SmallVector<float> padding(padded, 0.0f);
  for (int64_t c = 0; c < channels; ++c)
    padding[c] = attr.getValues<float>()[attr.getNumElements() == 1 ? 0 : c];
  return constant({padded}, padding);
}

/// The op's bias and what is known when the network is compiled.
Value KernelFormer::startOf(Value opBias, int64_t channels, int64_t zeroPoint,
                            ArrayRef<int64_t> weightSums) {
  DenseElementsAttr attr;
  if (!opBias || matchPattern(opBias, m_Constant(&attr)))
    return constantBias(attr, channels, zeroPoint, weightSums);
  if (widenEvery) {
    auto wide =
        cast<RankedTensorType>(opBias.getType()).clone(rewriter.getI64Type());
    opBias = arith::ExtSIOp::create(rewriter, loc, wide, opBias);
  }
  Value value = padChannels(opBias, channels);
  bool isAlone = epilogue.biases.empty() && weightSums.empty();
  if (isAlone)
    return value;
  Value rest = constantBias(nullptr, channels, zeroPoint, weightSums);
  if (strategy.getDot() == DotKind::Float)
    return arith::AddFOp::create(rewriter, loc, value, rest);
  return arith::AddIOp::create(rewriter, loc, value, rest);
}

Value KernelFormer::bias(Value opBias, int64_t channels, int64_t zeroPoint,
                         ArrayRef<int64_t> weightSums) {
  Value value = startOf(opBias, channels, zeroPoint, weightSums);
  for (Value added : epilogue.addedAtRunTime)
    value = arith::AddIOp::create(rewriter, loc, value,
                                  padChannels(added, channels));
  for (Value subtracted : epilogue.subtractedAtRunTime)
    value = arith::SubIOp::create(rewriter, loc, value,
                                  padChannels(subtracted, channels));
  return value;
}

Value KernelFormer::constantBias(DenseElementsAttr opBias, int64_t channels,
                                 int64_t zeroPoint,
                                 ArrayRef<int64_t> weightSums) {
  SmallVector<DenseElementsAttr> addends = epilogue.biases;
  if (opBias)
    addends.push_back(opBias);
  int64_t padded = ChannelBlocks(strategy, channels).paddedChannels;

  if (strategy.getDot() == DotKind::Float) {
    SmallVector<float> values(padded, 0.0f);
    for (DenseElementsAttr addend : addends)
      for (int64_t c = 0; c < channels; ++c)
        values[c] +=
            addend.getValues<float>()[addend.getNumElements() == 1 ? 0 : c];
    return constant({padded}, values);
  }
  if (widenEvery) {
    // In TOSA, int16 activations have no zero point, and no addend is fused
    // into 48-bit sums.
    SmallVector<int64_t> values(padded, 0);
    for (int64_t c = 0; opBias && c < channels; ++c)
      values[c] =
          opBias.getValues<APInt>()[opBias.getNumElements() == 1 ? 0 : c]
              .getSExtValue();
    return constant({padded}, values, 64);
  }
  // The sums wrap around as those of the 32-bit accumulator do.
  SmallVector<int64_t> values(padded, 0);
  int64_t shiftedZero = zeroPoint + inputOffset(zeroPoint);
  for (int64_t c = 0; c < channels; ++c) {
    uint32_t sum = weightSums.empty()
                       ? 0
                       : static_cast<uint32_t>(-shiftedZero * weightSums[c]);
    for (DenseElementsAttr addend : addends)
      sum += static_cast<uint32_t>(
          addend.getValues<int32_t>()[addend.getNumElements() == 1 ? 0 : c]);
    values[c] = static_cast<int32_t>(sum);
  }
  return constant({padded}, values, 32);
}
