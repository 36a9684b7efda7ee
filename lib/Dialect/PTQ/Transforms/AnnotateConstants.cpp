//===- AnnotateConstants.cpp - Parameters of constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Annotator.h"
#include "Weights.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "mlir/IR/Remarks.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The values of a constant operand, or failure after an error.
static FailureOr<SmallVector<float>> readConstant(Value constant) {
  std::optional<SmallVector<float>> data = getFloats(constant);
  if (data && llvm::all_of(*data, [](float v) { return std::isfinite(v); }))
    return std::move(*data);
  return emitError(constant.getLoc())
         << "constant '" << getTensorName(constant)
         << "' holds NaN or infinite values, or none that are readable: "
            "correct the network";
}

/// True if `use` is a constant that has no parameters yet.
static bool isBareConstant(OpOperand &use) {
  return isConstant(use.get()) && !use.get().getDefiningOp<FakeQuantOp>();
}

LogicalResult Annotator::annotateConstants(Operation *op) {
  if (failed(annotateWeights(op)))
    return failure();
  for (OpOperand &use : op->getOpOperands()) {
    if (getRole(use) != OperandRole::Activation || !isBareConstant(use))
      continue;
    Value &annotated =
        annotatedConstants[{use.get(), getScheme(op).getActivationWidth()}];
    if (!annotated) {
      FailureOr<SmallVector<float>> data = readConstant(use.get());
      if (failed(data))
        return failure();
      annotated = annotate(use.get(), getConstantType(use, *data));
    }
    use.set(annotated);
  }
  return success();
}

/// Weights belong to one operation: its scheme chooses their type.
LogicalResult Annotator::annotateWeights(Operation *op) {
  for (OpOperand &use : op->getOpOperands()) {
    if (getRole(use) != OperandRole::Weight || !isBareConstant(use))
      continue;
    FailureOr<SmallVector<float>> data = readConstant(use.get());
    if (failed(data))
      return failure();
    use.set(annotate(use.get(), getWeightType(use, *data)));
  }
  return success();
}

/// ptq.fake_quant of `constant`.
Value Annotator::annotate(Value constant, quant::QuantizedType type) {
  OpBuilder builder(func.getContext());
  builder.setInsertionPointAfterValue(constant);
  return FakeQuantOp::create(builder, constant.getLoc(), constant, type);
}

/// Weights of a scheme in which activations are floats when they come in.
LogicalResult Annotator::quantizeWeights(QuantizableOpInterface op) {
  SchemeAttr scheme = getScheme(op);
  if (scheme.getExecution() == Execution::Float)
    return success();
  std::string reason;
  LogicalResult done = op.canQuantize(scheme, reason);
  if (succeeded(done) && scheme.isDynamic())
    return annotateWeights(op);
  for (OpOperand &use : op->getOpOperands())
    if (succeeded(done) && getRole(use) == OperandRole::Weight)
      done = storeNarrow(use, scheme, reason);
  if (failed(done))
    remark::missed(
        op.getLoc(),
        remark::RemarkOpts::name("stays-float").category("ptq-annotate"))
        << remark::metric("Op", op->getName().getStringRef())
        << remark::reason("{0}", reason);
  return success();
}
