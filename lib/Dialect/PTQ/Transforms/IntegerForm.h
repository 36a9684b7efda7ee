//===- IntegerForm.h - What integer forms are made of -*- C++ -*- ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Whether an operation between quant.dcast and quant.qcast has an integer
/// form, and why not: what ptq-quantize-ops builds from and what a network that
/// should be integer-only is told.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_INTEGERFORM_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_INTEGERFORM_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

namespace quantc::ptq {

/// What an operation becomes: its operands in integers and the types that the
/// users of its results want. A null type leaves the choice to the operation.
struct IntegerForm {
  llvm::SmallVector<mlir::Value> operands;
  llvm::SmallVector<mlir::RankedTensorType> resultTypes;
};

/// The parts of the integer form of `op`, or failure with the reason in one
/// sentence.
mlir::FailureOr<IntegerForm> findIntegerForm(mlir::Operation *op,
                                             std::string &reason);

/// The same for an operation with a dynamic scheme: weights are integers, and
/// results are floats.
mlir::FailureOr<IntegerForm> findDynamicForm(mlir::Operation *op,
                                             std::string &reason);

/// The reason if the parts are there but the operation makes nothing of them.
inline constexpr llvm::StringLiteral kNoFormReason =
    "it has no integer form for these shapes and parameters";

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_INTEGERFORM_H
