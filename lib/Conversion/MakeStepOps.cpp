//===- MakeStepOps.cpp - One step of operations -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that do not mix steps are the same operations on fewer elements.
//
//===----------------------------------------------------------------------===//

#include "StepMaker.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;

LogicalResult StepMaker::refuse(Operation *op, const Twine &reason,
                                const Twine &wayOut) {
  InFlightDiagnostic diag = op->emitError() << "'" << op->getName() << "'";
  if (StringRef name = getStepName(op); !name.empty())
    diag << " ('" << name << "')";
  return diag << " cannot be computed one step at a time: " << reason << "; "
              << wayOut;
}

static constexpr StringRef kRunWhole =
    "run the whole sequence instead, without --stream-axis";

RankedTensorType StepMaker::getStepType(Value result,
                                        const StepValue &step) const {
  auto type = cast<RankedTensorType>(result.getType());
  if (!step.varies)
    return type;
  SmallVector<int64_t> shape(type.getShape());
  shape[step.axis] = step.rows;
  return type.clone(shape);
}

Operation *StepMaker::cloneStep(Operation *op, const StepValue &result) {
  IRMapping map;
  for (Value operand : op->getOperands())
    map.map(operand, get(operand).value);
  Operation *clone = builder.clone(*op, map);
  for (auto [before, after] :
       llvm::zip_equal(op->getResults(), clone->getResults())) {
    if (isa<RankedTensorType>(after.getType()))
      after.setType(getStepType(before, result));
    StepValue value = result;
    value.value = after;
    values[before] = value;
  }
  return clone;
}

LogicalResult StepMaker::checkConstants(Operation *op) {
  for (Value operand : op->getOperands())
    if (const StepValue &value = get(operand); !value.varies && value.isLive)
      return refuse(op,
                    "it uses the answer of the last step in all of the steps "
                    "before",
                    kRunWhole);
  return success();
}

LogicalResult StepMaker::checkUnpadded(Operation *op, const StepValue &value) {
  if (value.front == 0)
    return success();
  return refuse(op,
                "its input is padded in front of the first step, which only "
                "convolutions and pools can take",
                kRunWhole);
}

/// True for operations each element of whose result depends on the elements at
/// the same place.
static bool isElementwise(Operation *op) {
  return op->hasTrait<OpTrait::tosa::TosaElementwiseOperator>() ||
         isa<tosa::MulOp, tosa::CastOp, tosa::NegateOp, tosa::IdentityOp,
             tosa::TableOp, tosa::RescaleOp>(op);
}

LogicalResult StepMaker::visitElementwise(Operation *op) {
  // The operand that comes latest decides to which step the result belongs.
  StepValue result;
  for (Value operand : op->getOperands()) {
    const StepValue &value = get(operand);
    if (!value.varies)
      continue;
    if (failed(checkUnpadded(op, value)))
      return failure();
    if (!result.varies || value.delay > result.delay)
      result = value;
  }
  if (failed(checkConstants(op)))
    return failure();
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  if (auto rescale = dyn_cast<tosa::RescaleOp>(op);
      rescale && rescale.getPerChannel() && result.axis == rank - 1)
    return refuse(op, "it scales each step in its own way", kRunWhole);
  IRMapping map;
  for (Value operand : op->getOperands()) {
    StepValue value = get(operand);
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (value.varies) {
      if (value.axis != result.axis || value.rows != result.rows)
        return refuse(op, "its operands have their steps in different places",
                      kRunWhole);
      map.map(
          operand,
          delayBy(value, result.delay - value.delay, getStepName(op)).value);
      continue;
    }
    map.map(operand, value.value);
    // What is not broadcast over time has to be the same in all steps.
    if (!type || type.getRank() != rank || type.getDimSize(result.axis) == 1)
      continue;
    DenseElementsAttr elements;
    if (!matchPattern(operand, m_Constant(&elements)) || !elements.isSplat())
      return refuse(op, "a constant operand differs from step to step",
                    kRunWhole);
    auto step = getStepType(operand, result);
    map.map(operand, tosa::ConstOp::create(builder, op->getLoc(), step,
                                           elements.resizeSplat(step)));
  }
  Operation *clone = builder.clone(*op, map);
  clone->getResult(0).setType(getStepType(op->getResult(0), result));
  result.value = clone->getResult(0);
  values[op->getResult(0)] = result;
  return success();
}

