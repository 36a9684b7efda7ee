//===- LowerBlocks.cpp - Weights with a scale per block -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Weights that come with a scale per block, as products read them: a constant
/// of the integers, `tosa.cast`, `tosa.mul` by the scales and `tosa.reshape`.
/// What zero points take from the sum of a convolution is a convolution of the
/// sums of blocks, with one weight per block.
///
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// TOSA's MAX_RANK.
static constexpr size_t kMaxRank = 6;

/// Kernels follow scales that change after a multiple of so many elements.
static constexpr int64_t kScaleRun = 8;

namespace {
/// The integers, scales and zero points of a constant.
struct Blocks {
  SmallVector<int64_t> shape;
  /// Elements of a block along each dimension.
  SmallVector<int64_t> sizes;
  /// For each element: the integer, and the position of its block.
  SmallVector<int64_t> codes, indices;
  /// For each block.
  SmallVector<float> scales;
  SmallVector<int64_t> zeroPoints;
  IntegerType storage;

  explicit Blocks(const BlockConstant &constant);

  bool isSymmetric() const {
    return llvm::all_of(zeroPoints, [](int64_t zero) { return zero == 0; });
  }
  Value build(ImplicitLocOpBuilder &b, Attribute name, bool subtract) const;
};
} // namespace

Blocks::Blocks(const BlockConstant &constant)
    : shape(constant.getShape()),
      sizes(getBlockSizes(constant.type, shape.size())),
      indices(getBlockIndices(constant.type, shape)),
      scales(constant.type.getScales().getValues<float>()),
      storage(cast<IntegerType>(constant.type.getStorageType())) {
  for (auto [block, size] : llvm::zip_equal(sizes, shape))
    block = block ? block : size;
  for (const APInt &code : constant.codes.getValues<APInt>())
    codes.push_back(code.getSExtValue());
  for (const APInt &zero : constant.type.getZeroPoints().getValues<APInt>())
    zeroPoints.push_back(zero.getSExtValue());
  // (q + 1) * s is (-1 - q) * -s, which takes no zero point.
  SmallVector<bool> flips =
      llvm::map_to_vector(zeroPoints, [](int64_t zero) { return zero == -1; });
  for (auto [code, block] : llvm::zip_equal(codes, indices))
    code = flips[block] ? ~code : code;
  for (auto [flip, scale, zero] : llvm::zip_equal(flips, scales, zeroPoints))
    if (flip) {
      scale = -scale;
      zero = 0;
    }
}

/// The integers times their scales, or null if TOSA has not enough dimensions.
/// Zero points count if `subtract` is set.
Value Blocks::build(ImplicitLocOpBuilder &b, Attribute name,
                    bool subtract) const {
  SmallVector<int64_t> split, counts;
  for (auto [size, block] : llvm::zip_equal(shape, sizes)) {
    split.push_back(size / block);
    counts.push_back(size / block);
    if (block == 1)
      continue;
    if (block == size) {
      split.back() = size;
      continue;
    }
    split.push_back(block);
    counts.push_back(1);
  }
  if (split.size() > kMaxRank)
    return {};
  unsigned width = storage.getWidth();
  SmallVector<APInt> integers = llvm::map_to_vector(codes, [&](int64_t code) {
    return APInt(width, code, /*isSigned=*/true);
  });
  auto narrow = RankedTensorType::get(split, storage);
  auto constant = tosa::ConstOp::create(
      b, narrow, DenseElementsAttr::get(narrow, integers));
  if (name)
    constant->setAttr(kNameAttr, name);
  auto wide = narrow.clone(b.getF32Type());
  auto perBlock = [&](ArrayRef<float> values) -> Value {
    auto type = RankedTensorType::get(counts, b.getF32Type());
    return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, values));
  };
  Value reals = tosa::CastOp::create(b, wide, constant);
  if (subtract)
    reals = tosa::SubOp::create(
        b, wide, reals,
        perBlock(SmallVector<float>(zeroPoints.begin(), zeroPoints.end())));
  reals = buildMul(b, b.getLoc(), reals, perBlock(scales));
  if (split == shape)
    return reals;
  return tosa::ReshapeOp::create(b, wide.clone(shape), reals,
                                 tosa::getTosaConstShape(b, shape));
}

