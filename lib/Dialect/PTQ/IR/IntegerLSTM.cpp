//===- IntegerLSTM.cpp - LSTM of TFLite's kernel -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/IntegerLSTM.h"

#include "IntegerBuilder.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"
#include "quantc/Numerics/Int16Kernels.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

constexpr int64_t kGates = 4;
/// Of the sums of gates, whose functions have results in steps of 2^-15.
constexpr int kGateExponent = -12, kFunctionExponent = -15;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static LogicalResult verifyShape(IntegerLSTMOp op, Value value, StringRef what,
                                 ArrayRef<int64_t> expected) {
  if (!value || cast<RankedTensorType>(value.getType()).getShape() == expected)
    return success();
  InFlightDiagnostic error = op.emitOpError("expects ");
  error << what << " of shape [";
  llvm::interleaveComma(expected, error);
  return error << "], but got " << value.getType();
}

/// The ratio of scales by which the products of one gate become steps of its
/// sum. TFLite multiplies the scales in float32.
static double getGateRatio(double scale, double weightScale) {
  float product = static_cast<float>(scale) * static_cast<float>(weightScale);
  return std::ldexp(static_cast<double>(product), -kGateExponent);
}

/// The ratio by which products of an output gate and a function of the cell
/// become steps of the hidden state.
static double getHiddenRatio(IntegerLSTMOp op) {
  return std::ldexp(1.0, 2 * kFunctionExponent) /
         op.getHiddenScale().convertToDouble();
}

static LogicalResult verifyScales(IntegerLSTMOp op) {
  auto check = [&](StringRef name, const APFloat &scale,
                   ArrayRef<double> weightScales) -> LogicalResult {
    if (weightScales.size() != kGates)
      return op.emitOpError("expects 4 ")
             << name << ", but got " << weightScales.size();
    for (double weightScale : weightScales) {
      double ratio = getGateRatio(scale.convertToDouble(), weightScale);
      if (!(ratio > 0) || !deriveMultiplier(ratio))
        return op.emitOpError("has ")
               << name << " of which " << weightScale
               << " has no integer multiplier next to a scale of "
               << scale.convertToDouble();
    }
    return success();
  };
  if (failed(check("weightScales", op.getInputScale(), op.getWeightScales())) ||
      failed(check("recurrenceScales", op.getHiddenScale(),
                   op.getRecurrenceScales())))
    return failure();
  if (!deriveMultiplier(getHiddenRatio(op)))
    return op.emitOpError("has a hiddenScale of ")
           << op.getHiddenScale().convertToDouble()
           << ", which has no integer multiplier";
  for (int64_t zeroPoint : {static_cast<int64_t>(op.getInputZeroPoint()),
                            static_cast<int64_t>(op.getHiddenZeroPoint())})
    if (!llvm::isInt<8>(zeroPoint))
      return op.emitOpError("has the zero point ")
             << zeroPoint << ", which is no int8";
  // What products of two int16 can become steps of the cell with.
  int64_t exponent = op.getCellExponent();
  if (exponent < kFunctionExponent || exponent > -9)
    return op.emitOpError("expects a cellExponent from -15 to -9, but got ")
           << exponent;
  if (std::optional<APFloat> clip = op.getCellClip())
    if (!(clip->convertToFloat() > 0))
      return op.emitOpError("expects a cellClip above 0, but got ")
             << clip->convertToFloat();
  return success();
}

