//===- InitAllPasses.h - Registration of every pass -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_INITALLPASSES_H
#define QUANTC_INITALLPASSES_H

namespace quantc {

/// Registers every pass of quantc with MLIR's global pass registry.
void registerAllPasses();

/// Registers the named pipelines (see quantc/Pipelines/Pipelines.h).
void registerAllPipelines();

} // namespace quantc

#endif // QUANTC_INITALLPASSES_H
