//===- FormMatMul.cpp - Matrix products as kernel.conv -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;
using kernel::DotKind;
using kernel::StrategyAttr;

void codegen::formMatMul(RewriterBase &rewriter, tosa::MatMulOp op,
                         StrategyAttr strategy) {
  ArrayRef<int64_t> a = cast<ShapedType>(op.getA().getType()).getShape();
  ArrayRef<int64_t> b = cast<ShapedType>(op.getB().getType()).getShape();
  bool isFloat = strategy.getDot() == DotKind::Float;
  int64_t aZp = isFloat ? 0 : *op.getAZeroPoint(),
          bZp = isFloat ? 0 : *op.getBZeroPoint();
  KernelFormer former(rewriter, op, strategy, matchEpilogue(op.getResult()));
  Window window{a[0], 1, a[1], a[2], 1, a[1], b[2]};

  bool isWide = getElementTypeOrSelf(op.getOutput()).isInteger(48);
  if (isWide)
    former.accumulateWide(std::abs(llvm::minIntN(16)));
  DenseElementsAttr attr = getConstantWeights(op.getB());
  auto index = [columns = b[2]](int64_t c, int64_t, int64_t, int64_t k) {
    return k * columns + c;
  };
  if (auto narrow = NarrowWeights::match(op.getB());
      narrow && b[0] == 1 &&
      former.formConv(op.getA(), Value(), window, *narrow, index))
    return;
  if (b[0] == 1 && attr && !isWide) {
    int64_t columns = b[2];
    if (isFloat) {
      auto values = attr.getValues<float>();
      former.formConv(op.getA(), Value(), window,
                      [&](int64_t c, int64_t, int64_t, int64_t k) {
                        return values[k * columns + c];
                      });
    } else {
      auto values = attr.getValues<int8_t>();
      former.formConv(op.getA(), Value(), window, aZp,
                      IntWeight([&](int64_t c, int64_t, int64_t, int64_t k) {
                        return values[k * columns + c] - bZp;
                      }));
    }
    return;
  }

  int64_t group = strategy.getGroup(), groups = llvm::divideCeil(a[2], group);
  Value weights = former.packAtRunTime(op.getB(), strategy, b[1], bZp);
  Value input = former.prepareInput(op.getA(), window, aZp, 1,
                                    (a[1] - 1) * a[2] + groups * group);
  Value start = former.bias(Value(), b[2], aZp, {});
  former.finish<kernel::ConvOp>(input, weights, start, window, {1, 1}, {1, 0},
                                b[2], groups);
}
