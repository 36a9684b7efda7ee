//===- FoldChannelwise.cpp - Batch normalization -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// y = conv(x) * s[c] + t[c] is a convolution with weights w * s[c] and bias
/// b * s[c] + t[c]. Exporters write the normalization as any sequence of
/// products, sums and differences with constants; each is folded on its own.
/// Reshapes and transposes in between are looked through: they are in the way
/// of exporters from channels-first frameworks. New weights and biases are
/// computed in double and rounded once per folded operation.
///
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

using namespace mlir;
using namespace quantc::ptq;

/// The operation whose result `value` is, behind moves that nothing else uses,
/// and the dimension of `value` that its channels (its last dimension) have
/// become.
static std::pair<Operation *, int64_t> findProducer(Value value) {
  SmallVector<Operation *> moves;
  Operation *op = value.getDefiningOp();
  while (op && op->hasOneUse() && isa<tosa::ReshapeOp, tosa::TransposeOp>(op)) {
    moves.push_back(op);
    op = op->getOperand(0).getDefiningOp();
  }
  if (!op || !op->hasOneUse())
    return {nullptr, 0};
  std::optional<int64_t> axis =
      cast<ShapedType>(op->getResult(0).getType()).getRank() - 1;
  for (Operation *move : llvm::reverse(moves)) {
    axis = mapMovedAxis(move, *axis);
    if (!axis)
      return {nullptr, 0};
  }
  return {op, *axis};
}

/// The values along `axis` of a constant that is broadcast to `type` and is the
/// same along all other dimensions.
static std::optional<SmallVector<float>>
getChannelValues(Value constant, ShapedType type, int64_t axis) {
  if (!constant.getDefiningOp<tosa::ConstOp>())
    return std::nullopt;
  std::optional<SmallVector<float>> values = getFloats(constant);
  if (!values)
    return std::nullopt;
  if (isSplatConstant(constant))
    return SmallVector<float>(type.getDimSize(axis), values->front());
  ArrayRef<int64_t> shape = cast<ShapedType>(constant.getType()).getShape();
  int64_t offset = type.getRank() - int64_t(shape.size());
  for (auto [i, dim] : llvm::enumerate(shape))
    if (dim != 1 && int64_t(i) + offset != axis)
      return std::nullopt;
  return values;
}

namespace {
/// operation(x) = x * scale[c] + shift[c].
struct ChannelAffine {
  Value input;
  SmallVector<float> scale, shift;
  Operation *producer = nullptr;
};
} // namespace

/// Reads a sum, difference or product with a constant per channel of the
/// operation that computes the other operand.
static std::optional<ChannelAffine> matchAffine(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() || type.getRank() == 0 ||
      !type.getElementType().isF32())
    return std::nullopt;
  bool constantFirst =
      op->getOperand(0).getDefiningOp<tosa::ConstOp>() != nullptr;
  ChannelAffine affine;
  affine.input = op->getOperand(constantFirst);
  if (affine.input.getType() != type)
    return std::nullopt;
  auto [producer, axis] = findProducer(affine.input);
  affine.producer = producer;
  std::optional<SmallVector<float>> values;
  if (producer)
    values = getChannelValues(op->getOperand(!constantFirst), type, axis);
  if (!values)
    return std::nullopt;
  size_t channels = values->size();
  affine.scale.assign(channels, 1.0f);
  affine.shift.assign(channels, 0.0f);
  if (isa<tosa::MulOp>(op)) {
    affine.scale = std::move(*values);
    return affine;
  }
  affine.shift = std::move(*values);
  if (isa<tosa::SubOp>(op)) {
    if (constantFirst)
      affine.scale.assign(channels, -1.0f);
    else
      for (float &shift : affine.shift)
        shift = -shift;
  }
  return affine;
}

/// Replaces operand `index` by a constant with the name of the old one.
static void replaceConstant(Operation *op, unsigned index,
                            RankedTensorType type, ArrayRef<float> values,
                            PatternRewriter &rewriter) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Operation *old = op->getOperand(index).getDefiningOp();
  Value constant = createFloatConstant(rewriter, old->getLoc(), type, values);
  copyName(old, constant.getDefiningOp());
  rewriter.modifyOpInPlace(op, [&] { op->setOperand(index, constant); });
}

static SmallVector<float> broadcast(SmallVector<float> values, size_t count) {
  if (values.size() == 1)
    values.resize(count, values.front());
  return values;
}

namespace {
/// Folds one channelwise operation into the convolution before it.
template <typename OpTy>
struct FoldIntoConvolution : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    std::optional<ChannelAffine> affine = matchAffine(op);
    if (!affine || !isa<tosa::Conv2DOp, tosa::Conv3DOp, tosa::DepthwiseConv2DOp,
                        tosa::TransposeConv2DOp>(affine->producer))
      return failure();
    Operation *conv = affine->producer;
    Value weight = conv->getOperand(1), bias = conv->getOperand(2);
    if (!weight.getDefiningOp<tosa::ConstOp>() ||
        !bias.getDefiningOp<tosa::ConstOp>())
      return failure();
    std::optional<SmallVector<float>> weights = getFloats(weight);
    std::optional<SmallVector<float>> biases = getFloats(bias);
    if (!weights || !biases)
      return failure();

