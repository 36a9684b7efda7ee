//===- Elementwise.cpp - Functions of elements in TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Folding.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

template <UnaryKind kind>
static LogicalResult importUnary(Node &node) {
  return node.setResult(node.b.unary(kind, node.get(0)));
}

template <BinaryKind kind>
static LogicalResult importBinary(Node &node) {
  return node.setResult(node.b.binary(kind, node.get(0), node.get(1)));
}

schema::Activation tflite::getActivation(const Node &node) {
  const schema::ActivationOptions *options = nullptr;
  switch (node.getCode()) {
  case schema::Code_ADD:
    options = node.getFlat().options_as_Add();
    break;
  case schema::Code_SUB:
    options = node.getFlat().options_as_Sub();
    break;
  case schema::Code_MUL:
    options = node.getFlat().options_as_Mul();
    break;
  default:
    options = node.getFlat().options_as_Div();
    break;
  }
  return options ? options->activation() : schema::Activation_NONE;
}

template <BinaryKind kind>
static LogicalResult importActivated(Node &node) {
  return node.setResult(node.b.binary(kind, node.get(0), node.get(1)),
                        getActivation(node));
}

static LogicalResult importAddN(Node &node) {
  Value sum = node.get(0);
  for (size_t i = 1; i < node.getNumInputs(); ++i)
    sum = node.b.binary(BinaryKind::Add, sum, node.get(i));
  return node.setResult(sum);
}

static LogicalResult importElu(Node &node) {
  return node.setResult(node.b.elu(node.get(0), 1.0));
}

static LogicalResult importGelu(Node &node) {
  const auto *options = node.getFlat().options_as_Gelu();
  return node.setResult(node.b.unary(
      options && options->approximate() ? UnaryKind::GeluTanh : UnaryKind::Gelu,
      node.get(0)));
}

static LogicalResult importLeakyRelu(Node &node) {
  const auto *options = node.getFlat().options_as_LeakyRelu();
  if (!options)
    return node.refuseMissingOptions();
  return node.setResult(node.b.leakyRelu(node.get(0), options->alpha()));
}

static LogicalResult importPrelu(Node &node) {
  return node.setResult(node.b.prelu(node.get(0), node.get(1)));
}

static LogicalResult importSoftmax(Node &node) {
  const auto *options = node.getFlat().options_as_Softmax();
  if (!options)
    return node.refuseMissingOptions();
  return node.setResult(node.b.softmax(node.get(0), -1, options->beta()));
}

static LogicalResult importLogSoftmax(Node &node) {
  return node.setResult(node.b.logSoftmax(node.get(0), -1));
}

static LogicalResult importL2Normalization(Node &node) {
  // The kernel's own constant.
  constexpr double kEpsilon = 1e-6;
  Value x = node.get(0);
  return node.setResult(x ? node.b.l2Normalize(x, -1, kEpsilon) : x);
}

static LogicalResult importSelect(Node &node) {
  Value condition = node.get(0), a = node.get(1), b = node.get(2);
  if (!condition || !a || !b)
    return failure();
  // The older operator does not broadcast, but selects whole slices by a list.
  int64_t rank = NetworkBuilder::rankOf(a);
  if (node.getCode() == schema::Code_SELECT &&
      NetworkBuilder::rankOf(condition) == 1 && rank > 1) {
    SmallVector<int64_t> shape(rank, 1);
    shape[0] = NetworkBuilder::shapeOf(condition).front();
    condition = node.b.reshape(condition, shape);
  }
  return node.setResult(node.b.select(condition, a, b));
}

static LogicalResult importCast(Node &node) {
  Value x = node.get(0);
  if (!x)
    return failure();
  NetworkBuilder &b = node.b;
  switch (node.getOutput().type) {
  case schema::TensorType_FLOAT32:
    return node.setResult(b.cast(x, b.getF32Type()));
  case schema::TensorType_BOOL:
    return node.setResult(b.cast(x, b.getBoolType()));
  case schema::TensorType_INT8:
  case schema::TensorType_UINT8:
  case schema::TensorType_INT16:
    // The reals that integers without parameters stand for.
    return node.setResult(b.cast(b.cast(x, b.getI32Type()), b.getF32Type()));
  default:
    return node.setResult(b.cast(x, b.getI32Type()));
  }
}

