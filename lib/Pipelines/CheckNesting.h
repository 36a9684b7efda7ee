//===- CheckNesting.h - How deep MLIR text nests -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Private to Pipelines.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_PIPELINES_CHECKNESTING_H
#define QUANTC_LIB_PIPELINES_CHECKNESTING_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"

#include "llvm/Support/MemoryBufferRef.h"

namespace quantc {

/// Fails, with an error at the place, if `text` nests deeper than any network
/// does. MLIR's parser recurses for every bracket and sign, and so does what
/// walks over the types and attributes that aliases put together.
mlir::LogicalResult checkNesting(llvm::MemoryBufferRef text,
                                 mlir::MLIRContext &context);

} // namespace quantc

#endif // QUANTC_LIB_PIPELINES_CHECKNESTING_H