    // Weights for which the network brings a scheme are stored as they are.
    bool isScaled =
        llvm::any_of(affine->scale, [](float scale) { return scale != 1; });
    auto quantizable = dyn_cast<QuantizableOpInterface>(conv);
    if (!quantizable || (isScaled && conv->hasAttr(kSchemeAttr)))
      return failure();
    int64_t channels = affine->scale.size();
    WeightLayout layout = quantizable.getWeightLayout(1);
    auto shape = cast<ShapedType>(weight.getType()).getShape();
    for (auto [i, value] : llvm::enumerate(*weights))
      value = double(value) * affine->scale[layout.getOutput(shape, i)];
    *biases = broadcast(std::move(*biases), channels);
    for (int64_t c = 0; c < channels; ++c)
      (*biases)[c] = double((*biases)[c]) * affine->scale[c] + affine->shift[c];

    replaceConstant(conv, 1, cast<RankedTensorType>(weight.getType()), *weights,
                    rewriter);
    replaceConstant(conv, 2,
                    RankedTensorType::get({channels}, rewriter.getF32Type()),
                    *biases, rewriter);
    Operation *last = affine->input.getDefiningOp();
    rewriter.modifyOpInPlace(last, [&] {
      copyName(op, last);
      last->setLoc(rewriter.getFusedLoc({last->getLoc(), op.getLoc()}));
    });
    rewriter.replaceOp(op, affine->input);
    return success();
  }
};

/// A bias of one element counts for every channel.
template <typename OpTy>
struct BroadcastBias : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<ShapedType>(op.getType());
    int64_t channels = type.getShape().back();
    auto biasType = cast<ShapedType>(op.getBias().getType());
    if (!type.getElementType().isF32() || biasType.getDimSize(0) == channels ||
        !op.getBias().template getDefiningOp<tosa::ConstOp>())
      return failure();
    std::optional<SmallVector<float>> bias = getFloats(Value(op.getBias()));
    if (!bias || bias->size() != 1)
      return failure();
    replaceConstant(op, 2,
                    RankedTensorType::get({channels}, rewriter.getF32Type()),
                    broadcast(std::move(*bias), channels), rewriter);
    return success();
  }
};

/// matmul(x, constant) + bias, a fully connected layer, as a 1x1 convolution:
/// it has a place for the bias.
template <typename OpTy>
struct FormConvolution : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    std::optional<ChannelAffine> affine = matchAffine(op);
    auto matmul =
        affine ? dyn_cast<tosa::MatMulOp>(affine->producer) : tosa::MatMulOp();
    if (!matmul || !matmul.getB().template getDefiningOp<tosa::ConstOp>())
      return failure();
    auto weightType = cast<RankedTensorType>(matmul.getB().getType());
    std::optional<SmallVector<float>> weights = getFloats(Value(matmul.getB()));
    if (!weights || weightType.getDimSize(0) != 1)
      return failure();
    rewriter.setInsertionPoint(matmul);
    replaceMatMul(matmul, weightType.getDimSize(1), weightType.getDimSize(2),
                  *weights, rewriter);
    return success();
  }

private:
  /// [1, M, K] x [1, K, N]: M pixels of K channels, N filters.
  static void replaceMatMul(tosa::MatMulOp matmul, int64_t k, int64_t n,
                            ArrayRef<float> weights,
                            PatternRewriter &rewriter) {
    Location loc = matmul.getLoc();
    Type f32 = rewriter.getF32Type();
    int64_t m = cast<ShapedType>(matmul.getA().getType()).getDimSize(1);
    SmallVector<float> filters(weights.size());
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < n; ++j)
        filters[j * k + i] = weights[i * n + j];
    Value filter = createFloatConstant(
        rewriter, loc, RankedTensorType::get({n, 1, 1, k}, f32), filters);
    copyName(matmul.getB().getDefiningOp(), filter.getDefiningOp());
    auto biasType = RankedTensorType::get({n}, f32);
    Value bias = createFloatConstant(rewriter, loc, biasType,
                                     SmallVector<float>(n, 0.0f));
    Value zero = createFloatConstant(rewriter, loc,
                                     RankedTensorType::get({1}, f32), 0.0f);
    Value pixels = reshape(matmul.getA(), {1, 1, m, k}, loc, rewriter);
    auto conv = tosa::Conv2DOp::create(
        rewriter, loc, RankedTensorType::get({1, 1, m, n}, f32), pixels, filter,
        bias, zero, zero, rewriter.getDenseI64ArrayAttr({0, 0, 0, 0}),
        rewriter.getDenseI64ArrayAttr({1, 1}),
        rewriter.getDenseI64ArrayAttr({1, 1}), TypeAttr::get(f32));
    for (NamedAttribute attribute : matmul->getDiscardableAttrs())
      if (isSchemeAttribute(attribute.getName()))
        conv->setAttr(attribute.getName(), attribute.getValue());
    Value result = reshape(conv.getOutput(), {1, m, n}, loc, rewriter);
    copyName(matmul, result.getDefiningOp());
    rewriter.replaceOp(matmul, result);
  }

  static Value reshape(Value value, ArrayRef<int64_t> shape, Location loc,
                       PatternRewriter &rewriter) {
    auto type = cast<RankedTensorType>(value.getType());
    return tosa::ReshapeOp::create(
        rewriter, loc, type.clone(shape), value,
        tosa::getTosaConstShape(rewriter, loc, shape));
  }
};
} // namespace

void quantc::ptq::populateFoldChannelwisePatterns(RewritePatternSet &patterns) {
  patterns.add<
      FoldIntoConvolution<tosa::AddOp>, FoldIntoConvolution<tosa::SubOp>,
      FoldIntoConvolution<tosa::MulOp>, FormConvolution<tosa::AddOp>,
      FormConvolution<tosa::SubOp>, BroadcastBias<tosa::Conv2DOp>,
      BroadcastBias<tosa::Conv3DOp>, BroadcastBias<tosa::DepthwiseConv2DOp>,
      BroadcastBias<tosa::TransposeConv2DOp>>(patterns.getContext());
}
