//===- FloatBorder.cpp - Between integers and floats -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information. SPDX-License-Identifier:
// Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// quant.dcast and quant.qcast as TOSA float operations, for float inputs and
/// outputs of a network and for operations that stay float.
///
//===----------------------------------------------------------------------===//

#include "Rescale.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// A float constant that broadcasts against tensors of `rank`: one value, or
/// one for each element of dimension `axis`.
static Value createBroadcast(OpBuilder &builder, Location loc,
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

static Value createMul(OpBuilder &builder, Location loc, Value lhs, Value rhs) {
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

static Value dequantizeConstant(OpBuilder &builder, Location loc,
                                DenseElementsAttr constant,
                                const ChannelParams &params) {
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(constant.getType()).clone(builder.getF32Type()));
  // Elements between two steps along the axis.
  int64_t stride = 1;
  for (int64_t d = params.axis + 1; d < type.getRank(); ++d)
    stride *= type.getDimSize(d);
  SmallVector<float> reals;
  for (auto [index, value] : llvm::enumerate(constant.getValues<APInt>())) {
    size_t channel = index / stride % params.scales.size();
    reals.push_back((value.getSExtValue() - params.zeroPoints[channel]) *
                    params.scales[channel]);
  }
  return tosa::ConstOp::create(
      builder, loc, type, DenseElementsAttr::get(type, ArrayRef<float>(reals)));
}

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
        createBroadcast(builder, loc, params.zeroPoints, rank, params.axis));
  return createMul(
      builder, loc, real,
      createBroadcast(builder, loc, params.scales, rank, params.axis));
}

Value quantc::buildQuantize(OpBuilder &builder, Location loc, Value real,
                            quant::UniformQuantizedType type) {
  auto tensor = cast<RankedTensorType>(real.getType());
  int64_t rank = tensor.getRank(), zeroPoint = type.getZeroPoint();
  Value scaled =
      createMul(builder, loc, real,
                createBroadcast(builder, loc, 1.0 / type.getScale(), rank, 0));
  auto limit = [&](int64_t q) {
    return builder.getF32FloatAttr(static_cast<float>(q - zeroPoint));
  };
  scaled = tosa::ClampOp::create(
      builder, loc, tensor, scaled, limit(type.getStorageTypeMin()),
      limit(type.getStorageTypeMax()),
      tosa::NanPropagationModeAttr::get(builder.getContext(),
                                        tosa::NanPropagationMode::IGNORE));
  Type wide = tensor.clone(builder.getI32Type());
  Value q = tosa::CastOp::create(builder, loc, wide, scaled);
  if (zeroPoint != 0) {
    auto one = RankedTensorType::get(SmallVector<int64_t>(rank, 1),
                                     builder.getI32Type());
    Value offset = tosa::ConstOp::create(
        builder, loc, one,
        DenseElementsAttr::get(one, static_cast<int32_t>(zeroPoint)));
    q = tosa::AddOp::create(builder, loc, wide, q, offset);
  }
  Type storage = tensor.clone(type.getStorageType());
  return storage == wide ? q : tosa::CastOp::create(builder, loc, storage, q);
}
