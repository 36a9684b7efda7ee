//===- Affine.cpp - Affine quantization of real numbers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Affine.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace quantc;

/// N3: scales are float32 values. All consumers (the object's header, TOSA's
/// float casts, the TFLite format) compute with this type, and the product of
/// two scales fits in it as well.
static double roundScale(double scale) {
  return static_cast<float>(std::clamp(scale, kMinScale, kMaxScale));
}

AffineParams quantc::chooseAsymmetric(double min, double max,
                                      StorageRange storage) {
  assert(std::isfinite(min) && std::isfinite(max) && min <= max);
  assert(storage.min < storage.max);
  AffineParams params;
  params.storage = storage;
  // N4: zero (padding, ReLU's floor) is always representable.
  min = std::min(min, 0.0);
  max = std::max(max, 0.0);
  // N5: the range has only zeros, so that every scale is exact.
  double steps = static_cast<double>(storage.max - storage.min);
  // The division comes before the subtraction, so that ranges near the limit of
  // double stay finite.
  params.scale = min == max ? 1.0 : roundScale(max / steps - min / steps);
  // N6: where real zero falls, rounded to a storage value and kept inside.
  // A range beyond the largest scale takes its zero point from its own steps,
  // so that both signs keep storage values.
  double exact = max / steps - min / steps;
  double scale = exact > kMaxScale ? exact : params.scale;
  double zeroPoint = static_cast<double>(storage.min) - min / scale;
  params.zeroPoint = static_cast<int64_t>(
      std::clamp(std::nearbyint(zeroPoint), static_cast<double>(storage.min),
                 static_cast<double>(storage.max)));
  return params;
}

AffineParams quantc::chooseSymmetric(double absMax, StorageRange storage) {
  assert(std::isfinite(absMax) && absMax >= 0 && storage.max > 0);
  AffineParams params;
  params.storage = storage;
  // N7, and N5 for a channel of zeros.
  if (absMax > 0)
    params.scale = roundScale(absMax / static_cast<double>(storage.max));
  return params;
}

int64_t quantc::quantize(double real, const AffineParams &params) {
  // N2: no storage value represents NaN; the zero point is used for it.
  if (std::isnan(real))
    return params.zeroPoint;
  // N2: nearbyint rounds ties to even in the default rounding mode. Saturation
  // happens before the conversion, which is undefined for large values.
  double steps = std::nearbyint(real / params.scale);
  double low = static_cast<double>(params.storage.min - params.zeroPoint);
  double high = static_cast<double>(params.storage.max - params.zeroPoint);
  return static_cast<int64_t>(std::clamp(steps, low, high)) + params.zeroPoint;
}

double quantc::dequantize(int64_t q, const AffineParams &params) {
  return static_cast<double>(q - params.zeroPoint) * params.scale; // N1
}
