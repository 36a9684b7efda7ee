//===- ExpandKernels.cpp - Write kernels as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/TypeSwitch.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_EXPANDKERNELS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {
struct ExpandKernelsPass : codegen::impl::ExpandKernelsBase<ExpandKernelsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<kernel::PrepareOp, kernel::PackOp, kernel::ConvOp,
              kernel::DepthwiseOp, kernel::LookupOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (op->getNumResults() != 0) {
        op->emitOpError(
            "still works on tensors; bufferize before expanding kernels");
        return signalPassFailure();
      }
      llvm::TypeSwitch<Operation *>(op)
          .Case([](kernel::PrepareOp prepare) {
            codegen::expandPrepare(prepare);
          })
          .Case([](kernel::PackOp pack) { codegen::expandPack(pack); })
          .Case([](kernel::ConvOp conv) { codegen::expandConv(conv); })
          .Case([](kernel::DepthwiseOp depthwise) {
            codegen::expandDepthwise(depthwise);
          })
          .Case([](kernel::LookupOp lookup) { codegen::expandLookup(lookup); });
    }
  }
};
} // namespace
