//===- Recurrent.h - Parameters inside of recurrent layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The parameters of the integers inside of a recurrent layer (docs/Numerics.md
/// from N90 on). Nothing here depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_RECURRENT_H
#define QUANTC_NUMERICS_RECURRENT_H

#include "quantc/Numerics/Tables.h"

namespace quantc {

/// What a gate's function reads are steps of 2^-exponent (N92): sigmoids are
/// flat outside of [-16, 16], tanh outside of [-8, 8].
inline constexpr int kSigmoidExponent = 11;
inline constexpr int kTanhExponent = 12;
/// What it gives are steps of 2^-15.
inline constexpr int kGateExponent = 15;

/// The table of `function`, whose argument is in steps of 2^-exponent, with
/// results in steps of 2^-15 (N92).
Int16Table makeGateTable(llvm::function_ref<double(double)> function,
                         int exponent);

/// The exponent k of a state of int16 in steps of 2^-k that was at most
/// `largest` in magnitude, with `headroom` times as much room (N93).
int chooseStateExponent(double largest, double headroom);

/// The least scale from `scale` on at which `largest` is at most 2^28 (N91), so
/// that a few such numbers are summed in int32.
double widenSumScale(double scale, double largest);

/// The numbers that are summed when a gate is computed have at most this
/// magnitude, as integers.
inline constexpr double kLargestSummand = 1 << 28;

/// How many products of 8 bits such a sum may have besides.
inline constexpr int64_t kMostStateProducts = 1 << 15;

} // namespace quantc

#endif // QUANTC_NUMERICS_RECURRENT_H
