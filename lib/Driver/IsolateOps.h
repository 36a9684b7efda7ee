//===- IsolateOps.h - Every operation by itself -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_ISOLATEOPS_H
#define QUANTC_LIB_DRIVER_ISOLATEOPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace quantc {

/// The tensors at which a network was cut.
struct IsolatedOps {
  /// Those that became arguments, behind those of the network.
  llvm::SmallVector<std::string> inputs;
  /// The results, in order.
  llvm::SmallVector<std::string> outputs;
};

/// Cuts `func`, which is annotated (Stage::Annotate), at its float tensors for
/// which `isKnown`: operations read them, rounded as their
/// parameters say, from arguments, and what they compute is returned. An
/// accumulator that one operation passes to another is not cut.
IsolatedOps isolateOps(mlir::func::FuncOp func,
                       llvm::function_ref<bool(mlir::Value)> isKnown);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_ISOLATEOPS_H
