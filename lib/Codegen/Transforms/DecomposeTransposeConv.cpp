//===- DecomposeTransposeConv.cpp - Transposed convolutions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A transposed convolution of stride s computes s*s interleaved images
// (phases), each of which is a plain convolution with every s-th tap: with o =
// s * Y + r and k = s * q + r,
//   out[s * Y + r] = sum over q of in[Y - q] * w[s * q + r].
// One convolution with s*s*OC channels computes all phases; a transposition
// interleaves them. Taps that a phase lacks are the weight's zero point, so the
// result is exact. Weights that are no constants are padded, transposed and
// reversed when the network runs. What follows (rescale, clamp) moves before
// the transposition, which then moves bytes, not accumulators.
//
//===----------------------------------------------------------------------===//

#include "NarrowWeights.h"

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

#include "llvm/Support/MathExtras.h"

#include <array>

namespace quantc::codegen {
#define GEN_PASS_DEF_DECOMPOSETRANSPOSECONV
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {

/// One spatial dimension: phases are computed at positions [start, start +
/// count).
struct Axis {
  Axis(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t outPad)
      : stride(stride), out(out), kernel(kernel) {
    taps = llvm::divideCeil(kernel, stride);
    start = std::min(llvm::divideFloorSigned(-outPad, stride), taps - 1);
    int64_t last =
        std::max(llvm::divideFloorSigned(out - 1 - outPad, stride), in - 1);
    count = last - start + 1;
    padBefore = taps - 1 - start;
    padAfter = last - (in - 1);
    offset = -outPad - start * stride;
  }

  int64_t stride, out, kernel;
  int64_t taps, start, count, padBefore, padAfter;
  /// The position of the first element of the result among the interleaved
  /// phases.
  int64_t offset;
};

class Decomposition {
public:
  explicit Decomposition(tosa::TransposeConv2DOp op)
      : op(op), b(op.getLoc(), op), input(shapeOf(op.getInput())),
        kernel(shapeOf(op.getWeight())), output(shapeOf(op.getOutput())),
        y(input[1], output[1], kernel[1], op.getStride()[0], op.getOutPad()[0]),
        x(input[2], output[2], kernel[2], op.getStride()[1],
          op.getOutPad()[2]) {}

  void run() {
    Operation *last = op;
    Value value = convolve();
    // Operations that compute every position in the same way can be applied
    // before the interleaving instead of after it.
    while (last->hasOneUse()) {
      Operation *user = *last->user_begin();
      if (auto rescale = dyn_cast<tosa::RescaleOp>(user);
          rescale && rescale.getInput() == last->getResult(0))
        value = rescaleBefore(rescale, value);
      else if (isa<tosa::ClampOp>(user))
        value = cloneOn(user, value);
      else
        break;
      last = user;
    }
    last->getResult(0).replaceAllUsesWith(interleave(value));
    eraseChain(last);
  }

private:
  static ArrayRef<int64_t> shapeOf(Value value) {
    return cast<ShapedType>(value.getType()).getShape();
  }

  int64_t phases() const { return y.stride * x.stride; }

  /// The taps of every phase, as channels of a convolution: where each weight
  /// comes from, and ~i for a tap beyond the window, which is zero.
  SmallVector<int64_t> order() const {
    SmallVector<int64_t> from;
    for (int64_t phase = 0; phase < phases(); ++phase)
      for (int64_t oc = 0; oc < kernel[0]; ++oc)
        for (int64_t j = 0; j < y.taps; ++j)
          for (int64_t i = 0; i < x.taps; ++i) {
            // A convolution visits its taps in ascending order, but the sum of
            // a phase needs them in descending order.
            int64_t ky = (y.taps - 1 - j) * y.stride + phase / x.stride;
            int64_t kx = (x.taps - 1 - i) * x.stride + phase % x.stride;
            bool exists = ky < y.kernel && kx < x.kernel;
            int64_t row = exists ? oc * kernel[1] + ky : oc * kernel[1];
            int64_t first = (row * kernel[2] + (exists ? kx : 0)) * kernel[3];
            for (int64_t ic = 0; ic < kernel[3]; ++ic)
              from.push_back(exists ? first + ic : ~(first + ic));
          }
    return from;
  }

  SmallVector<int64_t> packedShape() const {
    return {phases() * kernel[0], y.taps, x.taps, kernel[3]};
  }

  template <typename T>
  DenseElementsAttr packWeights(DenseElementsAttr weights,
                                const T &zero) const {
    auto values = weights.getValues<T>();
    auto packed = llvm::map_to_vector(order(), [&](int64_t from) -> T {
      return from < 0 ? zero : values[from];
    });
    auto type = RankedTensorType::get(packedShape(), weights.getElementType());
    return DenseElementsAttr::get(type, ArrayRef(packed));
  }

  Value packWeights() {
    Value zero = op.getWeightZp();
    DenseElementsAttr weights, zeros, packed;
    if (auto narrow = codegen::NarrowWeights::match(op.getWeight()))
      return narrow->reorder(b, packedShape(), order());
    if (!matchPattern(op.getWeight(), m_Constant(&weights)))
      return packAtRunTime();
    matchPattern(zero, m_Constant(&zeros));
    if (isa<FloatType>(weights.getElementType()))
      packed = packWeights(weights, *zeros.value_begin<APFloat>());
    else
      packed = packWeights(weights, *zeros.value_begin<APInt>());
    return tosa::ConstOp::create(b, packed.getType(), packed);
  }

  /// The same by operations on `op`'s weights.
  Value packAtRunTime() {
    Value value = op.getWeight();
    int64_t outs = kernel[0], ins = kernel[3];
    int64_t rows = y.taps * y.stride, columns = x.taps * x.stride;
    if (rows != y.kernel || columns != x.kernel) {
      Value padding = tosa::getTosaConstShape(
          b, {0, 0, 0, rows - y.kernel, 0, columns - x.kernel, 0, 0});
      value =
          tosa::PadOp::create(b, typeLike(value, {outs, rows, columns, ins}),
                              value, padding, op.getWeightZp());
    }
    value = reshape(value, {outs, y.taps, y.stride, x.taps, x.stride, ins});
    value = tosa::TransposeOp::create(
        b, typeLike(value, {y.stride, x.stride, outs, y.taps, x.taps, ins}),
        value, ArrayRef<int32_t>{2, 4, 0, 1, 3, 5});
    value = reshape(value, {phases() * outs, y.taps, x.taps, ins});
    for (int32_t axis : {1, 2})
      value = tosa::ReverseOp::create(b, value.getType(), value, axis);
    return value;
  }

  /// Repeats the values, one per channel, for the channels of every phase.
  Value repeat(Value perChannel) {
    int64_t count = shapeOf(perChannel)[0];
    if (count == 1 || phases() == 1)
      return perChannel;
    DenseElementsAttr attr;
    if (!matchPattern(perChannel, m_Constant(&attr)))
      return tosa::TileOp::create(b, typeLike(perChannel, {phases() * count}),
                                  perChannel,
                                  tosa::getTosaConstShape(b, {phases()}));
    SmallVector<Attribute> values;
    for (int64_t phase = 0; phase < phases(); ++phase)
      llvm::append_range(values, attr.getValues<Attribute>());
    auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                      attr.getElementType());
    return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, values));
  }

  Value convolve() {
    Value weight = packWeights();
    Type element = cast<ShapedType>(op.getType()).getElementType();
    auto type = RankedTensorType::get(
        {input[0], y.count, x.count, phases() * kernel[0]}, element);
    return tosa::Conv2DOp::create(
        b, type, op.getInput(), weight, repeat(op.getBias()), op.getInputZp(),
        op.getWeightZp(),
        b.getDenseI64ArrayAttr(
            {y.padBefore, y.padAfter, x.padBefore, x.padAfter}),
        b.getDenseI64ArrayAttr({1, 1}), b.getDenseI64ArrayAttr({1, 1}),
        op.getAccTypeAttr(), op.getLocalBoundAttr());
  }

  /// Clones `original` with `value` as its first operand. The result has the
  /// shape of `value`.
  Value cloneOn(Operation *original, Value value) {
    b.setInsertionPoint(original);
    auto shape = cast<ShapedType>(value.getType());
    Operation *clone = b.clone(*original);
    clone->setOperand(0, value);
    clone->getResult(0).setType(
        shape.clone(getElementTypeOrSelf(original->getResult(0).getType())));
    return clone->getResult(0);
  }

  Value rescaleBefore(tosa::RescaleOp rescale, Value value) {
    auto moved = cast<tosa::RescaleOp>(cloneOn(rescale, value).getDefiningOp());
    b.setInsertionPoint(moved);
    moved.getMultiplierMutable().assign(repeat(rescale.getMultiplier()));
    moved.getShiftMutable().assign(repeat(rescale.getShift()));
    b.setInsertionPointAfter(moved);
    return moved;
  }

  static RankedTensorType typeLike(Value value, ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, getElementTypeOrSelf(value));
  }

  Value reshape(Value value, ArrayRef<int64_t> shape) {
    return tosa::ReshapeOp::create(b, typeLike(value, shape), value,
                                   tosa::getTosaConstShape(b, shape));
  }

  /// [N, Y, X, s*s*OC] -> [N, OH, OW, OC].
  Value interleave(Value value) {
    b.setInsertionPointAfterValue(value);
    int64_t channels = kernel[0], rows = y.count * y.stride,
            columns = x.count * x.stride;
    if (phases() != 1) {
      value = reshape(
          value, {input[0], y.count, x.count, y.stride, x.stride, channels});
      auto type = cast<ShapedType>(value.getType())
                      .clone({input[0], y.count, y.stride, x.count, x.stride,
                              channels});
      value = tosa::TransposeOp::create(b, type, value,
                                        ArrayRef<int32_t>{0, 1, 3, 2, 4, 5});
      value = reshape(value, {input[0], rows, columns, channels});
    }
    if (rows == y.out && columns == x.out)
      return value;
    std::array<int64_t, 4> size = {input[0], y.out, x.out, channels};
    auto type = cast<ShapedType>(value.getType()).clone(size);
    return tosa::SliceOp::create(
        b, type, value, tosa::getTosaConstShape(b, {0, y.offset, x.offset, 0}),
        tosa::getTosaConstShape(b, size));
  }

  /// Erases `last` and what led to it from the transposed convolution.
  void eraseChain(Operation *last) {
    while (last != op) {
      Operation *previous = last->getOperand(0).getDefiningOp();
      last->erase();
      last = previous;
    }
    op.erase();
  }

  tosa::TransposeConv2DOp op;
  ImplicitLocOpBuilder b;
  ArrayRef<int64_t> input, kernel, output;
  Axis y, x;
};

bool hasStaticTypes(Operation *op) {
  auto isStatic = [](Type type) {
    return cast<ShapedType>(type).hasStaticShape();
  };
  return llvm::all_of(op->getOperandTypes(), isStatic) &&
         llvm::all_of(op->getResultTypes(), isStatic);
}

struct DecomposeTransposeConvPass
    : codegen::impl::DecomposeTransposeConvBase<DecomposeTransposeConvPass> {
  void runOnOperation() override {
    SmallVector<tosa::TransposeConv2DOp> ops;
    getOperation()->walk(
        [&](tosa::TransposeConv2DOp op) { ops.push_back(op); });
    for (tosa::TransposeConv2DOp op : ops)
      if (hasStaticTypes(op) && matchPattern(op.getWeightZp(), m_Constant()))
        Decomposition(op).run();
  }
};

} // namespace
