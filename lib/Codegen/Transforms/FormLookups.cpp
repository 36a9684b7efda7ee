//===- FormLookups.cpp - Tables of bytes as kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"
#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_FORMLOOKUPS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// With fewer elements, loading the table into registers takes longer than it
/// saves.
static constexpr int64_t kMinElements = 16;

static bool isTableOfBytes(tosa::TableOp op) {
  auto in = dyn_cast<RankedTensorType>(op.getInput1().getType());
  auto out = dyn_cast<RankedTensorType>(op.getOutput().getType());
  return in && out && in.hasStaticShape() && out.hasStaticShape() &&
         in.getElementType().isInteger(8) &&
         out.getElementType().isInteger(8) &&
         in.getNumElements() >= kMinElements;
}

namespace {
struct FormLookupsPass : codegen::impl::FormLookupsBase<FormLookupsPass> {
  using FormLookupsBase::FormLookupsBase;

  void runOnOperation() override {
    if (lanes == 0)
      return;
    getOperation()->walk([&](tosa::TableOp op) {
      if (isTableOfBytes(op))
        form(op);
    });
  }

private:
  void form(tosa::TableOp op) const {
    ImplicitLocOpBuilder b(op.getLoc(), op);
    auto type = cast<RankedTensorType>(op.getOutput().getType());
    auto reshape = [&](Value value, ArrayRef<int64_t> shape) -> Value {
      return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                     tosa::getTosaConstShape(b, shape));
    };
    Value flat = reshape(op.getInput1(), type.getNumElements());
    Value init = tensor::EmptyOp::create(b, type.getNumElements(),
                                         type.getElementType());
    Value found =
        kernel::LookupOp::create(b, init.getType(), flat, op.getTable(), init,
                                 static_cast<int64_t>(lanes))
            ->getResult(0);
    op.replaceAllUsesWith(reshape(found, type.getShape()));
    op.erase();
  }
};
} // namespace
