//===- LoadProfile.h - The profile that a pass is given -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LOADPROFILE_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LOADPROFILE_H

#include "quantc/Calibration/Profile.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace quantc::ptq {

/// Reads `path` into `profile`, unless there is no path, or a profile in
/// memory.
inline mlir::LogicalResult
loadProfile(mlir::ModuleOp module, llvm::StringRef path,
            std::shared_ptr<const Profile> &profile) {
  if (profile || path.empty())
    return mlir::success();
  llvm::Expected<Profile> loaded = Profile::load(path);
  if (!loaded)
    return module.emitError() << llvm::toString(loaded.takeError());
  profile = std::make_shared<Profile>(std::move(*loaded));
  return mlir::success();
}

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LOADPROFILE_H
