//===- CompositeModels.cpp - How composites are quantized -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information. SPDX-License-Identifier:
// Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"

using namespace mlir;
using namespace quantc::ptq;

OperandRole SoftmaxOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}
OperandRole MeanOp::getOperandRole(unsigned) { return OperandRole::Activation; }
OperandRole PointwiseOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}

FailureOr<Value> SoftmaxOp::quantize(OpBuilder &, ValueRange,
                                     RankedTensorType) {
  return failure();
}
FailureOr<Value> MeanOp::quantize(OpBuilder &, ValueRange, RankedTensorType) {
  return failure();
}
FailureOr<Value> PointwiseOp::quantize(OpBuilder &, ValueRange,
                                       RankedTensorType) {
  return failure();
}