LogicalResult StepMaker::visitReshape(tosa::ReshapeOp op) {
  StepValue value = get(op.getInput1());
  ArrayRef<int64_t> from = op.getInput1().getType().getShape(),
                    to = cast<RankedTensorType>(op.getType()).getShape();
  auto product = [](ArrayRef<int64_t> sizes) {
    return llvm::product_of(sizes);
  };
  int64_t before = product(from.take_front(value.axis));
  int64_t entry = value.rows * product(from.drop_front(value.axis + 1));
  // The dimension that begins where the old one does, and whose entries are as
  // large.
  StepValue result = value;
  for (result.axis = 0; result.axis < int64_t(to.size()); ++result.axis) {
    int64_t size = to[result.axis];
    if (product(to.take_front(result.axis)) != before ||
        size % value.steps != 0)
      continue;
    result.rows = size / value.steps;
    if (result.rows * product(to.drop_front(result.axis + 1)) == entry)
      break;
  }
  if (result.axis == int64_t(to.size()))
    return refuse(op, "it mixes the dimension of time with others", kRunWhole);
  SmallVector<int64_t> shape(to);
  shape[result.axis] = result.rows;
  result.value = tosa::ReshapeOp::create(
      builder, op.getLoc(), getStepType(op.getOutput(), result), value.value,
      createShape(op.getLoc(), shape));
  result.value.getDefiningOp()->setDiscardableAttrs(
      op->getDiscardableAttrDictionary());
  values[op.getOutput()] = result;
  return success();
}

LogicalResult StepMaker::visitTranspose(tosa::TransposeOp op) {
  StepValue result = get(op.getInput1());
  result.axis = llvm::find(op.getPerms(), result.axis) - op.getPerms().begin();
  cloneStep(op, result);
  return success();
}

LogicalResult StepMaker::visitSlice(tosa::SliceOp op) {
  StepValue result = get(op.getInput1());
  SmallVector<int64_t> starts, sizes;
  if (!tosa::getConstShapeValues(op.getStart().getDefiningOp(), starts) ||
      !tosa::getConstShapeValues(op.getSize().getDefiningOp(), sizes))
    return refuse(op, "what it takes is not constant", kRunWhole);
  int64_t start = starts[result.axis], size = sizes[result.axis];
  if (start % result.rows != 0 || size % result.rows != 0)
    return refuse(op, "it takes a part of a step", kRunWhole);
  start /= result.rows;
  size /= result.rows;
  if (size != result.steps && failed(checkUnpadded(op, result)))
    return failure();
  // The last step is the newest one.
  if (size == 1 && start == result.steps - 1 &&
      start + result.delay == steps - 1)
    result.varies = false;
  else if (size == 1)
    return refuse(op,
                  "it takes step " + Twine(start) + " of " +
                      Twine(result.steps) + ", which is not the last one",
                  kRunWhole);
  result.delay += result.varies ? start : 0;
  result.steps = size;
  starts[result.axis] = 0;
  sizes[result.axis] = result.rows;
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getType()).clone(sizes);
  result.value =
      tosa::SliceOp::create(builder, loc, type, get(op.getInput1()).value,
                            createShape(loc, starts), createShape(loc, sizes));
  values[op.getOutput()] = result;
  return success();
}

LogicalResult StepMaker::visitPad(tosa::PadOp op) {
  StepValue result = get(op.getInput1());
  SmallVector<int64_t> padding;
  if (!tosa::getConstShapeValues(op.getPadding().getDefiningOp(), padding))
    return refuse(op, "its padding is not constant", kRunWhole);
  int64_t front = padding[2 * result.axis], back = padding[2 * result.axis + 1];
  if (back > 0)
    return refuse(op, "it pads behind the last step, which never comes",
                  "pad in front of the first step only (causal padding)");
  if (front > 0) {
    DenseElementsAttr constant;
    if (failed(checkUnpadded(op, result)))
      return failure();
    if (!matchPattern(op.getPadConst(), m_Constant(&constant)) ||
        result.rows != 1)
      return refuse(op, "its padding is not constant", kRunWhole);
    APInt integer;
    result.padding =
        isa<FloatType>(constant.getElementType())
            ? (*constant.value_begin<APFloat>()).convertToDouble()
            : double((*constant.value_begin<APInt>()).getSExtValue());
    result.front = front;
    result.delay -= front;
    result.steps += front;
  }
  padding[2 * result.axis] = 0;
  if (llvm::all_of(padding, [](int64_t size) { return size == 0; })) {
    result.value = get(op.getInput1()).value;
    values[op.getOutput()] = result;
    return success();
  }
  Operation *clone = cloneStep(op, result);
  cast<tosa::PadOp>(clone).getPaddingMutable().set(
      createShape(op.getLoc(), padding));
  clone->moveAfter(&builder.getBlock()->back());
  return success();
}

