//===- SvdfIntegers.cpp - SVDF of quantized files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// SVDF with int8 inputs and feature weights, int16 time weights and an int16
/// state, in the integers of TFLite's kernel (docs/Numerics.md, N104): integer
/// TOSA between storage casts.
///
//===----------------------------------------------------------------------===//

#include "RecurrentNode.h"
#include "Svdf.h"

#include "quantc/Numerics/Requantize.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

namespace {
/// The operator in integers.
class IntegerSvdf : public RecurrentNode {
public:
  IntegerSvdf(Node &node, const SvdfSizes &sizes)
      : RecurrentNode(node), sizes(sizes) {}

  LogicalResult import(schema::Activation activation);

private:
  InFlightDiagnostic refuse(const Twine &what) const;
  LogicalResult checkTensors() const;
  Value constant(unsigned i, ArrayRef<int64_t> shape, Type element);
  Value rescale(Value sums, float ratio, Type element, int64_t zeroPoint);
  Value multiplyFeatures();
  Value sumUnits(Value steps);

  float scaleOf(const Tensor &tensor) const {
    return static_cast<float>(getParams(tensor).scales.front());
  }

  const SvdfSizes &sizes;
};
} // namespace

InFlightDiagnostic IntegerSvdf::refuse(const Twine &what) const {
  return node.emitError() << "computes in integers with " << what
                          << ", which is supported in float only; give quantc "
                             "the float network, and quantize that with quantc";
}

LogicalResult IntegerSvdf::checkTensors() const {
  struct Expected {
    unsigned i;
    StringRef what;
    schema::TensorType type;
  };
  for (const Expected &expected :
       {Expected{kSvdfFeatureWeights, "feature weights",
                 schema::TensorType_INT8},
        Expected{kSvdfTimeWeights, "time weights", schema::TensorType_INT16},
        Expected{kSvdfBias, "a bias", schema::TensorType_INT32},
        Expected{kSvdfState, "a state", schema::TensorType_INT16}}) {
    if (!node.hasInput(expected.i))
      continue;
    const Tensor &tensor = node.getInput(expected.i);
    QuantizationParams params = getParams(tensor);
    if (tensor.type != expected.type)
      return refuse(expected.what + " of type " + getTypeName(tensor.type));
    if (params.scales.size() != 1 || params.zeroPoints.front() != 0)
      return refuse(expected.what +
                    " that have several scales or a zero point");
    if (expected.i != kSvdfState && !tensor.isConstant)
      return refuse(expected.what + " that are no constants");
  }
  if (node.getOutput().type != schema::TensorType_INT8)
    return refuse("an output of type " + getTypeName(node.getOutput().type));
  return success();
}

/// The integers of input `i`, a constant.
Value IntegerSvdf::constant(unsigned i, ArrayRef<int64_t> shape, Type element) {
  const Tensor &tensor = node.getInput(i);
  if (tensor.getNumElements() != ShapedType::getNumElements(shape)) {
    node.emitError() << "has an input " << i << " of "
                     << tensor.getNumElements() << " elements instead of "
                     << ShapedType::getNumElements(shape)
                     << "; the file is damaged";
    return {};
  }
  return b.constant(b.getType(shape, element), tensor.data);
}

/// int32 times `ratio`, rounded twice. Null after an error.
Value IntegerSvdf::rescale(Value sums, float ratio, Type element,
                           int64_t zeroPoint) {
  std::optional<FixedPointMultiplier> multiplier = deriveMultiplier(ratio);
  if (!sums || !multiplier) {
    if (sums)
      node.emitError() << "has scales whose ratio " << ratio
                       << " has no integer multiplier and shift; convert the "
                          "network with other calibration data";
    return {};
  }
  return b.create<tosa::RescaleOp>(
      b.shapeOf(sums), element, sums,
      b.operandConstant(multiplier->multiplier, b.getI32Type()),
      b.operandConstant(multiplier->shift, b.getBuilder().getI8Type()),
      b.operandConstant(0, b.getI32Type()),
      b.operandConstant(zeroPoint, element), /*scale32=*/true,
      tosa::RoundingMode::DOUBLE_ROUND, /*per_channel=*/false,
      /*input_unsigned=*/false, /*output_unsigned=*/false);
}

