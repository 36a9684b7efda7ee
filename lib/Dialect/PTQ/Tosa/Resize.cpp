//===- Resize.cpp - Quantizing tosa.resize -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information. SPDX-License-Identifier:
// Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Nearest neighbour moves values. Bilinear interpolation of integers gives, as
/// TOSA defines it, the int32 sum of four values with weights that add up to
/// scale_y_n * scale_x_n: an accumulator of a scale that much smaller, from
/// which the zero point is subtracted.
///
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The largest sum of weights for which 255 times it stays in int32.
static constexpr int64_t kMaxWeight = int64_t(1) << 22;

static bool isBilinear(Operation *op) {
  return cast<tosa::ResizeOp>(op).getMode() == tosa::ResizeMode::BILINEAR;
}

/// scale_y_n * scale_x_n, or 0 if it is not a constant.
static int64_t getWeightSum(Operation *op) {
  SmallVector<int64_t> scale;
  Operation *source = cast<tosa::ResizeOp>(op).getScale().getDefiningOp();
  if (!source || !tosa::getConstShapeValues(source, scale))
    return 0;
  return scale[0] * scale[2];
}

namespace {

struct ResizeModel
    : QuantizableOpInterface::ExternalModel<ResizeModel, tosa::ResizeOp> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    return operand == 0 ? OperandRole::Activation : OperandRole::Unquantized;
  }
  bool requiresSameScale(Operation *op) const { return !isBilinear(op); }
  bool canReturnAccumulator(Operation *op) const { return isBilinear(op); }

  LogicalResult canQuantize(Operation *op, std::string &reason) const {
    if (failed(requireFloat32(op, reason)))
      return failure();
    if (!isBilinear(op))
      return success();
    int64_t weight = getWeightSum(op);
    if (weight > 0 && weight <= kMaxWeight)
      return success();
    reason = "bilinear interpolation with a scale numerator above 2048 does "
             "not fit int32; use a smaller ratio";
    return failure();
  }

  FailureOr<Value> quantize(Operation *op, OpBuilder &builder,
                            ValueRange operands, RankedTensorType) const {
    auto type = dyn_cast<quant::UniformQuantizedType>(
        getQuantizedElement(operands[0].getType()));
    if (!type || type.getStorageTypeIntegralWidth() != 8)
      return failure();
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    if (!isBilinear(op))
      return cloneQuantized(builder, op, operands,
                            cast<RankedTensorType>(result.clone(type)))
          ->getResult(0);

    int64_t weight = getWeightSum(op); // N35
    auto accumulator = getInt32Type(op->getContext(), type.getScale() / weight);
    Value sum =
        cloneQuantized(builder, op, operands,
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
};

} // namespace

void ptq::attachResizeModel(MLIRContext &context) {
  tosa::ResizeOp::attachInterface<ResizeModel>(context);
}
