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

#include "IntegerForm.h"

#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"

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

static std::string getReason(Operation *op, const Quantizability &plan) {
  if (StringRef planned = plan.getFloatReason(op);
      !planned.empty() && getScheme(op).isStatic())
    return planned.str();
  std::string reason;
  return succeeded(findIntegerForm(op, reason)) ? kNoFormReason.str() : reason;
}

/// What `op` is to the user: functions of one number are collected into one
/// operation, whose parts the network names.
static std::string describe(Operation *op) {
  auto quote = [](Operation *named) {
    return ("'" + named->getName().getStringRef() + "' op").str();
  };
  auto pointwise = dyn_cast<PointwiseOp>(op);
  if (!pointwise)
    return quote(op);
  SmallVector<std::string> parts;
  for (Operation &part : pointwise.getBody().front().without_terminator())
    if (!part.hasTrait<OpTrait::ConstantLike>())
      parts.push_back(quote(&part));
  return llvm::join(parts, ", ");
}

/// The node of the file that `op` was made for; null if none is known.
static Attribute getNode(Operation *op) {
  return op->getLoc()->findInstanceOf<FileLineColLoc>();
}

namespace {
struct CheckStrictIntegerPass
    : quantc::ptq::impl::PTQCheckStrictIntegerBase<CheckStrictIntegerPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    // What a node of a file is made of has one reason: the first.
    llvm::SmallDenseSet<Attribute> reported;
    for (Operation &op : func.getBody().front()) {
      if (!computesInFloat(&op))
        continue;
      if (Attribute node = getNode(&op); node && !reported.insert(node).second)
        continue;
      InFlightDiagnostic error = op.emitError()
                                 << describe(&op) << " computes in float";
      if (op.getNumResults())
        if (StringRef name = getTensorName(op.getResult(0)); !name.empty())
          error << " (tensor '" << name << "')";
      error << ": " << getReason(&op, getAnalysis<Quantizability>());
      signalPassFailure();
    }
  }
};
} // namespace
