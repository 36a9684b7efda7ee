//===- Tables.h - Functions of one value as tables -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Unary functions on quantized values as tables of all their results, computed
/// at compile time (docs/Numerics.md, N20 to N22 and N70). No IR here.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_TABLES_H
#define QUANTC_NUMERICS_TABLES_H

#include "quantc/Numerics/Affine.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <array>
#include <optional>
#include <vector>

namespace quantc {

/// quantize(function(dequantize(q, input)), output) for every q of input's
/// storage range in ascending order: 256 entries for int8. NaN becomes output's
/// zero point, infinities saturate.
std::vector<int64_t> makeTable(llvm::function_ref<double(double)> function,
                               const AffineParams &input,
                               const AffineParams &output);

/// TOSA's table for int16: entry i is the value at 128 * (i - 256).
using Int16Table = std::array<int16_t, 513>;

/// What tosa.table gives for `q`, in steps of 2^-7: it interpolates between
/// entries.
int32_t interpolate(const Int16Table &table, int16_t q);

/// The table of a function of int16 whose results, for q from -32768 to 32768,
/// are `exact` (int16, ascending q). nullopt if what it gives, rounded, differs
/// from them by more than one step somewhere (N70).
std::optional<Int16Table> makeInt16Table(llvm::ArrayRef<int64_t> exact);

} // namespace quantc

#endif // QUANTC_NUMERICS_TABLES_H
