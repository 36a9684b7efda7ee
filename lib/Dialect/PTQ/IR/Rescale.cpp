//===- Rescale.cpp - Building tosa.rescale -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Rescale.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Numerics/Int16Kernels.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The rescaled integers of a constant (N15).
static Value rescaleConstant(OpBuilder &builder, Location loc,
                             DenseElementsAttr constant, RankedTensorType type,
                             const RescaleSpec &spec) {
  unsigned width = type.getElementTypeBitWidth();
  StorageRange range = spec.outputUnsigned
                           ? StorageRange{0, (int64_t(1) << width) - 1}
                           : StorageRange{-(int64_t(1) << (width - 1)),
                                          (int64_t(1) << (width - 1)) - 1};
  SmallVector<APInt> integers;
  for (auto [index, value] : llvm::enumerate(constant.getValues<APInt>())) {
    int64_t input =
        spec.inputUnsigned ? value.getZExtValue() : value.getSExtValue();
    int32_t output =
        quantc::requantize(input, spec.inputZeroPoint,
                           spec.multipliers[index % spec.multipliers.size()],
                           spec.outputZeroPoint, range, spec.rounding);
    integers.push_back(APInt(width, static_cast<uint64_t>(output),
                             /*isSigned=*/false, /*implicitTrunc=*/true));
  }
  return tosa::ConstOp::create(builder, loc, type,
                               DenseElementsAttr::get(type, integers));
}

Value ptq::buildRescale(OpBuilder &builder, Location loc, Value input,
                        IntegerType element, const RescaleSpec &spec) {
  auto inputType = cast<RankedTensorType>(input.getType());
  auto type = cast<RankedTensorType>(inputType.clone(element));
  DenseElementsAttr constant;
  if (spec.scale32 && matchPattern(input, m_Constant(&constant)))
    return rescaleConstant(builder, loc, constant, type, spec);

  int64_t count = spec.multipliers.size();
  SmallVector<int32_t> multipliers;
  SmallVector<int8_t> shifts;
  for (FixedPointMultiplier m : spec.multipliers) {
    multipliers.push_back(m.multiplier);
    shifts.push_back(m.shift);
  }
  auto constantOf = [&](auto values) -> Value {
    using T = typename decltype(values)::value_type;
    auto type =
        RankedTensorType::get({count}, builder.getIntegerType(sizeof(T) * 8));
    return tosa::ConstOp::create(
        builder, loc, type, DenseElementsAttr::get(type, ArrayRef<T>(values)));
  };
  Value multiplier = spec.scale32
                         ? constantOf(multipliers)
                         : constantOf(SmallVector<int16_t>(multipliers.begin(),
                                                           multipliers.end()));
  Value shift = constantOf(shifts);
  Value inputZeroPoint = createScalar(builder, loc, spec.inputZeroPoint,
                                      inputType.getElementType());
  Value outputZeroPoint =
      createScalar(builder, loc, spec.outputZeroPoint, element);
  return tosa::RescaleOp::create(
      builder, loc, type, input, multiplier, shift, inputZeroPoint,
      outputZeroPoint, spec.scale32,
      spec.rounding == Rounding::Double ? tosa::RoundingMode::DOUBLE_ROUND
                                        : tosa::RoundingMode::SINGLE_ROUND,
      /*per_channel=*/count > 1, spec.inputUnsigned, spec.outputUnsigned);
}

/// tosa.rescale saturates to the whole integer type. A narrower storage range
/// (symmetric int8, [-127, 127]) needs a clamp.
Value ptq::clampToStorage(OpBuilder &builder, Location loc, Value integers,
                          quant::QuantizedType type) {
  Type storage = type.getStorageType();
  unsigned width = type.getStorageTypeIntegralWidth();
  if (width > 16 || (type.getStorageTypeMin() == llvm::minIntN(width) &&
                     type.getStorageTypeMax() == llvm::maxIntN(width)))
    return integers;
  return tosa::ClampOp::create(
      builder, loc, integers.getType(), integers,
      builder.getIntegerAttr(storage, type.getStorageTypeMin()),
      builder.getIntegerAttr(storage, type.getStorageTypeMax()),
      tosa::NanPropagationModeAttr::get(builder.getContext(),
                                        tosa::NanPropagationMode::PROPAGATE));
}

FailureOr<Value> ptq::requantizeSums(OpBuilder &builder, Location loc,
                                     Value sums, ArrayRef<double> scales,
                                     quant::UniformQuantizedType type,
                                     Contract contract) {
  RescaleSpec spec;
  spec.scale32 = false;
  spec.outputZeroPoint = type.getZeroPoint();
  for (double scale : scales) {
    std::optional<FixedPointMultiplier> multiplier =
        usesTFLiteKernels(contract)
            ? deriveReducedMultiplier(scale / type.getScale()) // N74
            : deriveMultiplier16(scale / type.getScale());     // N67
    if (!multiplier)
      return failure();
    spec.multipliers.push_back(*multiplier);
  }
  if (llvm::all_equal(scales))
    spec.multipliers.resize(1);
  Value integers = buildRescale(builder, loc, sums,
                                cast<IntegerType>(type.getStorageType()), spec);
  return reinterpret(builder, loc, clampToStorage(builder, loc, integers, type),
                     type);
}

FailureOr<Value> ptq::requantizeSumsFinely(OpBuilder &builder, Location loc,
                                           Value sums, ArrayRef<double> scales,
                                           quant::UniformQuantizedType type,
                                           int64_t largest) {
  // N76: what exceeds 31 bits is rounded away first.
  int32_t bits = std::max<int32_t>(0, llvm::Log2_64(largest | 1) - 30);
  RescaleSpec toInt32;
  toInt32.scale32 = false;
  toInt32.multipliers = {{1 << 14, 14 + bits}};
  RescaleSpec spec;
  spec.outputZeroPoint = type.getZeroPoint();
  for (double scale : scales) {
    std::optional<FixedPointMultiplier> multiplier =
        deriveMultiplier(std::ldexp(scale, bits) / type.getScale());
    if (!multiplier)
      return failure();
    spec.multipliers.push_back(*multiplier);
  }
  if (llvm::all_equal(scales))
    spec.multipliers.resize(1);
  Value integers =
      buildRescale(builder, loc, sums, builder.getI32Type(), toInt32);
  integers = buildRescale(builder, loc, integers,
                          cast<IntegerType>(type.getStorageType()), spec);
  return reinterpret(builder, loc, clampToStorage(builder, loc, integers, type),
                     type);
}
