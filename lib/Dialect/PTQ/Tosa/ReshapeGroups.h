//===- ReshapeGroups.h - Dimensions that a reshape keeps apart -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TOSA_RESHAPEGROUPS_H
#define QUANTC_LIB_DIALECT_PTQ_TOSA_RESHAPEGROUPS_H

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace quantc::ptq {

/// A reshape splits and merges dimensions within groups of neighbours:
/// [N, 6, H, W] to [N, 2, 3, HW] has the groups N|N, 6|2,3 and H,W|HW. Groups
/// can be permuted as wholes.
class ReshapeGroups {
public:
  /// The finest groups; nullopt if the shapes have different sizes.
  static std::optional<ReshapeGroups> get(llvm::ArrayRef<int64_t> from,
                                          llvm::ArrayRef<int64_t> to);

  /// The reshape back.
  ReshapeGroups inverse() const;

  /// The layout that the result has if the operand has layout `perms`; nullopt
  /// if that tears a group apart. Dimensions of size 1 may be anywhere.
  std::optional<llvm::SmallVector<int64_t>>
  permute(llvm::ArrayRef<int64_t> perms) const;

private:
  struct Group {
    llvm::SmallVector<int64_t, 4> from, to;
  };
  llvm::SmallVector<Group> groups;
  llvm::SmallVector<int64_t> fromShape, toShape;
};

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TOSA_RESHAPEGROUPS_H
