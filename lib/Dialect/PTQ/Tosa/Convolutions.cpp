//===- Convolutions.cpp - Quantizing convolutions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// conv2d, conv3d, depthwise_conv2d, transpose_conv2d: int8 activations times
/// symmetric int8 weights with a scale per output channel give an int32
/// accumulator of scale(input) * scale(weight)[channel], which is the
/// operation's result here; the bias has the accumulator's scale.
///
/// Depthwise weights [KH, KW, C, M] have output channel c*M+m, but a quantized
/// type has one axis. The axis is C where M is 1 and M where C is 1, which is a
/// scale per output channel; otherwise the M filters of an input channel share
/// its scale.
///
/// int16 activations give a sum of 48 bits, for which there is no quantized
/// type: it is requantized here, and the bias is rounded to 48 bits here.
///
/// Networks that come in quantized bring the scale of their bias: it is the
/// accumulator's if it is scale(input) * scale(weight) but for rounding.
/// Otherwise the bias is converted.
///
//===----------------------------------------------------------------------===//

#include "DynamicRange.h"
#include "Models.h"
#include "quantc/Dialect/PTQ/IR/ExactQuotients.h"
#include "quantc/Dialect/PTQ/IR/Rescale.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// A constant bias in steps of `type`, rounded once.
static Value convertBias(OpBuilder &builder, Value bias,
                         quant::QuantizedType type) {
  quant::QuantizedType from = getQuantizedElement(bias.getType());
  if (from == type)
    return bias;
  DenseElementsAttr codes = getConstantSource(bias);
  SmallVector<APInt> integers(codes.getValues<APInt>());
  for (auto [i, code] : llvm::enumerate(integers)) {
    double real = dequantize(code.getSExtValue(), getAffineParams(from, i));
    code =
        APInt(32, quantize(real, getAffineParams(type, i)), /*isSigned=*/true);
  }
  auto storage =
      cast<RankedTensorType>(codes.getType().clone(type.getStorageType()));
  auto constant =
      tosa::ConstOp::create(builder, bias.getLoc(), storage,
                            DenseElementsAttr::get(storage, integers));
  if (StringRef name = getTensorName(bias); !name.empty())
    constant->setAttr(kNameAttr, builder.getStringAttr(name));
  return reinterpret(builder, bias.getLoc(), constant, type);
}

/// A constant bias of 48 bits in steps of `scales` (N65): the integers that the
/// network brings, or reals rounded.
static FailureOr<Value> widenBias(OpBuilder &builder, Value bias,
                                  ArrayRef<double> scales) {
  quant::QuantizedType from = getQuantizedElement(bias.getType());
  SmallVector<APInt> integers;
  auto add = [&](int64_t q) {
    integers.push_back(APInt(kWideSumBits, q, /*isSigned=*/true));
  };
  if (from) {
    for (auto [i, code] :
         llvm::enumerate(getConstantSource(bias).getValues<APInt>())) {
      AffineParams params = getAffineParams(from, i);
      add(params.scale == scales[i] && params.zeroPoint == 0
              ? code.getSExtValue()
              : quantizeBias48(dequantize(code.getSExtValue(), params),
                               scales[i]));
    }
  } else {
    for (auto [i, real] : llvm::enumerate(getConstantReals(bias))) {
      if (!std::isfinite(real))
        return failure();
      add(quantizeBias48(real, scales[i]));
    }
  }
  if (integers.size() != scales.size())
    return failure();
  auto type = RankedTensorType::get({int64_t(scales.size())},
                                    builder.getIntegerType(kWideSumBits));
  auto constant = tosa::ConstOp::create(builder, bias.getLoc(), type,
                                        DenseElementsAttr::get(type, integers));
  if (StringRef name = getTensorName(bias); !name.empty())
    constant->setAttr(kNameAttr, builder.getStringAttr(name));
  return constant.getResult();
}