/// A convolution of the sums of each block of input channels with what the zero
/// points of `blocks` take from them; null if TOSA has not enough dimensions.
/// `conv` is a convolution with weights [O, ..., I].
static Value buildOffset(ImplicitLocOpBuilder &b, Operation *conv,
                         const Blocks &blocks) {
  Value x = conv->getOperand(0);
  auto type = cast<RankedTensorType>(x.getType());
  int64_t block = blocks.sizes.back(), count = blocks.shape.back() / block;
  int64_t rank = type.getRank();
  SmallVector<int64_t> split(type.getShape().drop_back());
  split.append({count, block});
  if (split.size() > kMaxRank)
    return {};
  auto reshape = [&](Value value, ArrayRef<int64_t> shape) -> Value {
    return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                   tosa::getTosaConstShape(b, shape));
  };
  Value parts = reshape(x, split);
  split.back() = 1;
  Value sums = tosa::ReduceSumOp::create(b, type.clone(split), parts,
                                         b.getI32IntegerAttr(rank));
  split.pop_back();
  sums = reshape(sums, split);

  SmallVector<float> weights;
  for (size_t i = 0; i < blocks.indices.size(); i += block) {
    int64_t index = blocks.indices[i];
    weights.push_back(-blocks.scales[index] *
                      static_cast<float>(blocks.zeroPoints[index]));
  }
  SmallVector<int64_t> weightShape(blocks.shape);
  weightShape.back() = count;
  auto constant = [&](RankedTensorType type, ArrayRef<float> values) -> Value {
    return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, values));
  };
  auto bias = RankedTensorType::get(blocks.shape.front(), b.getF32Type());
  IRMapping mapping;
  mapping.map(conv->getOperand(0), sums);
  mapping.map(conv->getOperand(1), constant(type.clone(weightShape), weights));
  mapping.map(conv->getOperand(2), constant(bias, 0.0f));
  Operation *offset = b.clone(*conv, mapping);
  offset->removeAttr(kNameAttr);
  return offset->getResult(0);
}

/// What a product reads in place of its weights, or null if `use` is none. What
/// zero points add to the result of a convolution is added to it, since kernels
/// follow scales only.
static Value lowerWeights(OpOperand &use, Blocks blocks, Attribute name) {
  Operation *op = use.getOwner();
  if (!isa<tosa::Conv2DOp, tosa::Conv3DOp, tosa::DepthwiseConv2DOp,
           tosa::TransposeConv2DOp, tosa::MatMulOp>(op) ||
      use.getOperandNumber() != 1)
    return {};
  ImplicitLocOpBuilder b(op->getLoc(), op);
  if (blocks.isSymmetric())
    return blocks.build(b, name, /*subtract=*/false);
  Value offset;
  if (isa<tosa::Conv2DOp, tosa::Conv3DOp>(op) &&
      (blocks.sizes.back() == blocks.shape.back() ||
       blocks.sizes.back() % kScaleRun == 0))
    offset = buildOffset(b, op, blocks);
  Value weights = blocks.build(b, name, /*subtract=*/!offset);
  if (!weights || !offset)
    return weights;
  b.setInsertionPointAfter(op);
  auto sum = tosa::AddOp::create(b, offset.getType(), op->getResult(0), offset);
  op->getResult(0).replaceAllUsesExcept(sum, sum);
  if (Attribute resultName = op->removeAttr(kNameAttr))
    sum->setAttr(kNameAttr, resultName);
  return weights;
}

void quantc::lowerBlocks(quant::DequantizeCastOp op,
                         const BlockConstant &constant) {
  Blocks blocks(constant);
  Operation *source = op.getInput()
                          .getDefiningOp<quant::StorageCastOp>()
                          .getInput()
                          .getDefiningOp();
  Attribute name = source->getAttr(kNameAttr);
  Value reals;
  for (OpOperand &use : llvm::make_early_inc_range(op.getResult().getUses())) {
    Value weights = lowerWeights(use, blocks, name);
    if (!weights && !reals) {
      OpBuilder builder(op);
      auto type = cast<RankedTensorType>(op.getType());
      auto floats = tosa::ConstOp::create(
          builder, op.getLoc(), type,
          DenseElementsAttr::get(type, ArrayRef(constant.getReals())));
      if (name)
        floats->setAttr(kNameAttr, name);
      reals = floats;
    }
    use.set(weights ? weights : reals);
  }
  op.erase();
}