LogicalResult IntegerLSTMOp::verify() {
  auto input = getInput().getType(), hidden = getHidden().getType();
  if (input.getRank() != 3 || !input.hasStaticShape() ||
      hidden.getRank() != 2 || !hidden.hasStaticShape() ||
      llvm::is_contained(input.getShape(), 0) || hidden.getDimSize(1) == 0)
    return emitOpError("expects an input of the static shape [time steps, "
                       "batch, input size] and a hidden state [batch, hidden "
                       "size], without empty ones, but got ")
           << input << " and " << hidden;
  int64_t steps = input.getDimSize(0), batch = input.getDimSize(1);
  int64_t size = hidden.getDimSize(1), rows = kGates * size;
  if (failed(
          verifyShape(*this, getHidden(), "a hidden state", {batch, size})) ||
      failed(verifyShape(*this, getCell(), "a cell", {batch, size})) ||
      failed(verifyShape(*this, getSequence(), "a sequence",
                         {steps, batch, size})) ||
      failed(verifyShape(*this, getWeights(), "weights",
                         {rows, input.getDimSize(2)})) ||
      failed(verifyShape(*this, getRecurrence(), "recurrent weights",
                         {rows, size})) ||
      failed(verifyShape(*this, getBias(), "a bias", {rows})) ||
      failed(verifyShape(*this, getInitialHidden(), "an initial hidden state",
                         {batch, size})) ||
      failed(verifyShape(*this, getInitialCell(), "an initial cell",
                         {batch, size})))
    return failure();
  return verifyScales(*this);
}

void IntegerLSTMOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSequence(), "sequence");
  setName(getHidden(), "hidden");
  setName(getCell(), "cell");
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// int32 `value` times `ratio`, rounded twice and saturated (N14).
static Value rescale(OpBuilder &builder, Location loc, Value value,
                     ArrayRef<double> ratios, unsigned width,
                     int64_t zeroPoint = 0) {
  RescaleSpec spec;
  for (double ratio : ratios)
    spec.multipliers.push_back(*deriveMultiplier(ratio)); // Verified.
  spec.rounding = Rounding::Double;
  spec.outputZeroPoint = zeroPoint;
  return buildRescale(builder, loc, value, builder.getIntegerType(width), spec);
}

/// The sum of two int16, saturated to [-limit - 1, limit], or to [-limit,
/// limit] if `isSymmetric`.
static Value addSaturated(IntegerBuilder &b, Value x, Value y,
                          int32_t limit = INT16_MAX, bool isSymmetric = false) {
  constexpr auto kPropagate = tosa::NanPropagationMode::PROPAGATE;
  Value sum = b.create<tosa::AddOp>(b.cast(x, 32), b.cast(y, 32));
  sum = b.create<tosa::MinimumOp>(sum, b.splat(sum, limit), kPropagate);
  int32_t low = isSymmetric ? -limit : -limit - 1;
  sum = b.create<tosa::MaximumOp>(sum, b.splat(sum, low), kPropagate);
  return b.cast(sum, 16);
}

/// The int32 product of two int16.
static Value multiply(IntegerBuilder &b, Value x, Value y) {
  Value wide = b.cast(x, 32);
  Value shift = createScalar(b.builder, b.loc, 0, b.builder.getI8Type());
  return tosa::MulOp::create(b.builder, b.loc, wide.getType(), wide,
                             b.cast(y, 32), shift);
}

static Value reshape(OpBuilder &builder, Location loc, Value value,
                     ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  // Constants stay constants, so that weights are packed at compile time.
  if (DenseElementsAttr attr; matchPattern(value, m_Constant(&attr))) {
    attr = attr.reshape(type.clone(shape));
    return tosa::ConstOp::create(builder, loc, attr.getType(), attr);
  }
  ImplicitLocOpBuilder b(loc, builder);
  return tosa::ReshapeOp::create(builder, loc, type.clone(shape), value,
                                 tosa::getTosaConstShape(b, shape));
}

