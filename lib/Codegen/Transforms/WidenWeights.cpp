//===- WidenWeights.cpp - Narrow weights as floats -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

/// The sign-extended i4 number `position` of every word.
static Value extractInt4(KernelWriter &w, Value words, int64_t position) {
  auto type = cast<VectorType>(words.getType());
  int64_t count = type.getNumElements();
  int64_t above = 4 * (kernel::kInt4PerWord - 1 - position);
  if (above != 0)
    words = arith::ShLIOp::create(w.b, words,
                                  w.splat(type.getElementType(), count, above));
  return arith::ShRSIOp::create(w.b, words,
                                w.splat(type.getElementType(), count, 32 - 4));
}

Value codegen::widenWeights(KernelWriter &w, Value packed, int64_t position,
                            Value scale) {
  auto type = cast<VectorType>(packed.getType());
  auto floats = type.clone(w.b.getF32Type());
  if (type.getElementType().isF16())
    return arith::ExtFOp::create(w.b, floats, packed);
  Value integers = type.getElementType().isInteger(32)
                       ? extractInt4(w, packed, position)
                       : Value(arith::ExtSIOp::create(
                             w.b, type.clone(w.b.getI32Type()), packed));
  Value weights = arith::SIToFPOp::create(w.b, floats, integers);
  return scale ? Value(arith::MulFOp::create(w.b, weights, scale)) : weights;
}
