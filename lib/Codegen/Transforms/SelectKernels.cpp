//===- SelectKernels.cpp - Choose how each product is computed -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Puts a `kernel.strategy` on every convolution and matrix product that
/// `quantc-form-kernels` can form. Only this file weighs tile shapes; it
/// changes nothing else.
///
//===----------------------------------------------------------------------===//

#include "NarrowWeights.h"
#include "quantc/Codegen/Kernel/Kernel.h"
#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <optional>

namespace quantc::codegen {
#define GEN_PASS_DEF_SELECTKERNELS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;
using codegen::NarrowWeights;
using kernel::DotKind;
using kernel::StrategyAttr;

namespace {

/// Weights that take more bytes than this do not stay in a level-2 cache
/// together with the input. They are then read only once, block by block.
constexpr int64_t kCachedWeightBytes = 256 * 1024;
constexpr int64_t kMaxVectors = 16;
/// Blocks of weights that take more bytes do not stay in a level-1 cache
/// together with the input.
constexpr int64_t kNearWeightBytes = 16 * 1024;
/// The time that a vector from a farther cache takes more than one from the
/// nearest, and that of making floats of a vector of narrow weights, in cycles.
constexpr double kFarLoad = 0.25;
constexpr double kWidening = 2;
/// Vectors of 128 bits are the narrowest.
constexpr int64_t kLeastLanes = 4;
/// The latency of a product: the number of cycles until its accumulator can be
/// added to again.
constexpr double kLatency = 4;

struct Machine {
  DotKind dot;
  int64_t vectorBits;
  int64_t registers;

