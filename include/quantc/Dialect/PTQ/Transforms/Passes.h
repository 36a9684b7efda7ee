//===- Passes.h - Passes of Dialect/PTQ/Transforms -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_H
#define QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_H

#include "quantc/Calibration/Estimators.h"
#include "quantc/Calibration/Profile.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Policy.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace quantc::ptq {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"

/// ptq-annotate with a profile in memory instead of a file.
std::unique_ptr<mlir::Pass>
createPTQAnnotate(std::shared_ptr<const Profile> profile);

/// ptq-correct-bias with a profile in memory instead of a file.
std::unique_ptr<mlir::Pass>
createPTQCorrectBias(std::shared_ptr<const Profile> profile, bool byDefault);

/// ptq-warn-of-loss with a profile in memory instead of a file.
std::unique_ptr<mlir::Pass>
createPTQWarnOfLoss(std::shared_ptr<const Profile> profile);

/// ptq-assign-schemes with a policy in memory. If `policyPath` names a file,
/// the scheme and the rules of `policy` come after those of the file.
std::unique_ptr<mlir::Pass>
createPTQAssignSchemes(Policy policy, llvm::StringRef policyPath = {});

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_H
