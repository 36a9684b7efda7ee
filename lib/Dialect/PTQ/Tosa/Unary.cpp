//===- Unary.cpp - Quantizing functions of one tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Elementwise functions that have not been outlined into ptq.pointwise: a
/// table of 256 entries each.
///
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "quantc/Dialect/PTQ/IR/Pointwise.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {

template <typename OpTy>
struct UnaryModel : SingleResultModel<UnaryModel<OpTy>, OpTy> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    return operand == 0 ? OperandRole::Activation : OperandRole::Unquantized;
  }
  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    return success(succeeded(requireStatic(scheme, reason)) &&
                   succeeded(requireFloat32(op, reason)));
  }
  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType, SchemeAttr,
                                  Contract contract) const {
    return buildTable(builder, op->getLoc(), operands[0], op->getResult(0),
                      op->getOperand(0), resultType, contract);
  }
};

template <typename... OpTys>
void attach(MLIRContext &context) {
  (OpTys::template attachInterface<UnaryModel<OpTys>>(context), ...);
}

} // namespace

void ptq::attachUnaryModels(MLIRContext &context) {
  using namespace tosa;
  attach<AbsOp, CeilOp, CosOp, ErfOp, ExpOp, FloorOp, LogOp, NegateOp,
         ReciprocalOp, RsqrtOp, SigmoidOp, SinOp, TanhOp>(context);
}
