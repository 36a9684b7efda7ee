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