LogicalResult StepMaker::visitConcat(tosa::ConcatOp op) {
  for (Value operand : op.getInput1())
    if (get(operand).varies && get(operand).axis == int64_t(op.getAxis()))
      return refuse(op, "it joins sequences one after the other", kRunWhole);
  return visitElementwise(op);
}

LogicalResult StepMaker::visitReduction(Operation *op) {
  StepValue result = get(op->getOperand(0));
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  if (axis == result.axis)
    return refuse(op, "it needs all steps of the sequence",
                  "take the last step instead, or an average of the outputs "
                  "in your program");
  if (failed(checkUnpadded(op, result)))
    return failure();
  if (isa<tosa::ArgMaxOp>(op) && axis < result.axis)
    --result.axis;
  cloneStep(op, result);
  return success();
}

LogicalResult StepMaker::visitMatMul(tosa::MatMulOp op) {
  StepValue a = get(op.getA()), b = get(op.getB());
  if (failed(checkConstants(op)) || failed(checkUnpadded(op, a)) ||
      failed(checkUnpadded(op, b)))
    return failure();
  bool rows = a.varies && !b.varies && a.axis == 1;
  bool batch = a.varies && b.varies && a.axis == 0 && b.axis == 0 &&
               a.rows == b.rows && a.delay == b.delay;
  if (!rows && !batch)
    return refuse(op, "it multiplies steps with each other", kRunWhole);
  cloneStep(op, a);
  return success();
}

LogicalResult StepMaker::visitGather(tosa::GatherOp op) {
  StepValue indices = get(op.getIndices());
  if (failed(checkConstants(op)) || failed(checkUnpadded(op, indices)))
    return failure();
  if (get(op.getValues()).varies || !indices.varies || indices.axis != 1)
    return refuse(op, "it picks from all steps of the sequence", kRunWhole);
  cloneStep(op, indices);
  return success();
}

LogicalResult StepMaker::visit(Operation *op) {
  bool reads = false, isLive = false;
  StepValue known;
  IRMapping map;
  // Loops read values from outside without having them as operands.
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (auto it = values.find(operand); it != values.end()) {
        map.map(operand, it->second.value);
        reads |= it->second.varies;
        isLive |= it->second.isLive;
        if (it->second.isLive)
          known.delay = std::max(known.delay, it->second.delay);
      }
  });
  if (!reads) {
    known.isLive = isLive;
    Operation *clone = builder.clone(*op, map);
    for (auto [before, after] :
         llvm::zip_equal(op->getResults(), clone->getResults())) {
      known.value = after;
      values[before] = known;
    }
    return success();
  }
  auto space = [](Value weights, int64_t first, int64_t count) {
    return cast<RankedTensorType>(weights.getType())
        .getShape()
        .slice(first, count);
  };
  if (isElementwise(op))
    return visitElementwise(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](tosa::ReshapeOp op) { return visitReshape(op); })
      .Case([&](tosa::TransposeOp op) { return visitTranspose(op); })
      .Case([&](tosa::SliceOp op) { return visitSlice(op); })
      .Case([&](tosa::PadOp op) { return visitPad(op); })
      .Case([&](tosa::ConcatOp op) { return visitConcat(op); })
      .Case<tosa::ReduceAllOp, tosa::ReduceAnyOp, tosa::ReduceMaxOp,
            tosa::ReduceMinOp, tosa::ReduceProductOp, tosa::ReduceSumOp,
            tosa::ArgMaxOp>([&](auto op) { return visitReduction(op); })
      .Case([&](tosa::MatMulOp op) { return visitMatMul(op); })
      .Case([&](tosa::GatherOp op) { return visitGather(op); })
      .Case([&](tosa::Conv2DOp op) {
        return visitWindows(op, space(op.getWeight(), 1, 2));
      })
      .Case([&](tosa::Conv3DOp op) {
        return visitWindows(op, space(op.getWeight(), 1, 3));
      })
      .Case([&](tosa::DepthwiseConv2DOp op) {
        return visitWindows(op, space(op.getWeight(), 0, 2));
      })
      .Case<tosa::AvgPool2dOp, tosa::MaxPool2dOp>(
          [&](auto op) { return visitWindows(op, op.getKernel()); })
      .Case([&](scf::ForOp op) { return visitLoop(op); })
      .Default([&](Operation *op) {
        return refuse(op, "it may mix steps", kRunWhole);
      });
}
