//===- InitAllDialects.h - Registration of every dialect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_INITALLDIALECTS_H
#define QUANTC_INITALLDIALECTS_H

#include "mlir/IR/DialectRegistry.h"

namespace quantc {

/// Registers quantc's own dialects and the interfaces that its passes need on
/// upstream's operations: all that a program needs which registers upstream's
/// dialects itself.
void registerDialects(mlir::DialectRegistry &registry);

/// Registers quantc's dialects, the upstream dialects that its passes read
/// and produce, and the interfaces that the passes need on them.
void registerAllDialects(mlir::DialectRegistry &registry);

} // namespace quantc

#endif // QUANTC_INITALLDIALECTS_H
