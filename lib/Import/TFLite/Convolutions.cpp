//===- Convolutions.cpp - Convolutions and products of TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Operators with weights. In quantized ones the bias keeps its int32 codes and
/// gets the scale that the reference kernel's multiplier is made of:
/// double(scale(input)) * double(scale(weights)[c]), or the product in float32
/// where the kernel takes that one (fully connected with one scale, uint8).
///
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "quantc/Dialect/PTQ/IR/ExactQuotients.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// The reference kernels refuse a bias whose scale is further from the
/// accumulator's than this part of the output's scale.
constexpr double kBiasTolerance = 0.02;

/// The input that is convolved; the weights are input 1 of every operator.
static const Tensor &getActivation(const Node &node) {
  return node.getInput(node.getCode() == schema::Code_TRANSPOSE_CONV ? 2 : 0);
}

static bool hasIntegerKernel(const Node &node) {
  return isQuantizedType(getActivation(node).type) &&
         isQuantizedType(node.getInput(1).type);
}

static bool hasWeights(const Node &node) {
  switch (node.getCode()) {
  case schema::Code_BATCH_MATMUL:
  case schema::Code_CONV_2D:
  case schema::Code_CONV_3D:
  case schema::Code_DEPTHWISE_CONV_2D:
  case schema::Code_FULLY_CONNECTED:
  case schema::Code_TRANSPOSE_CONV:
    return node.hasInput(1);
  default:
    return false;
  }
}

/// True if the operator quantizes its float activations at run time: its
/// weights are integers.
static bool isHybrid(const Node &node) {
  return hasWeights(node) &&
         getActivation(node).type == schema::TensorType_FLOAT32 &&
         node.getInput(1).isConstant && isQuantizedType(node.getInput(1).type);
}

std::string tflite::getWeightScheme(const Node &node) {
  if (isHybrid(node))
    // XNNPACK gives rows a zero point, whatever the operator's options say. It
    // does not run weights of uint8; the kernels that do know no zero point.
    return node.getInput(1).type == schema::TensorType_UINT8
               ? "dynamic-range:row,symmetric"
               : "dynamic-range:row";
  if (!hasWeights(node) || node.getInput(1).type != schema::TensorType_FLOAT32)
    return "";
  if (const Tensor &weights = node.getInput(1); weights.block > 0)
    return "weight-only:int" + std::to_string(weights.blockBits) +
           ",block=" + std::to_string(weights.block);
  switch (node.getStoredType(1)) {
  case schema::TensorType_FLOAT16:
    return "float16";
  case schema::TensorType_INT8:
  case schema::TensorType_UINT8:
    return "weight-only";
  default:
    return "";
  }
}

/// The weights. Next to float activations LiteRT takes the bytes of uint8
/// weights for int8 without a zero point, as which old converters wrote them.
static Value getWeights(Node &node) {
  const Tensor &weights = node.getInput(1);
  if (!isHybrid(node) || weights.type != schema::TensorType_UINT8)
    return node.get(1);
  QuantizationParams params = getParams(weights);
  params.isUnsigned = false;
  params.zeroPoints.assign(params.scales.size(), 0);
  return node.b.quantizedConstant(weights.shape, weights.data, params);
}

/// Parameters of accumulators. `weights` has one scale, or one per channel.
static QuantizationParams getAccumulatorParams(const Tensor &input,
                                               const Tensor &weights,
                                               bool isFullyConnected) {
  QuantizationParams params;
  params.bits = 32;
  double inputScale = getParams(input).scales.front();
  SmallVector<double> weightScales = getParams(weights).scales;
  bool inFloat32 = weightScales.size() == 1 &&
                   (isFullyConnected || input.type == schema::TensorType_UINT8);
  for (double scale : weightScales)
    params.scales.push_back(inFloat32 ? float(inputScale) * float(scale)
                                      : inputScale * scale);
  if (params.scales.size() > 1)
    params.axis = 0;
  return params;
}

/// A constant bias in steps of `params`. Integers beyond 32 bits, next to int16
/// activations, become reals: their sums have far more digits than the result.
static Value buildBias(NetworkBuilder &b, const Tensor &stored,
                       const QuantizationParams &params) {
  SmallVector<int64_t> codes = readIntegers(stored);
  auto count = static_cast<int64_t>(codes.size());
  if (llvm::all_of(codes, llvm::isInt<32>)) {
    SmallVector<int32_t> narrow(codes.begin(), codes.end());
    ArrayRef bytes(reinterpret_cast<const char *>(narrow.data()),
                   narrow.size() * sizeof(int32_t));
    return b.quantizedConstant({count}, bytes, params);
  }
  SmallVector<float> reals;
  for (auto [i, code] : llvm::enumerate(codes))
    reals.push_back(code * params.scales[params.axis ? i : 0]);
  return b.constant(count, reals);
}

