//===- Step.h - From a sequence to its step -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_STEP_H
#define QUANTC_PIPELINES_STEP_H

#include "quantc/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"

namespace quantc {

/// Replaces a lowered network by one that computes a step of the sequence along
/// dimension `axis` of its inputs. Kernels for `target` will read weights in
/// the form in which those of the sequence do, so that an object needs them
/// once.
llvm::Error makeStep(mlir::ModuleOp sequence, int64_t axis,
                     const TargetDescription &target);

} // namespace quantc

#endif // QUANTC_PIPELINES_STEP_H
