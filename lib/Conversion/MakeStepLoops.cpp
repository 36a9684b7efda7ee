//===- MakeStepLoops.cpp - One step of a loop over time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A recurrent layer is a loop that reads the row of its step and carries its
// states. Its step is the body, and what it carries is held.
//
//===----------------------------------------------------------------------===//

#include "StepMaker.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;

/// The elements of a constant, of the type that a state's initial value has;
/// null if `value` is none.
static DenseElementsAttr getInitial(Value value) {
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)))
    return {};
  auto f64 = Float64Type::get(value.getContext());
  if (isa<FloatType>(elements.getElementType()))
    return elements.mapValues(f64, [](const APFloat &element) {
      APFloat wide = element;
      bool losesInfo;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
      return wide.bitcastToAPInt();
    });
  return elements.mapValues(f64, [](const APInt &element) {
    return APFloat(double(element.getSExtValue())).bitcastToAPInt();
  });
}

/// True if `slice` is the part of a tensor [T, ...] that belongs to the step
/// `time`.
template <typename SliceOp>
static bool isRow(SliceOp slice, Value time) {
  ArrayRef<int64_t> offsets = slice.getStaticOffsets(),
                    sizes = slice.getStaticSizes();
  return slice.getOffsets().size() == 1 && slice.getOffsets()[0] == time &&
         ShapedType::isDynamic(offsets[0]) && sizes[0] == 1 &&
         slice.hasUnitStride();
}

/// The sequence that the loop fills: what it carries at `number` is an empty
/// tensor in front of it, into which each step inserts its row.
static bool isSequence(scf::ForOp loop, unsigned number) {
  auto yielded =
      loop.getYieldedValues()[number].getDefiningOp<tensor::InsertSliceOp>();
  return yielded &&
         loop.getInitArgs()[number].getDefiningOp<tensor::EmptyOp>() &&
         yielded.getDest() == loop.getRegionIterArg(number) &&
         isRow(yielded, loop.getInductionVar());
}

LogicalResult StepMaker::visitLoop(scf::ForOp loop) {
  StringRef advice = "give the network layers that go forward in time only";
  Block &body = *loop.getBody();
  const StepValue *rows = nullptr;
  for (Operation &op : body) {
    for (Value operand : op.getOperands()) {
      auto outer = values.find(operand);
      if (outer == values.end() || !outer->second.isLive)
        continue;
      const StepValue &value = outer->second;
      auto row = dyn_cast<tensor::ExtractSliceOp>(op);
      if (!row || !value.varies || value.axis != 0 || value.rows != 1 ||
          !isRow(row, loop.getInductionVar()))
        return refuse(loop,
                      "it does not read its input step by step from the first "
                      "one to the last",
                      advice);
      if (failed(checkUnpadded(loop, value)))
        return failure();
      if (rows && rows->delay != value.delay)
        return refuse(loop, "its inputs belong to different steps", advice);
      rows = &value;
    }
  }
  APInt first, last, stride;
  if (!rows || !matchPattern(loop.getLowerBound(), m_ConstantInt(&first)) ||
      !matchPattern(loop.getUpperBound(), m_ConstantInt(&last)) ||
      !matchPattern(loop.getStep(), m_ConstantInt(&stride)) ||
      !first.isZero() || !stride.isOne() || last.getSExtValue() != rows->steps)
    return refuse(loop, "it is no loop over the steps of its input", advice);
  StepValue row = *rows;

  IRMapping map;
  map.map(loop.getInductionVar(),
          arith::ConstantIndexOp::create(builder, loop.getLoc(), 0));
  SmallVector<BlockArgument> held(loop.getInitArgs().size());
  for (auto [i, initial] : llvm::enumerate(loop.getInitArgs())) {
    auto type = cast<RankedTensorType>(initial.getType());
    if (isSequence(loop, i)) {
      SmallVector<int64_t> shape(type.getShape());
      shape[0] = 1;
      map.map(loop.getRegionIterArg(i),
              tensor::EmptyOp::create(builder, loop.getLoc(), shape,
                                      type.getElementType()));
      continue;
    }
    if (get(initial).isLive)
      return refuse(loop, "its state starts with what the network computes",
                    "let it start with a constant");
    DenseElementsAttr elements = getInitial(initial);
    held[i] = elements
                  ? addState(loop.getLoc(), getStepName(loop), type, elements)
                  : addState(loop.getLoc(), getStepName(loop), type, 0.0);
    Value state = held[i];
    if (!elements)
      state = chooseFrom(1, state, get(initial).value);
    map.map(loop.getRegionIterArg(i), state);
  }
  for (Operation &op : body.without_terminator()) {
    for (Value operand : op.getOperands())
      if (auto outer = values.find(operand);
          outer != values.end() && !map.contains(operand))
        map.map(operand, outer->second.value);
    Operation *clone = builder.clone(op, map);
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(clone))
      insert.getResult().setType(insert.getDest().getType());
  }
  for (auto [i, yielded] : llvm::enumerate(loop.getYieldedValues())) {
    StepValue result = row;
    result.value = map.lookup(yielded);
    result.isLive = true;
    if (!held[i]) {
      result.axis = 0;
    } else {
      result.varies = false;
      // Steps before the first row leave the states alone.
      result.value = chooseFrom(row.firstStep(), result.value,
                                map.lookup(loop.getRegionIterArg(i)));
      setNext(held[i], result.value);
    }
    values[loop.getResult(i)] = result;
  }
  return success();
}
