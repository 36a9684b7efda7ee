//===- Arithmetic.cpp - Quantizing arithmetic of two tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// add, sub, minimum, maximum and comparisons bring both operands to a common
/// scale in int32 first; mul multiplies them as they are. Operands of equal
/// scale only lose their zero points; otherwise the common scale is 2 * max(s1,
/// s2) / 2^20, so that rounding there is negligible and the sum of two int8
/// stays below 2^29. With int16 it is 2 * max(s1, s2) / 2^15, and the sum stays
/// below 2^31.
///
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"
#include "quantc/Numerics/Int16Kernels.h"
#include "quantc/Numerics/ReferenceKernels.h"
#include "quantc/Numerics/XNNPACKKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static double getScale(Value quantized) {
  return cast<quant::UniformQuantizedType>(
             getElementTypeOrSelf(quantized.getType()))
      .getScale();
}

/// The width of the widest of the values, int8 or int16 with one scale each; 0
/// if one is something else.
static unsigned getWidth(ValueRange values) {
  unsigned widest = 0;
  for (Value value : values) {
    unsigned width = getStorageWidth(value);
    if (width > 16 || !isa_and_nonnull<quant::UniformQuantizedType>(
                          getQuantizedElement(value.getType())))
      return 0;
    widest = std::max(widest, width);
  }
  return widest;
}

/// An int32 type that holds both values with zero point 0. Softmax reads
/// accumulators in fractions of a step (N46).
static Type getCommonType(Value lhs, Value rhs, bool feedsSoftmax) {
  double scale = getScale(lhs);
  if (scale != getScale(rhs) || feedsSoftmax)
    scale = commonAdditionScale(scale, getScale(rhs),
                                getWidth({lhs, rhs})); // N16, N68
  return getInt32Type(lhs.getContext(), scale);
}

/// How TFLite's kernels for `op` prepare the operands: an exact left shift,
/// then a multiplier to a common scale. Minimum and maximum have none.
static std::optional<std::pair<int, double>>
getReferenceScale(Operation *op, Value lhs, Value rhs) {
  double largest = std::max(getScale(lhs), getScale(rhs));
  if (isa<tosa::AddOp, tosa::SubOp>(op)) // N38
    return std::pair(kAdditionShift, shiftedScale(2 * largest, kAdditionShift));
  if (isa<tosa::EqualOp, tosa::GreaterOp, tosa::GreaterEqualOp>(op) &&
      largest < 1) // N38
    return std::pair(kComparisonShift, shiftedScale(1, kComparisonShift));
  return std::nullopt;
}

/// `value` in int32 after an exact left shift by `shift`, at scale `scale`.
static Value requantizeShifted(OpBuilder &builder, Location loc, Value value,
                               int shift, double scale) {
  MLIRContext *context = builder.getContext();
  Value shifted =
      requantize(builder, loc, value,
                 getInt32Type(context, shiftedScale(getScale(value), shift)));
  return requantize(builder, loc, shifted, getInt32Type(context, scale));
}

/// `integers` as int32, times 2^bits.
static Value shiftLeft(OpBuilder &builder, Location loc, Value integers,
                       int32_t bits) {
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(integers.getType()).clone(builder.getI32Type()));
  auto one = RankedTensorType::get(SmallVector<int64_t>(type.getRank(), 1),
                                   builder.getI32Type());
  Value amount = tosa::ConstOp::create(builder, loc, one,
                                       DenseElementsAttr::get(one, bits));
  return tosa::LogicalLeftShiftOp::create(
      builder, loc, type, tosa::CastOp::create(builder, loc, type, integers),
      amount);
}

namespace {

/// add, sub, minimum, maximum, equal, greater, greater_equal.
template <typename OpTy>
struct CommonScaleModel : SingleResultModel<CommonScaleModel<OpTy>, OpTy> {
  OperandRole getOperandRole(Operation *, unsigned) const {
    return OperandRole::Activation;
  }

