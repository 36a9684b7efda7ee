//===- BufferizableOpInterfaceImpl.cpp - Kernels on buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace quantc::kernel;

namespace {

/// Every kernel overwrites all of `init` and reads nothing of it.
template <typename OpTy>
struct KernelOpInterface
    : DstBufferizableOpInterfaceExternalModel<KernelOpInterface<OpTy>, OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    OpTy::create(rewriter, op->getLoc(), TypeRange(), buffers, op->getAttrs());
    Value init = buffers[cast<OpTy>(op).getInitMutable().getOperandNumber()];
    replaceOpWithBufferizedValues(rewriter, op, init);
    return success();
  }
};

} // namespace

void quantc::kernel::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, KernelDialect *) {
    ConvOp::attachInterface<KernelOpInterface<ConvOp>>(*context);
    DepthwiseOp::attachInterface<KernelOpInterface<DepthwiseOp>>(*context);
    PrepareOp::attachInterface<KernelOpInterface<PrepareOp>>(*context);
    PackOp::attachInterface<KernelOpInterface<PackOp>>(*context);
    LookupOp::attachInterface<KernelOpInterface<LookupOp>>(*context);
  });
}