/// Sets `bias`, to null where a float operator has none. The weights have
/// `channels` elements in dimension `axis`.
static LogicalResult getBias(Node &node, unsigned index, int64_t channels,
                             int32_t axis, Value &bias) {
  const Tensor &weights = node.getInput(1);
  if (weights.quantization && weights.quantization->scale()->size() > 1 &&
      weights.quantization->quantized_dimension() != axis)
    return node.emitError()
           << "has a weight scale for each element of dimension "
           << weights.quantization->quantized_dimension()
           << ", which are not its output channels (dimension " << axis << ")";
  if (!hasIntegerKernel(node)) {
    bias = node.get(index);
    return success(bias || !node.hasInput(index));
  }

  bool isFullyConnected = node.getCode() == schema::Code_FULLY_CONNECTED;
  QuantizationParams params =
      getAccumulatorParams(getActivation(node), weights, isFullyConnected);
  if (!node.hasInput(index)) {
    SmallVector<char> zeros(channels * sizeof(int32_t), 0);
    bias = node.b.quantizedConstant({channels}, zeros, params);
    return success(bool(bias));
  }
  const Tensor &stored = node.getInput(index);
  bool isWide = stored.type == schema::TensorType_INT64 &&
                getActivation(node).type == schema::TensorType_INT16;
  if ((stored.type != schema::TensorType_INT32 && !isWide) ||
      !stored.isConstant)
    return node.emitError()
           << "has a bias of type " << getTypeName(stored.type)
           << " or computed at run time; quantized networks have constant "
              "biases of type INT32, or INT64 next to activations of INT16";
  if (stored.getNumElements() != channels)
    return node.emitError() << "has a bias of " << stored.getNumElements()
                            << " elements for " << channels << " channels";
  double outputScale = getParams(node.getOutput()).scales.front();
  if (params.scales.size() == 1 && stored.quantization &&
      std::fabs(getParams(stored).scales.front() - params.scales.front()) >
          kBiasTolerance * outputScale)
    return node.emitError()
           << "has a bias of scale " << getParams(stored).scales.front()
           << ", but the product of the scales of input and weights is "
           << params.scales.front();
  bias = buildBias(node.b, stored, params);
  return success(bool(bias));
}

static FailureOr<AutoPad> getPadding(Node &node, schema::Padding padding) {
  switch (padding) {
  case schema::Padding_SAME:
    return AutoPad::SameUpper;
  case schema::Padding_VALID:
    return AutoPad::Valid;
  }
  return node.emitError() << "has the unknown padding " << int(padding);
}

/// The window of a convolution with strides of 1 that has weights of `kernel`
/// and gets `dilation`; its own padding is on the pixels that were taken apart.
static Window dilate(Window window, const Dilation &dilation,
                     ArrayRef<int64_t> kernel) {
  bool isSame = window.autoPad == AutoPad::SameUpper;
  window.autoPad = AutoPad::Explicit;
  window.dilation.assign(std::begin(dilation.rate), std::end(dilation.rate));
  for (int i : {0, 1}) {
    int64_t own = isSame ? kernel[i] - 1 : 0;
    window.before.push_back(dilation.before[i] + own / 2 * dilation.rate[i]);
    window.after.push_back(dilation.after[i] +
                           (own - own / 2) * dilation.rate[i]);
  }
  return window;
}

template <typename Options>
static FailureOr<Window> getWindow(Node &node, const Options &options) {
  FailureOr<AutoPad> padding = getPadding(node, options.padding());
  if (failed(padding))
    return failure();
  Window window;
  window.autoPad = *padding;
  window.stride = {options.stride_h(), options.stride_w()};
  window.dilation = {options.dilation_h(), options.dilation_w()};
  return window;
}

/// The sizes of images or weights, whose rank convolutions rely on.
static FailureOr<ArrayRef<int64_t>> getShape(Node &node, unsigned index,
                                             int64_t rank) {
  Value value = node.get(index);
  if (!value)
    return failure();
  ArrayRef<int64_t> shape = NetworkBuilder::shapeOf(value);
  if (int64_t(shape.size()) == rank)
    return shape;
  return node.emitError() << "has an input " << index << " with "
                          << shape.size() << " dimensions instead of " << rank;
}

