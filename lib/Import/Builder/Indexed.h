//===- Indexed.h - Rows of tables by index -*- C++ -*- ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportBuilder: what gathers and scatters with an index for
/// every element have in common. They read and write the rows of tables
/// [N, K, C]: one table for each of N batches, K rows, C elements in a row.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_INDEXED_H
#define QUANTC_LIB_IMPORT_BUILDER_INDEXED_H

#include "quantc/Import/NetworkBuilder.h"

namespace quantc {

/// Rows that are read or written: an i32 tensor [N, W] that counts from the
/// front.
struct RowIndices {
  mlir::Value value;
  /// The elements if they are known.
  std::optional<llvm::SmallVector<int64_t>> constants;

  explicit operator bool() const { return value != nullptr; }
};

/// The rows that `indices` [..., D] name in dimensions of `sizes` (D of them),
/// as [batches, -1]. Negative positions count from the end; constant ones are
/// checked. Null after an error.
RowIndices flattenIndices(NetworkBuilder &b, mlir::Value indices,
                          llvm::ArrayRef<int64_t> sizes, int64_t batches);

/// What gatherElements and scatterElements work on, both with the indexed
/// dimension last: the elements of x that indices can name, and the indices.
struct IndexedElements {
  mlir::Value elements;
  mlir::Value positions;
  /// The indexed dimension of x, from the front.
  int64_t axis;
};

/// Nullopt after an error, such as `indices` that are not i32 of x's rank, or
/// larger than x in a dimension other than `axis`.
std::optional<IndexedElements> moveIndexedLast(NetworkBuilder &b, mlir::Value x,
                                               mlir::Value indices,
                                               int64_t axis);

/// begin, begin + 1, ... as i32 along dimension `axis` of size `size`; the
/// other ones of `rank` have size 1. Null after an error: too many.
mlir::Value countAlong(NetworkBuilder &b, int64_t rank, int64_t axis,
                       int64_t size, int64_t begin = 0);

/// The order of dimensions with `axis` last, and the order that undoes it.
llvm::SmallVector<int64_t> moveAxisLast(int64_t rank, int64_t axis);
llvm::SmallVector<int64_t> moveLastToAxis(int64_t rank, int64_t axis);

/// The rows `indices` [N, W] of `table` [N, K, C]: [N, W, C].
mlir::Value gatherRows(NetworkBuilder &b, mlir::Value table,
                       mlir::Value indices);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_INDEXED_H
