//===- Requantize.h - Integer multiplier and shift -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Changing the scale of an integer with a 32-bit multiplier and a shift:
/// TOSA 1.0's RESCALE (apply_scale_32), and the scale of a bias. No IR here.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_REQUANTIZE_H
#define QUANTC_NUMERICS_REQUANTIZE_H

#include "quantc/Numerics/Affine.h"

#include <optional>

namespace quantc {

/// How a scaled value is rounded: `Single` rounds once, ties towards plus
/// infinity; `Double` rounds twice as TFLite's reference kernels do.
enum class Rounding { Single, Double };

/// value * multiplier / 2^shift. `multiplier` is in [2^30, 2^31) or 0, or has
/// 16 bits (deriveMultiplier16), `shift` is in [2, 62], as TOSA requires.
struct FixedPointMultiplier {
  int32_t multiplier = 0;
  int32_t shift = 2;
};

/// TOSA's limits of a shift.
inline constexpr int32_t kMinShift = 2;
inline constexpr int32_t kMaxShift = 62;

/// The multiplier and shift nearest to `real` (0 <= real < 2^29); nullopt if
/// `real` is out of range or not finite. A `real` below 2^-32 becomes 0: it
/// takes every int32 to 0.
std::optional<FixedPointMultiplier> deriveMultiplier(double real);

/// The largest |value| for which TOSA defines the result of apply_scale_32:
/// 2^(shift-1) - 1, at most INT32_MAX. With a larger value the result may wrap.
int64_t maxRescaleMagnitude(FixedPointMultiplier m);

/// TOSA's apply_scale_32: (value * multiplier + round) >> shift, cut to 32
/// bits.
int32_t applyScale32(int32_t value, FixedPointMultiplier m, Rounding rounding);

/// The same with a multiplier of 16 bits, for sums of 48 bits: TOSA's RESCALE
/// without scale32. `multiplier` is in [2^14, 2^15) or 0; `real` is below 2^13.
/// A `real` below 2^-48 becomes 0.
std::optional<FixedPointMultiplier> deriveMultiplier16(double real);

/// TOSA's apply_scale_16: (value * multiplier + round) >> shift, cut to 32
/// bits. `value` has 48 bits.
int32_t applyScale16(int64_t value, FixedPointMultiplier m);

/// The bias in steps of `scale`, to nearest, at most 2^46 in magnitude, so that
/// it and a sum of products fit 48 bits (N65).
int64_t quantizeBias48(double real, double scale);

/// TOSA's RESCALE of one value:
/// saturate(applyScale32(value - inputZeroPoint) + outputZeroPoint) to
/// `storage`.
int32_t requantize(int32_t value, int32_t inputZeroPoint,
                   FixedPointMultiplier m, int32_t outputZeroPoint,
                   StorageRange storage, Rounding rounding);

/// TOSA's reciprocal_scale: the multiplier for 1 / count that the average pool
/// uses. It is never below the exact value. count > 0.
FixedPointMultiplier reciprocalScale(uint32_t count);

/// The scale at which the operands of an addition or subtraction meet, in
/// int32: 2^20 steps to twice the larger operand scale, 2^15 if an operand has
/// `width` 16.
double commonAdditionScale(double lhsScale, double rhsScale, unsigned width);

/// The scale that a weight channel needs so that its bias fits: `weightScale`,
/// or, if |bias| / (inputScale * weightScale) > 2^30 - 1/2, the one that
/// follows from the range |bias| / (2^30 - 1/2) * (127 / inputScale), whose
/// last factor is a float32 (N9).
double widenWeightScaleForBias(double weightScale, double inputScale,
                               double bias);

} // namespace quantc

#endif // QUANTC_NUMERICS_REQUANTIZE_H
