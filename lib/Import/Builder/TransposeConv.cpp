//===- TransposeConv.cpp - Transposed convolutions ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Convolutions.h"
#include "Elementwise.h"
#include "Windows.h"

using namespace mlir;
using namespace quantc;

/// The most elements that weights have with zeros in between, or for all phases
/// of the strides.
static constexpr int64_t kMaxWeights = int64_t(1) << 24;

namespace {
/// One spatial dimension of a transposed convolution.
struct TransposedDim {
  int64_t kernel, stride, dilation;
  /// What is cut off the full output before and after; negative amounts add.
  int64_t before, after;
  /// Without anything cut off.
  int64_t full;

  int64_t output() const { return full - before - after; }
};
} // namespace

/// What is cut off so that `wanted` elements are left. What is missing is added
/// behind the output.
static void cutTo(TransposedDim &dim, int64_t wanted, AutoPad autoPad) {
  int64_t total = dim.full - wanted, cut = std::max<int64_t>(total, 0);
  dim.before = autoPad == AutoPad::SameUpper ? cut / 2 : cut - cut / 2;
  dim.after = total - dim.before;
}

static std::optional<SmallVector<TransposedDim>>
resolveTransposed(NetworkBuilder &b, ArrayRef<int64_t> sizes,
                  ArrayRef<int64_t> kernel, const Window &window,
                  const TransposedSize &size) {
  size_t count = sizes.size();
  auto kernels = completeList(b, kernel, count, 1, 1, "kernel");
  auto strides = completeList(b, window.stride, count, 1, 1, "strides");
  auto dilations = completeList(b, window.dilation, count, 1, 1, "dilations");
  auto before = completeList(b, window.before, count, 0, -INT32_MAX, "padding");
  auto after = completeList(b, window.after, count, 0, -INT32_MAX, "padding");
  auto added =
      completeList(b, size.outputPadding, count, 0, 0, "output padding");
  auto wanted = completeList(b, size.outputSize, count, 0, 1, "output size");
  if (!kernels || !strides || !dilations || !before || !after || !added ||
      !wanted)
    return std::nullopt;
  SmallVector<TransposedDim> dims;
  for (size_t i = 0; i < count; ++i) {
    int64_t extent = ((*kernels)[i] - 1) * (*dilations)[i] + 1;
    // Sizes and strides are below 2^31.
    int64_t full = (sizes[i] - 1) * (*strides)[i] + extent + (*added)[i];
    TransposedDim dim{(*kernels)[i], (*strides)[i], (*dilations)[i],
                      (*before)[i],  (*after)[i],   full};
    bool same = window.autoPad == AutoPad::SameUpper ||
                window.autoPad == AutoPad::SameLower;
    if (!size.outputSize.empty())
      cutTo(dim, (*wanted)[i], window.autoPad);
    else if (same)
      cutTo(dim, sizes[i] * (*strides)[i], window.autoPad);
    else if (window.autoPad == AutoPad::Valid)
      dim.before = dim.after = 0;
    // What `added` puts behind the full output has to be cut behind it.
    dim.full -= (*added)[i];
    dim.after -= (*added)[i];
    dims.push_back(dim);
  }
  return dims;
}

