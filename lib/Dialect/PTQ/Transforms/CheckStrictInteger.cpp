//===- CheckStrictInteger.cpp - No arithmetic in float -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A guard between stages: says everything at once that keeps a network from
/// being integer-only. Casts between float and quantized tensors are not
/// arithmetic of the network; where they stand inside of it, the operations
/// beside them are listed.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Passes.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQCHECKSTRICTINTEGER
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

static bool hasFloatTensor(TypeRange types) {
  return llvm::any_of(types, [](Type type) {
    auto tensor = dyn_cast<TensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType());
  });
}

static bool computesInFloat(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() ||
      op->hasTrait<OpTrait::IsTerminator>() ||
      isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op))
    return false;
  return hasFloatTensor(op->getOperandTypes()) ||
         hasFloatTensor(op->getResultTypes());
}

static std::string getReason(Operation *op) {
  std::string reason;
  auto quantizable = dyn_cast<QuantizableOpInterface>(op);
  if (!quantizable)
    return "this operation has no integer form";
  if (failed(quantizable.canQuantize(reason)))
    return reason;
  return "its operands or its result have no quantization parameters";
}

namespace {
struct CheckStrictIntegerPass
    : quantc::ptq::impl::PTQCheckStrictIntegerBase<CheckStrictIntegerPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    for (Operation &op : func.getBody().front()) {
      if (!computesInFloat(&op))
        continue;
      InFlightDiagnostic error = op.emitOpError("computes in float");
      if (op.getNumResults())
        if (StringRef name = getTensorName(op.getResult(0)); !name.empty())
          error << " (tensor '" << name << "')";
      error << ": " << getReason(&op);
      signalPassFailure();
    }
  }
};
} // namespace
