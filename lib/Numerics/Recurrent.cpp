//===- Recurrent.cpp - Parameters inside of recurrent layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Recurrent.h"

#include <algorithm>
#include <cmath>

using namespace quantc;

Int16Table quantc::makeGateTable(llvm::function_ref<double(double)> function,
                                 int exponent) {
  AffineParams gate{std::ldexp(1.0, -kGateExponent), 0, kInt16Activation};
  Int16Table table;
  for (int i = 0, e = table.size(); i < e; ++i)
    table[i] = static_cast<int16_t>(
        quantize(function(std::ldexp((i - e / 2) * 128, -exponent)), gate));
  return table;
}

int quantc::chooseStateExponent(double largest, double headroom) {
  // What gates add is at most 1 in a step. More than 2^30 is never reached.
  constexpr int kLeast = -15;
  int bits = 0;
  double mantissa = std::frexp(std::max(largest * headroom, 1.0), &bits);
  if (mantissa == 0.5)
    --bits;
  return std::max(kGateExponent - bits, kLeast);
}

double quantc::widenSumScale(double scale, double largest) {
  return std::max(scale, largest / kLargestSummand);
}
