//===- DynamicRange.cpp - Activations quantized at run time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DynamicRange.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Numerics/DynamicRange.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
/// Builds elementwise TOSA operations whose operands broadcast.
struct Arithmetic {
  ImplicitLocOpBuilder b;

  Arithmetic(OpBuilder &builder, Location loc) : b(loc, builder) {}

  /// A constant with one element, to broadcast against tensors of `rank`.
  template <typename T>
  Value splat(int64_t rank, T value) {
    return channels<T>(rank, value);
  }
  /// A constant for the last of `rank` dimensions.
  template <typename T>
  Value channels(int64_t rank, ArrayRef<T> values) {
    return channels<T>(rank, values, values.size());
  }
  /// The same with `count` channels in each element of a batch.
  template <typename T>
  Value channels(int64_t rank, ArrayRef<T> values, int64_t count) {
    SmallVector<int64_t> shape(rank, 1);
    shape.front() = values.size() / count;
    shape.back() = count;
    Type element =
        std::is_same_v<T, float> ? Type(b.getF32Type()) : Type(b.getI32Type());
    auto type = RankedTensorType::get(shape, element);
    return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, values));
  }
  template <typename OpTy, typename... Args>
  Value create(Value lhs, Value rhs, Args... args) {
    auto left = cast<RankedTensorType>(lhs.getType());
    auto right = cast<RankedTensorType>(rhs.getType());
    SmallVector<int64_t> shape;
    OpTrait::util::getBroadcastedShape(left.getShape(), right.getShape(),
                                       shape);
    return OpTy::create(b, left.clone(shape), lhs, rhs, args...);
  }
  Value mul(Value lhs, Value rhs) {
    return create<tosa::MulOp>(lhs, rhs,
                               createScalar(b, b.getLoc(), 0, b.getI8Type()));
  }
  Value convert(Value value, Type element) {
    auto type = cast<RankedTensorType>(value.getType());
    return tosa::CastOp::create(b, type.clone(element), value);
  }
  Value sub(Value lhs, Value rhs) { return create<tosa::SubOp>(lhs, rhs); }
  /// The upper 12 bits of a significand, and the rest (Veltkamp's splitting).
  std::pair<Value, Value> split(Value value) {
    int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
    Value wide = mul(value, splat<float>(rank, 4097)); // 2^12 + 1
    Value high = sub(wide, sub(wide, value));
    return {high, sub(value, high)};
  }
  /// lhs / rhs, rounded once: what the product with `inverse`, about 1 / rhs,
  /// misses is computed without rounding (Dekker's product).
  Value quotient(Value lhs, Value rhs, Value inverse) {
    Value rough = mul(lhs, inverse);
    Value product = mul(rough, rhs);
    auto [roughHigh, roughLow] = split(rough);
    auto [high, low] = split(rhs);
    Value rest = sub(mul(roughHigh, high), product);
    rest = create<tosa::AddOp>(rest, mul(roughHigh, low));
    rest = create<tosa::AddOp>(rest, mul(roughLow, high));
    rest = create<tosa::AddOp>(rest, mul(roughLow, low));
    Value missing = sub(sub(lhs, product), rest);
    return create<tosa::AddOp>(rough, mul(missing, inverse));
  }
  Value reshape(Value value, ArrayRef<int64_t> shape) {
    auto type = cast<RankedTensorType>(value.getType());
    if (type.getShape() == shape)
      return value;
    return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                   tosa::getTosaConstShape(b, shape));
  }
  /// The extreme of `value` along `axes`, the last dimensions, which stay with
  /// size 1. NaN prevails. An extreme is the same in any order: where the
  /// number of elements allows it, they stand in rows that are as long as the
  /// registers of a CPU hold, and only one row is reduced across its elements.
  template <typename OpTy>
  Value reduce(Value value, ArrayRef<int32_t> axes) {
    constexpr int64_t kRows[] = {64, 48, 32, 24, 16, 8};
    SmallVector<int64_t> result(
        cast<RankedTensorType>(value.getType()).getShape());
    ArrayRef<int64_t> shape = result;
    int64_t batch = ShapedType::getNumElements(shape.take_front(axes.front()));
    int64_t count = ShapedType::getNumElements(shape.drop_front(axes.front()));
    const int64_t *row = llvm::find_if(
        kRows, [&](int64_t size) { return count % size == 0 && count > size; });
    SmallVector<int64_t> rows{batch, count};
    if (row != std::end(kRows))
      rows = {batch, count / *row, *row};
    value = reshape(value, rows);
    for (size_t axis = 1; axis < rows.size(); ++axis) {
      rows[axis] = 1;
      value = OpTy::create(
          b, cast<RankedTensorType>(value.getType()).clone(rows), value,
          static_cast<int32_t>(axis), tosa::NanPropagationMode::PROPAGATE);
    }
    for (int32_t axis : axes)
      result[axis] = 1;
    return reshape(value, result);
  }
};
} // namespace

