//===- Softmax.h - Softmax in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The integer softmax: its table of exponentials, its shift, and a reference
/// of the whole, step by step what the TOSA operations compute
/// (docs/Numerics.md, N23 to N29, N46 and N71). No IR here.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_SOFTMAX_H
#define QUANTC_NUMERICS_SOFTMAX_H

#include "quantc/Numerics/Tables.h"

#include "llvm/ADT/ArrayRef.h"

#include <array>
#include <vector>

namespace quantc {

/// The only parameters of a softmax result: probabilities in steps of 1/256.
inline constexpr AffineParams kSoftmaxOutput{1.0 / 256, -128, kInt8Activation};

/// The same in int16: steps of 2^-15.
inline constexpr AffineParams kSoftmaxInt16Output{1.0 / 32768, 0,
                                                  kInt16Activation};

/// Entry d + 256 is round(32767 * exp(inputScale * d)) for d in [-256, 0], and
/// 32767 for d > 0, which no input reaches. tosa.table on the int16 input d *
/// 128 interpolates nothing and returns entry * 128.
Int16Table makeExpTable(double inputScale);

/// How an accumulator becomes the operand of the exponential (N46). First it is
/// rescaled to `2^-fractionBits`. Then its distance to the row's maximum, which
/// is limited to `lowest`, is shifted left by `leftShift`. The result has 16
/// bits, in steps of 2^-11.
struct LogitFormat {
  int32_t fractionBits = 11;
  int32_t leftShift = 0;
  int32_t lowest = -(1 << 15);
};

/// The finest format that holds every int32 times `maxScale`, the largest scale
/// of an accumulator's channels.
LogitFormat chooseLogitFormat(double maxScale);

/// The distance of table entries in this format, for makeExpTable.
inline constexpr double kLogitTableStep = 1.0 / 16;

/// The longest row whose exponentials sum up in int32.
inline constexpr int64_t kMaxSoftmax = int64_t(1) << 29;

/// The right shift of an exponential, so that `count` of them sum up in int32.
/// 1 <= count <= kMaxSoftmax.
int32_t softmaxShift(int64_t count);

/// Softmax of one row of int8 values; results have kSoftmaxOutput.
std::vector<int8_t> softmaxReference(llvm::ArrayRef<int8_t> row,
                                     double inputScale);

/// Softmax of one row of accumulators. `scales` has one scale, or one for each
/// element of the row.
std::vector<int8_t> softmaxOfAccumulators(llvm::ArrayRef<int32_t> row,
                                          llvm::ArrayRef<double> scales);

/// Exponentials of int16 distances d from a maximum, with -d = 256 * i + j, as
/// multiples of 2^-31: the product of coarse[i] and fine[j] (N71).
struct ExpFactors {
  std::array<int32_t, 256> coarse, fine;
};
ExpFactors makeExpFactors(double inputScale);

/// The largest row of int16 whose sum stays in two int32.
inline constexpr int64_t kMaxInt16Softmax = 1 << 15;

/// Softmax of one row of at most kMaxInt16Softmax int16 values; results have
/// kSoftmaxInt16Output.
std::vector<int16_t> softmaxOfInt16(llvm::ArrayRef<int16_t> row,
                                    double inputScale);

} // namespace quantc

#endif // QUANTC_NUMERICS_SOFTMAX_H
