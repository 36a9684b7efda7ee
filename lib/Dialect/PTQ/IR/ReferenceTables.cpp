//===- ReferenceTables.cpp - Functions of TFLite's kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Which kernel of TFLite or XNNPACK a function of one number is: its values at
/// a few points decide, not how it is spelled (N42, N44).
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "quantc/Numerics/ReferenceKernels.h"
#include "quantc/Numerics/XNNPACKKernels.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// Where functions are compared: both signs, on either side of the corners of
/// hard functions. The first is -1, where a leaky ReLU has its slope.
static constexpr double kProbes[] = {
    -1,    -9,  -6.5, -4, -3.25, -2.75, -2, -0.5, -0.125, 0,
    0.125, 0.5, 1,    2,  2.75,  3.25,  4,  6.5,  9};

/// Whether `values` are those of `function` at kProbes, up to float32 rounding
/// of its constants.
static bool isFunction(ArrayRef<double> values,
                       llvm::function_ref<double(double)> function) {
  constexpr double kTolerance = 1e-6;
  for (auto [probe, value] : llvm::zip_equal(kProbes, values)) {
    double expected = function(probe);
    // Written so that a value that is not a number differs.
    if (!(std::fabs(value - expected) <= kTolerance * std::fabs(expected)))
      return false;
  }
  return true;
}

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double hardSwish(double x) {
  return x * std::clamp(x + 3, 0.0, 6.0) / 6;
}
static double elu(double x) { return x < 0 ? std::expm1(x) : x; }

std::optional<std::pair<KernelFunction, float>>
ptq::recognizeKernelFunction(Value result, Value argument) {
  FailureOr<SmallVector<double>> values =
      evaluatePointwise(result, argument, kProbes);
  if (failed(values))
    return std::nullopt;
  auto is = [&](llvm::function_ref<double(double)> function) {
    return isFunction(*values, function);
  };
  auto recognized = [](KernelFunction function, double slope = 0) {
    return std::pair(function, static_cast<float>(slope));
  };
  if (is(sigmoid))
    return recognized(KernelFunction::Logistic);
  if (is([](double x) { return std::tanh(x); }))
    return recognized(KernelFunction::Tanh);
  if (is(elu))
    return recognized(KernelFunction::Elu);
  if (is(hardSwish))
    return recognized(KernelFunction::HardSwish);
  if (is([](double x) { return std::fabs(x); }))
    return recognized(KernelFunction::Abs);
  double slope = -values->front();
  if (slope > 0 && is([&](double x) { return x < 0 ? slope * x : x; }))
    return recognized(KernelFunction::LeakyRelu, slope);
  return std::nullopt;
}

std::optional<std::array<int8_t, 256>>
ptq::getReferenceTable(Value result, Value argument, const AffineParams &input,
                       const AffineParams &output, Contract contract) {
  auto recognized = recognizeKernelFunction(result, argument);
  if (!recognized)
    return std::nullopt;
  auto [function, slope] = *recognized;
  auto hasOutput = [&](double scale, int64_t zeroPoint) {
    return output.scale == scale && output.zeroPoint == zeroPoint;
  };
  bool isXNNPACK = contract == Contract::LiteRT;
  switch (function) {
  case KernelFunction::Logistic:
    if (!hasOutput(1.0 / 256, -128))
      return std::nullopt;
    return makeLogisticTable(input.scale, input.zeroPoint);
  case KernelFunction::Tanh:
    if (!hasOutput(1.0 / 128, 0))
      return std::nullopt;
    return makeTanhTable(input.scale, input.zeroPoint);
  case KernelFunction::Elu:
    return isXNNPACK ? makeXNNPACKEluTable(input, output)
                     : makeEluTable(input, output);
  case KernelFunction::HardSwish:
    return makeHardSwishTable(input, output);
  case KernelFunction::Abs:
    return makeAbsTable(input, output);
  case KernelFunction::LeakyRelu:
    return isXNNPACK ? makeXNNPACKLeakyReluTable(slope, input, output)
                     : makeLeakyReluTable(slope, input, output);
  }
  llvm_unreachable("every function is handled");
}
