//===- Mean.cpp - Mean in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

OperandRole MeanOp::getOperandRole(unsigned) { return OperandRole::Activation; }

bool MeanOp::canReturnAccumulator(SchemeAttr) { return true; }

LogicalResult MeanOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  return requireStatic(scheme, reason);
}

FailureOr<SmallVector<Value>>
MeanOp::quantize(OpBuilder &builder, ValueRange operands,
                 ArrayRef<RankedTensorType> resultTypes, SchemeAttr,
                 Contract contract) {
  return asResults(buildMean(builder, getLoc(), operands[0], getAxes(),
                             resultTypes.front(), contract));
}
