//===- IntegerRanges.h - What integer tensors can hold -*- C++ -*----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_TRANSFORMS_INTEGERRANGES_H
#define QUANTC_CODEGEN_TRANSFORMS_INTEGERRANGES_H

#include "mlir/IR/Value.h"

namespace quantc::codegen {

/// All values from `min` to `max`, both included.
struct IntegerRange {
  int64_t min, max;

  bool isWithin(IntegerRange other) const {
    return other.min <= min && max <= other.max;
  }
};

/// A range that contains every element of `value`, an integer tensor of at most
/// 64 bits. It is computed from the TOSA operations that make the tensor. The
/// range of an input of the network is that of its type.
IntegerRange getIntegerRange(mlir::Value value);

} // namespace quantc::codegen

#endif // QUANTC_CODEGEN_TRANSFORMS_INTEGERRANGES_H
