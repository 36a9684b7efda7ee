//===- Rescale.h - Building tosa.rescale -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// tosa.rescale from multipliers, for requantization and for integer forms with
/// multipliers of their own.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_RESCALE_H
#define QUANTC_DIALECT_PTQ_IR_RESCALE_H

#include "quantc/Numerics/Requantize.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace quantc::ptq {

/// What tosa.rescale does, apart from its operand and type.
struct RescaleSpec {
  /// One, or one per element of the last dimension.
  llvm::SmallVector<FixedPointMultiplier> multipliers;
  int64_t inputZeroPoint = 0;
  int64_t outputZeroPoint = 0;
  Rounding rounding = Rounding::Single;
  bool inputUnsigned = false;
  bool outputUnsigned = false;
};

/// tosa.rescale of `input` (storage integers) to integers `element`. A constant
/// input gives a tosa.const.
mlir::Value buildRescale(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value input, mlir::IntegerType element,
                         const RescaleSpec &spec);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_RESCALE_H
