//===- Kernel.td - The kernel dialect --------------------------*- tablegen -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_KERNEL_KERNEL_TD
#define QUANTC_CODEGEN_KERNEL_KERNEL_TD

include "mlir/IR/OpBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::quantc::kernel";
  let summary = "Convolutions and matrix products as they are computed on a CPU";
}

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, traits>;

#endif // QUANTC_CODEGEN_KERNEL_KERNEL_TD
