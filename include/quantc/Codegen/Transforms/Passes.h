//===- Passes.h - Passes of Codegen/Transforms -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_TRANSFORMS_PASSES_H
#define QUANTC_CODEGEN_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace quantc::codegen {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "quantc/Codegen/Transforms/Passes.h.inc"

} // namespace quantc::codegen

#endif // QUANTC_CODEGEN_TRANSFORMS_PASSES_H
