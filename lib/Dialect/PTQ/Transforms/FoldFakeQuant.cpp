//===- FoldFakeQuant.cpp - From simulated to quantized values -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/RegionUtils.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQFOLDFAKEQUANT
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
struct FoldFakeQuant : OpRewritePattern<FakeQuantOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FakeQuantOp op,
                                PatternRewriter &rewriter) const override {
    auto type = makeSigned(cast<quant::QuantizedType>(op.getQuantizedType()));
    auto quantizedType = cast<RankedTensorType>(op.getType().clone(type));
    Value quantized =
        isConstant(op.getInput())
            ? foldConstant(op, type, quantizedType, rewriter)
            : quant::QuantizeCastOp::create(rewriter, op.getLoc(),
                                            quantizedType, op.getInput());
    if (!quantized)
      return failure();
    rewriter.replaceOpWithNewOp<quant::DequantizeCastOp>(op, op.getType(),
                                                         quantized);
    return success();
  }

private:
  static Value foldConstant(FakeQuantOp op, quant::QuantizedType type,
                            RankedTensorType quantizedType,
                            PatternRewriter &rewriter) {
    std::optional<SmallVector<float>> values = getFloats(op.getInput());
    if (!values)
      return {};
    auto storageType =
        cast<RankedTensorType>(op.getType().clone(type.getStorageType()));
    auto integers = tosa::ConstOp::create(
        rewriter, op.getLoc(), storageType,
        quantizeElements(*values, storageType, type, getConstantRole(op)));
    if (StringRef name = getTensorName(op.getInput()); !name.empty())
      integers->setAttr(kNameAttr, rewriter.getStringAttr(name));
    return quant::StorageCastOp::create(rewriter, op.getLoc(), quantizedType,
                                        integers);
  }
};

struct FoldFakeQuantPass
    : quantc::ptq::impl::PTQFoldFakeQuantBase<FoldFakeQuantPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldFakeQuant>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    // The float constants that integers now stand for.
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
  }
};
} // namespace
