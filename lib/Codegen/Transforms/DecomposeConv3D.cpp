//===- DecomposeConv3D.cpp - Convolutions over volumes -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution over a volume is one over images that have the slices under the
// window's depth as channels:
//   out[n, z, y, x] = sum over (k, i, j, c) of
//                     in[n, z * stride + k * dilation, ..., c] * w[k, i, j, c]
// is a plain convolution of the image (n, z) with channels (k, c). The slices
// are copied side by side; slices outside of the volume are the input's zero
// point, so that the result is exact.
//
//===----------------------------------------------------------------------===//

#include "NarrowWeights.h"

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_DECOMPOSECONV3D
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {

class VolumeDecomposition {
public:
  explicit VolumeDecomposition(tosa::Conv3DOp op)
      : op(op), b(op.getLoc(), op), input(shapeOf(op.getInput())),
        kernel(shapeOf(op.getWeight())), output(shapeOf(op.getOutput())) {}

  void run() {
    Value images = gatherSlices(padDepth(op.getInput()));
    int64_t channels = kernel[1] * kernel[4];
    images =
        reshape(images, {input[0] * output[1], input[2], input[3], channels});
    Value sums = convolve(images, reorderWeights());
    op.replaceAllUsesWith(reshape(sums, output));
    op.erase();
  }

private:
  static ArrayRef<int64_t> shapeOf(Value value) {
    return cast<ShapedType>(value.getType()).getShape();
  }

  static RankedTensorType typeLike(Value value, ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, getElementTypeOrSelf(value));
  }

  Value reshape(Value value, ArrayRef<int64_t> shape) {
    return tosa::ReshapeOp::create(b, typeLike(value, shape), value,
                                   tosa::getTosaConstShape(b, shape));
  }

  Value padDepth(Value volume) {
    int64_t front = op.getPad()[0], back = op.getPad()[1];
    if (front == 0 && back == 0)
      return volume;
    SmallVector<int64_t> shape(input);
    shape[1] += front + back;
    Value padding =
        tosa::getTosaConstShape(b, {0, 0, front, back, 0, 0, 0, 0, 0, 0});
    return tosa::PadOp::create(b, typeLike(volume, shape), volume, padding,
                               op.getInputZp());
  }

  /// [N, D, H, W, C] -> [N, OD, H, W, KD * C].
  Value gatherSlices(Value volume) {
    SmallVector<int64_t> shape(input);
    shape[1] = output[1];
    SmallVector<int64_t> strides = {1, op.getStride()[0], 1, 1, 1};
    SmallVector<Value> slices;
    for (int64_t k = 0; k < kernel[1]; ++k) {
      SmallVector<int64_t> offsets = {0, k * op.getDilation()[0], 0, 0, 0};
      slices.push_back(tensor::ExtractSliceOp::create(
          b, typeLike(volume, shape), volume, ValueRange(), ValueRange(),
          ValueRange(), offsets, shape, strides));
    }
    if (slices.size() == 1)
      return slices.front();
    shape[4] *= kernel[1];
    return tosa::ConcatOp::create(b, typeLike(volume, shape), slices,
                                  /*axis=*/4);
  }

  /// The order of [OC, KH, KW, KD, C], position by position in [OC, KD, KH, KW,
  /// C].
  SmallVector<int64_t> order() const {
    SmallVector<int64_t> from;
    int64_t window = kernel[2] * kernel[3];
    for (int64_t oc = 0; oc < kernel[0]; ++oc)
      for (int64_t tap = 0; tap < window; ++tap)
        for (int64_t k = 0; k < kernel[1]; ++k)
          for (int64_t c = 0; c < kernel[4]; ++c)
            from.push_back(((oc * kernel[1] + k) * window + tap) * kernel[4] +
                           c);
    return from;
  }

  template <typename T>
  DenseElementsAttr reorder(DenseElementsAttr weights) const {
    auto values = weights.getValues<T>();
    auto reordered = llvm::map_to_vector(
        order(), [&](int64_t from) -> T { return values[from]; });
    auto type =
        RankedTensorType::get(reorderedShape(), weights.getElementType());
    return DenseElementsAttr::get(type, ArrayRef(reordered));
  }

  SmallVector<int64_t> reorderedShape() const {
    return {kernel[0], kernel[2], kernel[3], kernel[1] * kernel[4]};
  }

  /// [OC, KD, KH, KW, C] -> [OC, KH, KW, KD * C].
  Value reorderWeights() {
    DenseElementsAttr weights;
    if (matchPattern(op.getWeight(), m_Constant(&weights))) {
      bool isFloat = isa<FloatType>(weights.getElementType());
      DenseElementsAttr reordered =
          isFloat ? reorder<APFloat>(weights) : reorder<APInt>(weights);
      return tosa::ConstOp::create(b, reordered.getType(), reordered);
    }
    if (auto narrow = codegen::NarrowWeights::match(op.getWeight()))
      return narrow->reorder(b, reorderedShape(), order());
    auto type = typeLike(op.getWeight(), {kernel[0], kernel[2], kernel[3],
                                          kernel[1], kernel[4]});
    Value moved = tosa::TransposeOp::create(b, type, op.getWeight(),
                                            ArrayRef<int32_t>{0, 2, 3, 1, 4});
    return reshape(moved, reorderedShape());
  }

  Value convolve(Value images, Value weights) {
    auto type = typeLike(op.getOutput(), {input[0] * output[1], output[2],
                                          output[3], output[4]});
    return tosa::Conv2DOp::create(
        b, type, images, weights, op.getBias(), op.getInputZp(),
        op.getWeightZp(), b.getDenseI64ArrayAttr(op.getPad().drop_front(2)),
        b.getDenseI64ArrayAttr(op.getStride().drop_front()),
        b.getDenseI64ArrayAttr(op.getDilation().drop_front()),
        op.getAccTypeAttr(), op.getLocalBoundAttr());
  }

  tosa::Conv3DOp op;
  ImplicitLocOpBuilder b;
  ArrayRef<int64_t> input, kernel, output;
};

struct DecomposeConv3DPass
    : codegen::impl::DecomposeConv3DBase<DecomposeConv3DPass> {
  void runOnOperation() override {
    SmallVector<tosa::Conv3DOp> ops;
    getOperation()->walk([&](tosa::Conv3DOp op) { ops.push_back(op); });
    auto isStatic = [](Type type) {
      return cast<ShapedType>(type).hasStaticShape();
    };
    for (tosa::Conv3DOp op : ops)
      if (llvm::all_of(op->getOperandTypes(), isStatic) &&
          llvm::all_of(op->getResultTypes(), isStatic))
        VolumeDecomposition(op).run();
  }
};

} // namespace
