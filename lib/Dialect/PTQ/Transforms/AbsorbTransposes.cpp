//===- AbsorbTransposes.cpp - Transposes into weights -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// A classifier that was trained channels-first flattens [N, C, H, W] into rows
/// of C*H*W columns for its first fully connected layer. Flattening
/// [N, H, W, C] gives the same columns in another order, which is the order of
/// the weights' rows.
///
//===----------------------------------------------------------------------===//

#include "AbsorbTransposes.h"
#include "LayoutRules.h"
#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"

using namespace mlir;
using namespace quantc::ptq;

namespace {
/// The constant weights that columns are multiplied with.
struct Weights {
  OpOperand *operand = nullptr;
  /// The dimension along which products are summed.
  int64_t dim = 0;
};
} // namespace

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The quantized dimension of the values that `op` makes, if there is one.
static std::optional<int64_t> getAxis(Operation *op) {
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  if (auto fakeQuant = dyn_cast<FakeQuantOp>(op))
    element = fakeQuant.getQuantizedType();
  auto type = dyn_cast<quant::UniformQuantizedPerAxisType>(element);
  return type ? std::optional<int64_t>(type.getQuantizedDimension())
              : std::nullopt;
}

/// True if `op` reads values with a scale per block, which lies along several
/// dimensions.
static bool hasBlocks(Operation *op) {
  return llvm::any_of(op->getOperandTypes(), [](Type type) {
    return isa<SubChannelType>(getElementTypeOrSelf(type));
  });
}

/// The constant that `value` is, also behind casts and fake quantization, if
/// dimension `dim` has no parameters of its own.
static tosa::ConstOp getConstant(Value value, int64_t dim) {
  Operation *op = value.getDefiningOp();
  while (isa_and_present<FakeQuantOp, quant::QuantizeCastOp,
                         quant::DequantizeCastOp, quant::StorageCastOp>(op) &&
         getAxis(op) != dim && !hasBlocks(op))
    op = op->getOperand(0).getDefiningOp();
  auto constant = dyn_cast_or_null<tosa::ConstOp>(op);
  return constant && isa<DenseElementsAttr>(constant.getValues())
             ? constant
             : tosa::ConstOp();
}

/// True if the result has the columns of `value`, each computed from itself.
static bool keepsColumns(Operation *op, Value value) {
  if (auto reshape = dyn_cast<tosa::ReshapeOp>(op))
    return !getShape(reshape).empty() &&
           getShape(reshape).back() == getShape(value).back();
  if (op->getNumResults() != 1 || !isElementwise(op) || getAxis(op) ||
      getShape(op->getResult(0)) != getShape(value))
    return false;
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    return operand.get() == value || !isDataOperand(operand) ||
           isSplatConstant(operand.get());
  });
}

/// The weights that a product multiplies `columns` with.
static Weights getWeights(Operation *product, Value columns) {
  if (product->getOperand(0) != columns)
    return {};
  Weights weights;
  if (auto conv = dyn_cast<tosa::Conv2DOp>(product)) {
    ArrayRef<int64_t> shape = getShape(conv.getWeight());
    if (shape[1] == 1 && shape[2] == 1 &&
        llvm::all_of(conv.getPad(), [](int64_t pad) { return pad == 0; }))
      weights = {&conv.getWeightMutable(), 3};
  } else if (auto matmul = dyn_cast<tosa::MatMulOp>(product)) {
    weights = {&matmul.getBMutable(), 1};
  }
  if (weights.operand && !getConstant(weights.operand->get(), weights.dim))
    return {};
  return weights;
}

/// The weights of the one product that a reshape's result goes to.
static Weights findWeights(tosa::ReshapeOp reshape) {
  Value columns = reshape.getOutput();
  if (getShape(columns).empty())
    return {};
  while (columns.hasOneUse()) {
    Operation *user = *columns.user_begin();
    if (!keepsColumns(user, columns))
      return user->getNumOperands() ? getWeights(user, columns) : Weights();
    columns = user->getResult(0);
  }
  return {};
}

