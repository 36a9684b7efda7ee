//===- LayoutRules.cpp - How operations take another layout -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutRules.h"

using namespace mlir;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

Permutation quantc::ptq::getPermutation(tosa::TransposeOp op) {
  return llvm::to_vector_of<int64_t>(op.getPerms());
}

RankedTensorType quantc::ptq::permuteType(RankedTensorType type,
                                          ArrayRef<int64_t> perms) {
  return RankedTensorType::get(
      applyPermutation(type.getShape(), perms),
      permuteElementType(type.getElementType(), perms));
}

Permutation quantc::ptq::getElementOrder(ArrayRef<int64_t> shape,
                                         ArrayRef<int64_t> perms) {
  Permutation order;
  for (int64_t dim : perms)
    if (shape[dim] != 1)
      order.push_back(dim);
  return order;
}

bool quantc::ptq::keepsElementOrder(ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> perms) {
  return llvm::is_sorted(getElementOrder(shape, perms));
}

Value quantc::ptq::createTranspose(OpBuilder &builder, Location loc,
                                   Value value, ArrayRef<int64_t> perms) {
  if (isIdentityPermutation(perms))
    return value;
  return tosa::TransposeOp::create(
      builder, loc, permuteType(cast<RankedTensorType>(value.getType()), perms),
      value, llvm::to_vector_of<int32_t>(perms));
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

bool quantc::ptq::isElementwise(Operation *op) {
  auto layout = dyn_cast<LayoutOpInterface>(op);
  return layout && layout.isElementwise();
}

bool quantc::ptq::isDataOperand(OpOperand &operand) {
  auto layout = dyn_cast<LayoutOpInterface>(operand.getOwner());
  return layout ? layout.isDataOperand(operand.getOperandNumber())
                : isDataByRank(operand.getOwner(), operand.getOperandNumber());
}

/// Null unless `op` can be in another layout.
static LayoutOpInterface getMovable(Operation *op) {
  auto layout = dyn_cast<LayoutOpInterface>(op);
  if (!layout || op->getNumResults() != 1 || op->getNumOperands() == 0 ||
      op->getNumRegions() != 0)
    return {};
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape() && tensor.getNumElements() > 0;
  };
  return isStatic(op->getResult(0).getType()) &&
                 isStatic(op->getOperand(0).getType())
             ? layout
             : LayoutOpInterface();
}

static bool hasRank(Value value, ArrayRef<int64_t> perms) {
  return cast<RankedTensorType>(value.getType()).getRank() ==
         int64_t(perms.size());
}

std::optional<OpLayout>
quantc::ptq::layoutFromOperands(Operation *op, ArrayRef<int64_t> operands) {
  LayoutOpInterface layout = getMovable(op);
  if (!layout || !hasRank(op->getOperand(0), operands))
    return std::nullopt;
  return layout.layoutFromOperands(operands);
}

std::optional<OpLayout>
quantc::ptq::layoutFromResult(Operation *op, ArrayRef<int64_t> result) {
  LayoutOpInterface layout = getMovable(op);
  if (!layout || !hasRank(op->getResult(0), result))
    return std::nullopt;
  return layout.layoutFromResult(result);
}

void quantc::ptq::changeLayout(Operation *op, const OpLayout &layout) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Operation *moved = builder.clone(*op);
  builder.setInsertionPoint(moved);
  for (OpOperand &operand : moved->getOpOperands())
    if (isDataOperand(operand))
      operand.set(
          createTranspose(builder, loc, operand.get(), layout.operands));
  moved->getResult(0).setType(permuteType(type, layout.result));
  cast<LayoutOpInterface>(moved).updateForLayout(builder, layout);
  builder.setInsertionPointAfter(moved);
  Value back = createTranspose(builder, loc, moved->getResult(0),
                               invertPermutationVector(layout.result));
  op->getResult(0).replaceAllUsesWith(back);
  op->erase();
}
