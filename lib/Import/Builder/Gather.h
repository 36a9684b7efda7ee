//===- Gather.h - Elements by constant indices -*- C++ -*- --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_GATHER_H
#define QUANTC_LIB_IMPORT_BUILDER_GATHER_H

#include "quantc/Import/NetworkBuilder.h"

namespace quantc {

/// x with dimension `axis` replaced by its elements at `indices`, which are
/// inside.
mlir::Value takeAlong(NetworkBuilder &b, mlir::Value x,
                      llvm::ArrayRef<int64_t> indices, int64_t axis);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_GATHER_H
