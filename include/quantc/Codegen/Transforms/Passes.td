//===- Passes.td - Passes of Codegen/Transforms --------------------*- tablegen -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_TRANSFORMS_PASSES_TD
#define QUANTC_CODEGEN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // QUANTC_CODEGEN_TRANSFORMS_PASSES_TD
