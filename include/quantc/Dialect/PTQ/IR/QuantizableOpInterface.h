//===- QuantizableOpInterface.h - How an op is quantized -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_H
#define QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_H

#include "quantc/Numerics/Contract.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include <optional>
#include <string>

namespace quantc::ptq {

/// What an operand is to quantization.
enum class OperandRole { Activation, Weight, Bias, Unquantized };

} // namespace quantc::ptq

#include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.h.inc"

#endif // QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_H
