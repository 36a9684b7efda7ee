//===- FloatBorder.cpp - Between integers and floats -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// quant.dcast and quant.qcast as TOSA float operations, for float inputs and
/// outputs of a network and for operations that stay float.
///
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/IR/QuantizedConstants.h"
#include "quantc/Numerics/ReferenceKernels.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

Value quantc::buildBroadcast(OpBuilder &builder, Location loc,
                             ArrayRef<double> values, int64_t rank,
                             int64_t axis) {
  SmallVector<int64_t> shape(rank, 1);
  if (values.size() > 1)
    shape[axis] = values.size();
  SmallVector<float> floats(values.begin(), values.end());
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return tosa::ConstOp::create(
      builder, loc, type,
      DenseElementsAttr::get(type, ArrayRef<float>(floats)));
}

Value quantc::buildMul(OpBuilder &builder, Location loc, Value lhs, Value rhs) {
  Value shift = createScalar(builder, loc, 0, builder.getI8Type());
  return tosa::MulOp::create(builder, loc, lhs.getType(), lhs, rhs, shift);
}

namespace {
/// Scales and zero points of any quantized type, with the axis they run along.
struct ChannelParams {
  SmallVector<double> scales, zeroPoints;
  int64_t axis = 0;

  explicit ChannelParams(quant::QuantizedType type) {
    if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type)) {
      scales.push_back(uniform.getScale());
      zeroPoints.push_back(uniform.getZeroPoint());
      return;
    }
    auto perAxis = cast<quant::UniformQuantizedPerAxisType>(type);
    scales.assign(perAxis.getScales().begin(), perAxis.getScales().end());
    zeroPoints.assign(perAxis.getZeroPoints().begin(),
                      perAxis.getZeroPoints().end());
    axis = perAxis.getQuantizedDimension();
  }
};
} // namespace

/// The number of elements between two steps along `axis`.
static int64_t getStride(RankedTensorType type, int64_t axis) {
  int64_t stride = 1;
  for (int64_t size : type.getShape().drop_front(axis + 1))
    stride *= size;
  return stride;
}

static Value dequantizeConstant(OpBuilder &builder, Location loc,
                                DenseElementsAttr constant,
                                const ChannelParams &params) {
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(constant.getType()).clone(builder.getF32Type()));
  int64_t stride = getStride(type, params.axis);
  SmallVector<float> reals;
  for (auto [index, value] : llvm::enumerate(constant.getValues<APInt>())) {
    size_t channel = index / stride % params.scales.size();
    reals.push_back((value.getSExtValue() - params.zeroPoints[channel]) *
                    params.scales[channel]);
  }
  return tosa::ConstOp::create(
      builder, loc, type, DenseElementsAttr::get(type, ArrayRef<float>(reals)));
}

// N33
Value quantc::buildDequantize(OpBuilder &builder, Location loc, Value storage,
                              quant::QuantizedType type) {
  ChannelParams params(type);
  DenseElementsAttr constant;
  if (matchPattern(storage, m_Constant(&constant)))
    return dequantizeConstant(builder, loc, constant, params);

  auto tensor = cast<RankedTensorType>(storage.getType());
  Type floatTensor = tensor.clone(builder.getF32Type());
  int64_t rank = tensor.getRank();
  Value real = tosa::CastOp::create(builder, loc, floatTensor, storage);
  if (llvm::any_of(params.zeroPoints, [](double zp) { return zp != 0; }))
    real = tosa::SubOp::create(
        builder, loc, floatTensor, real,
        buildBroadcast(builder, loc, params.zeroPoints, rank, params.axis));
  return buildMul(
      builder, loc, real,
      buildBroadcast(builder, loc, params.scales, rank, params.axis));
}

/// Computes round(real / scale) as int32, saturated so that the sum with the
/// zero point stays in the storage range. TOSA's cast rounds ties to even.
static Value buildSteps(OpBuilder &builder, Location loc, Value real,
                        quant::QuantizedType type,
                        const ChannelParams &params) {
  auto tensor = cast<RankedTensorType>(real.getType());
  SmallVector<double> inverse = llvm::map_to_vector(
      params.scales, [](double scale) { return 1.0 / scale; });
  Value scaled = buildMul(
      builder, loc, real,
      buildBroadcast(builder, loc, inverse, tensor.getRank(), params.axis));
  auto limit = [&](int64_t q) {
    return builder.getF32FloatAttr(
        static_cast<float>(q - params.zeroPoints.front()));
  };
  scaled = tosa::ClampOp::create(
      builder, loc, tensor, scaled, limit(type.getStorageTypeMin()),
      limit(type.getStorageTypeMax()),
      tosa::NanPropagationModeAttr::get(builder.getContext(),
                                        tosa::NanPropagationMode::IGNORE));
  return tosa::CastOp::create(builder, loc, tensor.clone(builder.getI32Type()),
                              scaled);
}

