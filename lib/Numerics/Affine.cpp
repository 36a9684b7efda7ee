//===- Affine.cpp - Affine quantization of real numbers -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Numerics/Affine.h"

using namespace quantc;

double quantc::dequantize(int64_t q, const AffineParams &params) {
  return static_cast<double>(q - params.zeroPoint) * params.scale;
}
