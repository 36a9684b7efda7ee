//===- PTQ.cpp - The ptq dialect -*- C++ -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace quantc::ptq;

#include "quantc/Dialect/PTQ/IR/PTQDialect.cpp.inc"
#include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.cpp.inc"

void PTQDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "quantc/Dialect/PTQ/IR/PTQ.cpp.inc"
      >();
}

#define GET_OP_CLASSES
#include "quantc/Dialect/PTQ/IR/PTQ.cpp.inc"

StringRef quantc::ptq::getTensorName(Value value) {
  if (Operation *op = value.getDefiningOp())
    if (auto name = op->getAttrOfType<StringAttr>(kNameAttr))
      return name;
  return {};
}

LogicalResult PTQDialect::verifyOperationAttribute(Operation *, NamedAttribute) {
  return success();
}
LogicalResult PTQDialect::verifyRegionArgAttribute(Operation *, unsigned, unsigned, NamedAttribute) {
  return success();
}
RankedTensorType FakeQuantOp::getQuantizedTensorType() {
  return cast<RankedTensorType>(getType().clone(getQuantizedType()));
}
LogicalResult ObserveOp::verify() { return success(); }
LogicalResult FakeQuantOp::verify() { return success(); }
LogicalResult RequantizeOp::verify() { return success(); }
OpFoldResult RequantizeOp::fold(FoldAdaptor) { return {}; }
LogicalResult SoftmaxOp::verify() { return success(); }
LogicalResult MeanOp::verify() { return success(); }
LogicalResult PointwiseOp::verify() { return success(); }
