//===- Constants.cpp - Weights and biases as integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Constants.h"
#include "quantc/Numerics/Affine.h"

#include <algorithm>
#include <cmath>

using namespace quantc;

int64_t quantc::quantizeWeight(float weight, double scale, double absMax,
                               StorageRange storage) {
  double exact = absMax / storage.max;
  double divisor = static_cast<float>(exact) == scale ? exact : scale;
  auto steps = static_cast<float>(weight / divisor);
  return std::clamp<double>(std::round(steps), storage.min, storage.max);
}

int64_t quantc::quantizeBias(float bias, double scale) {
  // All in float32: one over the rounded scale, then the product.
  float steps = bias * (1.0f / static_cast<float>(scale));
  return std::clamp<double>(std::round(double(steps)), kInt32Bias.min,
                            kInt32Bias.max);
}
