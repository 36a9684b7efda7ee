//===- Resize.cpp - Quantizing tosa.resize -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Nearest neighbour moves values. Bilinear interpolation of integers gives, as
/// TOSA defines it, the int32 sum of four values with weights that add up to
/// scale_y_n * scale_x_n: an accumulator of a scale that much smaller, from
/// which the zero point is subtracted. The sum of int16 has 48 bits and is
/// requantized at once.
///
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The largest sum of weights for which 255 times it stays in int32.
static constexpr int64_t kMaxWeight = int64_t(1) << 22;

static bool isBilinear(Operation *op) {
  return cast<tosa::ResizeOp>(op).getMode() == tosa::ResizeMode::BILINEAR;
}

namespace {
/// The constant operands of a resize, both as (y, x).
struct Sampling {
  std::array<int64_t, 2> numerators, offsets;

  int64_t getWeightSum() const { return numerators[0] * numerators[1]; }
};
} // namespace

/// Fails if the operands are not constant.
static FailureOr<Sampling> getSampling(Operation *op) {
  auto resize = cast<tosa::ResizeOp>(op);
  SmallVector<int64_t> scale, offset;
  Operation *scaleOp = resize.getScale().getDefiningOp();
  Operation *offsetOp = resize.getOffset().getDefiningOp();
  if (!scaleOp || !tosa::getConstShapeValues(scaleOp, scale) || !offsetOp ||
      !tosa::getConstShapeValues(offsetOp, offset))
    return failure();
  return Sampling{{scale[0], scale[2]}, {offset[0], offset[1]}};
}

/// `image` with its first slice along `dim` repeated in front.
static Value repeatFirst(OpBuilder &builder, Location loc, Value image,
                         int64_t dim) {
  auto type = cast<RankedTensorType>(image.getType());
  SmallVector<int64_t> start(type.getRank(), 0), size(type.getShape());
  size[dim] = 1;
  ImplicitLocOpBuilder b(loc, builder);
  Value first = tosa::SliceOp::create(b, type.clone(size), image,
                                      tosa::getTosaConstShape(b, start),
                                      tosa::getTosaConstShape(b, size));
  size[dim] = type.getDimSize(dim) + 1;
  return tosa::ConcatOp::create(builder, loc, type.clone(size),
                                ValueRange{first, image}, dim);
}

/// The image and the offsets of the same resize without negative positions.
static std::pair<Value, Value> avoidNegative(OpBuilder &builder, Operation *op,
                                             Value image, Sampling sampling) {
  if (llvm::all_of(sampling.offsets, [](int64_t o) { return o >= 0; }))
    return {image, cast<tosa::ResizeOp>(op).getOffset()};
  for (int64_t d : {0, 1})
    for (; sampling.offsets[d] < 0;
         sampling.offsets[d] += sampling.numerators[d])
      image = repeatFirst(builder, op->getLoc(), image, d + 1);
  ImplicitLocOpBuilder b(op->getLoc(), builder);
  return {image, tosa::getTosaConstShape(b, sampling.offsets)};
}

namespace {

struct ResizeModel : SingleResultModel<ResizeModel, tosa::ResizeOp> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    return operand == 0 ? OperandRole::Activation : OperandRole::Unquantized;
  }
  bool requiresSameScale(Operation *op) const { return !isBilinear(op); }
  bool canReturnAccumulator(Operation *op, SchemeAttr scheme) const {
    return isBilinear(op) && (!scheme.isStaticInt16() || feedsClamp(op));
  }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    if (failed(requireStatic(scheme, reason)) ||
        failed(requireFloat32(op, reason)))
      return failure();
    if (!isBilinear(op))
      return success();
    FailureOr<Sampling> sampling = getSampling(op);
    if (succeeded(sampling) && sampling->getWeightSum() <= kMaxWeight)
      return success();
    reason = "bilinear interpolation with a scale numerator above 2048 does "
             "not fit int32; use a smaller ratio";
    return failure();
  }

  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType, SchemeAttr,
                                  Contract) const {
    auto type = dyn_cast<quant::UniformQuantizedType>(
        getQuantizedElement(operands[0].getType()));
    if (!type || type.getStorageTypeIntegralWidth() > 16)
      return failure();
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    if (!isBilinear(op))
      return cloneQuantized(builder, op, operands,
                            cast<RankedTensorType>(result.clone(type)))
          ->getResult(0);

    Sampling sampling = *getSampling(op);
    int64_t weight = sampling.getWeightSum(); // N35
    SmallVector<Value> newOperands(operands);
    std::tie(newOperands[0], newOperands[2]) =
        avoidNegative(builder, op, operands[0], sampling);
    if (type.getStorageTypeIntegralWidth() == 16)
      return interpolateInt16(builder, op, newOperands,
                              type.getScale() / weight, resultType);
    auto accumulator = getInt32Type(op->getContext(), type.getScale() / weight);
    Value sum =
        cloneQuantized(builder, op, newOperands,
                       cast<RankedTensorType>(result.clone(accumulator)))
            ->getResult(0);
    if (type.getZeroPoint() == 0)
      return sum;
    auto one = RankedTensorType::get({1, 1, 1, 1}, builder.getI32Type());
    Value offset = tosa::ConstOp::create(
        builder, op->getLoc(), one,
        DenseElementsAttr::get(
            one, static_cast<int32_t>(type.getZeroPoint() * weight)));
    return tosa::SubOp::create(
               builder, op->getLoc(), sum.getType(), sum,
               reinterpret(builder, op->getLoc(), offset, accumulator))
        .getResult();
  }

private:
  // N68
  static FailureOr<Value> interpolateInt16(OpBuilder &builder, Operation *op,
                                           SmallVector<Value> operands,
                                           double scale,
                                           RankedTensorType resultType) {
    quant::UniformQuantizedType to = getFinalType(op, resultType);
    if (!to)
      return failure();
    Location loc = op->getLoc();
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    operands[0] =
        reinterpret(builder, loc, operands[0], builder.getIntegerType(16));
    Value sum = cloneQuantized(builder, op, operands,
                               cast<RankedTensorType>(result.clone(
                                   builder.getIntegerType(kWideSumBits))))
                    ->getResult(0);
    return requantizeSums(builder, loc, sum, scale, to, Contract::Exact);
  }
};

} // namespace

void ptq::attachResizeModel(MLIRContext &context) {
  tosa::ResizeOp::attachInterface<ResizeModel>(context);
}
