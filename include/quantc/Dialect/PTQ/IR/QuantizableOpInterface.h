//===- QuantizableOpInterface.h - How an op is quantized -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_H
#define QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_H

#include "quantc/Dialect/PTQ/IR/Scheme.h"
#include "quantc/Dialect/PTQ/IR/WeightLayout.h"
#include "quantc/Numerics/Contract.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include <optional>
#include <string>

namespace quantc::ptq {

/// What an operand is to quantization.
enum class OperandRole { Activation, Weight, Bias, Unquantized };

/// The one result of `quantize`, as its list.
inline llvm::FailureOr<llvm::SmallVector<mlir::Value>>
asResults(llvm::FailureOr<mlir::Value> value) {
  if (failed(value))
    return mlir::failure();
  return llvm::SmallVector<mlir::Value>{*value};
}

/// Fails, with the reason, for schemes other than static ones: what
/// `canQuantize` of an operation without weights needs.
llvm::LogicalResult requireStatic(SchemeAttr scheme, std::string &reason);
/// The same, but activations have to be int8: what `canQuantize` says of
/// operations that do not think about schemes.
llvm::LogicalResult requireStaticInt8(SchemeAttr scheme, std::string &reason);

} // namespace quantc::ptq

#include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.h.inc"

namespace quantc::ptq {

/// True if nobody sees the parameters of `result`, because it stays an
/// accumulator: its operation can return one, and the activation of an
/// operation that takes one is its only use. This is the one definition; it
/// asks only the two operations and their schemes, so that it holds for a float
/// network as for one that is quantized in part.
bool staysAccumulator(mlir::Value result);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_H
