//===- Mine.cpp - How mine.mirror is quantized -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mine.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using quantc::ptq::OperandRole;
using quantc::ptq::OpLayout;
using quantc::ptq::SchemeAttr;

#include "MineDialect.cpp.inc"

#define GET_OP_CLASSES
#include "Mine.cpp.inc"

void mine::MineDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "Mine.cpp.inc"
      >();
}

OperandRole mine::MirrorOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}

bool mine::MirrorOp::requiresSameScale() { return true; }

LogicalResult mine::MirrorOp::canQuantize(SchemeAttr scheme,
                                          std::string &reason) {
  if (failed(quantc::ptq::requireStatic(scheme, reason)))
    return failure();
  if (getType().getRank() > 0)
    return success();
  reason = "a scalar has no dimension to reverse; remove the operation";
  return failure();
}

/// The dimension that is reversed stays the last one.
std::optional<OpLayout>
mine::MirrorOp::layoutFromOperands(ArrayRef<int64_t> perms) {
  if (perms.empty() || perms.back() != int64_t(perms.size()) - 1)
    return std::nullopt;
  return OpLayout::same(perms);
}

std::optional<OpLayout>
mine::MirrorOp::layoutFromResult(ArrayRef<int64_t> perms) {
  return layoutFromOperands(perms);
}

/// The integer form is an operation that later stages know: tosa.reverse, which
/// takes quantized values of any parameters, of int8 and of int16.
FailureOr<SmallVector<Value>>
mine::MirrorOp::quantize(OpBuilder &builder, ValueRange operands,
                         ArrayRef<RankedTensorType>, SchemeAttr,
                         quantc::Contract) {
  int32_t axis = getType().getRank() - 1;
  Value reversed = tosa::ReverseOp::create(
      builder, getLoc(), operands[0].getType(), operands[0], axis);
  return SmallVector<Value>{reversed};
}
