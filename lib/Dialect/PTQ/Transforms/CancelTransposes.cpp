//===- CancelTransposes.cpp - Superfluous transposes -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CancelTransposes.h"
#include "AbsorbTransposes.h"
#include "LayoutRules.h"
#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <map>

using namespace mlir;
using namespace quantc::ptq;

static void replaceAndErase(tosa::TransposeOp op, Value value) {
  op.replaceAllUsesWith(value);
  op.erase();
}

/// transpose(transpose(x)) is one transpose.
static tosa::TransposeOp composeWithOperand(tosa::TransposeOp op) {
  auto inner = op.getInput1().getDefiningOp<tosa::TransposeOp>();
  if (!inner)
    return op;
  Permutation perms = compose(getPermutation(inner), getPermutation(op));
  OpBuilder builder(op);
  auto composed = tosa::TransposeOp::create(builder, op.getLoc(), op.getType(),
                                            inner.getInput1(),
                                            llvm::to_vector_of<int32_t>(perms));
  copyName(op, composed);
  replaceAndErase(op, composed);
  return composed;
}

static bool foldIntoConstant(tosa::TransposeOp op) {
  auto constant = op.getInput1().getDefiningOp<tosa::ConstOp>();
  auto values = constant ? dyn_cast<DenseElementsAttr>(constant.getValues())
                         : DenseElementsAttr();
  if (!values)
    return false;
  OpBuilder builder(op);
  auto folded =
      tosa::ConstOp::create(builder, constant.getLoc(), op.getType(),
                            permuteElements(values, getPermutation(op)));
  copyName(constant, folded);
  replaceAndErase(op, folded);
  return true;
}

static void foldIntoWeights(tosa::TransposeOp op) {
  auto type = cast<RankedTensorType>(op.getInput1().getType());
  for (OpOperand &use : llvm::make_early_inc_range(op->getUses()))
    if (absorbsTranspose(use, type.getShape(), getPermutation(op)))
      absorbTranspose(use, op);
}

void quantc::ptq::cancelTransposes(Block &block) {
  // Operands come first: one walk composes whole chains.
  std::map<std::pair<void *, Permutation>, Value> seen;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto transpose = dyn_cast<tosa::TransposeOp>(op);
    if (!transpose || !transpose.getType().hasStaticShape())
      continue;
    transpose = composeWithOperand(transpose);
    Permutation perms = getPermutation(transpose);
    if (isIdentityPermutation(perms)) {
      handNameOver(transpose);
      replaceAndErase(transpose, transpose.getInput1());
      continue;
    }
    if (foldIntoConstant(transpose))
      continue;
    foldIntoWeights(transpose);
    Value &first = seen[{transpose.getInput1().getAsOpaquePointer(), perms}];
    if (first)
      replaceAndErase(transpose, first);
    else
      first = transpose;
  }
  eraseDeadOps(block, [](Operation *op) { return isa<tosa::TransposeOp>(op); });
}

/// A reshape that has the name of `op`, in its place.
static void replaceByReshape(tosa::TransposeOp op, Value value) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto shape = cast<RankedTensorType>(op.getType()).getShape();
  auto reshape = tosa::ReshapeOp::create(b, op.getType(), value,
                                         tosa::getTosaConstShape(b, shape));
  copyName(op, reshape);
  replaceAndErase(op, reshape);
}

void quantc::ptq::replaceUnitTransposes(Block &block) {
  std::map<std::pair<void *, Permutation>, Value> moved;
  for (auto op :
       llvm::make_early_inc_range(block.getOps<tosa::TransposeOp>())) {
    auto type = cast<RankedTensorType>(op.getInput1().getType());
    if (!type.hasStaticShape())
      continue;
    Permutation order = getElementOrder(type.getShape(), getPermutation(op));
    Value &first = moved[{op.getInput1().getAsOpaquePointer(), order}];
    if (llvm::is_sorted(order))
      replaceByReshape(op, op.getInput1());
    else if (first)
      replaceByReshape(op, first);
    else
      first = op;
  }
}
