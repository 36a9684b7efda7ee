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

/// A range that holds every element of `value`, an integer tensor of TOSA of at
/// most 64 bits. It follows from the operations that compute the tensor; of
/// network inputs it is what their type can hold.
IntegerRange getIntegerRange(mlir::Value value);

} // namespace quantc::codegen

#endif // QUANTC_CODEGEN_TRANSFORMS_INTEGERRANGES_H
