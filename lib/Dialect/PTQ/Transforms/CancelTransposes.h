//===- CancelTransposes.h - Transposes that can be done without -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_CANCELTRANSPOSES_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_CANCELTRANSPOSES_H

#include "mlir/IR/Block.h"

namespace quantc::ptq {

/// Composes transposes with those before them, folds them into constants and
/// into the weights behind them, makes one of equal ones and removes those that
/// do nothing or that nothing uses. A tensor whose transpose disappears takes
/// its name if it has none of its own from the network's file.
void cancelTransposes(mlir::Block &block);

/// Makes reshapes of the transposes that move dimensions of size 1 only, also
/// compared with another transpose of the same tensor.
void replaceUnitTransposes(mlir::Block &block);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_CANCELTRANSPOSES_H
