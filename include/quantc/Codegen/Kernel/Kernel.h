//===- Kernel.h - The kernel dialect -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_KERNEL_KERNEL_H
#define QUANTC_CODEGEN_KERNEL_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "quantc/Codegen/Kernel/KernelDialect.h.inc"

#define GET_OP_CLASSES
#include "quantc/Codegen/Kernel/Kernel.h.inc"

#endif // QUANTC_CODEGEN_KERNEL_KERNEL_H
