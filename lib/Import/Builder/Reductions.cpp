//===- Reductions.cpp - Reductions and what is normalized by them -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"

#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace quantc;

template <typename OpTy>
static Value reduceAxes(NetworkBuilder &b, Value x, ArrayRef<int64_t> axes) {
  for (int64_t axis : axes) {
    if (!x)
      return {};
    SmallVector<int64_t> shape(b.shapeOf(x));
    if (std::exchange(shape[axis], 1) != 1)
      x = b.create<OpTy>(shape, b.elementOf(x), x, uint32_t(axis));
  }
  return x;
}

/// The sum times 1/N, as ptq-recognize-composites reads it.
static Value buildMean(NetworkBuilder &b, Value x, ArrayRef<int64_t> axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= b.shapeOf(x)[axis];
  Value sum = reduceAxes<tosa::ReduceSumOp>(b, x, axes);
  return count == 1 ? sum : scale(b, sum, 1.0 / double(count));
}

/// m + log(sum(exp(x - m))), where m is the maximum, or the finite number next
/// to an infinite one: infinity minus infinity would be NaN.
static Value buildLogSumExp(NetworkBuilder &b, Value x,
                            ArrayRef<int64_t> axes) {
  Value max = reduceAxes<tosa::ReduceMaxOp>(b, x, axes);
  if (!max)
    return {};
  max = b.clamp(max, -FLT_MAX, FLT_MAX);
  Value power = b.unary(UnaryKind::Exp, b.binary(BinaryKind::Sub, x, max));
  Value sum = reduceAxes<tosa::ReduceSumOp>(b, power, axes);
  return b.binary(BinaryKind::Add, b.unary(UnaryKind::Log, sum), max);
}

/// The reduction with sizes of 1 left.
static Value buildReduction(NetworkBuilder &b, ReduceKind kind, Value x,
                            ArrayRef<int64_t> axes) {
  switch (kind) {
  case ReduceKind::Mean:
    return buildMean(b, x, axes);
  case ReduceKind::Sum:
    return reduceAxes<tosa::ReduceSumOp>(b, x, axes);
  case ReduceKind::Max:
    return reduceAxes<tosa::ReduceMaxOp>(b, x, axes);
  case ReduceKind::Min:
    return reduceAxes<tosa::ReduceMinOp>(b, x, axes);
  case ReduceKind::Prod:
    return reduceAxes<tosa::ReduceProductOp>(b, x, axes);
  case ReduceKind::SumSquare:
    return reduceAxes<tosa::ReduceSumOp>(b, b.unary(UnaryKind::Square, x),
                                         axes);
  case ReduceKind::L1:
    return reduceAxes<tosa::ReduceSumOp>(b, b.unary(UnaryKind::Abs, x), axes);
  case ReduceKind::L2:
    return b.unary(UnaryKind::Sqrt,
                   buildReduction(b, ReduceKind::SumSquare, x, axes));
  case ReduceKind::LogSum:
    return b.unary(UnaryKind::Log, reduceAxes<tosa::ReduceSumOp>(b, x, axes));
  case ReduceKind::LogSumExp:
    return buildLogSumExp(b, x, axes);
  }
  llvm_unreachable("all kinds are handled");
}

Value NetworkBuilder::reduce(ReduceKind kind, Value x, ArrayRef<int64_t> axes,
                             bool keepDims) {
  bool ints = kind == ReduceKind::Sum || kind == ReduceKind::Max ||
              kind == ReduceKind::Min;
  if (!requireElement(*this, x,
                      ints ? ArrayRef<Type>{getF32Type(), getI32Type()}
                           : ArrayRef<Type>{getF32Type()}))
    return {};
  std::optional<SmallVector<int64_t>> reduced =
      normalizeAxes(*this, axes, rankOf(x));
  if (!reduced)
    return {};
  if (axes.empty())
    llvm::append_range(*reduced, llvm::seq<int64_t>(0, rankOf(x)));
  Value y = buildReduction(*this, kind, x, *reduced);
  if (!y || keepDims || reduced->empty())
    return y;
  return squeeze(y, *reduced);
}

/// Positions are a constant of the network.
constexpr int32_t kMaxPositions = 1 << 20;