  int64_t lanes() const { return vectorBits / 32; }
  bool isX86() const {
    return dot == DotKind::UnsignedSigned4 || dot == DotKind::Signed16x2;
  }
  /// The kind for operands that do not fit 8 bits once zero points are
  /// subtracted.
  DotKind wideDot() const {
    return isX86() ? DotKind::Signed16x2 : DotKind::Widening;
  }
};

/// What the choice of a tile depends on.
struct Product {
  DotKind dot;
  int64_t pixels;      // output pixels in a row
  int64_t channels;    // output channels
  int64_t weightBytes; // packed weights
  bool depthwise = false;
  bool wide = false;   // sums of 64 bits beside the accumulators
  bool narrow = false; // weights become floats in registers
};

/// The estimated time of one reduction step of a tile, in cycles of a core that
/// does two products and two loads in a cycle. A depthwise tile loads a left
/// operand for each product. `weightCost` is what a vector of weights costs
/// beyond its load.
double stepCost(const Product &product, int64_t pixels, int64_t vectors,
                double weightCost) {
  bool depthwise = product.depthwise;
  double products = 0.5 * pixels * vectors;
  double loads = 0.5 * (depthwise ? pixels * vectors : pixels) + 0.5 * vectors;
  return std::max({products, loads, depthwise ? 0.0 : kLatency}) + 0.5 +
         0.1 * (pixels + vectors) + weightCost * vectors;
}

/// Time of one reduction step over a row of pixels and all channels.
double rowCost(const Product &product, int64_t pixels, int64_t vectors,
               int64_t totalVectors) {
  // All pixels of a row read the weights of a block again.
  double weightCost = 0;
  if (product.weightBytes / totalVectors * vectors > kNearWeightBytes)
    weightCost += kFarLoad;
  if (product.narrow)
    weightCost += kWidening;
  int64_t wholeTiles = product.pixels / pixels;
  int64_t restPixels = product.pixels % pixels;
  auto columnsCost = [&](int64_t tileVectors) {
    double cost =
        wholeTiles * stepCost(product, pixels, tileVectors, weightCost);
    if (restPixels)
      cost += stepCost(product, restPixels, tileVectors, weightCost);
    return cost;
  };
  double cost = totalVectors / vectors * columnsCost(vectors);
  if (int64_t restVectors = totalVectors % vectors)
    cost += columnsCost(restVectors);
  return cost;
}

/// The tile with the lowest estimated time whose accumulators, weights and two
/// temporaries fit in the registers. If the tile has a single pixel, weights
/// are operands in memory and need no registers.
StrategyAttr chooseTile(MLIRContext *context, const Machine &machine,
                        const Product &product) {
  // Half a vector is never slower than a whole one with nothing in its other
  // half, and twice as fast where units are half as wide as registers.
  int64_t lanes = machine.lanes();
  while (lanes > kLeastLanes && product.channels <= lanes / 2)
    lanes /= 2;
  int64_t totalVectors = llvm::divideCeil(product.channels, lanes);
  // Sums of 64 bits take two registers. A depthwise reduction is so short that
  // the constants of its epilogue should stay in registers, too.
  bool isShort = product.depthwise && product.dot != DotKind::Float;
  int64_t registers =
      product.wide || isShort ? machine.registers / 2 : machine.registers;
  double best = 0;
  int64_t bestPixels = 0, bestVectors = 0;
  for (int64_t vectors = 1; vectors <= std::min(totalVectors, kMaxVectors);
       ++vectors) {
    for (int64_t pixels = 1; pixels <= std::min(product.pixels, registers);
         ++pixels) {
      int64_t weights = pixels == 1 ? 0 : vectors;
      if (pixels * vectors + weights + 2 > registers)
        break;
      double cost = rowCost(product, pixels, vectors, totalVectors);
      if (bestPixels == 0 || cost < best) {
        best = cost;
        bestPixels = pixels;
        bestVectors = vectors;
      }
    }
  }
  return StrategyAttr::get(context, product.dot, bestPixels, bestVectors, lanes,
                           product.weightBytes > kCachedWeightBytes,
                           machine.isX86());
}

bool isConstant(Value value) {
  DenseElementsAttr attr;
  return matchPattern(value, m_Constant(&attr));
}

bool isFloatProduct(Type lhs, Type rhs, Type acc) {
  return lhs.isF32() && rhs.isF32() && acc.isF32();
}

bool isInt8Product(Type lhs, Type rhs, Type acc) {
  return lhs.isInteger(8) && (rhs.isInteger(8) || rhs.isInteger(4)) &&
         acc.isInteger(32);
}

/// True for int16 activations, whose sums have 48 bits.
bool isWideProduct(Type lhs, Type rhs, Type acc) {
  return lhs.isInteger(16) && (rhs.isInteger(8) || rhs.isInteger(16)) &&
         acc.isInteger(48);
}

bool isStatic(Operation *op) {
  auto isStaticShape = [](Type type) {
    return cast<ShapedType>(type).hasStaticShape();
  };
  return llvm::all_of(op->getOperandTypes(), isStaticShape) &&
         llvm::all_of(op->getResultTypes(), isStaticShape);
}

/// The dot kind for a convolution, or nothing if no kernel has its types.
template <typename ConvTy>
std::optional<DotKind> convolutionDot(ConvTy op, const Machine &machine,
                                      bool depthwise) {
  Type in = getElementTypeOrSelf(op.getInput());
  Type weight = getElementTypeOrSelf(op.getWeight());
  Type out = getElementTypeOrSelf(op.getOutput());
  if (!isStatic(op))
    return std::nullopt;
  if (isFloatProduct(in, weight, out))
    return DotKind::Float;
  FailureOr<int64_t> inputZp = op.getInputZeroPoint();
  FailureOr<int64_t> weightZp = op.getWeightZeroPoint();
  bool isInt8 = isInt8Product(in, weight, out);
  if (!(isInt8 || isWideProduct(in, weight, out)) || failed(inputZp) ||
      failed(weightZp))
    return std::nullopt;
  // Four-way products need the zero points folded into the bias, which is
  // possible if the weights are constants.
  bool folds = isInt8 && *weightZp == 0 && isConstant(op.getWeight());
  // Lane by lane, sdot has nothing to add up.
  if (depthwise && machine.dot == DotKind::Signed4)
    folds = false;
  return folds ? machine.dot : machine.wideDot();
}

template <typename ConvTy>
bool isWide(ConvTy op) {
  return getElementTypeOrSelf(op.getOutput()).isInteger(48);
}

std::optional<Product> describe(tosa::Conv2DOp op, const Machine &machine) {
  std::optional<DotKind> dot = convolutionDot(op, machine, false);
  if (!dot)
    return std::nullopt;
  auto weight = cast<ShapedType>(op.getWeight().getType());
  auto out = cast<ShapedType>(op.getOutput().getType());
  bool pointwise =
      weight.getDimSize(1) * weight.getDimSize(2) == 1 &&
      llvm::all_of(op.getPad(), [](int64_t pad) { return pad == 0; }) &&
      llvm::all_of(op.getStride(), [](int64_t stride) { return stride == 1; });
  int64_t pixels = out.getDimSize(2);
  if (pointwise)
    pixels *= out.getDimSize(0) * out.getDimSize(1);
  else if (pixels == 1 && weight.getDimSize(2) == 1)
    pixels = out.getDimSize(1);
  int64_t bytes = *dot == DotKind::Float       ? 4
                  : isConstant(op.getWeight()) ? 1
                                               : 2;
  return Product{*dot,
                 pixels,
                 out.getDimSize(3),
                 weight.getNumElements() * bytes,
                 /*depthwise=*/false,
                 isWide(op),
                 NarrowWeights::match(op.getWeight()).has_value()};
}

std::optional<Product> describe(tosa::DepthwiseConv2DOp op,
                                const Machine &machine) {
  // With one input channel it is an ordinary convolution.
  bool depthwise = cast<ShapedType>(op.getInput().getType()).getDimSize(3) != 1;
  std::optional<DotKind> dot = convolutionDot(op, machine, depthwise);
  if (!dot)
    return std::nullopt;
  auto out = cast<ShapedType>(op.getOutput().getType());
  return Product{*dot, out.getDimSize(2), out.getDimSize(3),
                 0,    depthwise,         isWide(op)};
}

std::optional<Product> describe(tosa::MatMulOp op, const Machine &machine) {
  auto a = cast<ShapedType>(op.getA().getType()),
       b = cast<ShapedType>(op.getB().getType());
  Type out = getElementTypeOrSelf(op.getOutput());
  if (!isStatic(op))
    return std::nullopt;
  Product product{DotKind::Float, a.getDimSize(1), b.getDimSize(2),
                  b.getDimSize(1) * b.getDimSize(2) * 4};
  if (isFloatProduct(a.getElementType(), b.getElementType(), out))
    return product;
  FailureOr<int64_t> aZp = op.getAZeroPoint(), bZp = op.getBZeroPoint();
  if (isWideProduct(a.getElementType(), b.getElementType(), out)) {
    // The sum of two products of the smallest int16 values does not fit in 32
    // bits.
    product.dot = DotKind::Widening;
    product.weightBytes /= 2;
    product.wide = true;
    return product;
  }
  if (!isInt8Product(a.getElementType(), b.getElementType(), out) ||
      failed(aZp) || failed(bZp))
    return std::nullopt;
  // If the right operand is one constant matrix, zero points are folded into
  // the bias. Otherwise they are subtracted from the operands, which then need
  // 16 bits.
  bool folds = isConstant(op.getB()) && b.getDimSize(0) == 1 && *bZp == 0;
  product.dot = folds ? machine.dot : machine.wideDot();
  product.weightBytes /= folds ? 4 : 2;
  return product;
}

struct SelectKernelsPass : codegen::impl::SelectKernelsBase<SelectKernelsPass> {
  using SelectKernelsBase::SelectKernelsBase;

