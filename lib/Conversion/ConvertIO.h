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

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"

namespace quantc {

/// The element type of an input or output.
enum class Element { Own, Float, Int8, UInt8 };

/// The attributes of an argument or result that holds `type`.
void describe(mlir::Builder b, mlir::quant::UniformQuantizedType type,
              Element element,
              llvm::function_ref<void(llvm::StringRef, mlir::Attribute)> set);

/// Converts signed integers to unsigned ones or back. They represent the same
/// real numbers.
mlir::Value convertSign(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value storage, bool fromUnsigned);

/// Changes the element type of an input or output to `element`, if the network
/// itself has integers with parameters there. Otherwise returns false and
/// changes nothing.
bool convertOwnInput(mlir::func::FuncOp func, mlir::BlockArgument argument,
                     Element element);
bool convertOwnOutput(mlir::func::FuncOp func, mlir::OpOperand &output,
                      Element element);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_CONVERTIO_H
