//===- Pointwise.h - Functions of one real number -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Evaluates elementwise TOSA operations as functions of one real number, in
/// double precision: the source of the 256-entry tables of int8 operations.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_POINTWISE_H
#define QUANTC_DIALECT_PTQ_IR_POINTWISE_H

#include "quantc/Numerics/Contract.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"

#include <array>

namespace quantc::ptq {

/// Whether `op` computes each result element from the operands' elements at
/// the same position by a function that evaluatePointwise knows.
bool isPointwiseOp(mlir::Operation *op);

/// The values that `result` takes when every element of `argument` is
/// inputs[i]. `result` depends on `argument` and splat constants only, through
/// operations for which isPointwiseOp holds; failure otherwise. Booleans are 0
/// and 1. An undefined value (the logarithm of a negative number) is NaN.
llvm::FailureOr<llvm::SmallVector<double>>
evaluatePointwise(mlir::Value result, mlir::Value argument,
                  llvm::ArrayRef<double> inputs);

/// The function `result` of `argument` applied to `input`, int8 or int16. Of
/// int8 it is a tosa.table of values rounded once, to the nearest number that
/// `type` represents; other contracts than Contract::Exact ask for the table of
/// the runtime's kernel where it has one for this function. Of int16 it is
/// within one step of that (N70). Failure if the function cannot be evaluated.
llvm::FailureOr<mlir::Value>
buildTable(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
           mlir::Value result, mlir::Value argument,
           mlir::RankedTensorType type, Contract contract);

/// Functions for which TFLite has kernels.
enum class KernelFunction { Logistic, Tanh, Elu, HardSwish, Abs, LeakyRelu };

/// The function `result` of `argument` if it is one of these, recognised by its
/// values, and the slope of a leaky ReLU for negative arguments.
std::optional<std::pair<KernelFunction, float>>
recognizeKernelFunction(mlir::Value result, mlir::Value argument);

/// The table by which the kernel of `contract`'s runtime computes the function
/// `result` of `argument`, recognised by its values; nullopt if there is no
/// such kernel, or it does not give these parameters.
std::optional<std::array<int8_t, 256>>
getReferenceTable(mlir::Value result, mlir::Value argument,
                  const AffineParams &input, const AffineParams &output,
                  Contract contract);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_POINTWISE_H
