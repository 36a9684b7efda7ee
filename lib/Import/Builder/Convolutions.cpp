//===- Convolutions.cpp - Convolutions ----------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Convolutions.h"
#include "Constants.h"
#include "Elementwise.h"
#include "Windows.h"

using namespace mlir;
using namespace quantc;

/// A group is an operation of its own.
static constexpr int64_t kMaxGroups = 4096;

Value quantc::completeBias(NetworkBuilder &b, Value bias, int64_t channels) {
  if (!bias)
    return b.splat(b.getType(channels, b.getF32Type()), 0);
  if (!requireElement(b, bias, {b.getF32Type()}))
    return {};
  if (b.typeOf(bias).getNumElements() == channels)
    return b.reshape(bias, channels);
  b.emitError() << "a bias of type " << bias.getType() << " for " << channels
                << " channels";
  return {};
}

bool quantc::checkConvolution(NetworkBuilder &b, Value x, Value weights,
                              int64_t groups) {
  if (!requireElement(b, x, {b.getF32Type()}) ||
      !requireElement(b, weights, {b.getF32Type()}))
    return false;
  int64_t rank = b.rankOf(x);
  if (rank < 3 || rank > 5 || b.rankOf(weights) != rank) {
    b.emitError() << "a convolution of " << x.getType() << " and "
                  << weights.getType()
                  << "; one to three spatial dimensions are supported";
    return false;
  }
  int64_t in = b.shapeOf(x).back(), out = b.shapeOf(weights).front();
  if (groups >= 1 && in % groups == 0 && out % groups == 0 &&
      b.shapeOf(weights).back() == in / groups)
    return true;
  b.emitError() << "a convolution of " << in
                << " channels with weights of type " << weights.getType()
                << " in " << groups << " groups";
  return false;
}

Value quantc::buildGroups(
    NetworkBuilder &b, Value x, Value weights, Value bias, int64_t groups,
    llvm::function_ref<Value(Value, Value, Value)> build) {
  if (groups > kMaxGroups) {
    b.emitError() << "a convolution in " << groups << " groups; up to "
                  << kMaxGroups << " are supported";
    return {};
  }
  SmallVector<Value> xs = b.splitEvenly(x, -1, groups);
  SmallVector<Value> ws = b.splitEvenly(weights, 0, groups);
  SmallVector<Value> biases = b.splitEvenly(bias, 0, groups);
  if (xs.empty() || ws.empty() || biases.empty())
    return {};
  SmallVector<Value> parts;
  for (int64_t i = 0; i < groups; ++i)
    parts.push_back(build(xs[i], ws[i], biases[i]));
  return b.concat(parts, -1);
}

/// The attributes of a convolution's window.
static SmallVector<int64_t> collect(ArrayRef<WindowDim> dims,
                                    int64_t WindowDim::*field) {
  return llvm::map_to_vector(dims,
                             [&](const WindowDim &dim) { return dim.*field; });
}

/// tosa.conv2d or tosa.depthwise_conv2d over [N, H, W, C], tosa.conv3d over
/// [N, D, H, W, C].
template <typename OpTy>
static Value buildWindows(NetworkBuilder &b, Value x, Value weights, Value bias,
                          ArrayRef<int64_t> kernel, int64_t channels,
                          const Window &window) {
  ArrayRef<int64_t> sizes = b.shapeOf(x).drop_front().drop_back();
  auto dims = resolveWindow(b, sizes, kernel, window);
  if (!dims)
    return {};
  auto [fitted, pads] = fitInput(b, x, *dims);
  bias = completeBias(b, bias, channels);
  if (!fitted || !bias)
    return {};
  SmallVector<int64_t> shape{b.shapeOf(x)[0]};
  llvm::append_range(shape, collect(*dims, &WindowDim::output));
  shape.push_back(channels);
  Type f32 = b.getF32Type();
  return b.create<OpTy>(shape, f32, fitted, weights, bias,
                        b.operandConstant(0, f32), b.operandConstant(0, f32),
                        pads, collect(*dims, &WindowDim::stride),
                        collect(*dims, &WindowDim::dilation), f32);
}