namespace {
/// Of a convolution's input, channels last, and of its weights.
struct ConvShapes {
  ArrayRef<int64_t> input, weights;
};
} // namespace

static FailureOr<ConvShapes> getConvShapes(Node &node) {
  FailureOr<ArrayRef<int64_t>> input = getShape(node, 0, 4);
  FailureOr<ArrayRef<int64_t>> weights = getShape(node, 1, 4);
  if (failed(input) || failed(weights))
    return failure();
  return ConvShapes{*input, *weights};
}

/// The kernels quantize the whole input of a convolution in groups, whose
/// results are joined in `result`.
static void shareRange(Node &node, Value result) {
  auto join = result ? result.getDefiningOp<tosa::ConcatOp>() : nullptr;
  for (Value part : join ? ValueRange(join.getInput1()) : ValueRange())
    if (auto conv = part.getDefiningOp<tosa::Conv2DOp>())
      conv->setAttr(ptq::kSharedRangeAttr, node.b.getBuilder().getUnitAttr());
}

template <typename Options>
static LogicalResult importConv(Node &node, const Options &options,
                                Value weights, int64_t channels, int32_t axis,
                                int64_t groups) {
  FailureOr<Window> window = getWindow(node, options);
  Value bias;
  if (succeeded(window) && node.getOp().dilation)
    window = dilate(*window, *node.getOp().dilation,
                    NetworkBuilder::shapeOf(weights).slice(1, 2));
  if (failed(window) || failed(getBias(node, 2, channels, axis, bias)))
    return failure();
  Value result = node.b.conv(node.get(0), weights, bias, *window, groups);
  if (groups > 1 && isHybrid(node))
    shareRange(node, result);
  return node.setResult(result, options.activation());
}

static LogicalResult importConv2D(Node &node) {
  const auto *options = node.getFlat().options_as_Conv2D();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<ConvShapes> shapes = getConvShapes(node);
  if (failed(shapes))
    return failure();
  // Grouped convolutions show in the shapes only.
  int64_t groups = shapes->input.back() / shapes->weights.back();
  if (groups * shapes->weights.back() != shapes->input.back())
    return node.emitError()
           << "has " << shapes->input.back()
           << " input channels, but weights for " << shapes->weights.back();
  return importConv(node, *options, getWeights(node), shapes->weights.front(),
                    /*axis=*/0, groups);
}

/// Over volumes, [N, D, H, W, C], with weights [KD, KH, KW, C / groups, O].
static LogicalResult importConv3D(Node &node) {
  const auto *options = node.getFlat().options_as_Conv3D();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<ArrayRef<int64_t>> input = getShape(node, 0, 5);
  FailureOr<ArrayRef<int64_t>> weights = getShape(node, 1, 5);
  FailureOr<AutoPad> padding = getPadding(node, options->padding());
  if (failed(input) || failed(weights) || failed(padding))
    return failure();
  int64_t channels = input->back(), own = (*weights)[3];
  if (own < 1 || channels % own != 0)
    return node.emitError()
           << "has " << channels << " input channels, but weights for " << own;
  Window window;
  window.autoPad = *padding;
  window.stride = {options->stride_d(), options->stride_h(),
                   options->stride_w()};
  window.dilation = {options->dilation_d(), options->dilation_h(),
                     options->dilation_w()};
  Value bias;
  if (failed(getBias(node, 2, weights->back(), /*axis=*/4, bias)))
    return failure();
  Value filters = node.b.transpose(getWeights(node), {4, 0, 1, 2, 3});
  return node.setResult(
      node.b.conv(node.get(0), filters, bias, window, channels / own),
      options->activation());
}

static LogicalResult importDepthwiseConv2D(Node &node) {
  const auto *options = node.getFlat().options_as_DepthwiseConv2D();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<ConvShapes> shapes = getConvShapes(node);
  if (failed(shapes))
    return failure();
  // [1, KH, KW, C * M] as the weights of a convolution with C groups.
  return importConv(node, *options,
                    node.b.transpose(getWeights(node), {3, 1, 2, 0}),
                    shapes->weights.back(), /*axis=*/3, shapes->input.back());
}

