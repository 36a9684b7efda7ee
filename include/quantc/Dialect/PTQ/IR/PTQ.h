//===- PTQ.h - The ptq dialect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_PTQ_H
#define QUANTC_DIALECT_PTQ_IR_PTQ_H

#include "quantc/Dialect/PTQ/IR/LayoutOpInterface.h"
#include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.h"
#include "quantc/Dialect/PTQ/IR/RecurrentOpInterface.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "quantc/Dialect/PTQ/IR/PTQDialect.h.inc"

#define GET_OP_CLASSES
#include "quantc/Dialect/PTQ/IR/PTQ.h.inc"

namespace quantc::ptq {

/// The discardable attribute that holds a tensor's stable name.
inline constexpr llvm::StringLiteral kNameAttr = "ptq.name";

/// Attributes of a network's arguments and results that are quantized: what
/// numbers their integers stand for.
inline constexpr llvm::StringLiteral kScaleAttr = "ptq.scale";
inline constexpr llvm::StringLiteral kZeroPointAttr = "ptq.zero_point";
inline constexpr llvm::StringLiteral kUnsignedAttr = "ptq.unsigned";

/// The unit attribute of a convolution of int16 that was an operator
/// FULLY_CONNECTED, whose kernel rounds in its own way (N76).
inline constexpr llvm::StringLiteral kFullyConnectedAttr =
    "ptq.fully_connected";

/// The attribute of a function that names the contract of its integer form: the
/// runtime of the file that it was read from.
inline constexpr llvm::StringLiteral kContractAttr = "ptq.contract";

/// The contract called `option` or, if that is empty, the one that `func`
/// carries, or else Contract::Exact. Failure after an error if there is no
/// contract of that name.
llvm::FailureOr<Contract> chooseContract(mlir::FunctionOpInterface func,
                                         llvm::StringRef option = {});

/// The stable name of `value`: `ptq.name` of its defining operation or function
/// argument, or an empty string. Probes, fake quantization and casts have the
/// name of their operand.
llvm::StringRef getTensorName(mlir::Value value);

/// Gives each result of `func` that has none the name of the tensor that it
/// returns.
void nameResults(mlir::FunctionOpInterface func);

/// True for operations that show a tensor in another form, under its name:
/// probes, fake quantization and casts.
bool isTensorView(mlir::Operation *op);

/// True if `value` is a constant whose elements are all the same.
bool isSplatConstant(mlir::Value value);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_PTQ_H
