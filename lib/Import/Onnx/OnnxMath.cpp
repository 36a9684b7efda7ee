//===- OnnxMath.cpp - Functions of several tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "Quantized.h"
#include "TensorData.h"

#include <cfloat>

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static bool isSmall(const Array *array) {
  return array && array->elementCount() <= kMaxFoldedElements;
}

/// The elementwise function of two inputs if both are known.
static FailureOr<std::optional<Array>> fold(Node &node, Binary kind) {
  const Array *a = node.constant(0), *b = node.constant(1);
  if (!isSmall(a) || !isSmall(b))
    return std::optional<Array>();
  std::optional<Shape> shape = broadcastShapes(a->shape, b->shape);
  if (!shape)
    return node.emitError() << "has constants whose shapes do not broadcast";
  std::optional<int64_t> count = countElements(*shape);
  if (!count || *count > kMaxFoldedElements)
    return std::optional<Array>();
  std::optional<Array> result = compute(kind, *a, *b);
  if (!result)
    return node.emitError() << "divides a constant by zero";
  return result;
}

template <BinaryKind kind, Binary host>
static LogicalResult importBinary(Node &node) {
  FailureOr<std::optional<Array>> folded = fold(node, host);
  if (failed(folded))
    return failure();
  if (*folded)
    return node.setResult(0, std::move(**folded));
  Value a = node.value(0), b = node.value(1);
  if (!a || !b)
    return failure();
  if (kind == BinaryKind::Pow) // The exponent may have any type.
    b = node.b.cast(b, NetworkBuilder::elementOf(a));
  return node.setResult(0, node.b.binary(kind, a, b));
}

/// The sign is the divisor's, with fmod the dividend's.
static LogicalResult importMod(Node &node) {
  Tensor *in = node.tensor(0);
  if (!in)
    return failure();
  bool fmod = node.getInt("fmod", 0) != 0;
  if (isFloat(in->type) && !fmod)
    return node.emitError() << "divides real numbers without fmod=1";
  return fmod ? importBinary<BinaryKind::Remainder, Binary::Remainder>(node)
              : importBinary<BinaryKind::FloorMod, Binary::Mod>(node);
}

static LogicalResult importMul(Node &node) {
  FailureOr<bool> done = importDynamicMul(node);
  if (failed(done) || *done)
    return failure(failed(done));
  return importBinary<BinaryKind::Mul, Binary::Mul>(node);
}

/// Any number of inputs, from the left.
template <BinaryKind kind, Binary host>
static LogicalResult importVariadic(Node &node) {
  if (node.getNumInputs() == 0)
    return node.emitError() << "has no input";
  if (node.getNumInputs() == 2 && !node.quantizesResults())
    return importBinary<kind, host>(node);
  Value result = readOperand(node, 0);
  for (int i = 1; i < node.getNumInputs(); ++i)
    result = node.b.binary(kind, result, readOperand(node, i));
  return node.setResult(0, result);
}

static LogicalResult importMean(Node &node) {
  SmallVector<Value> values = node.values();
  if (values.empty())
    return failure();
  Value sum = values.front();
  for (Value value : ArrayRef<Value>(values).drop_front())
    sum = node.b.binary(BinaryKind::Add, sum, value);
  Value factor = node.b.scalar(1.0f / values.size());
  return node.setResult(0, node.b.binary(BinaryKind::Mul, sum, factor));
}

static LogicalResult importEinsum(Node &node) {
  SmallVector<Value> values = node.values();
  if (values.empty())
    return failure();
  return node.setResult(0,
                        node.b.einsum(node.getString("equation", ""), values));
}

static LogicalResult importWhere(Node &node) {
  const Array *condition = node.constant(0);
  const Array *a = node.constant(1), *b = node.constant(2);
  if (isSmall(condition) && isSmall(a) && isSmall(b) && a->type == b->type) {
    auto shape = broadcastShapes(a->shape, b->shape);
    if (shape)
      shape = broadcastShapes(*shape, condition->shape);
    if (!shape)
      return node.emitError() << "has constants whose shapes do not broadcast";
    if (countElements(*shape).value_or(INT64_MAX) <= kMaxFoldedElements)
      return node.setResult(0, select(*condition, *a, *b, *shape));
  }
  Value choice = node.value(0), yes = readOperand(node, 1);
  Value no = readOperand(node, 2);
  return node.setResult(0, node.b.select(choice, yes, no));
}

