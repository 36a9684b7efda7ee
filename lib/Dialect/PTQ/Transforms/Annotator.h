//===- Annotator.h - Parameters from statistics -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Turns statistics into parameters: `ptq.fake_quant` after every tensor that
/// is going to be quantized and on every constant operand that is. Which
/// tensors those are is Quantizability's decision; which range a tensor has is
/// the Calibration library's.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_ANNOTATOR_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_ANNOTATOR_H

#include "quantc/Calibration/Estimators.h"
#include "quantc/Calibration/Profile.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "llvm/ADT/DenseSet.h"

namespace quantc::ptq {

/// Tensors that cannot be annotated, so that one message names them all.
struct Problems {
  llvm::SmallVector<mlir::Value> missing, nonFinite;

  /// Emits the errors, if any.
  mlir::LogicalResult report(mlir::func::FuncOp func, bool haveProfile) const;
};

/// Annotates one function.
class Annotator {
public:
  Annotator(mlir::func::FuncOp func, const Profile *profile,
            const EstimatorOptions &options,
            const Quantizability &quantizability)
      : func(func), profile(profile), options(options),
        quantizability(quantizability) {}

  mlir::LogicalResult run();

private:
  void chooseType(mlir::Value value);
  /// Chooses the types of what a layer carries from step to step.
  void chooseStateTypes(RecurrentOpInterface op);
  void setStateTypes();
  mlir::quant::UniformQuantizedType findStateType(mlir::Value value,
                                                  SchemeAttr scheme) const;
  /// The type of a held state, if a layer chooses it.
  mlir::quant::UniformQuantizedType findHeldType(mlir::Value value) const;
  /// Whether `use` is the initial value of a layer's state, whose type is
  /// `type`.
  bool isInitialState(mlir::OpOperand &use,
                      mlir::quant::UniformQuantizedType type) const;
  /// Finds the operations that cannot be quantized since tensors of theirs lack
  /// parameters.
  void findFloatOps();
  bool lacksParameters(mlir::Operation *op) const;
  bool sharesAccumulator(mlir::Operation *op) const;
  /// The scheme as which `use` reads integers; null if it reads floats.
  SchemeAttr getReader(mlir::OpOperand &use) const;
  /// The scheme that says how the integers of `value` are stored.
  SchemeAttr chooseScheme(mlir::Value value) const;
  const Histogram *findHistogram(mlir::Value value) const;
  const Histogram *requireHistogram(mlir::Value value);
  mlir::quant::UniformQuantizedType getExactType(mlir::Value value,
                                                 SchemeAttr scheme);
  RangeEstimate chooseRange(mlir::Value value, const Histogram &histogram,
                            SchemeAttr scheme);
  /// What a mask adds to scores that it does not hide.
  struct Visible {
    double least, most;
  };
  /// Scores of which a mask hides some: scores + mask, or select with a number
  /// that stands for hidden ones.
  struct MaskedScores {
    mlir::Value scores;
    mlir::OpOperand *mask;
    Visible visible;
  };
  std::optional<Visible> findMask(mlir::Value mask) const;
  std::optional<MaskedScores> matchMask(mlir::Operation *op) const;
  int64_t findSoftmaxRow(mlir::Value value) const;
  std::optional<RangeEstimate> findVisibleRange(mlir::Value value,
                                                SchemeAttr scheme) const;
  std::optional<double> findMaskLow(mlir::Value mask) const;
  mlir::quant::UniformQuantizedType
  chooseType(mlir::Value value, const Histogram &histogram, SchemeAttr scheme);
  mlir::quant::UniformQuantizedType
  estimate(mlir::Value value, const Histogram &histogram, SchemeAttr scheme);
  void insertAfter(mlir::Value value, mlir::quant::QuantizedType type);
  /// Lets operations of another width than that of `value`, which is stored as
  /// `stored` says, read it in theirs.
  void convertFor(mlir::Value value, FakeQuantOp stored);
  mlir::LogicalResult annotateConstants(mlir::Operation *op);
  mlir::LogicalResult annotateWeights(mlir::Operation *op);
  mlir::LogicalResult quantizeWeights(QuantizableOpInterface op);
  mlir::Value annotate(mlir::Value constant, mlir::quant::QuantizedType type);
  mlir::quant::QuantizedType getWeightType(mlir::OpOperand &use,
                                           llvm::ArrayRef<float> data);
  mlir::quant::QuantizedType getConstantType(mlir::OpOperand &use,
                                             llvm::ArrayRef<float> data);

  mlir::func::FuncOp func;
  const Profile *profile;
  EstimatorOptions options;
  const Quantizability &quantizability;
  Problems problems;
  llvm::SmallVector<std::pair<mlir::Value, mlir::quant::QuantizedType>> types;
  /// The types of the states of layers, by their last values.
  llvm::DenseMap<mlir::Value, mlir::quant::UniformQuantizedType> stateTypes;
  llvm::DenseSet<mlir::Value> zeroRanges;
  llvm::DenseSet<mlir::Operation *> floatOps;
  /// One fake_quant per width for each constant that is an activation.
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, mlir::Value>
      annotatedConstants;
};

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_ANNOTATOR_H