/// The features of this step, int16 [N, F, 1].
Value IntegerSvdf::multiplyFeatures() {
  const Tensor &input = node.getInput(kSvdfX);
  const Tensor &features = node.getInput(kSvdfFeatureWeights);
  QuantizationParams params = getParams(input);
  Type i8 = b.getBuilder().getI8Type();
  Value weights =
      constant(kSvdfFeatureWeights, {sizes.features, 1, 1, sizes.input}, i8);
  Value x = b.toStorage(b.reshape(get(kSvdfX, "input", {batch, sizes.input}),
                                  {1, 1, batch, sizes.input}),
                        params);
  Value zeros = b.splat(b.getType(sizes.features, b.getI32Type()), 0);
  if (!weights || !x || !zeros)
    return {};
  auto attr = [&](ArrayRef<int64_t> values) {
    return b.getBuilder().getDenseI64ArrayAttr(values);
  };
  Value sums = b.create<tosa::Conv2DOp>(
      {1, 1, batch, sizes.features}, b.getI32Type(), x, weights, zeros,
      b.operandConstant(params.zeroPoints.front(), i8),
      b.operandConstant(0, i8), attr({0, 0, 0, 0}), attr({1, 1}), attr({1, 1}),
      TypeAttr::get(b.getI32Type()));
  float ratio =
      scaleOf(input) * scaleOf(features) / scaleOf(node.getInput(kSvdfState));
  return b.reshape(rescale(sums, ratio, b.getBuilder().getI16Type(), 0),
                   {batch, sizes.features, 1});
}

/// The output, int8, of the int16 `steps` [N, F, M].
Value IntegerSvdf::sumUnits(Value steps) {
  auto widen = [&](Value value) {
    return value
               ? b.create<tosa::CastOp>(b.shapeOf(value), b.getI32Type(), value)
               : value;
  };
  Value time = constant(kSvdfTimeWeights, {1, sizes.features, sizes.memory},
                        b.getBuilder().getI16Type());
  Value wide = widen(steps), wideTime = widen(time);
  if (!wide || !wideTime)
    return {};
  Value sums = b.reduce(ReduceKind::Sum,
                        b.reshape(b.binary(BinaryKind::Mul, wide, wideTime),
                                  {batch, sizes.units, -1}),
                        {2}, /*keepDims=*/false);
  if (node.hasInput(kSvdfBias)) {
    Value bias = constant(kSvdfBias, {1, sizes.units}, b.getI32Type());
    sums = bias ? b.binary(BinaryKind::Add, sums, bias) : bias;
  }
  const Tensor &output = node.getOutput();
  float ratio = scaleOf(node.getInput(kSvdfState)) *
                scaleOf(node.getInput(kSvdfTimeWeights)) / scaleOf(output);
  return rescale(sums, ratio, b.getBuilder().getI8Type(),
                 getParams(output).zeroPoints.front());
}

LogicalResult IntegerSvdf::import(schema::Activation activation) {
  // The kernel has no other one, and relies on the output's range for it.
  if (activation != schema::Activation_RELU)
    return refuse("another activation than RELU");
  if (failed(checkTensors()) || !readSequence(kSvdfX, std::nullopt))
    return failure();
  SmallVector<int64_t> flat = {batch, sizes.features * sizes.memory};
  FailureOr<Value> state = readState(kSvdfState, "state", flat);
  if (failed(state))
    return failure();
  QuantizationParams params = getParams(node.getInput(kSvdfState));
  Value steps = multiplyFeatures();
  if (steps && sizes.memory > 1) {
    Value all = *state;
    if (!all)
      all = b.splat(b.getType(flat, b.getF32Type()), 0.0);
    Value last = b.reshape(b.toStorage(all, params),
                           {batch, sizes.features, sizes.memory});
    last =
        b.sliceBox(last, {0, 0, 1}, {batch, sizes.features, sizes.memory - 1});
    steps = b.concat({last, steps}, 2);
  }
  Value result = steps ? sumUnits(steps) : steps;
  Value next = b.fromStorage(b.reshape(steps, flat), params);
  if (!result || !next)
    return failure();
  node.setState(kSvdfState, next);
  return node.setResult(b.fromStorage(result, getParams(node.getOutput())));
}

LogicalResult tflite::importIntegerSvdf(Node &node, const SvdfSizes &sizes,
                                        schema::Activation activation) {
  return IntegerSvdf(node, sizes).import(activation);
}
