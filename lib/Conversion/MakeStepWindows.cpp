//===- MakeStepWindows.cpp - Windows over time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A window over time reads the last steps of its input. All but the newest are
// held from the steps before.
//
//===----------------------------------------------------------------------===//

#include "StepMaker.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;

/// What an operation writes in front of the first step, if it pads there.
static double getPadding(Operation *op, Type element) {
  if (isa<tosa::MaxPool2dOp>(op)) {
    // No number is smaller.
    if (auto type = dyn_cast<FloatType>(element))
      return -APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
    return double(APInt::getSignedMinValue(element.getIntOrFloatBitWidth())
                      .getSExtValue());
  }
  // Convolutions pad with what stands for 0.
  DenseElementsAttr zeroPoint;
  if (op->getNumOperands() < 4 ||
      !matchPattern(op->getOperand(3), m_Constant(&zeroPoint)) ||
      isa<FloatType>(element))
    return 0;
  return double((*zeroPoint.value_begin<APInt>()).getSExtValue());
}

/// The entry of an array attribute of `op`, or `fallback` if it has no such
/// attribute.
static int64_t getEntry(Operation *op, StringRef name, int64_t index,
                        int64_t fallback) {
  auto array = op->getAttrOfType<DenseI64ArrayAttr>(name);
  return array ? array[index] : fallback;
}

LogicalResult StepMaker::visitWindows(Operation *op, ArrayRef<int64_t> sizes) {
  StepValue input = get(op->getOperand(0));
  for (Value operand : op->getOperands().drop_front())
    if (get(operand).varies || get(operand).isLive)
      return refuse(op, "its weights depend on the input",
                    "run the whole sequence instead, without --stream-axis");
  if (input.axis == 0) { // The batch: windows see one step each.
    if (failed(checkUnpadded(op, input)))
      return failure();
    cloneStep(op, input);
    return success();
  }
  int64_t place = input.axis - 1;
  if (place >= int64_t(sizes.size()))
    return refuse(op, "the steps are its channels, which it adds up",
                  "stream along another dimension");
  int64_t size = sizes[place], stride = getEntry(op, "stride", place, 1),
          dilation = getEntry(op, "dilation", place, 1),
          front = getEntry(op, "pad", 2 * place, 0),
          back = getEntry(op, "pad", 2 * place + 1, 0);
  int64_t reach = (size - 1) * dilation;
  if (stride != 1)
    return refuse(op,
                  "its windows move by " + Twine(stride) +
                      " steps, so that not every step has a result",
                  "use a stride of 1 along the steps, or run the whole "
                  "sequence instead, without --stream-axis");
  if (back > 0)
    return refuse(op,
                  "its padding lets it look " + Twine(back) +
                      " steps ahead of the newest one",
                  "pad in front of the first step only (causal padding), or "
                  "not at all");
  if (input.rows != 1 && reach > 0)
    return refuse(op, "a dimension that it slides over holds more than time",
                  "use a batch of 1");
  if (front > 0 && isa<tosa::AvgPool2dOp>(op))
    return refuse(op, "it averages over fewer steps at the beginning",
                  "leave out its padding along the steps");
  auto type = cast<RankedTensorType>(input.value.getType());
  double padding = getPadding(op, type.getElementType());
  if (input.front > 0 && front > 0 && padding != input.padding)
    return refuse(op, "it pads its input twice, with different values",
                  "use one padding");
  if (input.front > 0)
    padding = input.padding;
  if (input.front + front > reach)
    return refuse(op,
                  "the padding in front of the first step is longer than what "
                  "its windows reach back",
                  "pad by at most " + Twine(reach) + " steps");

  StepValue result = input;
  result.delay += reach - front;
  result.steps += front - reach;
  result.front = 0;
  IRMapping map;
  for (Value operand : op->getOperands())
    map.map(operand, get(operand).value);
  if (reach > 0) {
    SmallVector<int64_t> shape(type.getShape());
    shape[input.axis] = reach;
    BlockArgument held =
        addState(op->getLoc(), getStepName(op), type.clone(shape), padding);
    Value window = joinTime(held, input.value, input.axis);
    map.map(op->getOperand(0), window);
    Value next = slice(window, input.axis, 1, reach);
    // Without a padding, what came before the first step leaves the window
    // before it has a result.
    if (input.front + front > 0)
      next = chooseFrom(input.firstStep(), next, held);
    setNext(held, next);
  }
  Operation *clone = builder.clone(*op, map);
  if (auto pad = clone->getAttrOfType<DenseI64ArrayAttr>("pad")) {
    SmallVector<int64_t> entries(pad.asArrayRef());
    entries[2 * place] = 0;
    clone->setAttr("pad", builder.getDenseI64ArrayAttr(entries));
  }
  result.value = clone->getResult(0);
  result.value.setType(getStepType(op->getResult(0), result));
  // A window over the whole sequence has the answer of the last step.
  if (result.steps == 1 && result.delay == steps - 1)
    result.varies = false;
  values[op->getResult(0)] = result;
  return success();
}
