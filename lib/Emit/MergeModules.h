//===- MergeModules.h - Two networks in one object -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EMIT_MERGEMODULES_H
#define QUANTC_LIB_EMIT_MERGEMODULES_H

#include "mlir/IR/BuiltinOps.h"

namespace quantc {

/// Moves every symbol of `source`, a module in the LLVM dialect, to `target`.
/// Constants that `target` holds already are not doubled. Other symbols whose
/// name is taken get a new one.
void mergeModules(mlir::ModuleOp target, mlir::ModuleOp source);

} // namespace quantc

#endif // QUANTC_LIB_EMIT_MERGEMODULES_H