  void runOnOperation() override {
    std::optional<DotKind> kind = kernel::symbolizeDotKind(dot);
    if (!kind || *kind == DotKind::Float) {
      emitError(getOperation()->getLoc(), "unknown dot kind '")
          << dot
          << "': expected unsigned_signed4, signed4, signed16x2 or widening";
      return signalPassFailure();
    }
    Machine machine{*kind, vectorBits, registers};
    bool allHaveKernels = true;
    getOperation()->walk([&](Operation *op) {
      allHaveKernels &=
          llvm::TypeSwitch<Operation *, bool>(op)
              .Case<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp>(
                  [&](auto product) { return select(product, machine); })
              .Case<tosa::Conv3DOp, tosa::TransposeConv2DOp>(
                  [&](auto product) { return reportNoKernel(product); })
              .Default([](Operation *) { return true; });
    });
    if (!allHaveKernels)
      signalPassFailure();
  }

private:
  /// Without a kernel, a product would be computed one scalar at a time.
  static bool reportNoKernel(Operation *op) {
    op->emitOpError("has no kernel for ")
        << getElementTypeOrSelf(op->getOperand(0)) << " x "
        << getElementTypeOrSelf(op->getOperand(1)) << " to "
        << getElementTypeOrSelf(op->getResult(0))
        << ": it needs static shapes, constant zero points, and i8 x i8 or "
           "i8 x i4 to i32, i16 x i8 or i16 x i16 (matmul) to i48, or "
           "f32 x f32 to f32; cast other types to f32";
    return false;
  }

  template <typename OpTy>
  bool select(OpTy op, const Machine &machine) {
    auto chosen = op->template getAttrOfType<StrategyAttr>("kernel.strategy");
    std::optional<Product> product = describe(op, machine);
    if (!product)
      return chosen || reportNoKernel(op);
    if (chosen) {
      // It may have been chosen for more pixels, with weights in this form.
      if (chosen.getPixels() > product->pixels)
        op->setAttr("kernel.strategy",
                    StrategyAttr::get(
                        &getContext(), chosen.getDot(), product->pixels,
                        chosen.getVectors(), chosen.getLanes(),
                        chosen.getChannelsOuter(), chosen.getHighRequantize()));
      return true;
    }
    StrategyAttr strategy = chooseTile(&getContext(), machine, *product);
    op->setAttr("kernel.strategy", strategy);
    remark::passed(op.getLoc(),
                   remark::RemarkOpts::name("Kernel").category("quantc"))
        << stringifyDotKind(strategy.getDot()) << " tile of "
        << std::to_string(strategy.getPixels()) << " pixels x "
        << std::to_string(strategy.getBlockChannels()) << " channels";
    return true;
  }
};

} // namespace