/// Padding of a transposed convolution along one dimension: that of the
/// convolution from the output's size to the input's.
static void addTransposedPadding(schema::Padding padding, int64_t stride,
                                 int64_t in, int64_t out, int64_t kernel,
                                 Window &window, TransposedSize &size) {
  int64_t before = 0;
  if (padding == schema::Padding_SAME) {
    int64_t convolved = (out + stride - 1) / stride;
    int64_t total = (convolved - 1) * stride + kernel - out;
    before = std::max<int64_t>(total, 0) / 2;
  }
  int64_t after = (in - 1) * stride + kernel - before - out;
  window.before.push_back(before);
  window.after.push_back(std::max<int64_t>(after, 0));
  size.outputPadding.push_back(std::max<int64_t>(-after, 0));
}

static LogicalResult importTransposeConv(Node &node) {
  const auto *options = node.getFlat().options_as_TransposeConv();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<SmallVector<int64_t>> out =
      node.getIntegers(0, "the shape of its output");
  FailureOr<ArrayRef<int64_t>> weights = getShape(node, 1, 4);
  FailureOr<ArrayRef<int64_t>> input = getShape(node, 2, 4);
  if (failed(out) || failed(weights) || failed(input) ||
      failed(getPadding(node, options->padding())))
    return failure();
  int64_t strides[] = {options->stride_h(), options->stride_w()};
  if (out->size() != 4 || strides[0] < 1 || strides[1] < 1)
    return node.emitError() << "has " << out->size()
                            << " numbers for the shape of its output, and "
                               "strides "
                            << strides[0] << " and " << strides[1];
  Window window;
  window.stride.assign(std::begin(strides), std::end(strides));
  TransposedSize size;
  for (int64_t d : {0, 1})
    addTransposedPadding(options->padding(), strides[d], (*input)[d + 1],
                         (*out)[d + 1], (*weights)[d + 1], window, size);
  Value bias;
  if (failed(getBias(node, 3, weights->front(), /*axis=*/0, bias)))
    return failure();
  return node.setResult(
      node.b.transposeConv(node.get(2), getWeights(node), bias, window, size),
      options->activation());
}

/// Marks the convolution that `product` is a view of.
static void markFullyConnected(Node &node, Value product) {
  Operation *op = product ? product.getDefiningOp() : nullptr;
  while (auto reshape = dyn_cast_or_null<tosa::ReshapeOp>(op))
    op = reshape.getInput1().getDefiningOp();
  if (auto conv = dyn_cast_or_null<tosa::Conv2DOp>(op))
    conv->setAttr(ptq::kFullyConnectedAttr, node.b.getBuilder().getUnitAttr());
}

static LogicalResult importFullyConnected(Node &node) {
  const auto *options = node.getFlat().options_as_FullyConnected();
  if (!options)
    return node.refuseMissingOptions();
  if (options->weights_format() != 0)
    return node.emitError() << "has weights in a shuffled order, which is not "
                               "read; convert the network anew";
  FailureOr<ArrayRef<int64_t>> weights = getShape(node, 1, 2);
  if (failed(weights))
    return failure();
  Value bias;
  Value input = node.get(0);
  if (failed(getBias(node, 2, weights->front(), /*axis=*/0, bias)) || !input)
    return failure();
  if (!options->keep_num_dims() && NetworkBuilder::rankOf(input) != 2)
    input = node.b.reshape(input, {-1, weights->back()});
  Value product = node.b.fullyConnected(input, getWeights(node), bias);
  if (node.getInput(0).type == schema::TensorType_INT16)
    markFullyConnected(node, product);
  return node.setResult(product, options->activation());
}

static LogicalResult importBatchMatMul(Node &node) {
  const auto *options = node.getFlat().options_as_BatchMatMul();
  return node.setResult(node.b.matMul(node.get(0), getWeights(node),
                                      options && options->adj_x(),
                                      options && options->adj_y()));
}

ArrayRef<Handler> tflite::getConvolutionHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_BATCH_MATMUL, 4, 2, 2, 1, importBatchMatMul},
      {schema::Code_CONV_2D, 8, 2, 3, 1, importConv2D},
      {schema::Code_CONV_3D, 1, 2, 3, 1, importConv3D},
      {schema::Code_DEPTHWISE_CONV_2D, 7, 2, 3, 1, importDepthwiseConv2D},
      {schema::Code_FULLY_CONNECTED, 14, 2, 3, 1, importFullyConnected},
      {schema::Code_TRANSPOSE_CONV, 5, 3, 4, 1, importTransposeConv},
  };
  return kHandlers;
}