/// The first of the dimensions of transpose(x, perms), x of `shape`, that a row
/// of `size` columns consists of, if those before it are not permuted.
static std::optional<size_t>
findColumns(ArrayRef<int64_t> shape, ArrayRef<int64_t> perms, int64_t size) {
  size_t first = perms.size();
  for (int64_t elements = 1; elements != size;) {
    if (first == 0 || elements > size)
      return std::nullopt;
    elements *= shape[perms[--first]];
  }
  SmallVector<int64_t> order;
  for (int64_t dim : perms.take_front(first))
    if (shape[dim] != 1)
      order.push_back(dim);
  size_t rows = order.size();
  for (int64_t dim : perms.drop_front(first))
    if (shape[dim] != 1)
      order.push_back(dim);
  llvm::sort(order.begin() + rows, order.end());
  if (!llvm::is_sorted(order))
    return std::nullopt;
  return first;
}

bool quantc::ptq::absorbsTranspose(OpOperand &use, ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> perms) {
  auto reshape = dyn_cast<tosa::ReshapeOp>(use.getOwner());
  if (!reshape || use.getOperandNumber() != 0)
    return false;
  return findWeights(reshape).operand &&
         findColumns(shape, perms, getShape(reshape).back());
}

/// Dimension `dim` of a constant, seen as `sizes`, in the order `perms`.
static DenseElementsAttr permuteRows(DenseElementsAttr values, int64_t dim,
                                     ArrayRef<int64_t> sizes,
                                     ArrayRef<int64_t> perms) {
  auto type = cast<RankedTensorType>(values.getType());
  SmallVector<int64_t> view(type.getShape());
  view.erase(view.begin() + dim);
  view.insert(view.begin() + dim, sizes.begin(), sizes.end());
  Permutation order = identityPermutation(view.size());
  for (auto [i, from] : llvm::enumerate(perms))
    order[dim + i] = dim + from;
  return permuteElements(values.reshape(type.clone(view)), order).reshape(type);
}

void quantc::ptq::absorbTranspose(OpOperand &use, tosa::TransposeOp transpose) {
  auto reshape = cast<tosa::ReshapeOp>(use.getOwner());
  Permutation perms = getPermutation(transpose);
  ArrayRef<int64_t> shape = getShape(transpose.getInput1());
  Weights weights = findWeights(reshape);
  size_t first = *findColumns(shape, perms, getShape(reshape).back());

  // The columns' dimensions, as the weights have them and sorted.
  Permutation dims(ArrayRef(perms).drop_front(first)), sorted(dims), order;
  llvm::sort(sorted);
  SmallVector<int64_t> sizes;
  for (int64_t dim : dims)
    sizes.push_back(shape[dim]);
  for (int64_t dim : sorted)
    order.push_back(llvm::find(dims, dim) - dims.begin());

  tosa::ConstOp constant = getConstant(weights.operand->get(), weights.dim);
  OpBuilder builder(weights.operand->getOwner());
  auto values = permuteRows(cast<DenseElementsAttr>(constant.getValues()),
                            weights.dim, sizes, order);
  auto permuted = tosa::ConstOp::create(builder, constant.getLoc(),
                                        values.getType(), values);
  copyName(constant, permuted);
  // The casts between the constant and the product.
  SmallVector<Operation *> casts;
  for (Operation *op = weights.operand->get().getDefiningOp(); op != constant;
       op = op->getOperand(0).getDefiningOp())
    casts.push_back(op);
  Value value = permuted;
  for (Operation *cast : llvm::reverse(casts)) {
    Operation *clone = builder.clone(*cast);
    clone->setOperand(0, value);
    value = clone->getResult(0);
  }
  weights.operand->set(value);
  use.set(transpose.getInput1());
}