// N101
Value ptq::buildGateProducts(OpBuilder &builder, IntegerLSTMOp op, Value codes,
                             int64_t zeroPoint, double scale, Value weights,
                             ArrayRef<double> weightScales, Value bias) {
  Location loc = op.getLoc();
  auto rows = cast<RankedTensorType>(codes.getType());
  int64_t count = rows.getDimSize(0), size = rows.getDimSize(1);
  int64_t channels = cast<ShapedType>(weights.getType()).getDimSize(0);
  Type i8 = builder.getI8Type(), i32 = builder.getI32Type();
  if (!bias) {
    auto type = RankedTensorType::get({channels}, i32);
    bias = tosa::ConstOp::create(builder, loc, type,
                                 DenseElementsAttr::get(type, 0));
  }
  Value sums = tosa::Conv2DOp::create(
      builder, loc, RankedTensorType::get({1, 1, count, channels}, i32),
      reshape(builder, loc, codes, {1, 1, count, size}),
      reshape(builder, loc, weights, {channels, 1, 1, size}), bias,
      createScalar(builder, loc, zeroPoint, i8),
      createScalar(builder, loc, 0, i8),
      builder.getDenseI64ArrayAttr({0, 0, 0, 0}),
      builder.getDenseI64ArrayAttr({1, 1}),
      builder.getDenseI64ArrayAttr({1, 1}), TypeAttr::get(i32));
  SmallVector<double> ratios;
  for (int64_t channel = 0; channel < channels; ++channel)
    ratios.push_back(
        getGateRatio(scale, weightScales[channel / (channels / kGates)]));
  return reshape(builder, loc, rescale(builder, loc, sums, ratios, 16),
                 {count, channels});
}

/// The part of [N, 4 * H] that belongs to one gate.
static Value sliceGate(OpBuilder &builder, Location loc, Value all,
                       int64_t gate) {
  auto type = cast<RankedTensorType>(all.getType());
  int64_t batch = type.getDimSize(0), size = type.getDimSize(1) / kGates;
  ImplicitLocOpBuilder b(loc, builder);
  return tosa::SliceOp::create(builder, loc, type.clone({batch, size}), all,
                               tosa::getTosaConstShape(b, {0, gate * size}),
                               tosa::getTosaConstShape(b, {batch, size}));
}

// N102, N103
std::pair<Value, Value> ptq::buildIntegerStep(OpBuilder &builder,
                                              IntegerLSTMOp op, Value products,
                                              Value hidden, Value cell) {
  Location loc = op.getLoc();
  IntegerBuilder b{builder, loc};
  Value recurrent =
      buildGateProducts(builder, op, hidden, op.getHiddenZeroPoint(),
                        op.getHiddenScale().convertToDouble(),
                        op.getRecurrence(), op.getRecurrenceScales(), Value());
  Value sums = addSaturated(b, products, recurrent);
  double gateScale = std::ldexp(1.0, kGateExponent);
  SigmoidKernel logistic = *makeLogisticKernel(gateScale);
  auto gate = [&](int64_t index, const SigmoidKernel &kernel) {
    return buildSigmoidKernel(builder, loc,
                              sliceGate(builder, loc, sums, index), kernel);
  };
  Value i = gate(0, logistic), o = gate(1, logistic), f = gate(2, logistic);
  Value g = gate(3, *makeTanhKernel(gateScale));

  int cellExponent = static_cast<int>(op.getCellExponent());
  double cellScale = std::ldexp(1.0, cellExponent);
  Value kept = rescale(builder, loc, multiply(b, f, cell),
                       std::ldexp(1.0, kFunctionExponent), 16);
  Value added =
      rescale(builder, loc, multiply(b, i, g),
              std::ldexp(1.0, 2 * kFunctionExponent - cellExponent), 16);
  int32_t limit = INT16_MAX;
  if (std::optional<APFloat> clip = op.getCellClip())
    limit = static_cast<int32_t>(std::min(clip->convertToFloat() / cellScale,
                                          static_cast<double>(INT16_MAX)));
  Value next = addSaturated(b, kept, added, limit,
                            /*isSymmetric=*/op.getCellClip().has_value());
  Value output =
      buildSigmoidKernel(builder, loc, next, *makeTanhKernel(cellScale));
  Value state = rescale(builder, loc, multiply(b, output, o),
                        getHiddenRatio(op), 8, op.getHiddenZeroPoint());
  return {state, next};
}
