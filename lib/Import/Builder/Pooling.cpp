//===- Pooling.cpp - Pooling --------------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Windows.h"

#include <cfloat>

using namespace mlir;
using namespace quantc;

/// The most elements of a window whose average is taken with dilation: each is
/// a weight for every channel.
static constexpr int64_t kMaxDilated = 256;
/// The most windows with dilation in one dimension that are looked at one by
/// one.
static constexpr int64_t kMaxWindows = 1 << 16;

/// A pooling over images, made of the one over [N, W, C] if need be.
static Value
overImages(NetworkBuilder &b, Value x, ArrayRef<int64_t> kernel,
           const Window &window,
           llvm::function_ref<Value(Value, ArrayRef<WindowDim>)> build) {
  if (!x)
    return {};
  int64_t rank = b.rankOf(x);
  if (rank != 3 && rank != 4) {
    b.emitError() << "pooling of " << x.getType()
                  << "; one to three spatial dimensions are supported";
    return {};
  }
  SmallVector<int64_t> kernels(kernel);
  if (rank == 3 && !kernels.empty())
    kernels.insert(kernels.begin(), 1);
  Value images = rank == 3 ? addHeight(b, x) : x;
  auto dims = resolveWindow(b, b.shapeOf(images).slice(1, 2), kernels,
                            rank == 3 ? addHeight(window) : window);
  if (!dims)
    return {};
  for (const WindowDim &dim : *dims)
    if (std::max(dim.before, dim.needed()) >= dim.extent()) {
      b.emitError() << "padding of " << std::max(dim.before, dim.needed())
                    << " elements for a pooling window of " << dim.extent();
      return {};
    }
  Value y = build(images, *dims);
  return rank == 3 && y ? b.squeeze(y, 1) : y;
}

/// The window over the first of three dimensions and a dimension of size 1, or
/// over the other two.
static Window takeDims(const Window &window, bool first) {
  Window result = window;
  auto take = [&](SmallVector<int64_t> &list, int64_t otherwise) {
    if (list.size() != 3)
      return;
    if (first)
      list = {list[0], otherwise};
    else
      list.erase(list.begin());
  };
  take(result.stride, 1);
  take(result.dilation, 1);
  take(result.before, 0);
  take(result.after, 0);
  return result;
}

/// A pooling over volumes [N, D, H, W, C]: each slice as an image, and then the
/// columns of slices. Maxima of maxima are exact; so are means of means, as all
/// slices of a window have the same number of elements.
static Value overVolumes(
    NetworkBuilder &b, Value x, ArrayRef<int64_t> kernel, const Window &window,
    llvm::function_ref<Value(Value, ArrayRef<int64_t>, const Window &)> pool) {
  ArrayRef<int64_t> lists[] = {window.stride, window.dilation, window.before,
                               window.after};
  if (kernel.size() != 3 || llvm::any_of(lists, [](ArrayRef<int64_t> list) {
        return !list.empty() && list.size() != 3;
      })) {
    b.emitError() << "a pooling window that does not have three sizes for "
                  << x.getType();
    return {};
  }
  SmallVector<int64_t> shape(b.shapeOf(x));
  Value slices = b.reshape(x, {-1, shape[2], shape[3], shape[4]});
  Value y = pool(slices, kernel.drop_front(), takeDims(window, false));
  if (!y)
    return {};
  int64_t rows = b.shapeOf(y)[1], columns = b.shapeOf(y)[2];
  Value stacked = b.reshape(y, {shape[0], shape[1], rows * columns, shape[4]});
  y = pool(stacked, {kernel[0], 1}, takeDims(window, true));
  return b.reshape(y, {shape[0], -1, rows, columns, shape[4]});
}

static SmallVector<int64_t> outputShape(NetworkBuilder &b, Value x,
                                        ArrayRef<WindowDim> dims) {
  ArrayRef<int64_t> shape = b.shapeOf(x);
  return {shape[0], dims[0].output, dims[1].output, shape[3]};
}

/// True if a window may see nothing but padding: between its elements, which
/// are further apart than the input is long.
static bool mayMissInput(const WindowDim &dim) {
  if (dim.size >= dim.dilation)
    return false;
  if (dim.output > kMaxWindows)
    return true;
  for (int64_t window = 0; window < dim.output; ++window) {
    int64_t begin = window * dim.stride - dim.before;
    // The first element that does not lie in front of the input.
    if (begin < 0)
      begin += llvm::divideCeil(-begin, dim.dilation) * dim.dilation;
    if (begin >= dim.size)
      return true;
  }
  return false;
}

