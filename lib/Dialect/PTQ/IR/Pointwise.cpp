//===- Pointwise.cpp - Functions of one real number as tables -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "IntegerBuilder.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Numerics/Int16Kernels.h"
#include "quantc/Numerics/Softmax.h"
#include "quantc/Numerics/Tables.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The result of every int8, the lowest first as tosa.table has it.
static FailureOr<SmallVector<int8_t>> makeEntries(Value result, Value argument,
                                                  const AffineParams &input,
                                                  const AffineParams &output,
                                                  Contract contract) {
  if (usesTFLiteKernels(contract))
    if (auto table =
            getReferenceTable(result, argument, input, output, contract))
      return SmallVector<int8_t>(table->begin(), table->end());
  SmallVector<double> reals;
  for (int64_t q = INT8_MIN; q <= INT8_MAX; ++q)
    reals.push_back(dequantize(q, input));
  FailureOr<SmallVector<double>> values =
      evaluatePointwise(result, argument, reals);
  if (failed(values))
    return failure();
  SmallVector<int8_t> entries;
  for (double value : *values)
    entries.push_back(static_cast<int8_t>(quantc::quantize(value, output)));
  return entries;
}

/// What `result` is for every integer of `input`, the lowest first, and for the
/// one behind the last, as integers of `output`.
static FailureOr<SmallVector<int64_t>> evaluateAll(Value result, Value argument,
                                                   const AffineParams &input,
                                                   const AffineParams &output) {
  SmallVector<double> reals;
  for (int64_t q = input.storage.min; q <= input.storage.max + 1; ++q)
    reals.push_back(dequantize(q, input));
  FailureOr<SmallVector<double>> values =
      evaluatePointwise(result, argument, reals);
  if (failed(values))
    return failure();
  return llvm::map_to_vector(
      *values, [&](double value) { return quantc::quantize(value, output); });
}

static Value createTable(OpBuilder &builder, Location loc,
                         ArrayRef<int16_t> entries) {
  auto type = RankedTensorType::get({int64_t(entries.size())},
                                    builder.getIntegerType(16));
  return tosa::ConstOp::create(builder, loc, type,
                               DenseElementsAttr::get(type, entries));
}

/// The function where an operand or the result is int16 (N70): interpolation in
/// a small table if that is good enough, else a lookup in one of all results.
static FailureOr<Value> buildWideTable(OpBuilder &builder, Location loc,
                                       Value input, Value result,
                                       Value argument,
                                       quant::UniformQuantizedType from,
                                       quant::UniformQuantizedType to) {
  AffineParams params = getAffineParams(from);
  params.storage = getStorage(from.getStorageTypeIntegralWidth());
  FailureOr<SmallVector<int64_t>> exact =
      evaluateAll(result, argument, params, getAffineParams(to));
  if (failed(exact))
    return failure();
  auto type = cast<RankedTensorType>(input.getType());
  Value codes = reinterpret(builder, loc, input, from.getStorageType());
  RankedTensorType i32 =
      cast<RankedTensorType>(type.clone(builder.getI32Type()));
  if (params.storage.max == kInt16Activation.max &&
      to.getStorageTypeIntegralWidth() == 16)
    if (std::optional<Int16Table> table = makeInt16Table(*exact)) {
      constexpr double kStep = 1.0 / 128; // of what tosa.table gives
      Value steps = tosa::TableOp::create(builder, loc, i32, codes,
                                          createTable(builder, loc, *table));
      return reinterpret(
          builder, loc, steps,
          getInt32Type(builder.getContext(), to.getScale() * kStep));
    }
  exact->pop_back();
  auto tableType =
      RankedTensorType::get({int64_t(exact->size())}, to.getStorageType());
  SmallVector<APInt> entries = llvm::map_to_vector(*exact, [&](int64_t q) {
    return APInt(to.getStorageTypeIntegralWidth(), q, /*isSigned=*/true);
  });
  Value wide = tosa::CastOp::create(builder, loc, i32, codes);
  auto offsetType = RankedTensorType::get(
      SmallVector<int64_t>(type.getRank(), 1), builder.getI32Type());
  Value offset = tosa::ConstOp::create(
      builder, loc, offsetType,
      DenseElementsAttr::get(offsetType,
                             static_cast<int32_t>(-params.storage.min)));
  Value index = tosa::AddOp::create(builder, loc, i32, wide, offset);
  return reinterpret(builder, loc,
                     buildLookup(builder, loc,
                                 DenseElementsAttr::get(tableType, entries),
                                 index),
                     to);
}

