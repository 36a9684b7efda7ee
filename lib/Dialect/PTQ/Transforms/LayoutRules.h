//===- LayoutRules.h - How operations take another layout -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// A layout of a tensor is a permutation p: stored in it, a tensor t is
/// transpose(t, p), whose dimension i is dimension p[i] of t. Operations
/// say through LayoutOpInterface which layouts of operands and result go
/// together; they are built anew here.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LAYOUTRULES_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LAYOUTRULES_H

#include "quantc/Dialect/PTQ/IR/LayoutOpInterface.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include <optional>

namespace quantc::ptq {

inline Permutation identityPermutation(int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

/// transpose(transpose(t, first), second) = transpose(t, compose(...)).
inline Permutation compose(llvm::ArrayRef<int64_t> first,
                           llvm::ArrayRef<int64_t> second) {
  return mlir::applyPermutation(first, second);
}

Permutation getPermutation(mlir::tosa::TransposeOp op);

/// transpose(value, perms), or `value` if that is the same.
mlir::Value createTranspose(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value value, llvm::ArrayRef<int64_t> perms);

/// The dimensions in the order of `perms`, without those of size 1: layouts
/// with the same order are reshapes of each other.
Permutation getElementOrder(llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<int64_t> perms);

/// True if a transpose from `shape` leaves the elements in the order in which
/// they are: only dimensions of size 1 move.
bool keepsElementOrder(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<int64_t> perms);

/// The type of transpose(value of `type`, perms), quantized dimensions
/// included.
mlir::RankedTensorType permuteType(mlir::RankedTensorType type,
                                   llvm::ArrayRef<int64_t> perms);

/// The layouts of `op` if its data operands have layout `operands`; nullopt if
/// the operation is tied to the order of dimensions that it has.
std::optional<OpLayout> layoutFromOperands(mlir::Operation *op,
                                           llvm::ArrayRef<int64_t> operands);

/// The same from the layout of the result.
std::optional<OpLayout> layoutFromResult(mlir::Operation *op,
                                         llvm::ArrayRef<int64_t> result);

/// True if the layout of `operand` follows the operation's: not for shapes,
/// zero points and other parameters.
bool isDataOperand(mlir::OpOperand &operand);

/// True for operations that compute every element from the elements at the same
/// position, whatever the position.
bool isElementwise(mlir::Operation *op);

/// Replaces `op` by the same in another layout, between transposes that cancel
/// with others later.
void changeLayout(mlir::Operation *op, const OpLayout &layout);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LAYOUTRULES_H