/// `x` [N, size, B, C] with `count` elements more along dimension 1, none of
/// which changes a maximum over elements that are `dilation` apart: copies of
/// what such a window has seen before. If there are fewer elements than that,
/// only windows that see no element of the input see what is added. Their
/// maximum is the lowest finite number; without such windows the added elements
/// are ordinary ones, as calibration sees them.
static Value completeRows(NetworkBuilder &b, Value x, const WindowDim &dim,
                          int64_t count) {
  int64_t size = b.shapeOf(x)[1];
  if (count == 0)
    return x;
  if (size < dim.dilation)
    return b.pad(x, {0, 0, 0, 0}, {0, count, 0, 0},
                 mayMissInput(dim) ? PadMode::Constant : PadMode::Edge,
                 b.elementOf(x).isF32() ? -double(FLT_MAX) : double(INT8_MIN));
  int64_t begin = size - dim.dilation;
  return b.concat({x, b.slice(x, {1}, {begin}, {begin + count})}, 1);
}

/// Maxima along dimension 1 of x [N, size, B, C]. In rows of `dim.dilation`
/// elements, what a window sees lies one below the other: a pooling over the
/// rows makes the windows that begin at each element, of which those asked for
/// are taken. Nothing but moves and a pooling: quantized, it has one scale.
static Value poolDilated(NetworkBuilder &b, Value x, const WindowDim &dim) {
  if (!x)
    return {};
  SmallVector<int64_t> shape(b.shapeOf(x));
  Window window;
  if (dim.dilation == 1) {
    window.stride = {dim.stride, 1};
    window.before = {dim.before, 0};
    window.after = {dim.needed(), 0};
    return b.maxPool(x, {dim.kernel, 1}, window);
  }
  int64_t rows = llvm::divideCeil(shape[1], dim.dilation);
  x = completeRows(b, x, dim, rows * dim.dilation - shape[1]);
  int64_t top = llvm::divideCeil(dim.before, dim.dilation);
  int64_t first = top * dim.dilation - dim.before;
  int64_t last = first + (dim.output - 1) * dim.stride;
  int64_t bottom = last / dim.dilation + dim.kernel - rows - top;
  window.before = {top, 0};
  window.after = {std::max<int64_t>(bottom, 0), 0};
  Value y = b.maxPool(
      b.reshape(x, {shape[0], rows, dim.dilation * shape[2], shape[3]}),
      {dim.kernel, 1}, window);
  return b.slice(b.reshape(y, {shape[0], -1, shape[2], shape[3]}), {1}, {first},
                 {last + 1}, {dim.stride});
}

/// Rows, then columns: maxima of maxima are exact.
static Value buildDilated(NetworkBuilder &b, Value x,
                          ArrayRef<WindowDim> dims) {
  SmallVector<WindowDim> fitted(dims);
  auto [cropped, pads] = fitInput(b, x, dims);
  if (!cropped)
    return {};
  for (auto [i, dim] : llvm::enumerate(fitted)) {
    dim.size = b.shapeOf(cropped)[i + 1];
    dim.before = pads[2 * i];
    if (dim.kernel == 1) // Nothing is dilated.
      dim.dilation = 1;
  }
  ArrayRef<int64_t> shape = b.shapeOf(cropped);
  int64_t images = shape[0], channels = shape[3];
  Value y = poolDilated(b, cropped, fitted[0]);
  y = b.reshape(y, {-1, fitted[1].size, 1, channels});
  return b.reshape(poolDilated(b, y, fitted[1]),
                   {images, dims[0].output, dims[1].output, channels});
}

Value NetworkBuilder::maxPool(Value x, ArrayRef<int64_t> kernel,
                              const Window &window) {
  if (!requireElement(*this, x, {getF32Type(), builder.getI8Type()}))
    return {};
  if (rankOf(x) == 5)
    return overVolumes(*this, x, kernel, window,
                       [&](Value part, ArrayRef<int64_t> k, const Window &w) {
                         return maxPool(part, k, w);
                       });
  return overImages(*this, x, kernel, window,
                    [&](Value images, ArrayRef<WindowDim> dims) -> Value {
                      if (dims[0].dilation != 1 || dims[1].dilation != 1)
                        return buildDilated(*this, images, dims);
                      auto [fitted, pads] = fitInput(*this, images, dims);
                      if (!fitted)
                        return {};
                      return create<tosa::MaxPool2dOp>(
                          outputShape(*this, images, dims), elementOf(x),
                          fitted,
                          ArrayRef<int64_t>{dims[0].kernel, dims[1].kernel},
                          ArrayRef<int64_t>{dims[0].stride, dims[1].stride},
                          ArrayRef<int64_t>(pads));
                    });
}