/// Constant weights [O, KH, KW, I] with zeros between the elements, or null
/// after an error.
static Value dilateWeights(NetworkBuilder &b, Value weights,
                           ArrayRef<TransposedDim> dims) {
  if (dims[0].dilation == 1 && dims[1].dilation == 1)
    return weights;
  std::optional<SmallVector<float>> values = b.getFloats(weights);
  if (!values || b.getQuantization(weights)) {
    b.emitError()
        << "a transposed convolution with dilation, whose weights are "
           "quantized or computed";
    return {};
  }
  ArrayRef<int64_t> shape = b.shapeOf(weights);
  SmallVector<int64_t> dilated{shape[0], (shape[1] - 1) * dims[0].dilation + 1,
                               (shape[2] - 1) * dims[1].dilation + 1, shape[3]};
  RankedTensorType type = b.getType(dilated, b.getF32Type());
  if (type && type.getNumElements() > kMaxWeights)
    b.emitError() << "weights of type " << type << " after dilation; up to "
                  << kMaxWeights << " elements are supported";
  if (!type || type.getNumElements() > kMaxWeights)
    return {};
  SmallVector<int64_t> from = computeStrides(shape),
                       to = computeStrides(dilated);
  std::vector<float> spread(ShapedType::getNumElements(dilated));
  for (auto [i, value] : llvm::enumerate(*values)) {
    int64_t rest = i, position = 0;
    for (size_t axis = 0; axis < 4; ++axis) {
      int64_t step = axis == 1 || axis == 2 ? dims[axis - 1].dilation : 1;
      position += rest / from[axis] * step * to[axis];
      rest %= from[axis];
    }
    spread[position] = value;
  }
  return b.constant(dilated, spread);
}

/// tosa.transpose_conv2d cuts off less than a kernel; the rest is sliced.
static Value buildTransposed(NetworkBuilder &b, Value x, Value weights,
                             Value bias, ArrayRef<TransposedDim> dims) {
  weights = dilateWeights(b, weights, dims);
  if (!weights)
    return {};
  // Each phase of the strides has the weights of a convolution.
  int64_t phases = dims[0].stride * dims[1].stride;
  if (phases > kMaxWeights / b.typeOf(weights).getNumElements()) {
    b.emitError() << "a transposed convolution with strides " << dims[0].stride
                  << " and " << dims[1].stride << " and weights of type "
                  << weights.getType();
    return {};
  }
  ArrayRef<int64_t> input = b.shapeOf(x);
  SmallVector<int64_t> pads, shape{input[0]}, begins(4, 0), sizes{input[0]};
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (dim.output() < 1) {
      b.emitError() << "padding leaves nothing of a transposed convolution's "
                       "output of "
                    << dim.full << " elements";
      return {};
    }
    int64_t most = b.shapeOf(weights)[i + 1] - 1;
    int64_t before = std::min(dim.before, most);
    int64_t after = std::min(dim.after, most);
    pads.append({-before, -after});
    shape.push_back(dim.full - before - after);
    begins[i + 1] = dim.before - before;
    sizes.push_back(dim.output());
  }
  shape.push_back(b.shapeOf(weights)[0]);
  sizes.push_back(shape.back());
  Type f32 = b.getF32Type();
  Value y = b.create<tosa::TransposeConv2DOp>(
      shape, f32, x, weights, bias, b.operandConstant(0, f32),
      b.operandConstant(0, f32), ArrayRef<int64_t>(pads),
      ArrayRef<int64_t>{dims[0].stride, dims[1].stride}, f32);
  return b.sliceBox(y, begins, sizes);
}

Value NetworkBuilder::transposeConv(Value x, Value weights, Value bias,
                                    const Window &window,
                                    const TransposedSize &size,
                                    int64_t groups) {
  if (!checkConvolution(*this, x, weights, groups))
    return {};
  if (rankOf(x) == 3) {
    TransposedSize images = size;
    if (!images.outputPadding.empty())
      images.outputPadding.insert(images.outputPadding.begin(), 0);
    if (!images.outputSize.empty())
      images.outputSize.insert(images.outputSize.begin(), 1);
    Value y = transposeConv(addHeight(*this, x), addHeight(*this, weights),
                            bias, addHeight(window), images, groups);
    return y ? squeeze(y, 1) : Value();
  }
  auto dims = resolveTransposed(*this, shapeOf(x).slice(1, 2),
                                shapeOf(weights).slice(1, 2), window, size);
  bias = completeBias(*this, bias, shapeOf(weights)[0]);
  if (!dims || !bias)
    return {};
  if (groups == 1)
    return buildTransposed(*this, x, weights, bias, *dims);
  return buildGroups(*this, x, weights, bias, groups,
                     [&](Value part, Value w, Value c) {
                       return buildTransposed(*this, part, w, c, *dims);
                     });
}
