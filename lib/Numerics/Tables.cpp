//===- Tables.cpp - Functions of one value as tables -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Tables.h"

using namespace quantc;

std::vector<int64_t>
quantc::makeTable(llvm::function_ref<double(double)> function,
                  const AffineParams &input, const AffineParams &output) {
  std::vector<int64_t> table;
  table.reserve(input.storage.max - input.storage.min + 1);
  // N20: one rounding, after the function; N21: NaN and infinities, in
  // quantize.
  for (int64_t q = input.storage.min; q <= input.storage.max; ++q)
    table.push_back(quantize(function(dequantize(q, input)), output));
  return table;
}