/// What TFLite's kernel of int16 computes for the function, or null where there
/// is none for these parameters.
static Value buildInt16Kernel(OpBuilder &builder, Location loc, Value input,
                              Value result, Value argument,
                              quant::UniformQuantizedType from,
                              quant::UniformQuantizedType to) {
  AffineParams params = getAffineParams(from), wanted = getAffineParams(to);
  if (from.getStorageTypeIntegralWidth() != 16 || params.zeroPoint != 0 ||
      to.getStorageTypeIntegralWidth() != 16 || wanted.zeroPoint != 0 ||
      wanted.storage.min != kInt16Activation.min)
    return {};
  auto recognized = recognizeKernelFunction(result, argument);
  if (!recognized)
    return {};
  auto [function, slope] = *recognized;
  Value codes = reinterpret(builder, loc, input, from.getStorageType());
  if (function == KernelFunction::LeakyRelu) { // N78
    float before = params.scale, after = wanted.scale;
    auto positive = deriveMultiplier(before / after);
    auto negative = deriveMultiplier(before * slope / after);
    if (!positive || !negative)
      return {};
    return reinterpret(
        builder, loc,
        buildLeakyReluOfInt16(builder, loc, codes, *positive, *negative), to);
  }
  std::optional<SigmoidKernel> kernel;
  if (wanted.scale == kSoftmaxInt16Output.scale) {
    if (function == KernelFunction::Logistic)
      kernel = makeLogisticKernel(params.scale);
    if (function == KernelFunction::Tanh)
      kernel = makeTanhKernel(params.scale);
  }
  if (!kernel)
    return {};
  return reinterpret(builder, loc,
                     buildSigmoidKernel(builder, loc, codes, *kernel), to);
}

FailureOr<Value> ptq::buildTable(OpBuilder &builder, Location loc, Value input,
                                 Value result, Value argument,
                                 RankedTensorType type, Contract contract) {
  auto from = dyn_cast<quant::UniformQuantizedType>(
      getQuantizedElement(input.getType()));
  auto to = dyn_cast_or_null<quant::UniformQuantizedType>(
      type ? type.getElementType() : Type());
  if (!from || !to || from.getStorageTypeIntegralWidth() > 16 ||
      to.getStorageTypeIntegralWidth() > 16)
    return failure();
  if (usesTFLiteKernels(contract))
    if (Value kernel =
            buildInt16Kernel(builder, loc, input, result, argument, from, to))
      return kernel;
  if (from.getStorageTypeIntegralWidth() > 8 ||
      to.getStorageTypeIntegralWidth() > 8)
    return buildWideTable(builder, loc, input, result, argument, from, to);

  FailureOr<SmallVector<int8_t>> entries = makeEntries(
      result, argument, getAffineParams(from), getAffineParams(to), contract);
  if (failed(entries))
    return failure();
  auto tableType = RankedTensorType::get({256}, builder.getI8Type());
  Value table = tosa::ConstOp::create(
      builder, loc, tableType,
      DenseElementsAttr::get(tableType, ArrayRef<int8_t>(*entries)));
  return tosa::TableOp::create(builder, loc, type, input, table).getResult();
}

/// What the body yields.
static Value getYielded(PointwiseOp op) {
  return cast<YieldOp>(op.getBody().front().getTerminator()).getValue();
}

OperandRole PointwiseOp::getOperandRole(unsigned) {
  return OperandRole::Activation;
}

LogicalResult PointwiseOp::canQuantize(SchemeAttr scheme, std::string &reason) {
  return requireStatic(scheme, reason);
}

FailureOr<SmallVector<Value>>
PointwiseOp::quantize(OpBuilder &builder, ValueRange operands,
                      ArrayRef<RankedTensorType> resultTypes, SchemeAttr,
                      Contract contract) {
  return asResults(buildTable(builder, getLoc(), operands[0], getYielded(*this),
                              getBody().getArgument(0), resultTypes.front(),
                              contract));
}
