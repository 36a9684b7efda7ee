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

#include "quantc/Numerics/Contract.h"
#include "quantc/Numerics/Requantize.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
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
  /// Whether multipliers have 32 bits; else 16, for sums of 48 bits.
  bool scale32 = true;
};

/// tosa.rescale of `input` (storage integers) to integers `element`. A constant
/// input gives a tosa.const.
mlir::Value buildRescale(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value input, mlir::IntegerType element,
                         const RescaleSpec &spec);

/// Sums of 48 bits with `scales`, one or one per element of the last dimension,
/// as values of `type` (N67, N74). Failure if a ratio of scales has no
/// multiplier.
llvm::FailureOr<mlir::Value>
requantizeSums(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value sums,
               llvm::ArrayRef<double> scales,
               mlir::quant::UniformQuantizedType type, Contract contract);

/// The same by multipliers of 31 bits (N76), for sums whose magnitude is at
/// most `largest`.
llvm::FailureOr<mlir::Value>
requantizeSumsFinely(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value sums, llvm::ArrayRef<double> scales,
                     mlir::quant::UniformQuantizedType type, int64_t largest);

/// What saturates `integers` to the storage range of `type` where that is
/// narrower than the integer type.
mlir::Value clampToStorage(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value integers,
                           mlir::quant::QuantizedType type);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_RESCALE_H