namespace {

template <typename OpTy>
int64_t getOutputChannels(OpTy op) {
  return cast<ShapedType>(op.getOutput().getType()).getShape().back();
}

/// How many products an element of the result sums up at most.
template <typename OpTy>
int64_t getProductCount(OpTy op) {
  auto weight = cast<ShapedType>(op.getWeight().getType());
  if constexpr (std::is_same_v<OpTy, tosa::DepthwiseConv2DOp>)
    return weight.getDimSize(0) * weight.getDimSize(1);
  return weight.getNumElements() / weight.getDimSize(0);
}

/// The scales of a bias that already is int32 and means by its codes what the
/// accumulator, of scales `products`, does: a network that comes quantized has
/// rounded the products in its own way, and its codes are kept. One per
/// channel; nullopt if there are no such scales.
std::optional<SmallVector<double>> getGivenScales(Value bias,
                                                  ArrayRef<double> products) {
  constexpr double kTolerance = 1.0 / (1 << 20);
  quant::QuantizedType type = getQuantizedElement(bias.getType());
  if (!type || type.getStorageTypeIntegralWidth() != 32)
    return std::nullopt;
  int64_t channels = products.size();
  SmallVector<double> scales;
  for (int64_t c = 0; c < channels; ++c) {
    AffineParams params = getAffineParams(type, c);
    if (params.zeroPoint != 0 ||
        std::abs(params.scale - products[c]) > kTolerance * products[c])
      return std::nullopt;
    scales.push_back(params.scale);
  }
  return scales;
}

template <typename OpTy>
struct ConvolutionModel : SingleResultModel<ConvolutionModel<OpTy>, OpTy> {
  OperandRole getOperandRole(Operation *, unsigned operand) const {
    switch (operand) {
    case 0:
      return OperandRole::Activation;
    case 1:
      return OperandRole::Weight;
    case 2:
      return OperandRole::Bias;
    default:
      return OperandRole::Unquantized;
    }
  }

  WeightLayout getWeightLayout(Operation *op, unsigned) const {
    auto weight = cast<ShapedType>(op->getOperand(1).getType());
    constexpr bool kDepthwise = std::is_same_v<OpTy, tosa::DepthwiseConv2DOp>;
    WeightLayout layout{{0}, weight.getRank() - 1, 0, std::nullopt};
    if constexpr (kDepthwise)
      layout = {{2, 3}, 2, weight.getDimSize(2) == 1 ? 3 : 2, std::nullopt};
    if constexpr (!std::is_same_v<OpTy, tosa::TransposeConv2DOp>) {
      auto conv = cast<OpTy>(op);
      layout.window.emplace();
      for (auto [dim, stride] : llvm::enumerate(conv.getStride()))
        layout.window->push_back({int64_t(dim) + !kDepthwise, stride,
                                  conv.getDilation()[dim],
                                  conv.getPad()[2 * dim]});
    }
    return layout;
  }

  bool canReturnAccumulator(Operation *op, SchemeAttr scheme) const {
    return !scheme.isStaticInt16() || feedsClamp(op);
  }

  LogicalResult canQuantize(Operation *op, SchemeAttr scheme,
                            std::string &reason) const {
    if (failed(requireFloat32(op, reason)))
      return failure();
    auto conv = cast<OpTy>(op);
    if (!getConstantSource(conv.getWeight())) {
      reason = "its weights are computed at run time; only constant weights "
               "are quantized";
      return failure();
    }
    DenseElementsAttr bias = getConstantSource(conv.getBias());
    if (!bias || bias.getNumElements() != getOutputChannels(conv)) {
      reason = "its bias is not a constant with one value per output channel";
      return failure();
    }
    if (sumsIntegers(scheme) &&
        failed(requireScalesAlong(conv.getWeight(),
                                  getWeightLayout(op, 1).scaleAxis, reason)))
      return failure();
    return requireSum(getProductCount(conv), scheme, reason);
  }

