//===- FixedPoint.h - Fixed-point functions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The fixed-point arithmetic with which TFLite's reference kernels compute
/// softmax, logistic and tanh. It is that of the gemmlowp library
/// (docs/Numerics.md, N36 and N37). A value with `i` integer bits represents
/// raw / 2^(31 - i). Nothing here depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_FIXEDPOINT_H
#define QUANTC_NUMERICS_FIXEDPOINT_H

#include <cstdint>

namespace quantc {

/// a * b / 2^31 to nearest, ties towards plus infinity; saturates for
/// INT32_MIN squared. What tosa.mul computes with shift 31.
int32_t highProduct(int32_t a, int32_t b);

/// x / 2^shift to nearest, ties away from zero. 0 <= shift <= 31.
int32_t roundingShiftRight(int32_t x, int shift);

/// exp(a) with no integer bits, for a <= 0 with `integerBits` (at most 5).
int32_t expOfNegative(int32_t a, int integerBits);

/// The Newton iteration for 1 / x, for x in [1/2, 1), starts with start + slope
/// * x (with 2 integer bits), and is repeated so many times.
inline constexpr int32_t kNewtonStart = 1515870810;  // 48/17
inline constexpr int32_t kNewtonSlope = -1010580540; // -32/17
inline constexpr int kNewtonSteps = 3;

/// 1 / (1 + a) for a in [0, 1), both with no integer bits.
int32_t reciprocalOfOnePlus(int32_t a);

/// 1 / (1 + exp(-a)) with no integer bits, for a with `integerBits`.
int32_t fixedPointLogistic(int32_t a, int integerBits);

/// tanh(a) with no integer bits, for a with `integerBits` (at most 4).
int32_t fixedPointTanh(int32_t a, int integerBits);

} // namespace quantc

#endif // QUANTC_NUMERICS_FIXEDPOINT_H
