//===- Casts.cpp - Quantizing casts of integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// tosa.cast of integers or booleans to f32, as of attention masks: the
/// integers have scale 1, and are requantized to the result's parameters. A
/// boolean selects one of two integers.
///
//===----------------------------------------------------------------------===//

#include "Models.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// A constant that broadcasts against tensors of `rank`.
static Value createBroadcast(OpBuilder &builder, Location loc, int64_t value,
                             Type integer, int64_t rank) {
  auto type = RankedTensorType::get(SmallVector<int64_t>(rank, 1), integer);
  return tosa::ConstOp::create(
      builder, loc, type,
      DenseElementsAttr::get(type, builder.getIntegerAttr(integer, value)));
}

/// The i32 tensor `x` between the integers next to the range of `params`.
/// Beyond these the result saturates, but a large scaled integer may exceed
/// int32 before it does (N13).
static Value limitRange(OpBuilder &builder, Location loc, Value x,
                        AffineParams params) {
  int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
  double low = std::floor(dequantize(params.storage.min, params));
  double high = std::ceil(dequantize(params.storage.max, params));
  Type i32 = builder.getI32Type();
  if (low > INT32_MIN)
    x = tosa::MaximumOp::create(
        builder, loc, x.getType(), x,
        createBroadcast(builder, loc, int64_t(low), i32, rank));
  if (high < INT32_MAX)
    x = tosa::MinimumOp::create(
        builder, loc, x.getType(), x,
        createBroadcast(builder, loc, int64_t(high), i32, rank));
  return x;
}

namespace {

struct CastModel : SingleResultModel<CastModel, tosa::CastOp> {
  OperandRole getOperandRole(Operation *, unsigned) const {
    return OperandRole::Unquantized;
  }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    if (failed(requireStatic(scheme, reason)) ||
        failed(requireFloat32(op, reason)))
      return failure();
    if (isa<IntegerType>(getElementTypeOrSelf(op->getOperand(0))) &&
        isFloatTensor(op->getResult(0).getType()))
      return success();
    reason = "it makes integers of real numbers, which has no integer form; "
             "end the network before it";
    return failure();
  }

  // N56
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType, SchemeAttr,
                                  Contract) const {
    auto type =
        dyn_cast<quant::UniformQuantizedType>(resultType.getElementType());
    if (!type)
      return failure();
    Location loc = op->getLoc();
    AffineParams params = getAffineParams(type);
    Value x = operands[0];
    auto from = cast<RankedTensorType>(x.getType());
    if (from.getElementType().isInteger(1)) {
      Type storage = type.getStorageType();
      auto getCode = [&](double real) {
        return createBroadcast(builder, loc, quantc::quantize(real, params),
                               storage, from.getRank());
      };
      Value one = getCode(1), zero = getCode(0);
      Value chosen = tosa::SelectOp::create(builder, loc, from.clone(storage),
                                            x, one, zero);
      return reinterpret(builder, loc, chosen, type);
    }
    Type i32 = builder.getI32Type();
    if (from.getElementType() != i32)
      x = tosa::CastOp::create(builder, loc, from.clone(i32), x);
    x = limitRange(builder, loc, x, params);
    return requantize(
        builder, loc,
        reinterpret(builder, loc, x, getInt32Type(builder.getContext(), 1)),
        type);
  }
};

} // namespace

void ptq::attachCastModel(MLIRContext &context) {
  tosa::CastOp::attachInterface<CastModel>(context);
}