/// Where i32 elements are the largest or smallest along `axis`, which
/// tosa.argmax does not search: the first or last position that holds the
/// extremum.
static Value searchIntegers(NetworkBuilder &b, ReduceKind kind, Value x,
                            int64_t axis, bool keepDims, bool selectLast) {
  std::optional<int64_t> normalized = normalizeAxis(b, axis, b.rankOf(x));
  if (!normalized)
    return {};
  int32_t size = b.shapeOf(x)[*normalized];
  if (size > kMaxPositions) {
    b.emitError() << "searches among " << size << " integers; no more than "
                  << kMaxPositions
                  << " are supported: convert them to float32 first";
    return {};
  }
  SmallVector<int64_t> shape(b.rankOf(x), 1);
  shape[*normalized] = size;
  Value positions =
      b.constant(shape, llvm::to_vector(llvm::seq<int32_t>(0, size)));
  Value extremum = b.reduce(kind, x, {*normalized}, /*keepDims=*/true);
  Value found =
      b.select(b.binary(BinaryKind::Equal, x, extremum), positions,
               splatLike(b, positions, selectLast ? -1 : double(size)));
  return b.reduce(selectLast ? ReduceKind::Max : ReduceKind::Min, found,
                  {*normalized}, keepDims);
}

Value NetworkBuilder::argMax(Value x, int64_t axis, bool keepDims,
                             bool selectLast) {
  if (!requireElement(*this, x,
                      {getF32Type(), getI32Type(), builder.getI8Type()}))
    return {};
  if (elementOf(x).isInteger(32))
    return searchIntegers(*this, ReduceKind::Max, x, axis, keepDims,
                          selectLast);
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  axis = *normalized;
  SmallVector<int64_t> shape(shapeOf(x));
  int64_t size = shape[axis];
  shape.erase(shape.begin() + axis);
  Value searched = selectLast ? reverse(x, axis) : x;
  Value index =
      create<tosa::ArgMaxOp>(shape, getI32Type(), searched, uint32_t(axis));
  if (selectLast)
    index = binary(BinaryKind::Sub, scalar(int32_t(size - 1)), index);
  return keepDims && index ? unsqueeze(index, axis) : index;
}

Value NetworkBuilder::argMin(Value x, int64_t axis, bool keepDims,
                             bool selectLast) {
  if (!requireElement(*this, x, {getF32Type(), getI32Type()}))
    return {};
  if (elementOf(x).isInteger(32))
    return searchIntegers(*this, ReduceKind::Min, x, axis, keepDims,
                          selectLast);
  return argMax(unary(UnaryKind::Neg, x), axis, keepDims, selectLast);
}

Value NetworkBuilder::softmax(Value x, int64_t axis, double beta) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  if (beta != 1.0)
    x = scale(*this, x, beta);
  // The spelling that ptq-recognize-composites reads; not by reduceAxes, which
  // leaves out sums of one element.
  SmallVector<int64_t> shape(shapeOf(x));
  shape[*normalized] = 1;
  Type f32 = getF32Type();
  Value max = create<tosa::ReduceMaxOp>(shape, f32, x, uint32_t(*normalized));
  Value power = unary(UnaryKind::Exp, binary(BinaryKind::Sub, x, max));
  Value sum =
      create<tosa::ReduceSumOp>(shape, f32, power, uint32_t(*normalized));
  return binary(BinaryKind::Mul, power, unary(UnaryKind::Reciprocal, sum));
}

Value NetworkBuilder::logSoftmax(Value x, int64_t axis) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  Value max = reduceAxes<tosa::ReduceMaxOp>(*this, x, *normalized);
  Value shifted = binary(BinaryKind::Sub, x, max);
  Value sum = reduceAxes<tosa::ReduceSumOp>(
      *this, unary(UnaryKind::Exp, shifted), *normalized);
  return binary(BinaryKind::Sub, shifted, unary(UnaryKind::Log, sum));
}

Value NetworkBuilder::layerNorm(Value x, ArrayRef<int64_t> axes, Value scale,
                                Value bias, double epsilon) {
  Value mean = reduce(ReduceKind::Mean, x, axes, /*keepDims=*/true);
  if (!mean)
    return {};
  Value difference = binary(BinaryKind::Sub, x, mean);
  Value variance =
      reduce(ReduceKind::Mean, unary(UnaryKind::Square, difference), axes,
             /*keepDims=*/true);
  Value y = binary(BinaryKind::Mul, difference,
                   unary(UnaryKind::Rsqrt, shift(*this, variance, epsilon)));
  if (y && scale)
    y = binary(BinaryKind::Mul, y, scale);
  return y && bias ? binary(BinaryKind::Add, y, bias) : y;
}

