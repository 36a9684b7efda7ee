//===- NarrowSum.h - Sums of int8 tensors in 32 bits ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A sum of two int8 values of different scales is specified as two rescales to
/// int32, an addition and a rescale to int8, with products of 64 bits. There
/// are only 65,536 pairs of values, so a cheaper form can be proved for all of
/// them.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_NARROWSUM_H
#define QUANTC_NUMERICS_NARROWSUM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <optional>

namespace quantc {

/// clamp((a * lhs + b * rhs + addend) >> shift, -128, 127), where the sum fits
/// int32 for all a and b in int8. The shift is arithmetic.
struct NarrowSum {
  int32_t lhs = 0, rhs = 0, addend = 0;
  int32_t shift = 0;

  int8_t apply(int8_t a, int8_t b) const;
};

/// The form that gives `result(lhs[a + 128] + rhs[b + 128])` for all a and b in
/// int8, or nothing if none was found. `lhs` and `rhs` have 256 values, whose
/// sums fit int32; `result` returns int8. `lhsStep` and `rhsStep` are about how
/// much the result grows with a and b, at most 2^20 in magnitude.
std::optional<NarrowSum>
findNarrowSum(llvm::ArrayRef<int32_t> lhs, llvm::ArrayRef<int32_t> rhs,
              llvm::function_ref<int32_t(int32_t)> result, double lhsStep,
              double rhsStep);

} // namespace quantc

#endif // QUANTC_NUMERICS_NARROWSUM_H
