//===- RecurrentScales.h - Scales inside of recurrent layers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_RECURRENTSCALES_H
#define QUANTC_DIALECT_PTQ_IR_RECURRENTSCALES_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

namespace quantc::ptq {

/// The scales at which the sums of the `rows` rows of a layer's gates are int32
/// (N91), if the hidden state has type `hidden` and the recurrent weights have
/// type `recurrence`. Biases of an integer layer have them too.
llvm::SmallVector<double> getSumScales(mlir::quant::UniformQuantizedType hidden,
                                       mlir::quant::QuantizedType recurrence,
                                       int64_t rows);

/// What a projection reads in an integer layer: int16 in steps of gates (N99).
mlir::quant::UniformQuantizedType getProjectedType(mlir::MLIRContext *context);

/// True for functions that only limit their argument: the identity, relu, relu6
/// and relu_n1_to_1.
bool isPiecewiseLinear(Activation function);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_RECURRENTSCALES_H
