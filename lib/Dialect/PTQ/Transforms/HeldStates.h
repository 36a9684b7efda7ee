//===- HeldStates.h - What a network keeps between runs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_HELDSTATES_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_HELDSTATES_H

#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quantc::ptq {

/// A state: an argument, and the result whose value it takes in the next run.
struct HeldState {
  mlir::BlockArgument argument;
  mlir::OpOperand *result;
  /// The tensor that is returned, without the rounding of a fake_quant.
  mlir::Value last;
};

/// The states of a network, whose argument and result name each other.
inline llvm::SmallVector<HeldState> findHeldStates(mlir::func::FuncOp func) {
  llvm::SmallVector<HeldState> states;
  mlir::Operation *terminator = func.getBody().front().getTerminator();
  for (mlir::BlockArgument argument : func.getArguments()) {
    unsigned number = argument.getArgNumber();
    auto name = func.getArgAttrOfType<mlir::StringAttr>(number, kNameAttr);
    if (!name || !func.getArgAttr(number, kStateAttr))
      continue;
    for (mlir::OpOperand &result : terminator->getOpOperands()) {
      if (func.getResultAttr(result.getOperandNumber(), kStateAttr) != name)
        continue;
      mlir::Value last = result.get();
      if (auto rounded = last.getDefiningOp<FakeQuantOp>())
        last = rounded.getInput();
      states.push_back({argument, &result, last});
    }
  }
  return states;
}

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_HELDSTATES_H
