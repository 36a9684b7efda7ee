//===- LowerConcat.cpp - tosa.concat to tensor.concat -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream writes the operands of a concatenation by a chain of
// tensor.insert_slice. The analysis of one-shot bufferization looks at all
// links for each of them, which takes minutes for thousands of operands. A
// tensor.concat is one operation for that analysis, and becomes the same
// copies. Where one operand is repeated many times, its copies are one loop.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_LOWERCONCAT
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// If at least this many equal operands follow each other, one operation copies
/// all of them.
static constexpr size_t kMinRepeats = 8;

/// `value` `count` times along dimension `axis`.
static Value repeat(OpBuilder &builder, Location loc, Value value, int64_t axis,
                    int64_t count) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape()), multiples(type.getRank(), 1);
  shape[axis] *= count;
  multiples[axis] = count;
  ImplicitLocOpBuilder b(loc, builder);
  return tosa::TileOp::create(b, type.clone(shape), value,
                              tosa::getTosaConstShape(b, multiples));
}

/// The operands of `concat`, where operands that are repeated in a row have
/// become one.
static SmallVector<Value> mergeRepeats(OpBuilder &builder,
                                       tosa::ConcatOp concat) {
  SmallVector<Value> operands(concat.getInput1()), parts;
  for (size_t begin = 0, end = 0; begin < operands.size(); begin = end) {
    while (end < operands.size() && operands[end] == operands[begin])
      ++end;
    if (end - begin < kMinRepeats)
      parts.append(end - begin, operands[begin]);
    else
      parts.push_back(repeat(builder, concat.getLoc(), operands[begin],
                             concat.getAxis(), end - begin));
  }
  return parts;
}

namespace {
struct LowerConcat : codegen::impl::LowerConcatBase<LowerConcat> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation()->walk([&](tosa::ConcatOp concat) {
      // The codegen stage has no dynamic sizes; upstream lowers them.
      if (!concat.getType().hasStaticShape() ||
          !llvm::all_of(concat->getOperandTypes(), [](Type type) {
            return cast<ShapedType>(type).hasStaticShape();
          }))
        return;
      rewriter.setInsertionPoint(concat);
      SmallVector<Value> parts = mergeRepeats(rewriter, concat);
      if (parts.size() == 1)
        rewriter.replaceOp(concat, parts.front());
      else
        rewriter.replaceOpWithNewOp<tensor::ConcatOp>(concat, concat.getAxis(),
                                                      parts);
    });
  }
};
} // namespace
