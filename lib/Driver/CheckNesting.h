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

#ifndef QUANTC_LIB_DRIVER_CHECKNESTING_H
#define QUANTC_LIB_DRIVER_CHECKNESTING_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"

#include "llvm/Support/MemoryBufferRef.h"

namespace quantc {

/// Reports an error if `text` nests deeper than networks do. MLIR's parser
/// recurses for every bracket and sign, and so does the code that walks over
/// types and attributes, which aliases can make deep.
mlir::LogicalResult checkNesting(llvm::MemoryBufferRef text,
                                 mlir::MLIRContext &context);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_CHECKNESTING_H