ArrayRef<Handler> tflite::getElementwiseHandlers() {
  using K = UnaryKind;
  using B = BinaryKind;
  static constexpr Handler kHandlers[] = {
      {schema::Code_ABS, 6, 1, 1, 1, importUnary<K::Abs>},
      {schema::Code_ADD, 5, 2, 2, 1, importActivated<B::Add>},
      {schema::Code_ADD_N, 1, 1, kAnyNumber, 1, importAddN},
      {schema::Code_CAST, 7, 1, 1, 1, importCast},
      {schema::Code_CEIL, 1, 1, 1, 1, importUnary<K::Ceil>},
      {schema::Code_COS, 1, 1, 1, 1, importUnary<K::Cos>},
      {schema::Code_DIV, 2, 2, 2, 1, importActivated<B::Div>},
      {schema::Code_ELU, 1, 1, 1, 1, importElu},
      {schema::Code_EQUAL, 4, 2, 2, 1, importBinary<B::Equal>},
      {schema::Code_EXP, 2, 1, 1, 1, importUnary<K::Exp>},
      {schema::Code_FLOOR, 1, 1, 1, 1, importUnary<K::Floor>},
      {schema::Code_FLOOR_DIV, 3, 2, 2, 1, importBinary<B::FloorDiv>},
      {schema::Code_FLOOR_MOD, 2, 2, 2, 1, importBinary<B::FloorMod>},
      {schema::Code_GELU, 2, 1, 1, 1, importGelu},
      {schema::Code_GREATER, 2, 2, 2, 1, importBinary<B::Greater>},
      {schema::Code_GREATER_EQUAL, 3, 2, 2, 1, importBinary<B::GreaterEqual>},
      {schema::Code_HARD_SWISH, 1, 1, 1, 1, importUnary<K::HardSwish>},
      {schema::Code_L2_NORMALIZATION, 2, 1, 1, 1, importL2Normalization},
      {schema::Code_LEAKY_RELU, 2, 1, 1, 1, importLeakyRelu},
      {schema::Code_LESS, 3, 2, 2, 1, importBinary<B::Less>},
      {schema::Code_LESS_EQUAL, 3, 2, 2, 1, importBinary<B::LessEqual>},
      {schema::Code_LOG, 2, 1, 1, 1, importUnary<K::Log>},
      {schema::Code_LOG_SOFTMAX, 2, 1, 1, 1, importLogSoftmax},
      {schema::Code_LOGICAL_AND, 1, 2, 2, 1, importBinary<B::LogicalAnd>},
      {schema::Code_LOGICAL_NOT, 1, 1, 1, 1, importUnary<K::LogicalNot>},
      {schema::Code_LOGICAL_OR, 1, 2, 2, 1, importBinary<B::LogicalOr>},
      {schema::Code_LOGISTIC, 3, 1, 1, 1, importUnary<K::Sigmoid>},
      {schema::Code_MAXIMUM, 4, 2, 2, 1, importBinary<B::Maximum>, 0},
      {schema::Code_MINIMUM, 4, 2, 2, 1, importBinary<B::Minimum>, 0},
      {schema::Code_MUL, 7, 2, 2, 1, importActivated<B::Mul>},
      {schema::Code_NEG, 1, 1, 1, 1, importUnary<K::Neg>},
      {schema::Code_NOT_EQUAL, 3, 2, 2, 1, importBinary<B::NotEqual>},
      {schema::Code_POW, 1, 2, 2, 1, importBinary<B::Pow>},
      {schema::Code_PRELU, 1, 2, 2, 1, importPrelu},
      {schema::Code_RELU, 3, 1, 1, 1, importUnary<K::Relu>},
      {schema::Code_RELU6, 3, 1, 1, 1, importUnary<K::Relu6>},
      {schema::Code_RELU_0_TO_1, 1, 1, 1, 1, importUnary<K::Relu0To1>},
      {schema::Code_RELU_N1_TO_1, 1, 1, 1, 1, importUnary<K::ReluN1To1>},
      {schema::Code_ROUND, 1, 1, 1, 1, importUnary<K::Round>},
      {schema::Code_RSQRT, 3, 1, 1, 1, importUnary<K::Rsqrt>},
      {schema::Code_SELECT, 4, 3, 3, 1, importSelect},
      {schema::Code_SELECT_V2, 2, 3, 3, 1, importSelect},
      {schema::Code_SIGN, 2, 1, 1, 1, importUnary<K::Sign>},
      {schema::Code_SIN, 1, 1, 1, 1, importUnary<K::Sin>},
      {schema::Code_SOFTMAX, 3, 1, 1, 1, importSoftmax},
      {schema::Code_SQRT, 1, 1, 1, 1, importUnary<K::Sqrt>},
      {schema::Code_SQUARE, 1, 1, 1, 1, importUnary<K::Square>},
      {schema::Code_SQUARED_DIFFERENCE, 2, 2, 2, 1,
       importBinary<B::SquaredDifference>},
      {schema::Code_SUB, 5, 2, 2, 1, importActivated<B::Sub>},
      {schema::Code_TANH, 3, 1, 1, 1, importUnary<K::Tanh>},
  };
  return kHandlers;
}
