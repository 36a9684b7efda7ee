//===- Equalize.cpp - Like ranges of the channels of weights -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Cross-layer equalization (M. Nagel and others, "Data-Free Quantization
/// Through Weight Equalization and Bias Correction", 2019). A ReLU commutes
/// with positive factors: channel c between two products can be divided by a
/// factor if the second product multiplies it by the same. Factors are powers
/// of two here, so that the float network keeps its bits.
///
//===----------------------------------------------------------------------===//

#include "BiasedOp.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include <cmath>

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQEQUALIZE
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

namespace {
/// A product with constant weights, and a bias that is constant or not there.
struct Product {
  Operation *op = nullptr;
  OpOperand *activation = nullptr, *weight = nullptr, *bias = nullptr;
  WeightLayout layout;

  static std::optional<Product> match(Operation *op);
  ArrayRef<int64_t> shape() const {
    return cast<RankedTensorType>(weight->get().getType()).getShape();
  }
};

/// Two products, of which the second reads nothing but the channels of the
/// first, and nothing else does.
struct Pair {
  Product first, second;
};
} // namespace

/// Constants that are no part of a quantized network.
static bool isFloatConstant(Value value) {
  return value.getDefiningOp<tosa::ConstOp>() && getFloats(value);
}

std::optional<Product> Product::match(Operation *op) {
  auto interface = dyn_cast<QuantizableOpInterface>(op);
  if (!interface || op->getNumResults() != 1)
    return std::nullopt;
  BiasedOp operands(op);
  if (!operands.activation || !operands.weight ||
      !isFloatConstant(operands.weight->get()) ||
      (operands.bias && !isFloatConstant(operands.bias->get())))
    return std::nullopt;
  Product product{op, operands.activation, operands.weight, operands.bias, {}};
  product.layout =
      interface.getWeightLayout(operands.weight->getOperandNumber());
  if (!product.layout.input)
    return std::nullopt;
  return product;
}

/// True for a clamp that is a ReLU, or changes nothing.
static bool isHomogeneous(tosa::ClampOp clamp) {
  auto read = [](Attribute limit) {
    return cast<FloatAttr>(limit).getValue().convertToDouble();
  };
  if (!isa<FloatAttr>(clamp.getMinValAttr()))
    return false;
  double min = read(clamp.getMinValAttr()), max = read(clamp.getMaxValAttr());
  double largest = std::numeric_limits<float>::max();
  return (min == 0 || min <= -largest) && max >= largest;
}

static std::optional<Pair> findPair(Operation *op) {
  std::optional<Product> second = Product::match(op);
  if (!second)
    return std::nullopt;
  Value between = second->activation->get();
  if (auto clamp = between.getDefiningOp<tosa::ClampOp>();
      clamp && clamp->hasOneUse() && isHomogeneous(clamp))
    between = clamp.getInput();
  Operation *producer = between.getDefiningOp();
  if (!producer || !between.hasOneUse())
    return std::nullopt;
  std::optional<Product> first = Product::match(producer);
  int64_t channels =
      cast<RankedTensorType>(between.getType()).getShape().back();
  if (!first || first->layout.getOutputChannels(first->shape()) != channels ||
      second->shape()[*second->layout.input] != channels)
    return std::nullopt;
  return Pair{*first, *second};
}

/// The largest magnitude of the weights of each channel, by `getChannel`.
static SmallVector<double>
findLargest(ArrayRef<float> weights, size_t channels,
            llvm::function_ref<int64_t(int64_t)> getChannel) {
  SmallVector<double> largest(channels, 0);
  for (auto [i, weight] : llvm::enumerate(weights)) {
    double &most = largest[getChannel(i)];
    most = std::max<double>(most, std::abs(weight));
  }
  return largest;
}

static void setConstant(OpOperand &use, ArrayRef<float> values,
                        RankedTensorType type) {
  OpBuilder builder(use.getOwner());
  use.set(createFloatConstantLike(builder, use.get(), type, values));
}

/// Divides the channels of the first product, and multiplies what the second
/// one makes of them. False if they are as equal as powers of two make them.
static bool equalize(const Pair &pair) {
  const Product &first = pair.first, &second = pair.second;
  SmallVector<float> made = *getFloats(first.weight->get());
  SmallVector<float> read = *getFloats(second.weight->get());
  size_t channels = second.shape()[*second.layout.input];
  auto output = [&](int64_t i) {
    return first.layout.getOutput(first.shape(), i);
  };
  auto input = [&](int64_t i) {
    return second.layout.getInput(second.shape(), i);
  };
  SmallVector<double> makes = findLargest(made, channels, output);
  SmallVector<double> reads = findLargest(read, channels, input);
  // Far from where floats end, nothing is lost.
  constexpr int kMostBits = 40;
  SmallVector<int> bits(channels, 0);
  for (auto [bit, make, reader] : llvm::zip_equal(bits, makes, reads))
    if (make > 0 && reader > 0 && std::abs(std::ilogb(make)) < kMostBits &&
        std::abs(std::ilogb(reader)) < kMostBits)
      bit = std::lround(std::log2(make / reader) / 2);
  if (llvm::all_of(bits, [](int bit) { return bit == 0; }))
    return false;
  for (auto [i, weight] : llvm::enumerate(made))
    weight = std::ldexp(weight, -bits[output(i)]);
  for (auto [i, weight] : llvm::enumerate(read))
    weight = std::ldexp(weight, bits[input(i)]);
  setConstant(*first.weight, made,
              cast<RankedTensorType>(first.weight->get().getType()));
  setConstant(*second.weight, read,
              cast<RankedTensorType>(second.weight->get().getType()));
  if (!first.bias)
    return true;
  SmallVector<float> bias = *getFloats(first.bias->get());
  if (bias.size() == 1)
    bias.resize(channels, bias.front());
  for (auto [value, bit] : llvm::zip_equal(bias, bits))
    value = std::ldexp(value, -bit);
  setConstant(
      *first.bias, bias,
      RankedTensorType::get({int64_t(channels)},
                            getElementTypeOrSelf(first.bias->get().getType())));
  return true;
}

namespace {
struct EqualizePass : quantc::ptq::impl::PTQEqualizeBase<EqualizePass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    // Products in the middle of a chain belong to two pairs.
    constexpr int kMostSweeps = 20;
    bool found = false, changed = true;
    for (int sweep = 0; sweep < kMostSweeps && changed; ++sweep) {
      changed = false;
      for (Operation &op : getOperation().getBody().front())
        if (std::optional<Pair> pair = findPair(&op)) {
          found = true;
          changed |= equalize(*pair);
        }
    }
    if (!found)
      getOperation().emitWarning()
          << "there are no two products with constant weights and nothing but "
             "a ReLU between them: nothing is equalized";
  }
};
} // namespace
