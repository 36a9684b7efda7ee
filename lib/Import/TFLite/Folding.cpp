//===- Folding.cpp - Arithmetic of TFLite on known tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What a converter leaves to compute shapes: elementwise operators and
/// reductions, on tensors that are known when the file is read.
///
//===----------------------------------------------------------------------===//

#include "Folding.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;
using namespace quantc::host;

bool tflite::isFoldable(ArrayRef<int64_t> shape) {
  return countElements(shape).value_or(INT64_MAX) <= kMaxFoldedElements;
}

FailureOr<bool> tflite::fold(Node &node, Array elements, unsigned i) {
  if (failed(node.setKnown(std::move(elements), i)))
    return failure();
  return true;
}

FailureOr<bool> tflite::foldOperator(Node &node) {
  for (ArrayRef<Fold> folds : {getElementwiseFolds(), getMovingFolds()})
    for (const Fold &fold : folds)
      if (fold.code == node.getCode() && node.areInputsKnown())
        return fold.compute(node);
  return false;
}

template <Unary kind>
static FailureOr<bool> foldUnary(Node &node) {
  return fold(node, compute(kind, *node.getKnown(0)));
}

/// The function of both inputs, or nullopt if they do not fit.
static FailureOr<std::optional<Array>> computeBinary(Node &node, Binary kind) {
  const Array &a = *node.getKnown(0), &b = *node.getKnown(1);
  std::optional<Shape> shape = broadcastShapes(a.shape, b.shape);
  if (!shape || !isFoldable(*shape) || a.type != b.type)
    return std::optional<Array>();
  std::optional<Array> result = compute(kind, a, b);
  if (!result)
    return node.emitError() << "divides an integer constant by zero";
  return result;
}

template <Binary kind>
static FailureOr<bool> foldBinary(Node &node) {
  FailureOr<std::optional<Array>> result = computeBinary(node, kind);
  if (failed(result))
    return failure();
  return *result ? fold(node, std::move(**result)) : FailureOr<bool>(false);
}

template <Binary kind>
static FailureOr<bool> foldActivated(Node &node) {
  return getActivation(node) == schema::Activation_NONE
             ? foldBinary<kind>(node)
             : FailureOr<bool>(false);
}

static FailureOr<bool> foldSquaredDifference(Node &node) {
  FailureOr<std::optional<Array>> difference = computeBinary(node, Binary::Sub);
  if (failed(difference))
    return failure();
  if (!*difference)
    return false;
  return fold(node, *compute(Binary::Mul, **difference, **difference));
}

static FailureOr<bool> foldSquare(Node &node) {
  const Array &x = *node.getKnown(0);
  return fold(node, *compute(Binary::Mul, x, x));
}

static FailureOr<bool> foldRsqrt(Node &node) {
  return fold(node, compute(Unary::Reciprocal,
                            compute(Unary::Sqrt, *node.getKnown(0))));
}

static FailureOr<bool> foldCast(Node &node) {
  std::optional<ElementType> type = getHostType(node.getOutput().type);
  return type ? fold(node, cast(*node.getKnown(0), *type))
              : FailureOr<bool>(false);
}

static FailureOr<bool> foldSelect(Node &node) {
  const Array &condition = *node.getKnown(0);
  const Array &a = *node.getKnown(1), &b = *node.getKnown(2);
  // The older operator selects rows by a list, which is no broadcast.
  if (node.getCode() == schema::Code_SELECT && condition.shape != a.shape)
    return false;
  std::optional<Shape> shape = broadcastShapes(a.shape, b.shape);
  if (shape)
    shape = broadcastShapes(*shape, condition.shape);
  if (!shape || !isFoldable(*shape) || a.type != b.type)
    return false;
  return fold(node, select(condition, a, b, *shape));
}

