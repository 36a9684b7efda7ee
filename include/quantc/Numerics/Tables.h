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
/// at compile time (docs/Numerics.md, N20 to N22). No IR here.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_TABLES_H
#define QUANTC_NUMERICS_TABLES_H

#include "quantc/Numerics/Affine.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <vector>

namespace quantc {

/// quantize(function(dequantize(q, input)), output) for every q of input's
/// storage range in ascending order: 256 entries for int8. NaN becomes output's
/// zero point, infinities saturate.
std::vector<int64_t> makeTable(llvm::function_ref<double(double)> function,
                               const AffineParams &input,
                               const AffineParams &output);

} // namespace quantc

#endif // QUANTC_NUMERICS_TABLES_H
