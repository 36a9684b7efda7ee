//===- WidenWeights.cpp - Weight scales that let biases fit -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Where a bias divided by the scale of its accumulator leaves int32, the
/// channel's weight scale is widened: the channel's weights become coarser, and
/// nothing wraps. This comes before everything that depends on how weights are
/// rounded.
///
//===----------------------------------------------------------------------===//

#include "BiasedOp.h"

#include "quantc/Dialect/PTQ/Transforms/Passes.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQWIDENWEIGHTS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

namespace {
struct WidenWeightsPass
    : quantc::ptq::impl::PTQWidenWeightsBase<WidenWeightsPass> {
  void runOnOperation() override {
    markAnalysesPreserved<Quantizability>(); // only constants change
    for (const BiasedOp &biased :
         findBiasedOps(getOperation(), getAnalysis<Quantizability>()))
      if (failed(widenForBias(biased, getArgument())))
        signalPassFailure();
  }
};
} // namespace
