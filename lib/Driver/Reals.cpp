//===- Reals.cpp - Inputs and outputs as real numbers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reals.h"

#include "quantc/Numerics/Affine.h"

#include "llvm/ADT/APFloat.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace quantc;

std::vector<double> quantc::toReals(const Array &output,
                                    const TensorInfo &info) {
  std::vector<double> values = toDoubles(output);
  if (info.scale)
    for (double &value : values)
      // A float32, as if the network itself dequantized the output (N33).
      value = static_cast<float>((value - info.zeroPoint) * *info.scale);
  return values;
}

Array quantc::fromReals(llvm::ArrayRef<double> reals, const TensorInfo &info) {
  Array result = Array::zeros(info.type, {int64_t(reals.size())});
  if (info.type == ElementType::Float32) {
    llvm::copy(reals, result.as<float>().begin());
    return result;
  }
  if (info.type == ElementType::Float16) {
    for (auto [bits, real] : llvm::zip_equal(result.as<uint16_t>(), reals)) {
      llvm::APFloat value(real);
      bool losesInfo;
      value.convert(llvm::APFloat::IEEEhalf(),
                    llvm::APFloat::rmNearestTiesToEven, &losesInfo);
      bits = value.bitcastToAPInt().getZExtValue();
    }
    return result;
  }
  auto store = [&](auto values) {
    using T = typename decltype(values)::value_type;
    AffineParams params{
        *info.scale,
        info.zeroPoint,
        {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()}};
    for (auto [value, real] : llvm::zip_equal(values, reals))
      value = quantize(real, params);
  };
  switch (byteSize(info.type)) {
  case 1:
    if (info.type == ElementType::UInt8)
      store(result.as<uint8_t>());
    else
      store(result.as<int8_t>());
    break;
  case 2:
    store(result.as<int16_t>());
    break;
  default:
    store(result.as<int32_t>());
  }
  return result;
}