Value NetworkBuilder::instanceNorm(Value x, Value scale, Value bias,
                                   double epsilon) {
  if (!x)
    return {};
  if (rankOf(x) < 3) {
    emitError() << "an instance normalization of " << x.getType()
                << " without spatial dimensions";
    return {};
  }
  return layerNorm(x, llvm::to_vector(llvm::seq<int64_t>(1, rankOf(x) - 1)),
                   scale, bias, epsilon);
}

Value NetworkBuilder::groupNorm(Value x, Value scale, Value bias,
                                int64_t groups, double epsilon) {
  if (!x || !scale || !bias)
    return {};
  SmallVector<int64_t> shape(shapeOf(x));
  int64_t channels = shape.size() > 1 ? shape[1] : 0;
  int64_t count = typeOf(scale).getNumElements();
  if (groups < 1 || channels < 1 || channels % groups != 0 ||
      (count != channels && count != groups) ||
      typeOf(bias).getNumElements() != count) {
    emitError() << "a normalization of " << x.getType() << " in " << groups
                << " groups with scales of type " << scale.getType()
                << " and biases of type " << bias.getType();
    return {};
  }
  // [N, groups, channels of a group, elements].
  int64_t inner = count == groups ? 1 : channels / groups;
  auto spread = [&](Value param) {
    return reshape(param, {1, groups, inner, 1});
  };
  Value y = layerNorm(reshape(x, {shape[0], groups, channels / groups, -1}),
                      {2, 3}, spread(scale), spread(bias), epsilon);
  return reshape(y, shape);
}

/// False after an error unless each of `params` is [channels] of floats.
static bool checkChannels(NetworkBuilder &b, ArrayRef<Value> params,
                          int64_t channels) {
  for (Value param : params) {
    if (!requireElement(b, param, {b.getF32Type()}))
      return false;
    if (b.shapeOf(param) != ArrayRef<int64_t>(channels)) {
      b.emitError() << "a parameter of type " << param.getType() << " for "
                    << channels << " channels";
      return false;
    }
  }
  return true;
}

Value NetworkBuilder::batchNorm(Value x, Value scale, Value bias, Value mean,
                                Value variance, double epsilon, int64_t axis) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  std::optional<int64_t> normalized = normalizeAxis(*this, axis, rankOf(x));
  if (!normalized)
    return {};
  int64_t channels = shapeOf(x)[*normalized];
  if (!checkChannels(*this, {scale, bias, mean, variance}, channels))
    return {};
  SmallVector<int64_t> shape(rankOf(x), 1);
  shape[*normalized] = channels;
  auto s = getFloats(scale), t = getFloats(bias), m = getFloats(mean),
       v = getFloats(variance);
  if (s && t && m && v) {
    for (int64_t i = 0; i < channels; ++i) {
      double factor = (*s)[i] / std::sqrt(double((*v)[i]) + epsilon);
      (*s)[i] = float(factor);
      (*t)[i] = float((*t)[i] - (*m)[i] * factor);
    }
    Value scaled = binary(BinaryKind::Mul, x, constant(shape, *s));
    return binary(BinaryKind::Add, scaled, constant(shape, *t));
  }
  auto spread = [&](Value param) { return reshape(param, shape); };
  Value root = unary(UnaryKind::Rsqrt, shift(*this, spread(variance), epsilon));
  Value y = binary(BinaryKind::Mul, binary(BinaryKind::Sub, x, spread(mean)),
                   binary(BinaryKind::Mul, root, spread(scale)));
  return binary(BinaryKind::Add, y, spread(bias));
}

Value NetworkBuilder::l2Normalize(Value x, int64_t axis, double epsilon) {
  Value sum = reduce(ReduceKind::SumSquare, x, axis, /*keepDims=*/true);
  if (!sum)
    return {};
  Value limited =
      binary(BinaryKind::Maximum, sum, splatLike(*this, sum, epsilon));
  return binary(BinaryKind::Mul, x, unary(UnaryKind::Rsqrt, limited));
}
