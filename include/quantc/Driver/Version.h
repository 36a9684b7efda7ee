//===- Version.h - Versions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_VERSION_H
#define QUANTC_DRIVER_VERSION_H

#include "llvm/ADT/StringRef.h"

namespace quantc {

/// quantc's version, "major.minor.patch".
llvm::StringRef getVersion();
/// The version of LLVM and MLIR that it was built with.
llvm::StringRef getLLVMVersion();

} // namespace quantc

#endif // QUANTC_DRIVER_VERSION_H
