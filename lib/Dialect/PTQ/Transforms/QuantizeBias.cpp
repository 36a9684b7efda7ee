//===- QuantizeBias.cpp - Biases at the accumulator's scale -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A bias is added to int32 sums of products, so its scale is the product of
/// the operands' scales. ptq-widen-weights saw to it that the bias fits; where
/// correcting it made it larger since, scales are widened once more.
///
//===----------------------------------------------------------------------===//

#include "BiasedOp.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQQUANTIZEBIAS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static void setBiasType(OpOperand &use, RankedTensorType biasType,
                        ArrayRef<float> bias, quant::QuantizedType type) {
  Value value = use.get();
  OpBuilder builder(use.getOwner());
  if (auto old = value.getDefiningOp<FakeQuantOp>())
    value = old.getInput();
  if (value.getType() != biasType)
    value = createFloatConstantLike(builder, value, biasType, bias);
  use.set(FakeQuantOp::create(builder, value.getLoc(), value, type));
}

static LogicalResult quantizeBias(const BiasedOp &biased) {
  FailureOr<std::optional<BiasScales>> found =
      widenForBias(biased, "ptq-quantize-bias");
  if (failed(found))
    return failure();
  std::optional<BiasScales> &values = *found;
  if (!values)
    return success();
  ArrayRef<float> bias = values->bias;
  ArrayRef<double> scales = values->weightScales;
  MLIRContext *context = biased.op->getContext();
  auto biasType =
      RankedTensorType::get({int64_t(bias.size())}, Float32Type::get(context));
  quant::QuantizedType type; // N8
  double inputScale = static_cast<float>(values->inputScale);
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
    markAnalysesPreserved<Quantizability>(); // only constants change
    for (const BiasedOp &biased :
         findBiasedOps(getOperation(), getAnalysis<Quantizability>()))
      if (failed(quantizeBias(biased)))
        signalPassFailure();
  }
};
} // namespace