template <Reduction kind>
static FailureOr<bool> foldReduce(Node &node) {
  const auto *options = node.getFlat().options_as_Reducer();
  FailureOr<SmallVector<int64_t>> given = node.getIntegers(1, "its axes");
  if (failed(given))
    return failure();
  const Array &x = *node.getKnown(0);
  int64_t rank = x.shape.size();
  SmallVector<int64_t> axes;
  for (int64_t axis : *given) {
    if (axis < -rank || axis >= rank)
      return false;
    axis += axis < 0 ? rank : 0;
    if (!llvm::is_contained(axes, axis))
      axes.push_back(axis);
  }
  // A mean of integers is one of the reference kernels' own.
  if (kind == Reduction::Mean && !isFloat(x.type))
    return false;
  Shape ones, rest;
  for (auto [dimension, size] : llvm::enumerate(x.shape)) {
    bool isReduced = llvm::is_contained(axes, int64_t(dimension));
    ones.push_back(isReduced ? 1 : size);
    if (!isReduced || (options && options->keep_dims()))
      rest.push_back(ones.back());
  }
  if (!isFoldable(ones))
    return false;
  return fold(node, reshape(reduce(kind, x, axes), rest));
}

ArrayRef<Fold> tflite::getElementwiseFolds() {
  using B = Binary;
  using R = Reduction;
  static constexpr Fold kFolds[] = {
      {schema::Code_ABS, foldUnary<Unary::Abs>},
      {schema::Code_ADD, foldActivated<B::Add>},
      {schema::Code_CAST, foldCast},
      {schema::Code_CEIL, foldUnary<Unary::Ceil>},
      {schema::Code_DIV, foldActivated<B::Div>},
      {schema::Code_EQUAL, foldBinary<B::Equal>},
      {schema::Code_EXP, foldUnary<Unary::Exp>},
      {schema::Code_FLOOR, foldUnary<Unary::Floor>},
      {schema::Code_FLOOR_DIV, foldBinary<B::FloorDiv>},
      {schema::Code_FLOOR_MOD, foldBinary<B::Mod>},
      {schema::Code_GREATER, foldBinary<B::Greater>},
      {schema::Code_GREATER_EQUAL, foldBinary<B::GreaterOrEqual>},
      {schema::Code_LESS, foldBinary<B::Less>},
      {schema::Code_LESS_EQUAL, foldBinary<B::LessOrEqual>},
      {schema::Code_LOG, foldUnary<Unary::Log>},
      {schema::Code_LOGICAL_AND, foldBinary<B::And>},
      {schema::Code_LOGICAL_NOT, foldUnary<Unary::Not>},
      {schema::Code_LOGICAL_OR, foldBinary<B::Or>},
      {schema::Code_MAXIMUM, foldBinary<B::Max>},
      {schema::Code_MEAN, foldReduce<R::Mean>},
      {schema::Code_MINIMUM, foldBinary<B::Min>},
      {schema::Code_MUL, foldActivated<B::Mul>},
      {schema::Code_NEG, foldUnary<Unary::Neg>},
      {schema::Code_NOT_EQUAL, foldBinary<B::NotEqual>},
      {schema::Code_POW, foldBinary<B::Pow>},
      {schema::Code_REDUCE_ALL, foldReduce<R::Min>},
      {schema::Code_REDUCE_ANY, foldReduce<R::Max>},
      {schema::Code_REDUCE_MAX, foldReduce<R::Max>},
      {schema::Code_REDUCE_MIN, foldReduce<R::Min>},
      {schema::Code_REDUCE_PROD, foldReduce<R::Prod>},
      {schema::Code_ROUND, foldUnary<Unary::Round>},
      {schema::Code_RSQRT, foldRsqrt},
      {schema::Code_SELECT, foldSelect},
      {schema::Code_SELECT_V2, foldSelect},
      {schema::Code_SQRT, foldUnary<Unary::Sqrt>},
      {schema::Code_SQUARE, foldSquare},
      {schema::Code_SQUARED_DIFFERENCE, foldSquaredDifference},
      {schema::Code_SUB, foldActivated<B::Sub>},
      {schema::Code_SUM, foldReduce<R::Sum>},
  };
  return kFolds;
}
