//===- Convolutions.h - What convolutions share -*- C++ -*- -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_CONVOLUTIONS_H
#define QUANTC_LIB_IMPORT_BUILDER_CONVOLUTIONS_H

#include "quantc/Import/NetworkBuilder.h"

namespace quantc {

/// `bias` as [channels], or zeros if it is null. Null after an error.
mlir::Value completeBias(NetworkBuilder &b, mlir::Value bias, int64_t channels);

/// False after an error unless x [N, spatial..., I] and `weights`
/// [O, kernel..., I/groups] fit each other.
bool checkConvolution(NetworkBuilder &b, mlir::Value x, mlir::Value weights,
                      int64_t groups);

/// The results of `build` for each group, one after the other.
mlir::Value buildGroups(
    NetworkBuilder &b, mlir::Value x, mlir::Value weights, mlir::Value bias,
    int64_t groups,
    llvm::function_ref<mlir::Value(mlir::Value, mlir::Value, mlir::Value)>
        build);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_CONVOLUTIONS_H
