//===- Kernel.cpp - The kernel dialect -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/IR/DialectImplementation.h"

using namespace quantc::kernel;

#include "quantc/Codegen/Kernel/KernelDialect.cpp.inc"

void KernelDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "quantc/Codegen/Kernel/Kernel.cpp.inc"
      >();
}

#define GET_OP_CLASSES
#include "quantc/Codegen/Kernel/Kernel.cpp.inc"