  FailureOr<Value> quantizeResult(Operation *op, OpBuilder &builder,
                                  ValueRange operands,
                                  RankedTensorType resultType,
                                  SchemeAttr scheme, Contract contract) const {
    auto conv = cast<OpTy>(op);
    if (scheme.isDynamic())
      return quantizeDynamic(conv, builder, operands, scheme);
    auto inputType = dyn_cast<quant::UniformQuantizedType>(
        getQuantizedElement(operands[0].getType()));
    quant::QuantizedType weightType =
        getQuantizedElement(operands[1].getType());
    std::string reason;
    if (!inputType ||
        failed(requireScalesAlong(operands[1], getWeightLayout(op, 1).scaleAxis,
                                  reason)))
      return failure();

    int64_t channels = getOutputChannels(conv);
    SmallVector<double> scales = getChannelScales(weightType, channels);
    for (double &scale : scales)
      scale *= inputType.getScale();
    SmallVector<double> products = scales;
    if (auto given = getGivenScales(operands[2], scales))
      scales = std::move(*given);
    if (getStorageWidth(operands[0]) == 16)
      return quantizeInt16(conv, builder, operands, scales, products,
                           resultType, contract);
    auto result = cast<RankedTensorType>(conv.getOutput().getType());
    quant::QuantizedType accumulator = getInt32Type(
        op->getContext(), scales, static_cast<int32_t>(result.getRank() - 1));
    quant::QuantizedType biasType = getInt32Type(op->getContext(), scales, 0);
    if (isa<quant::UniformQuantizedType>(weightType) && llvm::all_equal(scales))
      accumulator = biasType = getInt32Type(op->getContext(), scales.front());

    Location loc = op->getLoc();
    SmallVector<Value> newOperands(operands);
    newOperands[2] = convertBias(builder, operands[2], biasType);
    newOperands[3] = createZeroPoint(builder, loc, operands[0]);
    newOperands[4] = createZeroPoint(builder, loc, operands[1]);
    Operation *copy =
        cloneQuantized(builder, op, newOperands,
                       cast<RankedTensorType>(result.clone(accumulator)));
    cast<OpTy>(copy).setAccType(builder.getI32Type());
    return copy->getResult(0);
  }

private:
  /// `scales` are those of the bias, `products` those of input and weights
  /// multiplied.
  static FailureOr<Value>
  quantizeInt16(OpTy conv, OpBuilder &builder, ValueRange operands,
                ArrayRef<double> scales, ArrayRef<double> products,
                RankedTensorType resultType, Contract contract) {
    quant::UniformQuantizedType type = getFinalType(conv, resultType);
    FailureOr<Value> bias = widenBias(builder, operands[2], scales);
    if (!type || failed(bias))
      return failure();
    Location loc = conv.getLoc();
    Type sum = builder.getIntegerType(kWideSumBits);
    auto storage = [&](Value value) {
      return reinterpret(builder, loc, value,
                         getQuantizedElement(value.getType()).getStorageType());
    };
    auto result = cast<RankedTensorType>(conv.getOutput().getType());
    auto copy = cast<OpTy>(
        cloneQuantized(builder, conv,
                       {storage(operands[0]), storage(operands[1]), *bias,
                        createZeroPoint(builder, loc, operands[0]),
                        createZeroPoint(builder, loc, operands[1])},
                       cast<RankedTensorType>(result.clone(sum))));
    copy.setAccType(sum);
    copy->removeDiscardableAttr(kFullyConnectedAttr);
    if (contract == Contract::LiteRT && conv->hasAttr(kFullyConnectedAttr))
      return requantizeSumsFinely(builder, loc, copy.getOutput(), products,
                                  type, getLargestSum(operands[1], *bias));
    return requantizeSums(builder, loc, copy.getOutput(), scales, type,
                          contract);
  }

  /// The largest magnitude of a sum of int16 times the constant `weight`, whose
  /// output channels come first, plus `bias`.
  static int64_t getLargestSum(Value weight, Value bias) {
    auto biases = getConstantSource(bias).getValues<APInt>();
    auto weights = getConstantSource(weight).getValues<APInt>();
    int64_t channels = biases.size(), depth = weights.size() / channels;
    int64_t largest = 0;
    for (int64_t c = 0; c < channels; ++c) {
      int64_t sum = std::abs(biases[c].getSExtValue());
      for (int64_t k = 0; k < depth; ++k)
        sum += std::abs(weights[c * depth + k].getSExtValue()) << 15;
      largest = std::max(largest, sum);
    }
    return largest;
  }

  /// The positions around the image count as quantized zeros. Unless the zero
  /// point is known, the float image is padded. A transposed convolution has
  /// zeros between its pixels as well: it convolves the codes, as if their zero
  /// point were 0, and `sumReached` says how often the zero point counts.
  static Value quantizeDynamic(OpTy conv, OpBuilder &builder,
                               ValueRange operands, SchemeAttr scheme) {
    constexpr bool kTransposed = std::is_same_v<OpTy, tosa::TransposeConv2DOp>;
    Location loc = conv.getLoc();
    Value real = operands[0], weight = operands[1];
    Symmetry symmetry = scheme.getSymmetry();
    Value measured;
    if (auto slice = real.getDefiningOp<tosa::SliceOp>();
        slice && conv->hasAttr(kSharedRangeAttr))
      measured = slice.getInput1();
    bool isKnown = hasKnownZeroPoint(measured ? measured : real, symmetry);
    if constexpr (!kTransposed)
      if (!isKnown)
        real = padSpace(builder, loc, real, conv.getPad());
    auto imageType = cast<RankedTensorType>(real.getType());
    bool perRow = scheme.getActivationScales() == Granularity::Row;
    DynamicTensor image = quantizeAtRunTime(
        builder, loc, real,
        llvm::to_vector(llvm::seq<int32_t>(perRow, imageType.getRank())),
        symmetry, conv->hasAttr(kExactQuotientsAttr), measured);

    auto result = cast<RankedTensorType>(conv.getOutput().getType());
    Type i32 = builder.getI32Type(), i8 = builder.getI8Type();
    auto biasType = RankedTensorType::get({getOutputChannels(conv)}, i32);
    SmallVector<Value> newOperands{
        image.codes, reinterpret(builder, loc, weight, i8),
        tosa::ConstOp::create(
            builder, loc, biasType,
            DenseElementsAttr::get(biasType, static_cast<int32_t>(0))),
        createScalar(builder, loc, image.knownZeroPoint, i8),
        createZeroPoint(builder, loc, weight)};
    auto copy = cast<OpTy>(cloneQuantized(
        builder, conv, newOperands, cast<RankedTensorType>(result.clone(i32))));
    copy.setAccType(i32);
    if constexpr (!kTransposed)
      if (real != operands[0])
        copy.setPad(SmallVector<int64_t>(conv.getPad().size(), 0));
    WeightLayout layout = ConvolutionModel().getWeightLayout(conv, 1);
    Value reached;
    if constexpr (kTransposed)
      if (!isKnown)
        reached = sumReached(
            copy, builder,
            sumWeights(weight, {{0, 1, 2}, std::nullopt, std::nullopt}));
    return scaleProducts(builder, loc, copy.getOutput(), image, weight, layout,
                         operands[2], reached);
  }

