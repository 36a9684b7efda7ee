//===- MakeStep.cpp - One time step of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The function, its inputs, outputs and states.
//
//===----------------------------------------------------------------------===//

#include "StepMaker.h"

#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

namespace quantc {
#define GEN_PASS_DEF_PTQMAKESTEP
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

StepMaker::StepMaker(func::FuncOp sequence, int64_t axis)
    : sequence(sequence), axis(axis), builder(sequence.getContext()) {}

StringRef quantc::getStepName(Operation *op) {
  return op->getNumResults() ? getTensorName(op->getResult(0)) : StringRef();
}

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

BlockArgument StepMaker::addState(Location loc, StringRef name,
                                  RankedTensorType type,
                                  DenseElementsAttr initial) {
  std::string base = (name.empty() ? StringRef("state") : name).str() + "/held";
  std::string unique = base;
  for (unsigned i = 1; !names.insert(unique).second; ++i)
    unique = base + "_" + std::to_string(i);
  BlockArgument argument = step.getBody().addArgument(type, loc);
  states.push_back({argument, unique, initial, Value()});
  return argument;
}

BlockArgument StepMaker::addState(Location loc, StringRef name,
                                  RankedTensorType type, double initial) {
  return addState(
      loc, name, type,
      DenseElementsAttr::get(type.clone(builder.getF64Type()), initial));
}

void StepMaker::setNext(BlockArgument state, Value next) {
  llvm::find_if(states, [&](State &other) {
    return other.argument == state;
  })->next = next;
}

Value StepMaker::createI32(int64_t value) {
  auto type = RankedTensorType::get({1}, builder.getI32Type());
  return tosa::ConstOp::create(
      builder, step.getLoc(), type,
      DenseElementsAttr::get(type, static_cast<int32_t>(value)));
}

Value StepMaker::createShape(Location loc, ArrayRef<int64_t> shape) {
  ImplicitLocOpBuilder b(loc, builder);
  return tosa::getTosaConstShape(b, shape);
}

Value StepMaker::chooseFrom(int64_t first, Value after, Value before) {
  if (first <= 0)
    return after;
  Location loc = after.getLoc();
  auto type = RankedTensorType::get({1}, builder.getI32Type());
  if (!counter)
    counter = addState(loc, "steps", type, 0.0);
  mostCounted = std::max(mostCounted, first);
  Value isReached = tosa::GreaterEqualOp::create(
      builder, loc, type.clone(builder.getI1Type()), counter, createI32(first));
  auto result = cast<RankedTensorType>(after.getType());
  SmallVector<int64_t> ones(result.getRank(), 1);
  isReached = tosa::ReshapeOp::create(
      builder, loc, RankedTensorType::get(ones, builder.getI1Type()), isReached,
      createShape(loc, ones));
  return tosa::SelectOp::create(builder, loc, result, isReached, after, before);
}

Value StepMaker::slice(Value value, int64_t axis, int64_t start, int64_t size) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> starts(type.getRank(), 0), sizes(type.getShape());
  starts[axis] = start;
  sizes[axis] = size;
  Location loc = value.getLoc();
  return tosa::SliceOp::create(builder, loc, type.clone(sizes), value,
                               createShape(loc, starts),
                               createShape(loc, sizes));
}

Value StepMaker::joinTime(Value first, Value second, int64_t axis) {
  auto type = cast<RankedTensorType>(first.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] += cast<RankedTensorType>(second.getType()).getDimSize(axis);
  return tosa::ConcatOp::create(builder, second.getLoc(), type.clone(shape),
                                ValueRange{first, second},
                                builder.getI32IntegerAttr(axis));
}

