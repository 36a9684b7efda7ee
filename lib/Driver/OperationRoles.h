//===- OperationRoles.h - Operations of repeated blocks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Large networks repeat blocks. Operations that do the same in each of them
/// have one role: what int8 costs them is alike, so they are measured, and get
/// a wider type, together.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_OPERATIONROLES_H
#define QUANTC_LIB_DRIVER_OPERATIONROLES_H

#include "mlir/IR/Block.h"

#include "llvm/ADT/DenseMap.h"

namespace quantc {

/// What two operations of one role have in common.
struct RoleDetail {
  /// The types of results, not only the kind of operation.
  bool types = true;
  /// The same of the operations around, so many uses away.
  unsigned distance = 0;
};

/// A number for the role of each operation in `body`. The numbers do not depend
/// on names.
llvm::DenseMap<mlir::Operation *, unsigned> findRoles(mlir::Block &body,
                                                      RoleDetail detail);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_OPERATIONROLES_H
