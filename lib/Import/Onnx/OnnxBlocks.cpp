//===- OnnxBlocks.cpp - Products with weights in blocks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// MatMulNBits: x [..., K] times weights [N, K] whose rows consist of blocks
/// with a scale and a zero point each.
///
//===----------------------------------------------------------------------===//

#include "Quantized.h"

#include <cmath>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

namespace {
/// The inputs of MatMulNBits.
enum Input { kX, kWeights, kScales, kZeroPoints, kGroups, kBias };

/// Its weights.
struct BlockWeights {
  int64_t n = 0, k = 0, blocks = 0;
  QuantizationParams params;
  /// The integers, a byte each: [N, K].
  std::vector<char> codes;
  /// What zero points that are no integers exceed those of `params` by:
  /// [N, blocks]; empty if they are integers.
  SmallVector<float> excess;
};
} // namespace

/// Integers of `bits` bits: the first ones of a byte are its lowest bits.
static int64_t unpack(ArrayRef<uint8_t> bytes, int64_t index, int64_t bits) {
  int64_t perByte = 8 / bits;
  return bytes[index / perByte] >> (index % perByte * bits) & ((1 << bits) - 1);
}

/// An error unless `array` has `count` elements, whatever its shape.
static LogicalResult requireCount(Node &node, const Array &array, int64_t count,
                                  StringRef what) {
  if (array.elementCount() == count)
    return success();
  return node.emitError() << "has " << array.elementCount() << " " << what
                          << " where K, N, bits and block_size need " << count;
}

/// The columns of K belong to blocks in their order, or quantc cannot read it.
static LogicalResult checkGroups(Node &node, const BlockWeights &weights) {
  if (!node.has(kGroups))
    return success();
  FailureOr<SmallVector<int64_t>> groups = node.ints(kGroups, "g_idx");
  if (failed(groups))
    return failure();
  for (auto [i, group] : llvm::enumerate(*groups))
    if (group != static_cast<int64_t>(i) / weights.params.block)
      return node.emitError() << "has a g_idx that moves columns between "
                                 "blocks; export the weights with blocks of "
                                 "neighbouring columns (without act_order)";
  return success();
}

static LogicalResult readZeroPoints(Node &node, BlockWeights &weights) {
  int64_t bits = weights.params.bits, count = weights.n * weights.blocks;
  int64_t middle = int64_t(1) << (bits - 1);
  weights.params.zeroPoints.assign(count, middle);
  if (!node.has(kZeroPoints))
    return success();
  const Array *zero = node.require(kZeroPoints, "zero points");
  if (!zero)
    return failure();
  if (!isFloat(zero->type)) {
    // Every row begins with a byte.
    int64_t rowBytes = llvm::divideCeil(weights.blocks * bits, 8);
    if (failed(requireCount(node, *zero, weights.n * rowBytes,
                            "bytes of zero points")))
      return failure();
    for (int64_t i = 0; i < count; ++i)
      weights.params.zeroPoints[i] =
          unpack(zero->as<uint8_t>().drop_front(i / weights.blocks * rowBytes),
                 i % weights.blocks, bits);
    return success();
  }
  if (failed(requireCount(node, *zero, count, "zero points")))
    return failure();
  bool areIntegers = true;
  for (int64_t i = 0; i < count; ++i) {
    double given = getReal(*zero, i);
    if (!std::isfinite(given))
      return node.emitError() << "has a zero point of " << given;
    areIntegers &=
        given >= 0 && given < 2 * middle && given == std::floor(given);
    weights.excess.push_back(static_cast<float>(given - middle));
  }
  if (areIntegers) {
    for (int64_t i = 0; i < count; ++i)
      weights.params.zeroPoints[i] = static_cast<int64_t>(getReal(*zero, i));
    weights.excess.clear();
  }
  return success();
}

