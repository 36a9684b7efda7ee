//===- XNNPACKKernels.h - Arithmetic of XNNPACK's kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What Contract::LiteRT computes where XNNPACK, the library that LiteRT uses
/// on CPUs, has rules of its own (docs/Numerics.md, N58 to N60). Nothing here
/// depends on MLIR.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_XNNPACKKERNELS_H
#define QUANTC_NUMERICS_XNNPACKKERNELS_H

#include "quantc/Numerics/Affine.h"
#include "quantc/Numerics/ReferenceKernels.h"
#include "quantc/Numerics/Requantize.h"

#include <optional>

namespace quantc {

/// The multipliers of an addition or subtraction. The operands times their
/// multipliers are integers, without rounding. The multiplier of their sum is a
/// power of two.
struct XNNPACKSum {
  FixedPointMultiplier lhs, rhs, result;
};

/// nullopt if XNNPACK has no kernel for these scales: a scale of an operand is
/// below 2^-10 or not below 2^8 times that of the result.
std::optional<XNNPACKSum> deriveXNNPACKSum(double lhsScale, double rhsScale,
                                           double resultScale);

/// QUANTIZE of an 8-bit tensor to other parameters, by `ratio` = input scale /
/// output scale: a multiplier with 8 fraction bits. nullopt if XNNPACK has no
/// kernel for it: the ratio is below 2^-8 or above 2^7.
std::optional<FixedPointMultiplier> deriveXNNPACKConversion(double ratio);

/// LEAKY_RELU with multipliers of 8 fraction bits; `alpha` is the positive
/// slope for negative values. nullopt if XNNPACK has no kernel for the ratios.
std::optional<Int8Table> makeXNNPACKLeakyReluTable(float alpha,
                                                   const AffineParams &input,
                                                   const AffineParams &output);

/// ELU with alpha 1, computed in float32.
Int8Table makeXNNPACKEluTable(const AffineParams &input,
                              const AffineParams &output);

} // namespace quantc

#endif // QUANTC_NUMERICS_XNNPACKKERNELS_H
