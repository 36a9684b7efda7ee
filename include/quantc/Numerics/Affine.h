//===- Affine.h - Affine quantization of real numbers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The choice of scales and zero points, and the quantization and
/// dequantization of single values: real = (q - zeroPoint) * scale. The rules
/// are those of docs/Numerics.md; comments give their numbers. Nothing here
/// depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_AFFINE_H
#define QUANTC_NUMERICS_AFFINE_H

#include <cstdint>

namespace quantc {

/// An inclusive range of storage integers.
struct StorageRange {
  int64_t min = 0;
  int64_t max = 0;
};

/// All signed integers of `bits` bits, at most 32.
constexpr StorageRange getStorage(unsigned bits) {
  return {-(int64_t(1) << (bits - 1)), (int64_t(1) << (bits - 1)) - 1};
}
/// The signed integers of `bits` bits without the lowest, so that a value and
/// its negative are both among them.
constexpr StorageRange getSymmetricStorage(unsigned bits) {
  return {-getStorage(bits).max, getStorage(bits).max};
}
inline constexpr StorageRange kInt8Activation{-128, 127};
inline constexpr StorageRange kInt8Weight{-127, 127};
inline constexpr StorageRange kUInt8Activation{0, 255};
inline constexpr StorageRange kInt16Activation{-32768, 32767};
inline constexpr StorageRange kInt32Bias{INT32_MIN, INT32_MAX};

/// The limits of a chosen scale, 2^-63 and 2^63: the product of two scales is a
/// normal float32.
inline constexpr double kMinScale = 1.0 / (uint64_t(1) << 63);
inline constexpr double kMaxScale = static_cast<double>(uint64_t(1) << 63);

/// real = (q - zeroPoint) * scale, q in `storage`. `scale` is a positive,
/// normal, finite value of float32 (as in the TFLite format).
struct AffineParams {
  double scale = 1.0;
  int64_t zeroPoint = 0;
  StorageRange storage;

  bool operator==(const AffineParams &other) const {
    return scale == other.scale && zeroPoint == other.zeroPoint &&
           storage.min == other.storage.min && storage.max == other.storage.max;
  }
};

/// Asymmetric parameters for real numbers in [min, max]. The range is extended
/// to contain 0, and the zero point represents 0 exactly. If the range is only
/// [0, 0], the scale is 1. If no scale spans the range (N3),
/// both signs keep storage values (N6). min and max are finite, and min <= max.
AffineParams chooseAsymmetric(double min, double max, StorageRange storage);

/// Symmetric parameters (zero point 0): scale = absMax / storage.max. absMax =
/// 0 gets scale 1. absMax is finite and not negative.
AffineParams chooseSymmetric(double absMax, StorageRange storage);

/// round(real / scale) + zeroPoint, saturated to the storage range; ties to
/// even, NaN becomes the zero point.
int64_t quantize(double real, const AffineParams &params);

/// (q - zeroPoint) * scale.
double dequantize(int64_t q, const AffineParams &params);

} // namespace quantc

#endif // QUANTC_NUMERICS_AFFINE_H