/// An int32 constant that broadcasts against tensors of `rank`.
static Value createInt32(OpBuilder &builder, Location loc, int64_t rank,
                         int64_t value) {
  auto type = RankedTensorType::get(SmallVector<int64_t>(rank, 1),
                                    builder.getI32Type());
  return tosa::ConstOp::create(
      builder, loc, type,
      DenseElementsAttr::get(type, static_cast<int32_t>(value)));
}

/// Corrects `codes` (int32), which rule N33 computes from `real`, to those of
/// rule N43. The two differ by at most one, and the real numbers at which a new
/// code begins are known.
static Value correctCodes(OpBuilder &builder, Location loc, Value codes,
                          Value real, const AffineParams &params) {
  // Entry i is the smallest real number of code min + i.
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  SmallVector<float> begins{-kInfinity};
  for (int64_t q = params.storage.min + 1; q <= params.storage.max; ++q)
    begins.push_back(getQuantizeThreshold(q, params));
  begins.push_back(kInfinity);
  auto table = DenseElementsAttr::get(
      RankedTensorType::get({static_cast<int64_t>(begins.size())},
                            builder.getF32Type()),
      ArrayRef<float>(begins));
  auto type = cast<RankedTensorType>(codes.getType());
  auto offset = [&](Value value, int64_t amount) -> Value {
    return tosa::AddOp::create(
        builder, loc, type, value,
        createInt32(builder, loc, type.getRank(), amount));
  };
  auto lookUp = [&](Value index) {
    return buildLookup(builder, loc, table, index);
  };
  auto toInteger = [&](Value flag) {
    return tosa::CastOp::create(builder, loc, type, flag);
  };
  Value index = offset(codes, -params.storage.min);
  Type flags = type.clone(builder.getI1Type());
  Value isAbove = tosa::GreaterEqualOp::create(builder, loc, flags, real,
                                               lookUp(offset(index, 1)));
  Value isBelow =
      tosa::GreaterOp::create(builder, loc, flags, lookUp(index), real);
  codes = tosa::AddOp::create(builder, loc, type, codes, toInteger(isAbove));
  codes = tosa::SubOp::create(builder, loc, type, codes, toInteger(isBelow));
  // Plus infinity must not exceed the last code.
  return tosa::MinimumOp::create(
      builder, loc, type, codes,
      createInt32(builder, loc, type.getRank(), params.storage.max));
}

// N33, N43
Value quantc::buildQuantize(OpBuilder &builder, Location loc, Value real,
                            quant::UniformQuantizedType type,
                            Contract contract) {
  auto tensor = cast<RankedTensorType>(real.getType());
  Value q = buildSteps(builder, loc, real, type, ChannelParams(type));
  if (type.getZeroPoint() != 0)
    q = tosa::AddOp::create(
        builder, loc, q.getType(), q,
        createInt32(builder, loc, tensor.getRank(), type.getZeroPoint()));
  if (contract == Contract::TFLM && type.getStorageTypeIntegralWidth() == 8)
    q = correctCodes(builder, loc, q, real, getAffineParams(type));
  Type storage = tensor.clone(type.getStorageType());
  return storage == q.getType()
             ? q
             : tosa::CastOp::create(builder, loc, storage, q);
}

Value quantc::buildFakeQuant(OpBuilder &builder, Location loc, Value real,
                             quant::QuantizedType type, OperandRole role) {
  auto tensor = cast<RankedTensorType>(real.getType());
  DenseElementsAttr constant;
  if (matchPattern(real, m_Constant(&constant)))
    return tosa::ConstOp::create(
        builder, loc, tensor,
        DenseElementsAttr::get(tensor,
                               ArrayRef<float>(roundElements(
                                   llvm::to_vector(constant.getValues<float>()),
                                   tensor.getShape(), type, role))));
  ChannelParams params(type);
  Value steps = buildSteps(builder, loc, real, type, params);
  return buildMul(builder, loc,
                  tosa::CastOp::create(builder, loc, tensor, steps),
                  buildBroadcast(builder, loc, params.scales, tensor.getRank(),
                                 params.axis));
}
