//===- Int16Kernels.h - TFLite's kernels of int16 -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How TFLite's kernels compute with int16 activations and int8 weights
/// (docs/Numerics.md, N74 to N79): multipliers and tables from which integer
/// forms are built. Nothing here depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_INT16KERNELS_H
#define QUANTC_NUMERICS_INT16KERNELS_H

#include "quantc/Numerics/Requantize.h"
#include "quantc/Numerics/Tables.h"

#include "llvm/ADT/ArrayRef.h"

#include <array>
#include <optional>
#include <vector>

namespace quantc {

/// The multiplier of 16 bits for sums of 48 bits: deriveMultiplier's, rounded
/// again, at most 2^15 - 1. nullopt and 0 are those of deriveMultiplier16.
std::optional<FixedPointMultiplier> deriveReducedMultiplier(double real);

/// The number of bits by which ADD and SUB shift int16 to the left.
inline constexpr int kInt16AdditionShift = 15;

/// LOGISTIC and TANH of int16 values of one scale, with results of scale 2^-15:
///
/// \code
///   x = (q * multiplier + round) >> shift
///   i = min(|x| >> fractionBits, 255)      f = |x| & (2^fractionBits - 1)
///   y = bases[i] * 2^fractionBits + f * slopes[i]
///   q' = ((x < 0 ? negative - y : y + positive) >> resultShift)
/// \endcode
struct SigmoidKernel {
  int32_t multiplier, shift;
  int32_t fractionBits, resultShift, positive, negative;
  std::array<int32_t, 256> bases, slopes;
};
/// nullopt if a step of `inputScale` has no multiplier of 15 bits (a scale of
/// 8/3 or more).
std::optional<SigmoidKernel> makeLogisticKernel(double inputScale);
std::optional<SigmoidKernel> makeTanhKernel(double inputScale);

/// What the kernel gives for `q`.
int16_t applySigmoid(const SigmoidKernel &kernel, int16_t q);

/// SOFTMAX of int16 reads two tables, between whose entries it interpolates:
/// exp(x) for x in [-10, 0] and 1 / (1 + x) for x in [0, 1], both over all
/// int16 and in steps of 2^-15.
Int16Table makeSoftmaxExpTable();
Int16Table makeSoftmaxReciprocalTable();

/// What an int16 distance from the maximum is multiplied by for the first
/// table, in double: 65535 steps are 10.
inline constexpr double softmaxDistanceRatio(double inputScale) {
  return inputScale / (10.0 / 65535.0);
}

/// The entry for `q`, interpolated and rounded, ties towards plus infinity.
int16_t lookUpInt16(const Int16Table &table, int16_t q);

/// The longest row whose sum of exponentials stays in int32.
inline constexpr int64_t kMaxTableSoftmax = 1 << 16;

/// SOFTMAX of one row of at most kMaxTableSoftmax int16 values. nullopt if the
/// ratio of N79 has no multiplier.
std::optional<std::vector<int16_t>> softmaxInTables(llvm::ArrayRef<int16_t> row,
                                                    double inputScale);

} // namespace quantc

#endif // QUANTC_NUMERICS_INT16KERNELS_H
