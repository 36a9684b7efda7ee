//===- Quantization.cpp - Changing parameters in TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// Inside the network, quantized tensors are reals, and float16 constants are
/// float32.
static LogicalResult importDequantize(Node &node) {
  return node.setResult(node.getOwn(0));
}

/// The parameters of the result say nothing about a float operator that makes
/// the operand.
static LogicalResult importQuantize(Node &node) {
  Value x = node.getOwn(0);
  bool isFloat = x && node.getInput(0).type == schema::TensorType_FLOAT32 &&
                 x.getDefiningOp() && !NetworkBuilder::getQuantization(x) &&
                 !x.getDefiningOp()->hasTrait<OpTrait::ConstantLike>();
  if (isFloat)
    x = node.b.create<ptq::FloatBorderOp>(NetworkBuilder::shapeOf(x),
                                          node.b.getF32Type(), x);
  return node.setResult(x);
}

static LogicalResult importFakeQuant(Node &node) {
  const auto *options = node.getFlat().options_as_FakeQuant();
  if (!options)
    return node.refuseMissingOptions();
  float min = options->min(), max = options->max();
  if (!(min <= 0 && max >= 0 && min < max) || !std::isfinite(max - min))
    return node.emitError() << "has the range [" << min << ", " << max
                            << "], which is not one around 0";
  if (options->num_bits() != 8)
    return node.emitError()
           << "has " << options->num_bits() << " bits; only 8 are supported";
  QuantizationParams params;
  params.isUnsigned = true;
  params.narrowRange = options->narrow_range();
  float least = params.narrowRange ? 1 : 0, most = 255;
  // The range is moved so that 0 is one of the numbers in it.
  float scale = (max - min) / (most - least);
  float zeroPoint = std::round(least - min / scale);
  params.scales = {scale};
  params.zeroPoints = {int64_t(std::min(std::max(zeroPoint, least), most))};
  return node.setResult(node.b.fakeQuant(node.get(0), params));
}

ArrayRef<Handler> tflite::getQuantizationHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_DEQUANTIZE, 6, 1, 1, 1, importDequantize},
      {schema::Code_FAKE_QUANT, 2, 1, 1, 1, importFakeQuant},
      {schema::Code_QUANTIZE, 4, 1, 1, 1, importQuantize},
  };
  return kHandlers;
}
