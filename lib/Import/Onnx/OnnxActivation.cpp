//===- OnnxActivation.cpp - Functions of one tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantized.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

template <UnaryKind kind>
static LogicalResult importUnary(Node &node) {
  return node.setResult(0, node.b.unary(kind, node.value(0)));
}

/// Functions that exporters also apply to shapes.
template <UnaryKind kind, Unary host>
static LogicalResult importFoldable(Node &node) {
  const Array *in = node.constant(0);
  if (in && in->elementCount() <= kMaxFoldedElements)
    return node.setResult(0, compute(host, *in));
  Value x = node.value(0);
  // Rounding integers changes nothing.
  bool rounds = kind == UnaryKind::Floor || kind == UnaryKind::Ceil;
  if (x && rounds && !isa<FloatType>(NetworkBuilder::elementOf(x)))
    return node.setResult(0, x);
  return node.setResult(0, node.b.unary(kind, x));
}

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Elements between `min` and `max`; if these cross, every element is `max`.
/// Constants, such as the integers of weights, stay constants.
static LogicalResult setClamped(Node &node, double min, double max) {
  min = std::min(min, max);
  const Array *in = node.constant(0);
  if (!in)
    return node.setResult(
        0, node.b.clamp(node.value(0), node.toReal(min), node.toReal(max)));
  Array out = *in;
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    // A NaN stays; an integer is changed only to a limit that it exceeds.
    double element = getReal(out, i);
    if (element < min || element > max)
      setReal(out, i, element < min ? min : max);
  }
  return node.setResult(0, std::move(out));
}

/// The limit at `input` or, before operator set 11, in the attribute `name`.
static FailureOr<double> readLimit(Node &node, StringRef name, int input,
                                   double otherwise) {
  if (node.hasAttr(name))
    return node.getFloat(name, otherwise);
  return node.has(input) ? node.real(input, name) : otherwise;
}

static LogicalResult importClip(Node &node) {
  auto isComputed = [&](int input) {
    return node.has(input) && !node.constant(input);
  };
  if (isComputed(1) || isComputed(2)) {
    Value x = node.value(0);
    if (node.has(1))
      x = node.b.binary(BinaryKind::Maximum, x, readOperand(node, 1));
    if (node.has(2))
      x = node.b.binary(BinaryKind::Minimum, x, readOperand(node, 2));
    return node.setResult(0, x);
  }
  FailureOr<double> min = readLimit(node, "min", 1, -kInfinity);
  FailureOr<double> max = readLimit(node, "max", 2, kInfinity);
  if (failed(min) || failed(max))
    return failure();
  return setClamped(node, *min, *max);
}

/// Of integers that stand for real numbers, those below the integer 0 become
/// it.
static LogicalResult importRelu(Node &node) {
  if (node.constant(0) || node.quantizesResults())
    return setClamped(node, 0, kInfinity);
  return node.setResult(0, node.b.unary(UnaryKind::Relu, node.value(0)));
}

static LogicalResult importLeakyRelu(Node &node) {
  return node.setResult(
      0, node.b.leakyRelu(node.value(0), node.getFloat("alpha", 0.01f)));
}

static LogicalResult importPRelu(Node &node) {
  Value x = node.value(0), slope = node.value(1);
  return node.setResult(0, node.b.prelu(x, slope));
}

static LogicalResult importElu(Node &node) {
  return node.setResult(0,
                        node.b.elu(node.value(0), node.getFloat("alpha", 1.0)));
}

static LogicalResult importHardSigmoid(Node &node) {
  return node.setResult(0, node.b.hardSigmoid(node.value(0),
                                              node.getFloat("alpha", 0.2f),
                                              node.getFloat("beta", 0.5)));
}

static LogicalResult importGelu(Node &node) {
  std::string mode = node.getString("approximate", "none");
  if (mode != "none" && mode != "tanh")
    return node.emitError() << "has the unknown approximation '" << mode << "'";
  return node.setResult(
      0, node.b.unary(mode == "none" ? UnaryKind::Gelu : UnaryKind::GeluTanh,
                      node.value(0)));
}

/// x + bias before the function, as ONNX Runtime's optimizer writes it.
template <UnaryKind kind>
static LogicalResult importBiasGelu(Node &node) {
  Value x = node.value(0);
  if (node.has(1))
    x = node.b.binary(BinaryKind::Add, x, node.value(1));
  return node.setResult(0, node.b.unary(kind, x));
}

void onnximport::addActivationHandlers(Handlers &handlers) {
  handlers["Abs"] = {importFoldable<UnaryKind::Abs, Unary::Abs>};
  handlers["Ceil"] = {importFoldable<UnaryKind::Ceil, Unary::Ceil>};
  handlers["Clip"] = {importClip, Integers::Move};
  handlers["Cos"] = {importUnary<UnaryKind::Cos>};
  handlers["Elu"] = {importElu};
  handlers["Erf"] = {importUnary<UnaryKind::Erf>};
  handlers["Exp"] = {importFoldable<UnaryKind::Exp, Unary::Exp>};
  handlers["Floor"] = {importFoldable<UnaryKind::Floor, Unary::Floor>};
  handlers["Gelu"] = {importGelu};
  handlers["HardSigmoid"] = {importHardSigmoid};
  handlers["HardSwish"] = {importUnary<UnaryKind::HardSwish>};
  handlers["LeakyRelu"] = {importLeakyRelu};
  handlers["Log"] = {importFoldable<UnaryKind::Log, Unary::Log>};
  handlers["Neg"] = {importFoldable<UnaryKind::Neg, Unary::Neg>};
  handlers["Not"] = {importFoldable<UnaryKind::LogicalNot, Unary::Not>};
  handlers["PRelu"] = {importPRelu};
  handlers["Reciprocal"] = {
      importFoldable<UnaryKind::Reciprocal, Unary::Reciprocal>};
  handlers["Relu"] = {importRelu, Integers::Move};
  handlers["Round"] = {importUnary<UnaryKind::Round>};
  handlers["Sigmoid"] = {importUnary<UnaryKind::Sigmoid>};
  handlers["Sign"] = {importUnary<UnaryKind::Sign>};
  handlers["Sin"] = {importUnary<UnaryKind::Sin>};
  handlers["Softplus"] = {importUnary<UnaryKind::Softplus>};
  handlers["Softsign"] = {importUnary<UnaryKind::Softsign>};
  handlers["Sqrt"] = {importFoldable<UnaryKind::Sqrt, Unary::Sqrt>};
  handlers["Tanh"] = {importUnary<UnaryKind::Tanh>};
  handlers["com.microsoft.BiasGelu"] = {importBiasGelu<UnaryKind::Gelu>};
  handlers["com.microsoft.FastGelu"] = {importBiasGelu<UnaryKind::GeluTanh>};
  handlers["com.microsoft.Gelu"] = {importUnary<UnaryKind::Gelu>};
}
