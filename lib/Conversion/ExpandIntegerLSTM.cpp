//===- ExpandIntegerLSTM.cpp - ptq.integer_lstm as a loop -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecurrentLoop.h"
#include "quantc/Dialect/PTQ/IR/IntegerLSTM.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// What a state starts with: `initial`, or `code` everywhere.
static Value getInitial(ImplicitLocOpBuilder &b, Value initial,
                        RankedTensorType type, int64_t code) {
  if (initial)
    return initial;
  auto all = DenseElementsAttr::get(
      type, Attribute(b.getIntegerAttr(type.getElementType(), code)));
  return tosa::ConstOp::create(b, type, all);
}

void quantc::expandIntegerLSTM(IntegerLSTMOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto input = op.getInput().getType();
  int64_t steps = input.getDimSize(0), batch = input.getDimSize(1);
  int64_t size = op.getHidden().getType().getDimSize(1);
  SmallVector<int64_t> flat = {steps * batch, input.getDimSize(2)};
  Value rows = tosa::ReshapeOp::create(b, input.clone(flat), op.getInput(),
                                       tosa::getTosaConstShape(b, flat));
  Value products = buildGateProducts(
      b, op, rows, op.getInputZeroPoint(), op.getInputScale().convertToDouble(),
      op.getWeights(), op.getWeightScales(), op.getBias());
  auto productsType = cast<RankedTensorType>(products.getType());
  SmallVector<int64_t> bySteps = {steps, batch, productsType.getDimSize(1)};
  products = tosa::ReshapeOp::create(b, productsType.clone(bySteps), products,
                                     tosa::getTosaConstShape(b, bySteps));

  bool hasSequence = !op.getSequence().use_empty();
  SmallVector<Value> initial = {
      getInitial(b, op.getInitialHidden(), op.getHidden().getType(),
                 op.getHiddenZeroPoint()),
      getInitial(b, op.getInitialCell(), op.getCell().getType(), 0)};
  if (hasSequence)
    initial.push_back(tensor::EmptyOp::create(
        b, op.getSequence().getType().getShape(), b.getI8Type()));
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value end = arith::ConstantIndexOp::create(b, steps);
  auto loop = scf::ForOp::create(b, zero, end, one, initial);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    // The row of this step, of a tensor [T, N, ...].
    OpFoldResult first = b.getIndexAttr(0), unit = b.getIndexAttr(1);
    SmallVector<OpFoldResult> offsets = {loop.getInductionVar(), first, first};
    SmallVector<OpFoldResult> strides(3, unit);
    auto sizes = [&](int64_t width) {
      return SmallVector<OpFoldResult>{unit, b.getIndexAttr(batch),
                                       b.getIndexAttr(width)};
    };
    Value row = tensor::ExtractSliceOp::create(
        b, productsType.clone({batch, bySteps.back()}), products, offsets,
        sizes(bySteps.back()), strides);
    ValueRange carried = loop.getRegionIterArgs();
    auto [hidden, cell] = buildIntegerStep(b, op, row, carried[0], carried[1]);
    SmallVector<Value> yielded = {hidden, cell};
    if (hasSequence)
      yielded.push_back(tensor::InsertSliceOp::create(
          b, hidden, carried[2], offsets, sizes(size), strides));
    scf::YieldOp::create(b, yielded);
  }
  if (hasSequence)
    op.getSequence().replaceAllUsesWith(loop.getResult(2));
  op.getHidden().replaceAllUsesWith(loop.getResult(0));
  op.getCell().replaceAllUsesWith(loop.getResult(1));
  op.erase();
}
