//===- Weights.cpp - Constant weights in their scheme -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Numerics/Constants.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Remarks.h"

#include "llvm/ADT/SmallBitVector.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The largest scale of weights that are all 0 (N5).
static constexpr double kScaleOfZeros = 1.0 / (1 << 20);

/// `type` in storage of 4 bits if its range allows that.
static quant::QuantizedType makeNarrow(quant::QuantizedType type) {
  int64_t min = type.getStorageTypeMin(), max = type.getStorageTypeMax();
  if (min < llvm::minIntN(4) || max > llvm::maxIntN(4))
    return type;
  auto storage = IntegerType::get(type.getContext(), 4);
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return quant::UniformQuantizedPerAxisType::get(
        type.getFlags(), storage, type.getExpressedType(), perAxis.getScales(),
        perAxis.getZeroPoints(), perAxis.getQuantizedDimension(), min, max);
  return getUniformType(
      type.getContext(),
      getAffineParams(cast<quant::UniformQuantizedType>(type)), 4);
}

/// `type`, which has zero points, with a scale per block of a tensor of
/// `shape`: each position along its axis, or the tensor, is one.
static SubChannelType makeBlocks(quant::QuantizedType type,
                                 ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes(shape), zeroPoints;
  SmallVector<float> scales;
  int64_t count = 1;
  if (std::optional<int64_t> axis = getQuantizedAxis(type)) {
    count = shape[*axis];
    sizes[*axis] = 1;
  }
  for (int64_t c = 0; c < count; ++c) {
    AffineParams params = getAffineParams(type, c);
    scales.push_back(params.scale);
    zeroPoints.push_back(params.zeroPoint);
  }
  return getSubChannelType(cast<IntegerType>(type.getStorageType()), shape,
                           sizes, scales, zeroPoints);
}

quant::QuantizedType ptq::chooseWeightType(SchemeAttr scheme,
                                           ArrayRef<int64_t> shape,
                                           std::optional<int64_t> axis,
                                           ArrayRef<float> data,
                                           double &largest) {
  StorageRange storage = scheme.getWeightStorage();
  SmallVector<double> scales = findMagnitudes(data, shape, axis);
  largest = *llvm::max_element(scales);
  double least = kScaleOfZeros;
  for (double &scale : scales)
    if (scale > 0) {
      scale = chooseSymmetric(scale, storage).scale;
      least = std::min(least, scale);
    }
  // N5: the bias has steps of this scale.
  for (double &scale : scales)
    if (scale == 0)
      scale = least;
  MLIRContext *context = scheme.getContext();
  if (axis)
    return getPerAxisType(context, scales, *axis, storage,
                          scheme.getWeightWidth());
  return getUniformType(context, {scales[0], 0, storage},
                        scheme.getWeightWidth());
}

/// The scale of which all weights of a block are multiples, -2^(width - 1) to
/// 2^(width - 1) - 1 times, because they were integers before. 0 if there is
/// none.
static double findBlockScale(ArrayRef<float> block, double largest,
                             unsigned width) {
  constexpr double kTolerance = 1e-6;
  int64_t half = int64_t(1) << (width - 1);
  for (int64_t steps = 1; steps <= half && largest > 0; ++steps) {
    double scale = largest / steps;
    auto isMultiple = [&](float value) {
      double exact = value / scale, rounded = std::round(exact);
      return rounded < half && std::fabs(exact - rounded) <= kTolerance * steps;
    };
    if (llvm::all_of(block, isMultiple))
      return scale;
  }
  return 0;
}

namespace {
/// Builds the narrow constant of one weight.
struct NarrowWeight {
  ImplicitLocOpBuilder b;
  RankedTensorType type;
  ArrayRef<float> values;
  StringRef name;

  Value constant(DenseElementsAttr elements) {
    auto constant = tosa::ConstOp::create(
        b, cast<RankedTensorType>(elements.getType()), elements);
    if (!name.empty())
      constant->setAttr(kNameAttr, b.getStringAttr(name));
    return constant;
  }
  Value widen(Value narrow) {
    auto wide = cast<RankedTensorType>(narrow.getType()).clone(b.getF32Type());
    return tosa::CastOp::create(b, wide, narrow);
  }
  Value times(Value value, ArrayRef<int64_t> shape, ArrayRef<double> scales) {
    SmallVector<float> floats(scales);
    Value factor = createFloatConstant(
        b, b.getLoc(), RankedTensorType::get(shape, b.getF32Type()), floats);
    return tosa::MulOp::create(b, value.getType(), value, factor,
                               createScalar(b, b.getLoc(), 0, b.getI8Type()));
  }