static LogicalResult readWeights(Node &node, BlockWeights &weights) {
  const Array *packed = node.require(kWeights, "weights");
  const Array *scales = node.require(kScales, "scales");
  if (!packed || !scales)
    return failure();
  weights.n = node.getInt("N", 0);
  weights.k = node.getInt("K", 0);
  int64_t bits = node.getInt("bits", 4), block = node.getInt("block_size", 0);
  constexpr int64_t kLargest = INT32_MAX;
  if (bits != 4 && bits != 8)
    return node.emitError()
           << "has weights of " << bits << " bits; quantc reads 4 and 8";
  if (weights.n < 1 || weights.k < 1 || weights.n > kLargest / weights.k ||
      block < 16 || block > kLargest || !llvm::isPowerOf2_64(block))
    return node.emitError()
           << "has K = " << weights.k << ", N = " << weights.n
           << " and block_size = " << block
           << "; K and N are positive, and blocks a power of 2 from 16";
  weights.blocks = llvm::divideCeil(weights.k, block);
  weights.params.bits = bits;
  weights.params.isUnsigned = true;
  weights.params.axis = 1;
  weights.params.block = block;
  int64_t rowBytes = weights.blocks * block * bits / 8;
  if (packed->type != ElementType::UInt8 || !isFloat(scales->type))
    return node.emitError() << "has weights that are not uint8, or scales that "
                               "are no floats";
  if (failed(requireCount(node, *packed, weights.n * rowBytes,
                          "bytes of weights")) ||
      failed(
          requireCount(node, *scales, weights.n * weights.blocks, "scales")) ||
      failed(readZeroPoints(node, weights)) ||
      failed(checkGroups(node, weights)))
    return failure();
  for (int64_t i = 0, e = scales->elementCount(); i < e; ++i)
    weights.params.scales.push_back(getReal(*scales, i));
  ArrayRef<uint8_t> bytes = packed->as<uint8_t>();
  weights.codes.reserve(weights.n * weights.blocks * block);
  for (int64_t row = 0; row < weights.n; ++row)
    for (int64_t i = 0; i < weights.blocks * block; ++i)
      weights.codes.push_back(
          static_cast<char>(unpack(bytes.drop_front(row * rowBytes), i, bits)));
  return success();
}

/// x [..., K] with zeros until its rows are whole blocks.
static Value padRows(Node &node, Value x, const BlockWeights &weights) {
  int64_t rank = NetworkBuilder::rankOf(x);
  int64_t missing = weights.blocks * weights.params.block - weights.k;
  if (missing == 0)
    return x;
  Shape before(rank, 0), after(rank, 0);
  after.back() = missing;
  return node.b.pad(x, before, after);
}

/// What this excess of the zero points takes from the product: the sums of
/// blocks of x times (excess * scale).
static Value buildExcess(Node &node, Value x, const BlockWeights &weights) {
  Shape split(NetworkBuilder::shapeOf(x));
  split.back() = weights.blocks;
  split.push_back(weights.params.block);
  Value sums = node.b.reduce(ReduceKind::Sum, node.b.reshape(x, split), {-1},
                             /*keepDims=*/false);
  SmallVector<float> factors;
  for (auto [excess, scale] :
       llvm::zip_equal(weights.excess, weights.params.scales))
    factors.push_back(static_cast<float>(-excess * scale));
  return node.b.fullyConnected(
      sums,
      node.b.constant({weights.n, weights.blocks}, ArrayRef<float>(factors)),
      {});
}

static LogicalResult importMatMulNBits(Node &node) {
  BlockWeights weights;
  Value x = node.value(kX);
  if (!x || failed(readWeights(node, weights)))
    return failure();
  if (NetworkBuilder::rankOf(x) < 1 ||
      NetworkBuilder::shapeOf(x).back() != weights.k)
    return node.emitError()
           << "reads " << x.getType() << " with K = " << weights.k;
  Value bias = node.optional(kBias);
  x = padRows(node, x, weights);
  Value matrix = node.b.quantizedConstant(
      {weights.n, weights.blocks * weights.params.block}, weights.codes,
      weights.params);
  matrix = node.b.nameResult(matrix, node.getInputName(kWeights));
  Value product = node.b.fullyConnected(x, matrix, bias);
  if (product && !weights.excess.empty())
    product =
        node.b.binary(BinaryKind::Add, product, buildExcess(node, x, weights));
  return node.setResult(0, product);
}

void onnximport::addBlockHandlers(Handlers &handlers) {
  handlers["com.microsoft.MatMulNBits"] = {importMatMulNBits};
}
