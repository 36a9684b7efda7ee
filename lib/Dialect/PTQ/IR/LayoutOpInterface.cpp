//===- LayoutOpInterface.cpp - How an op moves with a layout -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/LayoutOpInterface.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

using namespace mlir;
using namespace quantc::ptq;

#include "quantc/Dialect/PTQ/IR/LayoutOpInterface.cpp.inc"

int64_t quantc::ptq::getPosition(ArrayRef<int64_t> perms, int64_t dim) {
  return llvm::find(perms, dim) - perms.begin();
}

/// Calls `body` with the position, in a tensor of `shape`, of each element of
/// its transpose.
static void forEachPermuted(ArrayRef<int64_t> shape, ArrayRef<int64_t> perms,
                            function_ref<void(int64_t)> body) {
  SmallVector<int64_t> strides = computeStrides(shape);
  SmallVector<int64_t> sizes = applyPermutation(shape, perms);
  SmallVector<int64_t> steps = applyPermutation(ArrayRef(strides), perms);
  SmallVector<int64_t> index(sizes.size(), 0);
  int64_t position = 0;
  for (int64_t i = 0, e = ShapedType::getNumElements(shape); i < e; ++i) {
    body(position);
    for (int64_t dim = int64_t(sizes.size()) - 1; dim >= 0; --dim) {
      position += steps[dim];
      if (++index[dim] < sizes[dim])
        break;
      position -= steps[dim] * sizes[dim];
      index[dim] = 0;
    }
  }
}

DenseElementsAttr quantc::ptq::permuteElements(DenseElementsAttr values,
                                               ArrayRef<int64_t> perms) {
  auto from = cast<RankedTensorType>(values.getType());
  auto type = from.clone(applyPermutation(from.getShape(), perms));
  if (values.isSplat())
    return values.reshape(type);
  unsigned width = type.getElementTypeBitWidth();
  if (width % 8) {
    SmallVector<APInt> all(values.getValues<APInt>()), permuted;
    forEachPermuted(from.getShape(), perms,
                    [&](int64_t i) { permuted.push_back(all[i]); });
    return DenseElementsAttr::get(type, permuted);
  }
  size_t bytes = width / 8;
  ArrayRef<char> data = values.getRawData();
  std::vector<char> permuted;
  permuted.reserve(data.size());
  forEachPermuted(from.getShape(), perms, [&](int64_t i) {
    const char *element = data.data() + i * bytes;
    permuted.insert(permuted.end(), element, element + bytes);
  });
  return DenseElementsAttr::getFromRawBuffer(type, permuted);
}

/// A type with a scale per block, transposed.
static Type permuteBlocks(SubChannelType type, ArrayRef<int64_t> perms) {
  SmallVector<int64_t> sizes = getBlockSizes(type, perms.size());
  SmallVector<int32_t> dimensions;
  SmallVector<int64_t> blocks;
  for (auto [dim, from] : llvm::enumerate(perms))
    if (sizes[from] != 0) {
      dimensions.push_back(dim);
      blocks.push_back(sizes[from]);
    }
  return SubChannelType::get(
      type.getFlags(), type.getStorageType(), type.getExpressedType(),
      permuteElements(type.getScales(), perms),
      permuteElements(type.getZeroPoints(), perms), dimensions, blocks,
      type.getStorageTypeMin(), type.getStorageTypeMax());
}

/// A type per axis follows its dimension.
Type quantc::ptq::permuteElementType(Type element, ArrayRef<int64_t> perms) {
  if (auto blocks = dyn_cast<SubChannelType>(element))
    return permuteBlocks(blocks, perms);
  auto type = dyn_cast<quant::UniformQuantizedPerAxisType>(element);
  if (!type)
    return element;
  return quant::UniformQuantizedPerAxisType::get(
      type.getFlags(), type.getStorageType(), type.getExpressedType(),
      type.getScales(), type.getZeroPoints(),
      getPosition(perms, type.getQuantizedDimension()),
      type.getStorageTypeMin(), type.getStorageTypeMax());
}

bool quantc::ptq::isDataByRank(Operation *op, unsigned operand) {
  if (operand == 0)
    return true;
  auto type = dyn_cast<RankedTensorType>(op->getOperand(operand).getType());
  if (op->getNumResults() != 1 || !type)
    return false;
  // A shift or a zero point has rank 1; layouts of rank 1 do not differ.
  return type.getRank() ==
         cast<RankedTensorType>(op->getResult(0).getType()).getRank();
}

void quantc::ptq::updateAxis(Operation *op, StringRef name,
                             const OpLayout &layout) {
  int64_t axis = op->getAttrOfType<IntegerAttr>(name).getInt();
  op->setAttr(name, Builder(op->getContext())
                        .getI32IntegerAttr(getPosition(layout.operands, axis)));
}

//===----------------------------------------------------------------------===//
// Operations of ptq
//===----------------------------------------------------------------------===//

bool FakeQuantOp::isElementwise() { return true; }
bool FloatBorderOp::isElementwise() { return true; }
bool ObserveOp::isElementwise() { return true; }
bool RequantizeOp::isElementwise() { return true; }

void FakeQuantOp::updateForLayout(OpBuilder &, const OpLayout &layout) {
  setQuantizedType(permuteElementType(getQuantizedType(), layout.operands));
}

void SoftmaxOp::updateForLayout(OpBuilder &, const OpLayout &layout) {
  updateAxis(*this, getAxisAttrName(), layout);
}

void MeanOp::updateForLayout(OpBuilder &, const OpLayout &layout) {
  SmallVector<int32_t> axes;
  for (int32_t axis : getAxes())
    axes.push_back(getPosition(layout.operands, axis));
  llvm::sort(axes);
  setAxes(axes);
}