StepValue StepMaker::delayBy(StepValue value, int64_t count, StringRef name) {
  if (count <= 0)
    return value;
  auto type = cast<RankedTensorType>(value.value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[value.axis] = count * value.rows;
  BlockArgument state =
      addState(value.value.getLoc(), name, type.clone(shape), 0.0);
  Value all = joinTime(state, value.value, value.axis);
  setNext(state, slice(all, value.axis, value.rows, count * value.rows));
  value.value = slice(all, value.axis, 0, value.rows);
  value.delay += count;
  return value;
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

LogicalResult StepMaker::addInputs() {
  for (BlockArgument input : sequence.getArguments()) {
    StringRef name = getTensorName(input);
    unsigned number = input.getArgNumber();
    if (sequence.getArgAttr(number, kStateAttr))
      return sequence.emitError()
             << "input '" << name
             << "' is a state of the network; steps hold all states "
                "themselves: leave out --state=operands, or --stream-axis";
    auto type = dyn_cast<RankedTensorType>(input.getType());
    if (!type || axis >= type.getRank())
      return sequence.emitError()
             << "input '" << name << "' of type " << input.getType()
             << " has no dimension " << axis
             << " to stream along; --stream-axis counts from 0 and holds for "
                "every input";
    int64_t size = type.getDimSize(axis);
    if (steps == 0 && input == sequence.getArgument(0))
      steps = size;
    if (size != steps || size < 2)
      return sequence.emitError()
             << "input '" << name << "' has " << size
             << " steps along dimension " << axis
             << (size == steps
                     ? "; a sequence has at least 2. A network that computes "
                       "one step already needs no --stream-axis, but "
                       "--state=held if it keeps a state"
                     : ", and another input has " + std::to_string(steps) +
                           "; give all inputs equally many");
    SmallVector<int64_t> shape(type.getShape());
    shape[axis] = 1;
    StepValue value;
    value.varies = value.isLive = true;
    value.axis = axis;
    value.steps = steps;
    value.value = step.getBody().addArgument(type.clone(shape), input.getLoc());
    values[input] = value;
    names.insert(name);
  }
  if (steps == 0)
    return sequence.emitError(
        "the network has no input, so there is nothing to stream");
  return success();
}

LogicalResult StepMaker::addOutputs() {
  auto terminator =
      cast<func::ReturnOp>(sequence.getBody().front().getTerminator());
  for (Value output : terminator.getOperands()) {
    StepValue value = get(output);
    if (value.varies && failed(checkUnpadded(terminator, value)))
      return failure();
    if (value.isLive)
      warmup = std::max(warmup, value.delay);
  }
  SmallVector<Value> outputs;
  for (Value output : terminator.getOperands()) {
    // All outputs of a step belong to the same step of the sequence.
    StepValue value = get(output);
    if (value.varies)
      value = delayBy(value, warmup - value.delay, getTensorName(output));
    outputs.push_back(value.value);
  }
  finish(outputs);
  return success();
}

void StepMaker::finish(ArrayRef<Value> outputs) {
  if (counter) {
    Location loc = step.getLoc();
    Value next = tosa::AddOp::create(builder, loc, counter.getType(), counter,
                                     createI32(1));
    setNext(counter, tosa::MinimumOp::create(builder, loc, counter.getType(),
                                             next, createI32(mostCounted)));
  }
  SmallVector<Value> results(outputs);
  for (const State &state : states)
    results.push_back(state.next);
  func::ReturnOp::create(builder, step.getLoc(), results);
  step.setFunctionType(builder.getFunctionType(
      step.getBody().getArgumentTypes(), ValueRange(results).getTypes()));
  for (unsigned i = 0; i < sequence.getNumArguments(); ++i)
    step.setArgAttrs(i, sequence.getArgAttrDict(i));
  for (unsigned i = 0; i < outputs.size(); ++i)
    if (DictionaryAttr attributes = sequence.getResultAttrDict(i))
      step.setResultAttrs(i, attributes);
  for (auto [i, state] : llvm::enumerate(states)) {
    unsigned argument = state.argument.getArgNumber();
    unsigned result = outputs.size() + i;
    StringAttr name = builder.getStringAttr(state.name),
               next = builder.getStringAttr(state.name + "_next");
    step.setArgAttr(argument, kNameAttr, name);
    step.setArgAttr(argument, kStateAttr, next);
    step.setArgAttr(argument, kInitialAttr, state.initial);
    step.setResultAttr(result, kNameAttr, next);
    step.setResultAttr(result, kStateAttr, name);
  }
  step->setAttr(kWarmupAttr, builder.getI64IntegerAttr(warmup));
}

LogicalResult StepMaker::run() {
  builder.setInsertionPoint(sequence);
  step = func::FuncOp::create(builder, sequence.getLoc(), sequence.getName(),
                              builder.getFunctionType({}, {}));
  step.setVisibility(sequence.getVisibility());
  builder.setInsertionPointToStart(step.addEntryBlock());
  if (failed(addInputs()))
    return failure();
  for (Operation &op : sequence.getBody().front().without_terminator())
    if (failed(visit(&op)))
      return failure();
  if (failed(addOutputs()))
    return failure();
  sequence.erase();
  return success();
}

namespace {
struct MakeStepPass : quantc::impl::PTQMakeStepBase<MakeStepPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto func :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (func.isPublic() && !func.isExternal() &&
          failed(StepMaker(func, axis).run()))
        return signalPassFailure();
  }
};
} // namespace
