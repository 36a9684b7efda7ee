//===- Clamp.cpp - Quantizing tosa.clamp -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A clamp takes an int32 accumulator as it is, so that the activation function
/// is part of the convolution's requantization: requantize to the result's
/// parameters, then clamp integers, unless saturation to the storage range does
/// that already.
///
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "quantc/Numerics/ReferenceKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {

struct ClampModel : SingleResultModel<ClampModel, tosa::ClampOp> {
  OperandRole getOperandRole(Operation *, unsigned) const {
    return OperandRole::Activation;
  }

  bool canTakeAccumulator(Operation *, SchemeAttr) const { return true; }

  bool mayTakeResultParameters(Operation *) const { return true; }

  /// Clamping integers loses nothing if the parameters stay.
  bool requiresSameScale(Operation *op) const {
    return !staysAccumulator(op->getOperand(0));
  }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    return success(succeeded(requireStatic(scheme, reason)) &&
                   succeeded(requireFloat32(op, reason)));
  }

  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType, SchemeAttr,
                                  Contract contract) const {
    auto clamp = cast<tosa::ClampOp>(op);
    auto element =
        dyn_cast<quant::UniformQuantizedType>(resultType.getElementType());
    if (!element)
      return failure();
    AffineParams params = getAffineParams(element);
    auto toStorage = [&](Attribute limit) {
      APFloat real = cast<FloatAttr>(limit).getValue();
      return contract == Contract::TFLM
                 ? quantizeInFloat32(real.convertToFloat(), params)
                 : quantc::quantize(real.convertToDouble(), params);
    };
    // N32, N43
    int64_t min = toStorage(clamp.getMinValAttr());
    int64_t max = toStorage(clamp.getMaxValAttr());
    Value value = requantize(builder, op->getLoc(), operands[0], element);
    if (min <= params.storage.min && max >= params.storage.max)
      return value;
    Type storage = element.getStorageType();
    return tosa::ClampOp::create(builder, op->getLoc(), resultType, value,
                                 builder.getIntegerAttr(storage, min),
                                 builder.getIntegerAttr(storage, max),
                                 tosa::NanPropagationModeAttr::get(
                                     op->getContext(), clamp.getNanMode()))
        .getResult();
  }
};

} // namespace

void ptq::attachClampModel(MLIRContext &context) {
  tosa::ClampOp::attachInterface<ClampModel>(context);
}