  Value inFloat16() {
    SmallVector<APFloat> halves;
    for (float value : values) {
      APFloat half(value);
      bool losesInfo;
      half.convert(APFloat::IEEEhalf(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
      halves.push_back(half);
    }
    return widen(
        constant(DenseElementsAttr::get(type.clone(b.getF16Type()), halves)));
  }

  Value inIntegers(quant::QuantizedType quantized) {
    auto storage =
        cast<RankedTensorType>(type.clone(quantized.getStorageType()));
    SmallVector<int64_t> shape(type.getRank(), 1);
    int64_t channels = 1;
    if (std::optional<int64_t> axis = getQuantizedAxis(quantized))
      channels = shape[*axis] = type.getDimSize(*axis);
    bool isSymmetric = true;
    for (int64_t c = 0; c < channels; ++c)
      isSymmetric &= getAffineParams(quantized, c).zeroPoint == 0;
    Value codes = constant(
        quantizeElements(values, storage, quantized, OperandRole::Weight));
    if (isSymmetric)
      return times(widen(codes), shape, getChannelScales(quantized, channels));
    // ptq-lower-quantized takes zero points out of products.
    auto blocks = quant::StorageCastOp::create(
        b, type.clone(makeBlocks(quantized, type.getShape())), codes);
    return quant::DequantizeCastOp::create(b, type, blocks);
  }

  /// Blocks of `block` elements of dimension `dim`: a dimension of blocks, each
  /// with its scale, and one of the elements of a block.
  Value inBlocks(int64_t dim, SchemeAttr scheme) {
    int64_t block = scheme.getBlock(), count = type.getDimSize(dim) / block;
    SmallVector<int64_t> shape(type.getShape());
    shape[dim] = count;
    shape.insert(shape.begin() + dim + 1, block);
    SmallVector<int64_t> scaleShape(shape);
    scaleShape[dim + 1] = 1;
    // Element i of the weight belongs to the block at getBlockOf(i).
    int64_t inner =
        ShapedType::getNumElements(type.getShape().drop_front(dim + 1));
    auto getBlockOf = [&](int64_t i) {
      return i / (inner * block) * inner + i % inner;
    };
    SmallVector<SmallVector<float>> blocks(
        ShapedType::getNumElements(scaleShape));
    for (auto [i, value] : llvm::enumerate(values))
      blocks[getBlockOf(i)].push_back(value);
    SmallVector<double> largest(blocks.size(), 0.0), scales(blocks.size());
    llvm::SmallBitVector isGiven(blocks.size());
    for (auto [i, elements] : llvm::enumerate(blocks)) {
      for (float value : elements)
        largest[i] = std::max(largest[i], std::fabs(double(value)));
      scales[i] = findBlockScale(elements, largest[i], scheme.getWeightWidth());
      isGiven[i] = scales[i] > 0;
      if (!isGiven[i])
        scales[i] =
            chooseSymmetric(largest[i], scheme.getWeightStorage()).scale;
    }
    SmallVector<APInt> integers;
    for (auto [i, value] : llvm::enumerate(values)) {
      int64_t in = getBlockOf(i);
      AffineParams params{scales[in], 0, scheme.getWeightStorage()};
      int64_t q = isGiven[in] ? std::llround(value / scales[in])
                              : quantizeElement(value, params, largest[in],
                                                OperandRole::Weight);
      integers.emplace_back(scheme.getWeightWidth(), q, /*isSigned=*/true);
    }
    Value codes = constant(DenseElementsAttr::get(
        RankedTensorType::get(shape, scheme.getWeight()), integers));
    Value reals = times(widen(codes), scaleShape, scales);
    return tosa::ReshapeOp::create(b, type, reals,
                                   tosa::getTosaConstShape(b, type.getShape()));
  }
};
} // namespace

/// True if the weight of `use` has scales per block as `scheme` asks; a remark
/// says so if it asks in vain.
static bool hasBlocks(OpOperand &use, SchemeAttr scheme,
                      const WeightLayout &layout) {
  if (!scheme.getBlock())
    return false;
  Operation *op = use.getOwner();
  std::string reason = "its weights have no input channels that one result "
                       "sums up; they have a scale per channel";
  if (layout.input && !llvm::is_contained(layout.outputs, *layout.input)) {
    int64_t channels =
        cast<ShapedType>(use.get().getType()).getDimSize(*layout.input);
    if (channels % scheme.getBlock() == 0)
      return true;
    reason = "its " + std::to_string(channels) +
             " input channels are no multiple of the block of " +
             std::to_string(scheme.getBlock()) +
             "; its weights have a scale per channel";
  }
  remark::missed(op->getLoc(),
                 remark::RemarkOpts::name("no-blocks").category("ptq-annotate"))
      << remark::metric("Op", op->getName().getStringRef())
      << remark::metric("Tensor", getTensorName(op->getResult(0)))
      << remark::reason("{0}", reason);
  return false;
}

LogicalResult ptq::storeNarrow(OpOperand &use, SchemeAttr scheme,
                               std::string &reason) {
  bool isHalf = scheme.getWeight().isF16();
  // These are narrow already, and ptq-lower-quantized says how.
  if (!isHalf && BlockConstant::match(use.get()))
    return success();
  auto given = use.get().getDefiningOp<FakeQuantOp>();
  Value source = given ? given.getInput() : use.get();
  std::optional<SmallVector<float>> values = getFloats(source);
  if (!values ||
      !llvm::all_of(*values, [](float v) { return std::isfinite(v); })) {
    reason = "its weights hold NaN or infinite values, or none that are "
             "readable; correct the network";
    return failure();
  }
  constexpr float kLargestHalf = 65504;
  if (isHalf && llvm::any_of(*values, [](float value) {
        return std::fabs(value) > kLargestHalf;
      })) {
    reason = "its weights exceed 65504, the largest number of float16; rescale "
             "them or use weight-only";
    return failure();
  }
  auto type = cast<RankedTensorType>(use.get().getType());
  WeightLayout layout = cast<QuantizableOpInterface>(use.getOwner())
                            .getWeightLayout(use.getOperandNumber());
  NarrowWeight narrow{ImplicitLocOpBuilder(source.getLoc(), use.getOwner()),
                      type, *values, getTensorName(source)};
  if (isHalf) {
    use.set(narrow.inFloat16());
  } else if (given) {
    use.set(narrow.inIntegers(makeNarrow(
        makeSigned(cast<quant::QuantizedType>(given.getQuantizedType())))));
  } else if (hasBlocks(use, scheme, layout)) {
    use.set(narrow.inBlocks(*layout.input, scheme));
  } else {
    double largest;
    use.set(narrow.inIntegers(chooseWeightType(
        scheme, type.getShape(),
        scheme.getWeightScales() == Granularity::Tensor ? std::nullopt
                                                        : layout.scaleAxis,
        *values, largest)));
  }
  return success();
}
