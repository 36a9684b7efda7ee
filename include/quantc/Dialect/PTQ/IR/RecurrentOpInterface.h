//===- RecurrentOpInterface.h - States in a loop over time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_RECURRENTOPINTERFACE_H
#define QUANTC_DIALECT_PTQ_IR_RECURRENTOPINTERFACE_H

#include "quantc/Dialect/PTQ/IR/Scheme.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/OpDefinition.h"

#include "quantc/Dialect/PTQ/IR/RecurrentOpInterface.h.inc"

#endif // QUANTC_DIALECT_PTQ_IR_RECURRENTOPINTERFACE_H