/// The element type of a network for a type of the file; null for 8 bits, which
/// only quantization makes.
static Type getNetworkType(NetworkBuilder &b, ElementType type) {
  switch (type) {
  case ElementType::Bool:
    return b.getBoolType();
  case ElementType::Int8:
  case ElementType::UInt8:
    return {};
  case ElementType::Int16:
    return b.getBuilder().getI16Type();
  case ElementType::Float16:
  case ElementType::Float32:
  case ElementType::Float64:
    return b.getF32Type();
  default:
    return b.getI32Type();
  }
}

static LogicalResult convertTo(Node &node, ElementType type) {
  if (const Array *in = node.constant(0); isSmall(in))
    return node.setResult(0, cast(*in, type));
  Tensor *in = node.tensor(0);
  if (!in)
    return failure();
  if (in->dynamic && isFloat(type))
    return importDynamicCast(node);
  node.keepDynamic(false);
  in = node.tensor(0);
  if (!in)
    return failure();
  if (in->type == type)
    return node.setResult(0, Tensor(*in));
  Type element = getNetworkType(node.b, type);
  if (!element)
    return node.emitError() << "makes integers of 8 bits; quantc knows those "
                               "of QuantizeLinear only";
  Value x = in->params ? getCodes(node, *in) : node.value(0);
  return node.setResult(0, node.b.cast(x, element), type);
}

static LogicalResult importCast(Node &node) {
  llvm::Expected<ElementType> type =
      getElementType(static_cast<int>(node.getInt("to", 0)));
  if (!type)
    return node.emitError() << "to: " << llvm::toString(type.takeError());
  return convertTo(node, *type);
}

static LogicalResult importCastLike(Node &node) {
  Tensor *like = node.tensor(1);
  return like ? convertTo(node, like->type) : failure();
}

/// NaN is the one number that is not equal to itself.
static LogicalResult importIsNaN(Node &node) {
  Value x = node.value(0);
  return node.setResult(0, node.b.binary(BinaryKind::NotEqual, x, x));
}

/// With neither flag, an infinity is asked for that has both signs: there is
/// none.
static LogicalResult importIsInf(Node &node) {
  Value x = node.value(0);
  if (!x)
    return failure();
  Value above = node.b.binary(BinaryKind::Greater, x, node.b.scalar(FLT_MAX));
  Value below = node.b.binary(BinaryKind::Less, x, node.b.scalar(-FLT_MAX));
  bool positive = node.getInt("detect_positive", 1) != 0;
  bool negative = node.getInt("detect_negative", 1) != 0;
  BinaryKind both =
      positive && negative ? BinaryKind::LogicalOr : BinaryKind::LogicalAnd;
  return node.setResult(0, node.b.binary(both, positive ? above : below,
                                         negative ? below : above));
}

void onnximport::addMathHandlers(Handlers &handlers) {
  handlers["Add"] = {importBinary<BinaryKind::Add, Binary::Add>};
  handlers["And"] = {importBinary<BinaryKind::LogicalAnd, Binary::And>};
  handlers["Cast"] = {importCast, Integers::Dynamic};
  handlers["CastLike"] = {importCastLike, Integers::Dynamic};
  handlers["Div"] = {importBinary<BinaryKind::Div, Binary::Div>};
  handlers["Einsum"] = {importEinsum};
  handlers["Equal"] = {importBinary<BinaryKind::Equal, Binary::Equal>};
  handlers["Greater"] = {importBinary<BinaryKind::Greater, Binary::Greater>};
  handlers["GreaterOrEqual"] = {
      importBinary<BinaryKind::GreaterEqual, Binary::GreaterOrEqual>};
  handlers["IsInf"] = {importIsInf};
  handlers["IsNaN"] = {importIsNaN};
  handlers["Less"] = {importBinary<BinaryKind::Less, Binary::Less>};
  handlers["LessOrEqual"] = {
      importBinary<BinaryKind::LessEqual, Binary::LessOrEqual>};
  handlers["Max"] = {importVariadic<BinaryKind::Maximum, Binary::Max>,
                     Integers::Move};
  handlers["Mean"] = {importMean};
  handlers["Min"] = {importVariadic<BinaryKind::Minimum, Binary::Min>,
                     Integers::Move};
  handlers["Mod"] = {importMod};
  handlers["Mul"] = {importMul, Integers::Dynamic};
  handlers["Or"] = {importBinary<BinaryKind::LogicalOr, Binary::Or>};
  handlers["Pow"] = {importBinary<BinaryKind::Pow, Binary::Pow>};
  handlers["Sub"] = {importBinary<BinaryKind::Sub, Binary::Sub>};
  handlers["Sum"] = {importVariadic<BinaryKind::Add, Binary::Add>};
  handlers["Where"] = {importWhere, Integers::Move};
  handlers["Xor"] = {importBinary<BinaryKind::LogicalXor, Binary::Xor>};
}