/// True if no element of `value` is negative, whatever the input.
static bool isNonNegative(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  auto areOperands = [&] {
    return llvm::all_of(op->getOperands(), [](Value operand) {
      return !isFloatTensor(operand.getType()) || isNonNegative(operand);
    });
  };
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<tosa::AbsOp, tosa::ExpOp, tosa::SigmoidOp, SoftmaxOp>(
          [](auto) { return true; })
      .Case([](tosa::ClampOp clamp) {
        auto min = dyn_cast<FloatAttr>(clamp.getMinVal());
        return min && !min.getValue().isNegative();
      })
      .Case([](quant::DequantizeCastOp cast) {
        auto type = dyn_cast<quant::UniformQuantizedType>(
            getElementTypeOrSelf(cast.getInput()));
        return type && type.getZeroPoint() == type.getStorageTypeMin();
      })
      .Case([](tosa::ConstOp constant) {
        DenseElementsAttr values = getConstantSource(constant);
        return values && values.getElementType().isF32() &&
               llvm::all_of(values.getValues<float>(),
                            [](float value) { return value >= 0; });
      })
      .Case<tosa::AddOp, tosa::AvgPool2dOp, tosa::ConcatOp, tosa::IdentityOp,
            tosa::MaxPool2dOp, tosa::MinimumOp, tosa::MulOp, tosa::PadOp,
            tosa::ReduceMaxOp, tosa::ReduceMinOp, tosa::ReduceSumOp,
            tosa::ReshapeOp, tosa::ReverseOp, tosa::SliceOp, tosa::TileOp,
            tosa::TransposeOp, MeanOp>([&](auto) { return areOperands(); })
      .Default(false);
}

bool ptq::hasKnownZeroPoint(Value real, Symmetry symmetry) {
  return symmetry == Symmetry::Symmetric || isNonNegative(real);
}

