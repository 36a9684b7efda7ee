//===- Rescale.cpp - Building tosa.rescale -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Rescale.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

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
  if (matchPattern(input, m_Constant(&constant)))
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
  Value multiplier = constantOf(multipliers), shift = constantOf(shifts);
  Value inputZeroPoint = createScalar(builder, loc, spec.inputZeroPoint,
                                      inputType.getElementType());
  Value outputZeroPoint =
      createScalar(builder, loc, spec.outputZeroPoint, element);
  return tosa::RescaleOp::create(
      builder, loc, type, input, multiplier, shift, inputZeroPoint,
      outputZeroPoint, /*scale32=*/true,
      spec.rounding == Rounding::Double ? tosa::RoundingMode::DOUBLE_ROUND
                                        : tosa::RoundingMode::SINGLE_ROUND,
      /*per_channel=*/count > 1, spec.inputUnsigned, spec.outputUnsigned);
}
