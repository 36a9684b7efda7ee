//===- ConvertIO.h - Element types of inputs and outputs -----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The parts of ptq-convert-io.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_CONVERTIO_H
#define QUANTC_LIB_CONVERSION_CONVERTIO_H

#include "quantc/Conversion/IOType.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"

namespace quantc {

/// The attributes of an argument or result that holds `type`.
void describe(mlir::Builder b, mlir::quant::UniformQuantizedType type,
              IOType element,
              llvm::function_ref<void(llvm::StringRef, mlir::Attribute)> set);

/// Converts signed integers to unsigned ones or back. They represent the same
/// real numbers.
mlir::Value convertSign(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value storage, bool fromUnsigned);

/// Fails, with an error about `what`, unless integers of `type` are passed as
/// integers of the width of `element`.
llvm::LogicalResult checkWidth(mlir::func::FuncOp func, const llvm::Twine &what,
                               llvm::StringRef name,
                               mlir::quant::UniformQuantizedType type,
                               IOType element);

/// Makes an input or output that is integers with parameters in the network
/// itself `element`. False, with nothing changed, if it is something else;
/// failure after an error.
llvm::FailureOr<bool> convertNativeInput(mlir::func::FuncOp func,
                                         mlir::BlockArgument argument,
                                         IOType element);
llvm::FailureOr<bool> convertNativeOutput(mlir::func::FuncOp func,
                                          mlir::OpOperand &output,
                                          IOType element);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_CONVERTIO_H
