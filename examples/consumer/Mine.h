//===- Mine.h - A dialect of somebody else's compiler -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MINE_H
#define MINE_H

#include "quantc/Dialect/PTQ/IR/LayoutOpInterface.h"
#include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "MineDialect.h.inc"

#define GET_OP_CLASSES
#include "Mine.h.inc"

#endif // MINE_H
