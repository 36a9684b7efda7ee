//===- OnnxDynamic.cpp - Scales that are computed at run time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// DynamicQuantizeLinear, and the products in which its scale cancels: these
/// have a dynamic scheme and quantize activations themselves. What a tensor of
/// such a scale is in the file is built only where something else reads it.
///
//===----------------------------------------------------------------------===//

#include "Quantized.h"
#include "quantc/Dialect/PTQ/IR/ExactQuotients.h"

#include "llvm/ADT/SetVector.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

namespace {
/// The results of DynamicQuantizeLinear as the network computes them; both
/// integers are f32.
struct RunTimeQuantization {
  Value codes, scale, zero;
};
} // namespace

/// Quotients are rounded once: of a range of small numbers, many lie halfway
/// between two integers.
static RunTimeQuantization quantizeAtRunTime(NetworkBuilder &b, Value x) {
  auto extend = [&](ReduceKind kind, BinaryKind include) {
    Value extreme = b.reduce(kind, x, {}, /*keepDims=*/false);
    return b.binary(include, extreme, b.scalar(0.0f));
  };
  Value low = extend(ReduceKind::Min, BinaryKind::Minimum);
  Value high = extend(ReduceKind::Max, BinaryKind::Maximum);
  RunTimeQuantization result;
  result.scale =
      b.quotient(b.binary(BinaryKind::Sub, high, low), b.scalar(255.0f));
  // Of zeros alone the scale is 1, as ONNX Runtime has it.
  Value isZero = b.binary(BinaryKind::Equal, result.scale, b.scalar(0.0f));
  result.scale = b.select(isZero, b.scalar(1.0f), result.scale);
  Value point =
      b.quotient(b.binary(BinaryKind::Sub, b.scalar(0.0f), low), result.scale);
  result.zero = b.unary(UnaryKind::Round, b.clamp(point, 0, 255));
  Value steps = b.unary(UnaryKind::Round, b.quotient(x, result.scale));
  result.codes = b.clamp(b.binary(BinaryKind::Add, steps, result.zero), 0, 255);
  return result;
}

static LogicalResult importDynamicQuantizeLinear(Node &node) {
  Value x = node.value(0);
  if (!x)
    return failure();
  NetworkBuilder &b = node.b;
  auto made = std::make_shared<std::optional<RunTimeQuantization>>();
  auto set = [&](int result, Value value, int exponent,
                 Value RunTimeQuantization::*member) {
    Tensor tensor;
    tensor.type = result == 1 ? ElementType::Float32 : ElementType::UInt8;
    tensor.value = value;
    std::string name = node.getResultName(result).str();
    auto compute = [&b, x, made, member, name, type = tensor.type] {
      if (!*made)
        *made = quantizeAtRunTime(b, x);
      Tensor computed;
      computed.type = type;
      computed.value = b.nameResult((**made).*member, name);
      if (type == ElementType::UInt8)
        computed.params = getUnitParams(type);
      return computed;
    };
    tensor.dynamic =
        DynamicScale{node.getResultName(1).str(), exponent, compute};
    return node.setResult(result, std::move(tensor));
  };
  return failure(
      failed(set(0, x, -1, &RunTimeQuantization::codes)) ||
      failed(set(1, b.scalar(1.0f), 1, &RunTimeQuantization::scale)) ||
      failed(set(2, b.scalar(0.0f), 0, &RunTimeQuantization::zero)));
}

Value onnximport::roundDynamically(NetworkBuilder &b, Value x) {
  RunTimeQuantization quantized = quantizeAtRunTime(b, x);
  return b.binary(BinaryKind::Mul,
                  b.binary(BinaryKind::Sub, quantized.codes, quantized.zero),
                  quantized.scale);
}

Value onnximport::buildDynamicProduct(NetworkBuilder &b, Value x, Value weights,
                                      function_ref<Value()> build) {
  // Sums of integers know one zero point of weights.
  auto perAxis = dyn_cast_or_null<quant::UniformQuantizedPerAxisType>(
      b.getQuantization(weights));
  if (perAxis && !llvm::all_equal(perAxis.getZeroPoints()))
    return {};
  b.setScheme("dynamic-range");
  Value product = build();
  b.setScheme("");
  bool readsParts = false;
  llvm::SetVector<Operation *> ops;
  auto visit = [&](Value value) {
    if (value && value != x && value != weights && value.getDefiningOp())
      ops.insert(value.getDefiningOp());
  };
  visit(product);
  for (unsigned i = 0; i < ops.size(); ++i) {
    readsParts |= isa<tosa::SliceOp>(ops[i]);
    if (ops[i]->hasAttr(ptq::kSchemeAttr))
      ops[i]->setAttr(ptq::kExactQuotientsAttr, b.getBuilder().getUnitAttr());
    llvm::for_each(ops[i]->getOperands(), visit);
  }
  return readsParts ? Value() : product;
}

bool onnximport::isDynamicZeroPoint(Node &node, int input,
                                    const DynamicScale &scale) {
  Tensor *zero = node.has(input) ? node.tensor(input) : nullptr;
  return zero && zero->dynamic && zero->dynamic->source == scale.source &&
         zero->dynamic->exponent == 0;
}

static LogicalResult refuseIntegers(Node &node) {
  return node.emitError() << "computes with the integers of a quantized "
                             "tensor; put a DequantizeLinear before it";
}

/// The product as the file has it.
static Tensor multiply(Node node) {
  node.keepDynamic(false);
  Tensor result, *a = node.tensor(0), *b = node.tensor(1);
  if (!a || !b || ((a->params || b->params) && failed(refuseIntegers(node))))
    return result;
  Value lhs = node.value(0), rhs = node.value(1);
  result.value = node.b.binary(BinaryKind::Mul, lhs, rhs);
  return result;
}

FailureOr<bool> onnximport::importDynamicMul(Node &node) {
  Tensor *a = node.tensor(0), *b = node.tensor(1);
  if (!a || !b)
    return failure();
  bool dynamic = a->dynamic || b->dynamic;
  bool mixed =
      a->dynamic && b->dynamic && a->dynamic->source != b->dynamic->source;
  if (!dynamic || mixed) {
    node.keepDynamic(false);
    a = node.tensor(0);
    b = node.tensor(1);
    if (!a || !b)
      return failure();
    if (a->params || b->params)
      return refuseIntegers(node);
    return false;
  }
  if (a->params || b->params)
    return refuseIntegers(node);
  Tensor result;
  DynamicScale scale = a->dynamic ? *a->dynamic : *b->dynamic;
  scale.exponent = 0;
  for (Tensor *factor : {a, b})
    scale.exponent += factor->dynamic ? factor->dynamic->exponent : 0;
  scale.compute = [node] { return multiply(node); };
  if (scale.exponent != 0)
    result.dynamic = std::move(scale);
  Value lhs = node.value(0), rhs = node.value(1);
  result.value = node.b.binary(BinaryKind::Mul, lhs, rhs);
  if (failed(node.setResult(0, std::move(result))))
    return failure();
  return true;
}

LogicalResult onnximport::importDynamicCast(Node &node) {
  Tensor result = *node.tensor(0);
  result.type = ElementType::Float32;
  result.computed.reset();
  result.dynamic->compute = [copy = node]() mutable {
    copy.keepDynamic(false);
    Tensor computed;
    computed.value = readCodes(copy, 0);
    return computed;
  };
  return node.setResult(0, std::move(result));
}

void onnximport::addDynamicHandlers(Handlers &handlers) {
  handlers["DynamicQuantizeLinear"] = {importDynamicQuantizeLinear};
}