DynamicTensor ptq::quantizeAtRunTime(OpBuilder &builder, Location loc,
                                     Value real, ArrayRef<int32_t> axes,
                                     Symmetry symmetry, bool exact,
                                     Value measured) {
  if (!measured)
    measured = real;
  Arithmetic a(builder, loc);
  int64_t rank = cast<RankedTensorType>(real.getType()).getRank();
  auto constant = [&](float value) { return a.splat<float>(rank, value); };
  auto limit = [&](Value value) -> Value {
    return tosa::ClampOp::create(
        a.b, value.getType(), value, a.b.getF32FloatAttr(-kDynamicLargest),
        a.b.getF32FloatAttr(kDynamicLargest),
        tosa::NanPropagationModeAttr::get(a.b.getContext(),
                                          tosa::NanPropagationMode::PROPAGATE));
  };
  // N61
  bool isSymmetric = symmetry == Symmetry::Symmetric;
  Value range, low;
  if (isSymmetric) {
    Value magnitude = tosa::AbsOp::create(a.b, measured.getType(), measured);
    range = limit(a.reduce<tosa::ReduceMaxOp>(magnitude, axes));
  } else {
    Value high = limit(a.reduce<tosa::ReduceMaxOp>(measured, axes));
    range = a.create<tosa::MaximumOp>(high, constant(0));
    if (!isNonNegative(measured)) {
      low = limit(a.reduce<tosa::ReduceMinOp>(measured, axes));
      low = a.create<tosa::MinimumOp>(low, constant(0));
      range = a.create<tosa::SubOp>(range, low);
    }
  }
  range = a.create<tosa::MaximumOp>(range, constant(kDynamicSmallest));
  float steps = isSymmetric ? kDynamicSymmetricSteps : kDynamicSteps;
  DynamicTensor result;
  Type i32 = a.b.getI32Type();
  Value codes, inverse;
  exact &= !isSymmetric;
  if (exact) {
    result.scale = a.quotient(range, constant(steps), constant(1 / steps));
    inverse = tosa::ReciprocalOp::create(a.b, range.getType(), result.scale);
    codes = a.quotient(real, result.scale, inverse);
  } else {
    result.scale = a.mul(range, constant(1 / steps));
    inverse = a.mul(tosa::ReciprocalOp::create(a.b, range.getType(), range),
                    constant(steps));
    codes = a.mul(real, inverse);
  }
  // N62
  codes = a.convert(codes, i32);
  if (low && exact) {
    Value first = a.convert(a.quotient(low, result.scale, inverse), i32);
    result.zeroPoint =
        a.sub(a.splat<int32_t>(rank, kInt8Activation.min), first);
    codes = a.create<tosa::AddOp>(codes, result.zeroPoint);
  } else if (low) {
    Value first = a.create<tosa::SubOp>(constant(kInt8Activation.min),
                                        a.mul(low, inverse));
    result.zeroPoint = a.convert(first, i32);
    codes = a.create<tosa::AddOp>(codes, result.zeroPoint);
  } else if (!isSymmetric) {
    result.knownZeroPoint = kInt8Activation.min;
    codes = a.create<tosa::AddOp>(codes,
                                  a.splat<int32_t>(rank, kInt8Activation.min));
  }
  StorageRange storage = isSymmetric ? kInt8Weight : kInt8Activation;
  codes = tosa::ClampOp::create(
      a.b, codes.getType(), codes,
      a.b.getI32IntegerAttr(static_cast<int32_t>(storage.min)),
      a.b.getI32IntegerAttr(static_cast<int32_t>(storage.max)),
      tosa::NanPropagationModeAttr::get(a.b.getContext(),
                                        tosa::NanPropagationMode::PROPAGATE));
  result.codes = a.convert(codes, a.b.getI8Type());
  return result;
}

SmallVector<int32_t> ptq::sumWeights(Value weight, const WeightLayout &layout) {
  auto shape = cast<RankedTensorType>(weight.getType()).getShape();
  quant::QuantizedType type = getQuantizedElement(weight.getType());
  int64_t zeroPoint = getAffineParams(type, 0).zeroPoint;
  SmallVector<int32_t> sums(layout.getOutputChannels(shape), 0);
  DenseElementsAttr codes = getConstantSource(weight);
  for (auto [i, code] : llvm::enumerate(codes.getValues<APInt>()))
    sums[layout.getOutput(shape, i)] += code.getSExtValue() - zeroPoint;
  return sums;
}

Value ptq::scaleProducts(OpBuilder &builder, Location loc, Value products,
                         const DynamicTensor &tensor, Value weight,
                         const WeightLayout &layout, Value bias,
                         Value reached) {
  Arithmetic a(builder, loc);
  auto type = cast<RankedTensorType>(products.getType());
  int64_t rank = type.getRank(), channels = type.getShape().back();
  if (tensor.zeroPoint) {
    if (!reached)
      reached = a.channels<int32_t>(
          rank, ArrayRef<int32_t>(sumWeights(weight, layout)), channels);
    products =
        a.create<tosa::SubOp>(products, a.mul(tensor.zeroPoint, reached));
  }
  // N63
  SmallVector<double> exact =
      getChannelScales(getQuantizedElement(weight.getType()), channels);
  SmallVector<float> scales(exact.begin(), exact.end());
  Value factor = a.mul(tensor.scale, a.channels<float>(rank, scales));
  Value real = a.mul(a.convert(products, a.b.getF32Type()), factor);
  if (!bias)
    return real;
  SmallVector<float> values(getConstantSource(bias).getValues<float>());
  return a.create<tosa::AddOp>(real, a.channels<float>(rank, values));
}
