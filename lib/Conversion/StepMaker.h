//===- StepMaker.h - One time step of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Rewrites a network that computes a whole sequence as one that computes the
/// next step of it. The rules for operations are in MakeStepOps.cpp, those for
/// windows over time in MakeStepWindows.cpp, and those for loops in
/// MakeStepLoops.cpp.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_STEPMAKER_H
#define QUANTC_LIB_CONVERSION_STEPMAKER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/StringSet.h"

namespace quantc {

/// What a tensor of the sequence is in a step.
struct StepValue {
  /// Its part that belongs to the step, or the whole tensor.
  mlir::Value value;
  /// Whether the tensor has an entry for each step. If not, it is the same in
  /// all steps (a constant), or what the steps so far make of it (`isLive`).
  bool varies = false;
  bool isLive = false;
  /// The dimension of time, and how many elements of it one entry has.
  int64_t axis = 0, rows = 1;
  /// The entries in the sequence. Entry j belongs to step j + delay.
  int64_t steps = 0, delay = 0;
  /// The first `front` of them are a padding of this value.
  int64_t front = 0;
  double padding = 0;

  /// The step of the first entry that is no padding.
  int64_t firstStep() const { return delay + front; }
};

/// Makes the step of one function.
class StepMaker {
public:
  StepMaker(mlir::func::FuncOp sequence, int64_t axis);

  /// Replaces the function. Failure is reported at the operation that cannot be
  /// computed step by step.
  mlir::LogicalResult run();

private:
  mlir::LogicalResult addInputs();
  mlir::LogicalResult addOutputs();
  void finish(llvm::ArrayRef<mlir::Value> outputs);

  //===--------------------------------------------------------------------===//
  // Operations
  //===--------------------------------------------------------------------===//

  mlir::LogicalResult visit(mlir::Operation *op);
  mlir::LogicalResult visitElementwise(mlir::Operation *op);
  mlir::LogicalResult visitReshape(mlir::tosa::ReshapeOp op);
  mlir::LogicalResult visitTranspose(mlir::tosa::TransposeOp op);
  mlir::LogicalResult visitSlice(mlir::tosa::SliceOp op);
  mlir::LogicalResult visitPad(mlir::tosa::PadOp op);
  mlir::LogicalResult visitConcat(mlir::tosa::ConcatOp op);
  mlir::LogicalResult visitReduction(mlir::Operation *op);
  mlir::LogicalResult visitMatMul(mlir::tosa::MatMulOp op);
  mlir::LogicalResult visitGather(mlir::tosa::GatherOp op);
  /// An operation on images or volumes whose windows have `sizes` in the
  /// dimensions of space.
  mlir::LogicalResult visitWindows(mlir::Operation *op,
                                   llvm::ArrayRef<int64_t> sizes);
  mlir::LogicalResult visitLoop(mlir::scf::ForOp loop);

  /// Clones `op` with the steps of its operands. Its results get the entries
  /// that `result` describes.
  mlir::Operation *cloneStep(mlir::Operation *op, const StepValue &result);
  /// The error for an operation that has no step.
  mlir::LogicalResult refuse(mlir::Operation *op, const llvm::Twine &reason,
                             const llvm::Twine &wayOut);
  /// Checks that operands that do not vary are known in all steps.
  mlir::LogicalResult checkConstants(mlir::Operation *op);
  /// Checks that `value` has no padding that only a window can take.
  mlir::LogicalResult checkUnpadded(mlir::Operation *op,
                                    const StepValue &value);
  StepValue &get(mlir::Value value) { return values[value]; }
  mlir::RankedTensorType getStepType(mlir::Value result,
                                     const StepValue &step) const;

  //===--------------------------------------------------------------------===//
  // States
  //===--------------------------------------------------------------------===//

  /// A new state, which starts with `initial`: f64 elements of its shape.
  mlir::BlockArgument addState(mlir::Location loc, llvm::StringRef name,
                               mlir::RankedTensorType type,
                               mlir::DenseElementsAttr initial);
  mlir::BlockArgument addState(mlir::Location loc, llvm::StringRef name,
                               mlir::RankedTensorType type, double initial);
  void setNext(mlir::BlockArgument state, mlir::Value next);
  /// `after` from step number `first` on, and `before` in earlier ones.
  mlir::Value chooseFrom(int64_t first, mlir::Value after, mlir::Value before);
  /// `value` of `count` steps ago.
  StepValue delayBy(StepValue value, int64_t count, llvm::StringRef name);
  mlir::Value slice(mlir::Value value, int64_t axis, int64_t start,
                    int64_t size);
  mlir::Value joinTime(mlir::Value first, mlir::Value second, int64_t axis);
  mlir::Value createI32(int64_t value);
  /// A constant shape.
  mlir::Value createShape(mlir::Location loc, llvm::ArrayRef<int64_t> shape);

  mlir::func::FuncOp sequence, step;
  int64_t axis;
  mlir::OpBuilder builder;
  llvm::DenseMap<mlir::Value, StepValue> values;
  /// The steps of the network's inputs.
  int64_t steps = 0;
  int64_t warmup = 0;

  struct State {
    mlir::BlockArgument argument;
    std::string name;
    mlir::DenseElementsAttr initial;
    mlir::Value next;
  };
  llvm::SmallVector<State> states;
  llvm::StringSet<> names;
  /// Counts the steps up to `mostCounted`; null if nothing asks for it.
  mlir::BlockArgument counter;
  int64_t mostCounted = 0;
};

/// The name of what `op` computes, for states and messages.
llvm::StringRef getStepName(mlir::Operation *op);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_STEPMAKER_H
