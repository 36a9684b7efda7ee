//===- QuantizeBias.cpp - Biases at the accumulator's scale -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// A bias is added to int32 sums of products, so its scale is the
/// product of the operands' scales. Where the bias divided by that scale leaves
/// int32, the channel's weight scale is widened: the channel's weights become
/// coarser, and nothing wraps.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Numerics/Requantize.h"

#include "mlir/IR/Remarks.h"

#include <cmath>

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQQUANTIZEBIAS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
/// The operands of an operation with a bias, once the others are annotated.
struct BiasedOp {
  Operation *op;
  OpOperand *bias = nullptr, *weight = nullptr, *activation = nullptr;

  explicit BiasedOp(Operation *op) : op(op) {
    for (OpOperand &use : op->getOpOperands())
      switch (getRole(use)) {
      case OperandRole::Bias:
        bias = &use;
        break;
      case OperandRole::Weight:
        weight = &use;
        break;
      case OperandRole::Activation:
        activation = &use;
        break;
      case OperandRole::Unquantized:
        break;
      }
  }

  static FakeQuantOp annotation(OpOperand *use) {
    return use ? use->get().getDefiningOp<FakeQuantOp>() : FakeQuantOp();
  }
  bool isAnnotated() const {
    return getScheme(op).isStatic() && bias && annotation(weight) &&
           annotation(activation) && !readsInt16();
  }
  /// With int16 the bias has 48 bits (N65): it fits, and no quantized type
  /// stores it, so that it stays float here.
  bool readsInt16() const {
    return cast<quant::QuantizedType>(annotation(activation).getQuantizedType())
               .getStorageTypeIntegralWidth() == 16;
  }
};
} // namespace

/// One value per output channel: a bias of one element counts for all.
static SmallVector<float> broadcastBias(SmallVector<float> bias,
                                        size_t channels) {
  if (bias.size() == 1)
    bias.resize(channels, bias.front());
  return bias;
}

static SmallVector<double> getScales(quant::QuantizedType type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return SmallVector<double>(perAxis.getScales());
  return {cast<quant::UniformQuantizedType>(type).getScale()};
}

static quant::QuantizedType withScales(quant::QuantizedType type,
                                       ArrayRef<double> scales) {
  StorageRange storage{type.getStorageTypeMin(), type.getStorageTypeMax()};
  unsigned width = type.getStorageTypeIntegralWidth();
  if (std::optional<int64_t> axis = getQuantizedAxis(type))
    return getPerAxisType(type.getContext(), scales, *axis, storage, width);
  int64_t zeroPoint = cast<quant::UniformQuantizedType>(type).getZeroPoint();
  return getUniformType(type.getContext(), {scales[0], zeroPoint, storage},
                        width);
}

/// Replaces the weight's parameters for this operation only.
static void setWeightType(OpOperand &weight, quant::QuantizedType type) {
  auto old = weight.get().getDefiningOp<FakeQuantOp>();
  OpBuilder builder(old);
  weight.set(FakeQuantOp::create(builder, old.getLoc(), old.getInput(), type));
  if (old->use_empty())
    old.erase();
}

static void setBiasType(OpOperand &use, RankedTensorType biasType,
                        ArrayRef<float> bias, quant::QuantizedType type) {
  Value value = use.get();
  OpBuilder builder(use.getOwner());
  if (auto old = value.getDefiningOp<FakeQuantOp>())
    value = old.getInput();
  if (value.getType() != biasType) {
    Value widened =
        createFloatConstant(builder, value.getLoc(), biasType, bias);
    if (StringRef name = getTensorName(value); !name.empty())
      widened.getDefiningOp()->setAttr(kNameAttr, builder.getStringAttr(name));
    value = widened;
  }
  use.set(FakeQuantOp::create(builder, value.getLoc(), value, type));
}

/// Widens the scales of weight channels whose bias does not fit; returns true
/// if any changed. Bias i belongs to weight channel i / (biases per channel).
static bool widenScales(MutableArrayRef<double> scales, double inputScale,
                        ArrayRef<float> bias) {
  size_t perChannel = bias.size() / scales.size();
  bool changed = false;
  for (auto [i, value] : llvm::enumerate(bias)) {
    double &scale = scales[i / perChannel];
    double widened =
        widenWeightScaleForBias(scale, inputScale, std::fabs(value));
    changed |= widened != scale;
    scale = widened;
  }
  return changed;
}

static LogicalResult quantizeBias(const BiasedOp &biased) {
  auto inputType = dyn_cast<quant::UniformQuantizedType>(
      BiasedOp::annotation(biased.activation).getQuantizedType());
  auto weightType = cast<quant::QuantizedType>(
      BiasedOp::annotation(biased.weight).getQuantizedType());
  std::optional<SmallVector<float>> data = getFloats(biased.bias->get());
  if (!inputType || !data)
    return success(); // stays float; ptq-quantize-ops says so
  if (!llvm::all_of(*data, [](float v) { return std::isfinite(v); }))
    return emitError(biased.bias->get().getLoc())
           << "bias '" << getTensorName(biased.bias->get())
           << "' holds NaN or infinite values: correct the network";

  auto resultType = cast<RankedTensorType>(biased.op->getResult(0).getType());
  SmallVector<float> bias =
      broadcastBias(std::move(*data), resultType.getShape().back());
  SmallVector<double> scales = getScales(weightType);
  if (scales.empty() || bias.size() % scales.size() != 0)
    return biased.op->emitError()
           << "has " << bias.size() << " biases for " << scales.size()
           << " weight scales: give the weight one scale per output channel";
  if (widenScales(scales, inputType.getScale(), bias)) { // N9
    setWeightType(*biased.weight, withScales(weightType, scales));
    remark::passed(biased.op->getLoc(),
                   remark::RemarkOpts::name("widened-weight-scale")
                       .category("ptq-quantize-bias"))
        << remark::metric("Tensor",
                          getTensorName(biased.op->getResult(0)).str())
        << remark::reason("the bias divided by scale(input) * scale(weight) "
                          "does not fit int32");
  }

  MLIRContext *context = biased.op->getContext();
  auto biasType =
      RankedTensorType::get({int64_t(bias.size())}, Float32Type::get(context));
  quant::QuantizedType type; // N8
  double inputScale = static_cast<float>(inputType.getScale());
  if (scales.size() == 1) {
    type = getUniformType(context, {inputScale * scales[0], 0, kInt32Bias}, 32);
  } else {
    size_t perChannel = bias.size() / scales.size();
    SmallVector<double> biasScales;
    for (size_t i = 0; i < bias.size(); ++i)
      biasScales.push_back(inputScale * scales[i / perChannel]);
    type = getPerAxisType(context, biasScales, /*axis=*/0, kInt32Bias, 32);
  }
  setBiasType(*biased.bias, biasType, bias, type);
  return success();
}

namespace {
struct QuantizeBiasPass
    : quantc::ptq::impl::PTQQuantizeBiasBase<QuantizeBiasPass> {
  void runOnOperation() override {
    auto &quantizability = getAnalysis<Quantizability>();
    markAnalysesPreserved<Quantizability>(); // only constants change
    SmallVector<BiasedOp> ops;
    getOperation().walk([&](Operation *op) {
      if (!quantizability.isQuantizable(op))
        return;
      if (BiasedOp biased(op); biased.isAnnotated())
        ops.push_back(biased);
    });
    for (const BiasedOp &biased : ops)
      if (failed(quantizeBias(biased)))
        signalPassFailure();
  }
};
} // namespace