  /// For each element of a transposed convolution's result the sum of the
  /// weights that meet a pixel there: [1, OH, OW, OC] of i32. `sums` are the
  /// weights summed over input channels. The result is that of the same
  /// convolution for an image whose pixels are all alike. A sum exceeds i8, so
  /// the first channel of these pixels is 1 and the others are 64.
  static Value sumReached(OpTy conv, OpBuilder &builder,
                          ArrayRef<int32_t> sums) {
    constexpr int32_t kStep = 64, kMost = INT8_MAX;
    int32_t largest = 0;
    for (int32_t sum : sums)
      largest = std::max(largest, std::abs(sum));
    int64_t channels = 1 + llvm::divideCeil(largest, kStep * kMost);
    SmallVector<int8_t> weights;
    for (int32_t rest : sums) {
      size_t first = weights.size();
      weights.push_back(0);
      for (int64_t c = 1; c < channels; ++c) {
        int32_t part = std::clamp(rest / kStep, -kMost, kMost);
        weights.push_back(part);
        rest -= part * kStep;
      }
      weights[first] = rest;
    }
    auto shape = [channels](Value value) {
      SmallVector<int64_t> sizes(cast<ShapedType>(value.getType()).getShape());
      sizes.back() = channels;
      return sizes;
    };
    SmallVector<int64_t> imageShape = shape(conv.getInput());
    imageShape.front() = 1;
    SmallVector<int8_t> pixels(ShapedType::getNumElements(imageShape), kStep);
    for (size_t i = 0; i < pixels.size(); i += channels)
      pixels[i] = 1;
    Location loc = conv.getLoc();
    auto constant = [&](ArrayRef<int64_t> sizes, ArrayRef<int8_t> values) {
      auto type = RankedTensorType::get(sizes, builder.getI8Type());
      return tosa::ConstOp::create(builder, loc, type,
                                   DenseElementsAttr::get(type, values));
    };
    auto type = cast<RankedTensorType>(conv.getOutput().getType());
    SmallVector<int64_t> resultShape(type.getShape());
    resultShape.front() = 1;
    Value zero = createScalar(builder, loc, 0, builder.getI8Type());
    return cloneQuantized(builder, conv,
                          {constant(imageShape, pixels),
                           constant(shape(conv.getWeight()), weights),
                           conv.getBias(), zero, zero},
                          cast<RankedTensorType>(type.clone(resultShape)))
        ->getResult(0);
  }

  /// `image` with `pad` zeros before and after each dimension of space.
  static Value padSpace(OpBuilder &builder, Location loc, Value image,
                        ArrayRef<int64_t> pad) {
    if (llvm::all_of(pad, [](int64_t size) { return size == 0; }))
      return image;
    auto type = cast<RankedTensorType>(image.getType());
    SmallVector<int64_t> shape(type.getShape()), padding(2 * shape.size(), 0);
    for (auto [i, size] : llvm::enumerate(pad)) {
      padding[2 + i] = size;
      shape[1 + i / 2] += size;
    }
    auto scalar = RankedTensorType::get({1}, type.getElementType());
    Value zero = tosa::ConstOp::create(builder, loc, scalar,
                                       DenseElementsAttr::get(scalar, 0.0f));
    ImplicitLocOpBuilder b(loc, builder);
    return tosa::PadOp::create(b, type.clone(shape), image,
                               tosa::getTosaConstShape(b, padding), zero);
  }
};

} // namespace

void ptq::attachConvolutionModels(MLIRContext &context) {
  using namespace tosa;
  Conv2DOp::attachInterface<ConvolutionModel<Conv2DOp>>(context);
  Conv3DOp::attachInterface<ConvolutionModel<Conv3DOp>>(context);
  DepthwiseConv2DOp::attachInterface<ConvolutionModel<DepthwiseConv2DOp>>(
      context);
  TransposeConv2DOp::attachInterface<ConvolutionModel<TransposeConv2DOp>>(
      context);
}