/// tosa.avg_pool2d, whose divisor counts the elements of the input.
static Value buildAverage(NetworkBuilder &b, Value x,
                          ArrayRef<WindowDim> dims) {
  auto [fitted, pads] = fitInput(b, x, dims);
  if (!fitted)
    return {};
  Type f32 = b.getF32Type();
  return b.create<tosa::AvgPool2dOp>(
      outputShape(b, x, dims), f32, fitted, b.operandConstant(0, f32),
      b.operandConstant(0, f32),
      ArrayRef<int64_t>{dims[0].kernel, dims[1].kernel},
      ArrayRef<int64_t>{dims[0].stride, dims[1].stride},
      ArrayRef<int64_t>(pads), f32);
}

/// What an average over all elements of windows is multiplied by along
/// dimension `axis`, as windows see less of them at the borders. `y` if they
/// see all.
static Value correctAverage(NetworkBuilder &b, Value y, int64_t axis,
                            const WindowDim &dim) {
  SmallVector<float> factors;
  for (int64_t window = 0; window < dim.output; ++window) {
    int64_t seen = 0;
    for (int64_t k = 0; k < dim.kernel; ++k) {
      int64_t at = window * dim.stride + k * dim.dilation - dim.before;
      seen += at >= 0 && at < dim.size;
    }
    factors.push_back(float(double(dim.kernel) / double(seen)));
  }
  if (llvm::all_of(factors, [](float factor) { return factor == 1; }))
    return y;
  SmallVector<int64_t> shape(4, 1);
  shape[axis] = dim.output;
  return b.binary(BinaryKind::Mul, y, b.constant(shape, factors));
}

/// False after an error if there is too much to treat alone.
static bool checkDilatedAverage(NetworkBuilder &b, ArrayRef<WindowDim> dims) {
  if (dims[0].kernel <= kMaxDilated && dims[1].kernel <= kMaxDilated &&
      dims[0].kernel * dims[1].kernel <= kMaxDilated &&
      std::max(dims[0].output, dims[1].output) <= kMaxWindows)
    return true;
  b.emitError() << "average pooling with dilation and windows of more than "
                << kMaxDilated << " elements, or more than " << kMaxWindows
                << " windows side by side";
  return false;
}

/// A depthwise convolution with the same weight everywhere.
static Value buildDilatedAverage(NetworkBuilder &b, Value x,
                                 ArrayRef<WindowDim> dims) {
  if (!checkDilatedAverage(b, dims))
    return {};
  int64_t channels = b.shapeOf(x)[3];
  Window window;
  for (const WindowDim &dim : dims) {
    window.stride.push_back(dim.stride);
    window.dilation.push_back(dim.dilation);
    window.before.push_back(dim.before);
    window.after.push_back(dim.needed());
  }
  int64_t rows = dims[0].kernel, columns = dims[1].kernel;
  Value weights =
      b.splat(b.getType({rows, columns, channels, 1}, b.getF32Type()),
              1.0 / double(rows * columns));
  Value y = b.depthwiseConv(x, weights, {}, window);
  return correctAverage(b, correctAverage(b, y, 1, dims[0]), 2, dims[1]);
}

Value NetworkBuilder::averagePool(Value x, ArrayRef<int64_t> kernel,
                                  const Window &window, bool countPadding) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  if (rankOf(x) == 5)
    return overVolumes(*this, x, kernel, window,
                       [&](Value part, ArrayRef<int64_t> k, const Window &w) {
                         return averagePool(part, k, w, countPadding);
                       });
  return overImages(*this, x, kernel, window,
                    [&](Value images, ArrayRef<WindowDim> dims) -> Value {
                      SmallVector<WindowDim> counted(dims);
                      if (countPadding) {
                        // Zeros that are part of the input count.
                        SmallVector<int64_t> before(4, 0), after(4, 0);
                        for (auto [i, dim] : llvm::enumerate(counted)) {
                          before[i + 1] = std::exchange(dim.before, 0);
                          after[i + 1] = std::exchange(dim.after, 0);
                          dim.size += before[i + 1] + after[i + 1];
                        }
                        images = pad(images, before, after);
                      }
                      if (!images)
                        return {};
                      bool dilated =
                          dims[0].dilation != 1 || dims[1].dilation != 1;
                      return dilated
                                 ? buildDilatedAverage(*this, images, counted)
                                 : buildAverage(*this, images, counted);
                    });
}
