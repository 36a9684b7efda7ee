//===- Blocks.cpp - Constants with a scale per block ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

std::optional<BlockConstant> BlockConstant::match(Value value) {
  BlockConstant result;
  auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>();
  if (!dequantize)
    return std::nullopt;
  result.type = dyn_cast_or_null<SubChannelType>(
      getQuantizedElement(dequantize.getInput().getType()));
  auto storage = dequantize.getInput().getDefiningOp<quant::StorageCastOp>();
  if (!result.type || !storage ||
      !matchPattern(storage.getInput(), m_Constant(&result.codes)))
    return std::nullopt;
  return result;
}

SmallVector<float> BlockConstant::getReals() const {
  SmallVector<float> scales(type.getScales().getValues<float>());
  SmallVector<int64_t> zeroPoints = llvm::map_to_vector(
      type.getZeroPoints().getValues<APInt>(),
      [](const APInt &zeroPoint) { return zeroPoint.getSExtValue(); });
  SmallVector<int64_t> blocks = getBlockIndices(type, getShape());
  SmallVector<float> reals;
  reals.reserve(blocks.size());
  for (auto [code, block] : llvm::zip_equal(codes.getValues<APInt>(), blocks))
    reals.push_back(
        static_cast<float>(code.getSExtValue() - zeroPoints[block]) *
        scales[block]);
  return reals;
}

SubChannelType ptq::getSubChannelType(IntegerType storage,
                                      ArrayRef<int64_t> shape,
                                      ArrayRef<int64_t> sizes,
                                      ArrayRef<float> scales,
                                      ArrayRef<int64_t> zeroPoints) {
  SmallVector<int64_t> counts, blockSizes;
  SmallVector<int32_t> dimensions;
  for (auto [dim, size, block] : llvm::enumerate(shape, sizes)) {
    counts.push_back(size / block);
    if (block == size)
      continue;
    dimensions.push_back(static_cast<int32_t>(dim));
    blockSizes.push_back(block);
  }
  auto f32 = Float32Type::get(storage.getContext());
  unsigned width = storage.getWidth();
  SmallVector<APInt> zeros =
      llvm::map_to_vector(zeroPoints, [&](int64_t zeroPoint) {
        return APInt(width, zeroPoint, /*isSigned=*/true);
      });
  return SubChannelType::get(
      quant::QuantizationFlags::Signed, storage, f32,
      DenseElementsAttr::get(RankedTensorType::get(counts, f32), scales),
      DenseElementsAttr::get(RankedTensorType::get(counts, storage), zeros),
      dimensions, blockSizes, llvm::minIntN(width), llvm::maxIntN(width));
}

SmallVector<int64_t> ptq::getBlockSizes(SubChannelType type, int64_t rank) {
  SmallVector<int64_t> sizes(rank, 0);
  for (auto [dim, size] : type.getBlockSizeInfo())
    sizes[dim] = size;
  return sizes;
}

SmallVector<int64_t> ptq::getBlockIndices(SubChannelType type,
                                          ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes = getBlockSizes(type, shape.size());
  SmallVector<int64_t> strides =
      computeStrides(type.getScales().getType().getShape());
  SmallVector<int64_t> position(shape.size(), 0), indices;
  int64_t count = ShapedType::getNumElements(shape);
  indices.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    int64_t index = 0;
    for (auto [at, size, stride] : llvm::zip_equal(position, sizes, strides))
      index += size ? at / size * stride : 0;
    indices.push_back(index);
    for (int64_t dim = static_cast<int64_t>(shape.size()) - 1;
         dim >= 0 && ++position[dim] == shape[dim]; --dim)
      position[dim] = 0;
  }
  return indices;
}

LogicalResult
ptq::verifySubChannelType(SubChannelType type, ArrayRef<int64_t> shape,
                          function_ref<InFlightDiagnostic()> emitError) {
  unsigned width = type.getStorageTypeIntegralWidth();
  if (!type.isSigned() || (width != 4 && width != 8) ||
      !type.getExpressedType().isF32())
    return emitError() << "has a scale per block of " << type.getStorageType()
                       << " for " << type.getExpressedType()
                       << "; such constants have signed storage of 4 or 8 bits "
                          "for f32";
  ArrayRef<int64_t> counts = type.getScales().getType().getShape();
  int64_t rank = shape.size();
  bool fits = static_cast<int64_t>(counts.size()) == rank;
  for (auto [dim, size] : type.getBlockSizeInfo())
    fits = fits && dim < rank;
  if (fits)
    for (auto [size, block, count] :
         llvm::zip_equal(shape, getBlockSizes(type, rank), counts))
      fits = fits && size == (block ? block : size) * count;
  return fits ? success()
              : LogicalResult(emitError() << "has blocks that do not cover it");
}
