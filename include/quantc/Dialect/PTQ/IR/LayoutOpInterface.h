//===- LayoutOpInterface.h - How an op moves with a layout -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_LAYOUTOPINTERFACE_H
#define QUANTC_DIALECT_PTQ_IR_LAYOUTOPINTERFACE_H

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"

#include <optional>

namespace quantc::ptq {

/// Of a transpose: dimension i of the result is dimension p[i] of the operand.
using Permutation = llvm::SmallVector<int64_t>;

/// Layouts that go together: of an operation's data operands, which all have
/// the same, and of its result.
struct OpLayout {
  Permutation operands, result;

  static OpLayout same(llvm::ArrayRef<int64_t> perms) {
    return {Permutation(perms), Permutation(perms)};
  }
  bool isIdentity() const {
    return mlir::isIdentityPermutation(operands) &&
           mlir::isIdentityPermutation(result);
  }
};

/// Where dimension `dim` goes.
int64_t getPosition(llvm::ArrayRef<int64_t> perms, int64_t dim);

/// transpose(values, perms).
mlir::DenseElementsAttr permuteElements(mlir::DenseElementsAttr values,
                                        llvm::ArrayRef<int64_t> perms);

/// The element type of transpose(tensor of `element`, perms): the dimension of
/// a type per axis, and blocks, follow.
mlir::Type permuteElementType(mlir::Type element,
                              llvm::ArrayRef<int64_t> perms);

/// What LayoutOpInterface::isDataOperand says by default.
bool isDataByRank(mlir::Operation *op, unsigned operand);

/// Lets the attribute `name`, which names one dimension (i32), follow.
void updateAxis(mlir::Operation *op, llvm::StringRef name,
                const OpLayout &layout);

} // namespace quantc::ptq

#include "quantc/Dialect/PTQ/IR/LayoutOpInterface.h.inc"

#endif // QUANTC_DIALECT_PTQ_IR_LAYOUTOPINTERFACE_H
