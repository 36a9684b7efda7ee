//===- LowerQuantizedTest.cpp - Quantized tensors to integers ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/LowerQuantized.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace quantc;

namespace {

/// What a compiler with an operation of its own adds: "mine.op" is tosa.abs.
struct LowerMine : ConversionPattern {
  LowerMine(const TypeConverter &types, MLIRContext *context)
      : ConversionPattern(types, "mine.op", /*benefit=*/1, context) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<tosa::AbsOp>(
        op, getTypeConverter()->convertType(op->getResult(0).getType()),
        operands[0]);
    return success();
  }
};

TEST(LowerQuantizedTest, PatternsOfOthersComeFirst) {
  MLIRContext context;
  context.allowUnregisteredDialects();
  context.loadDialect<func::FuncDialect, tosa::TosaDialect, quant::QuantDialect,
                      ptq::PTQDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
      R"mlir(
        !i8 = tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
        !i32 = tensor<4x!quant.uniform<i32:f32, 0.001>>
        func.func @f(%x: !i32) -> !i8 {
          %0 = ptq.requantize %x : !i32 to !i8
          %1 = "mine.op"(%0) : (!i8) -> !i8
          %2 = "other.op"(%1) {kept} : (!i8) -> !i8
          return %2 : !i8
        })mlir",
      ParserConfig(&context));
  ASSERT_TRUE(module);

  QuantizedTypeConverter types;
  ConversionTarget target(context);
  target.addIllegalDialect<ptq::PTQDialect>();
  target.markUnknownOpDynamicallyLegal([&](Operation *op) {
    auto function = dyn_cast<func::FuncOp>(op);
    return types.isLegal(op) &&
           (!function || types.isSignatureLegal(function.getFunctionType()));
  });
  RewritePatternSet patterns(&context);
  populateLowerQuantizedPatterns(patterns, types, Contract::Exact);
  patterns.add<LowerMine>(types, &context);
  ASSERT_TRUE(
      succeeded(applyFullConversion(*module, target, std::move(patterns))));

  SmallVector<std::string> operations;
  (*module)->walk([&](Operation *op) {
    for (Value result : op->getResults())
      EXPECT_FALSE(isa<quant::QuantizedType>(getElementTypeOrSelf(result)));
    if (!isa<tosa::ConstOp>(op))
      operations.push_back(op->getName().getStringRef().str());
  });
  EXPECT_EQ(operations, (SmallVector<std::string>{
                            "tosa.rescale", "tosa.abs", "other.op",
                            "func.return", "func.func", "builtin.module"}));
  func::FuncOp function = *module->getOps<func::FuncOp>().begin();
  EXPECT_TRUE(
      function.getBody().front().getTerminator()->getPrevNode()->hasAttr(
          "kept"));
}

} // namespace
