//===- Elementwise.h - Broadcasting -*- C++ -*- -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportBuilder: what decompositions need of broadcasting.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_ELEMENTWISE_H
#define QUANTC_LIB_IMPORT_BUILDER_ELEMENTWISE_H

#include "quantc/Import/NetworkBuilder.h"

namespace quantc {

/// x with sizes of 1 in front until it has `rank` dimensions.
mlir::Value extendRank(NetworkBuilder &b, mlir::Value x, int64_t rank);

/// numpy's common shape, or nullopt after an error at the node.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(NetworkBuilder &b, llvm::ArrayRef<int64_t> x,
                llvm::ArrayRef<int64_t> y);

/// True if x has one of the element types; false after an error, and for a null
/// x.
bool requireElement(NetworkBuilder &b, mlir::Value x,
                    llvm::ArrayRef<mlir::Type> elements);

/// The largest integers below the quotients.
mlir::Value buildFloorQuotient(NetworkBuilder &b, mlir::Value x, mlir::Value y);
/// What a division leaves, with the sign of the dividend or of the divisor.
mlir::Value buildRemainder(NetworkBuilder &b, mlir::Value x, mlir::Value y,
                           bool signOfDivisor);

/// One element `value` with the rank and the elements of x.
mlir::Value splatLike(NetworkBuilder &b, mlir::Value x, double value);
/// x * factor and x + amount.
mlir::Value scale(NetworkBuilder &b, mlir::Value x, double factor);
mlir::Value shift(NetworkBuilder &b, mlir::Value x, double amount);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_ELEMENTWISE_H