  bool canReturnAccumulator(Operation *op, SchemeAttr) const {
    return isFloatTensor(op->getResult(0).getType());
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
    unsigned width = getWidth(operands);
    if (width == 0)
      return failure();
    if (width > 8) {
      if (usesTFLiteKernels(contract) && isa<tosa::AddOp, tosa::SubOp>(op))
        if (quant::UniformQuantizedType type = getFinalType(op, resultType))
          if (FailureOr<Value> sum = buildInt16Sum(op, builder, operands, type);
              succeeded(sum))
            return sum;
      contract = Contract::Exact;
    }
    if (contract == Contract::LiteRT && isa<tosa::AddOp, tosa::SubOp>(op))
      if (quant::UniformQuantizedType type = getFinalType(op, resultType))
        if (auto multipliers = deriveXNNPACKSum(
                getScale(operands[0]), getScale(operands[1]), type.getScale()))
          return buildXNNPACKSum(op, builder, operands, type, *multipliers);
    if (contract == Contract::TFLM)
      if (auto reference = getReferenceScale(op, operands[0], operands[1])) {
        SmallVector<Value> shifted =
            llvm::map_to_vector(operands, [&](Value operand) {
              return requantizeShifted(builder, op->getLoc(), operand,
                                       reference->first, reference->second);
            });
        return build(op, builder, shifted[0], shifted[1]);
      }
    bool feedsSoftmax =
        !resultType && llvm::all_of(op->getUsers(), llvm::IsaPred<SoftmaxOp>);
    Type common = getCommonType(operands[0], operands[1], feedsSoftmax);
    return build(op, builder,
                 requantize(builder, op->getLoc(), operands[0], common),
                 requantize(builder, op->getLoc(), operands[1], common));
  }

private:
  /// N75: both operands shifted to the left and scaled, then the sum scaled,
  /// each with two roundings. Failure if a ratio has no multiplier.
  static FailureOr<Value> buildInt16Sum(Operation *op, OpBuilder &builder,
                                        ValueRange operands,
                                        quant::UniformQuantizedType type) {
    Location loc = op->getLoc();
    double common = 2 * std::max(getScale(operands[0]), getScale(operands[1]));
    auto scale = [&](Value integers, double ratio, int64_t zeroPoint,
                     Type element) -> FailureOr<Value> {
      std::optional<FixedPointMultiplier> multiplier = deriveMultiplier(ratio);
      if (!multiplier)
        return failure();
      RescaleSpec spec;
      spec.multipliers = {*multiplier};
      spec.outputZeroPoint = zeroPoint;
      spec.rounding = Rounding::Double;
      return buildRescale(builder, loc, integers, cast<IntegerType>(element),
                          spec);
    };
    SmallVector<Value> terms;
    for (Value operand : operands.take_front(2)) {
      auto from = cast<quant::UniformQuantizedType>(
          getElementTypeOrSelf(operand.getType()));
      if (from.getStorageTypeIntegralWidth() != 16 || from.getZeroPoint() != 0)
        return failure();
      Value shifted =
          shiftLeft(builder, loc,
                    reinterpret(builder, loc, operand, from.getStorageType()),
                    kInt16AdditionShift);
      FailureOr<Value> term =
          scale(shifted, from.getScale() / common, 0, builder.getI32Type());
      if (failed(term))
        return failure();
      terms.push_back(*term);
    }
    Value sum = build(op, builder, terms[0], terms[1]);
    FailureOr<Value> codes =
        scale(sum, common / ((1 << kInt16AdditionShift) * type.getScale()),
              type.getZeroPoint(), type.getStorageType());
    if (failed(codes))
      return failure();
    return reinterpret(builder, loc, clampToStorage(builder, loc, *codes, type),
                       type);
  }

  /// N58: both operands times integers, then a rounding shift.
  static Value buildXNNPACKSum(Operation *op, OpBuilder &builder,
                               ValueRange operands,
                               quant::UniformQuantizedType type,
                               const XNNPACKSum &multipliers) {
    Location loc = op->getLoc();
    auto multiply = [&](Value quantized, FixedPointMultiplier multiplier) {
      auto from = cast<quant::UniformQuantizedType>(
          getElementTypeOrSelf(quantized.getType()));
      RescaleSpec spec;
      spec.multipliers = {multiplier};
      spec.inputZeroPoint = from.getZeroPoint();
      return buildRescale(
          builder, loc,
          reinterpret(builder, loc, quantized, from.getStorageType()),
          builder.getI32Type(), spec);
    };
    Value sum = build(op, builder, multiply(operands[0], multipliers.lhs),
                      multiply(operands[1], multipliers.rhs));
    RescaleSpec spec;
    spec.multipliers = {multipliers.result};
    spec.outputZeroPoint = type.getZeroPoint();
    Value codes = buildRescale(builder, loc, sum, builder.getI8Type(), spec);
    return reinterpret(builder, loc, codes, type);
  }

  static Value build(Operation *op, OpBuilder &builder, Value lhs, Value rhs) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (isFloatTensor(type))
      type = cast<RankedTensorType>(type.clone(getElementTypeOrSelf(lhs)));
    return cloneQuantized(builder, op, {lhs, rhs}, type)->getResult(0);
  }
};

struct MulModel : SingleResultModel<MulModel, tosa::MulOp> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    return operand < 2 ? OperandRole::Activation : OperandRole::Unquantized;
  }

  bool canReturnAccumulator(Operation *, SchemeAttr) const { return true; }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    return success(succeeded(requireStatic(scheme, reason)) &&
                   succeeded(requireFloat32(op, reason)));
  }

  /// TOSA wants equal quantized types around mul, so it works on plain
  /// integers.
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands, RankedTensorType,
                                  SchemeAttr, Contract) const {
    if (getWidth(operands.take_front(2)) == 0)
      return failure();
    Type i32 = builder.getI32Type();
    double scale = 1;
    SmallVector<Value> factors;
    for (Value operand : operands.take_front(2)) {
      scale *= getScale(operand); // N17
      Value factor =
          requantize(builder, op->getLoc(), operand,
                     getInt32Type(op->getContext(), getScale(operand)));
      factors.push_back(reinterpret(builder, op->getLoc(), factor, i32));
    }
    factors.push_back(operands[2]);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Operation *product = cloneQuantized(
        builder, op, factors, cast<RankedTensorType>(type.clone(i32)));
    return reinterpret(builder, op->getLoc(), product->getResult(0),
                       getInt32Type(op->getContext(), scale));
  }
};

template <typename... OpTys>
void attach(MLIRContext &context) {
  (OpTys::template attachInterface<CommonScaleModel<OpTys>>(context), ...);
}

} // namespace

void ptq::attachArithmeticModels(MLIRContext &context) {
  using namespace tosa;
  attach<AddOp, EqualOp, GreaterEqualOp, GreaterOp, MaximumOp, MinimumOp,
         SubOp>(context);
  MulOp::attachInterface<MulModel>(context);
}