Value NetworkBuilder::depthwiseConv(Value x, Value weights, Value bias,
                                    const Window &window) {
  if (!requireElement(*this, x, {getF32Type()}) ||
      !requireElement(*this, weights, {getF32Type()}))
    return {};
  if (rankOf(x) != 4 || rankOf(weights) != 4 ||
      shapeOf(x)[3] != shapeOf(weights)[2]) {
    emitError() << "a depthwise convolution of " << x.getType() << " and "
                << weights.getType();
    return {};
  }
  ArrayRef<int64_t> shape = shapeOf(weights);
  return buildWindows<tosa::DepthwiseConv2DOp>(*this, x, weights, bias,
                                               shape.take_front(2),
                                               shape[2] * shape[3], window);
}

/// Weights [C*M, KH, KW, 1] as [KH, KW, C, M]; null without an error if their
/// scales do not allow it.
static Value makeDepthwiseWeights(NetworkBuilder &b, Value weights,
                                  int64_t channels) {
  ArrayRef<int64_t> shape = b.shapeOf(weights);
  int64_t multiplier = shape[0] / channels;
  auto perAxis = dyn_cast_or_null<quant::UniformQuantizedPerAxisType>(
      b.getQuantization(weights));
  if (perAxis && multiplier > 1)
    return {};
  if (multiplier == 1) // Keeps the dimension of scales.
    return b.unsqueeze(
        b.transpose(b.reshape(weights, {shape[0], shape[1], shape[2]}),
                    {1, 2, 0}),
        3);
  return b.transpose(
      b.reshape(weights, {channels, multiplier, shape[1], shape[2]}),
      {2, 3, 0, 1});
}

/// A group per channel. With a scale per output channel, each input channel is
/// repeated until there are as many.
static Value buildDepthwise(NetworkBuilder &b, Value x, Value weights,
                            Value bias, const Window &window) {
  int64_t in = b.shapeOf(x).back(), out = b.shapeOf(weights).front();
  Value moved = makeDepthwiseWeights(b, weights, in);
  if (!moved) {
    SmallVector<int64_t> shape(b.shapeOf(x));
    Value repeated = b.tile(b.reshape(x, {-1, in, 1}), {1, 1, out / in});
    shape.back() = out;
    x = b.reshape(repeated, shape);
    moved = makeDepthwiseWeights(b, weights, out);
  }
  return x && moved ? b.depthwiseConv(x, moved, bias, window) : Value();
}

Value NetworkBuilder::conv(Value x, Value weights, Value bias,
                           const Window &window, int64_t groups) {
  if (!checkConvolution(*this, x, weights, groups))
    return {};
  if (rankOf(x) == 3) {
    Value y = conv(addHeight(*this, x), addHeight(*this, weights), bias,
                   addHeight(window), groups);
    return y ? squeeze(y, 1) : Value();
  }
  int64_t channels = shapeOf(weights).front();
  bias = completeBias(*this, bias, channels);
  if (!bias)
    return {};
  bool isVolume = rankOf(x) == 5;
  if (groups > 1 && groups == shapeOf(x).back() && !isVolume)
    return buildDepthwise(*this, x, weights, bias, window);
  if (groups > 1)
    return buildGroups(
        *this, x, weights, bias, groups,
        [&](Value part, Value w, Value c) { return conv(part, w, c, window); });
  ArrayRef<int64_t> kernel = shapeOf(weights).drop_front().drop_back();
  return isVolume ? buildWindows<tosa::Conv3DOp>(*this, x, weights, bias,
                                                 kernel, channels, window)
                  : buildWindows<tosa::Conv2DOp>(*this, x, weights, bias,
                                                 kernel, channels, window);
}
