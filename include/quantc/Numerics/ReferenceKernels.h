//===- ReferenceKernels.h - Arithmetic of TFLite's kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What Rounding::Double computes where TFLite's reference kernels have rules
/// of their own (docs/Numerics.md, N38 to N45): the parameters and tables from
/// which integer forms are built. Nothing here depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_REFERENCEKERNELS_H
#define QUANTC_NUMERICS_REFERENCEKERNELS_H

#include "quantc/Numerics/Affine.h"
#include "quantc/Numerics/Requantize.h"

#include "llvm/ADT/ArrayRef.h"

#include <array>
#include <optional>
#include <vector>

namespace quantc {

/// The scale of `quantized` codes after an exact left shift by `bits`.
inline constexpr double shiftedScale(double scale, int bits) {
  return scale / static_cast<double>(int64_t(1) << bits);
}

/// The number of bits by which ADD and SUB shift their operands to the left
/// before they scale them.
inline constexpr int kAdditionShift = 20;
/// The same for comparisons.
inline constexpr int kComparisonShift = 8;

/// TFLite's MultiplyByQuantizedMultiplier(value, real) with two roundings;
/// `value` is within the range of N13.
int32_t multiplyDouble(int32_t value, FixedPointMultiplier m);

/// The multiplier of a mean over `count` values: the multiplier of `real`,
/// shifted to the left by the bits of `count` and divided by `count`, with
/// truncation. Nullopt where deriveMultiplier returns it.
std::optional<FixedPointMultiplier> deriveMeanMultiplier(double real,
                                                         int64_t count);

/// round(real / scale) + zero point with a division in float32 and ties away
/// from zero, saturated: QUANTIZE, and the limits of fused activations. NaN
/// becomes the zero point.
int64_t quantizeInFloat32(float real, const AffineParams &params);

/// The smallest float32 that quantizeInFloat32 takes to `q` or more; `q` is
/// above the lowest storage value.
float getQuantizeThreshold(int64_t q, const AffineParams &params);

/// The result of a kernel for every int8 value, ascending.
using Int8Table = std::array<int8_t, 256>;

/// LOGISTIC; the result has kSoftmaxOutput's
/// parameters, 1/256 and -128.
Int8Table makeLogisticTable(double inputScale, int64_t inputZeroPoint);

/// TANH; the result has scale 1/128 and zero
/// point 0.
Int8Table makeTanhTable(double inputScale, int64_t inputZeroPoint);

/// LEAKY_RELU; `alpha` is the positive slope for negative values. nullopt if a
/// ratio of scales has no multiplier.
std::optional<Int8Table> makeLeakyReluTable(float alpha,
                                            const AffineParams &input,
                                            const AffineParams &output);

/// ABS; nullopt if the ratio of scales has no multiplier.
std::optional<Int8Table> makeAbsTable(const AffineParams &input,
                                      const AffineParams &output);

/// HARD_SWISH; nullopt if the kernel refuses the scales (an output scale below
/// 1/128 of the input's).
std::optional<Int8Table> makeHardSwishTable(const AffineParams &input,
                                            const AffineParams &output);

/// ELU with alpha 1.
Int8Table makeEluTable(const AffineParams &input, const AffineParams &output);

/// exp(inputScale * d) with no integer bits for d from -255 to 0; 0 where
/// SOFTMAX does not count the element.
std::array<int32_t, 256> makeSoftmaxExponentials(double inputScale);

/// The number of integer bits with which SOFTMAX adds exponentials.
inline constexpr int kSoftmaxSumBits = 12;

/// The largest row whose sum stays in int32.
inline constexpr int64_t kMaxReferenceSoftmax = (1 << kSoftmaxSumBits) - 1;

/// SOFTMAX of one row of at most kMaxReferenceSoftmax int8 values.
std::vector<int8_t> softmaxInFixedPoint(llvm::ArrayRef<int8_t> row,
                                        double inputScale);

} // namespace quantc

#endif // QUANTC_NUMERICS_REFERENCEKERNELS_H
