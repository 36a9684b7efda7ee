//===- BiasedOp.h - Operations with weights and a bias -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What passes on biases share: the operands of an operation with a bias, and
/// how wide the scales of its weights have to be.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_BIASEDOP_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_BIASEDOP_H

#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include <optional>

namespace quantc::ptq {

/// The operands of an operation with a bias, once the others are annotated.
struct BiasedOp {
  mlir::Operation *op;
  mlir::OpOperand *bias = nullptr, *weight = nullptr, *activation = nullptr;

  explicit BiasedOp(mlir::Operation *op) : op(op) {
    for (mlir::OpOperand &use : op->getOpOperands())
      switch (getRole(use)) {
      case OperandRole::Bias:
        bias = &use;
        break;
      case OperandRole::Weight:
        weight = &use;
        break;
      case OperandRole::Activation:
        activation = &use;
        break;
      case OperandRole::Unquantized:
        break;
      }
  }

  static FakeQuantOp annotation(mlir::OpOperand *use) {
    return use ? use->get().getDefiningOp<FakeQuantOp>() : FakeQuantOp();
  }
  bool isAnnotated() const {
    return getScheme(op).isStatic() && bias && annotation(weight) &&
           annotation(activation) && !readsInt16();
  }
  /// With int16 the bias has 48 bits (N65): it fits, and no quantized type
  /// stores it, so that it stays float here.
  bool readsInt16() const {
    return llvm::cast<mlir::quant::QuantizedType>(
               annotation(activation).getQuantizedType())
               .getStorageTypeIntegralWidth() == 16;
  }
};

/// The operations of `func` that the plan quantizes and whose biases become
/// int32.
llvm::SmallVector<BiasedOp> findBiasedOps(mlir::func::FuncOp func,
                                          const Quantizability &plan);

/// What the integers of a bias follow from: its values, one or more for each
/// weight scale, and the scales of the accumulator's factors.
struct BiasScales {
  llvm::SmallVector<float> bias;
  double inputScale;
  llvm::SmallVector<double> weightScales;
};

/// Widens the weight scales of channels whose bias would not fit int32 (N9),
/// with a remark of `pass`. Null if the bias stays float; failure after an
/// error.
mlir::FailureOr<std::optional<BiasScales>> widenForBias(const BiasedOp &biased,
                                                        llvm::StringRef pass);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_BIASEDOP_H
