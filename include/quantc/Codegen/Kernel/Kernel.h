//===- Kernel.h - The kernel dialect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_KERNEL_KERNEL_H
#define QUANTC_CODEGEN_KERNEL_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "quantc/Codegen/Kernel/KernelDialect.h.inc"

#include "quantc/Codegen/Kernel/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "quantc/Codegen/Kernel/KernelAttributes.h.inc"

#define GET_OP_CLASSES
#include "quantc/Codegen/Kernel/Kernel.h.inc"

namespace quantc::kernel {

/// Products that one lane of an accumulator takes at a time: 4, 2 or 1.
int64_t getGroup(DotKind kind);

/// The blocks into which a strategy cuts `channels` output channels: whole
/// blocks of `vectors` vectors, then at most one with fewer.
struct ChannelBlocks {
  ChannelBlocks(StrategyAttr strategy, int64_t channels);

  int64_t wholeBlocks;
  /// Channels and vectors of the last, smaller block; 0 if there is none.
  int64_t tailChannels, tailVectors;
  /// Channels of all blocks, padded to whole vectors.
  int64_t paddedChannels;
};

/// How the taps of a depthwise convolution are unrolled: all of them, or (large
/// windows) those of one row, inside a loop over rows.
struct DepthwiseTaps {
  DepthwiseTaps(mlir::ArrayRef<int64_t> taps, int64_t group);

  /// Trips of the loop over rows; rows and columns of taps of one trip.
  int64_t trips, rows, columns;
  /// Taps of one trip, in groups that a lane takes at a time.
  int64_t groups;
};

/// Makes one-shot bufferization know the kernel dialect's ops.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace quantc::kernel

#endif // QUANTC_CODEGEN_KERNEL_KERNEL_H
