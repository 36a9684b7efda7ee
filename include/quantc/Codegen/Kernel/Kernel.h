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

/// The number of products that are added to one lane of an accumulator at a
/// time: 4, 2 or 1.
int64_t getGroup(DotKind kind);

/// Weights of i4 that one i32 holds.
constexpr int64_t kInt4PerWord = 8;

/// True if packed weights are i4, eight to an i32, which are widened to f32.
bool isInt4(DotKind kind, mlir::Type packedElement);

/// The blocks into which a strategy cuts `channels` output channels: whole
/// blocks of `vectors` vectors, then at most one with fewer.
struct ChannelBlocks {
  ChannelBlocks(StrategyAttr strategy, int64_t channels);

  int64_t wholeBlocks;
  /// The channels and vectors of the last block if it is smaller than the
  /// others; 0 if there is no such block.
  int64_t tailChannels, tailVectors;
  /// Channels of all blocks, padded to whole vectors.
  int64_t paddedChannels;
};

/// How the loops over the taps of a depthwise convolution are unrolled. A small
/// window is unrolled completely. Of a large one, the taps of one row are
/// unrolled, inside a loop over the rows.
///
/// The products of a group of taps are added to a lane at once. Its taps are
/// below each other, so that neighbouring pixels read the same groups of
/// inputs; only if there is a single row, they are beside each other.
struct DepthwiseTaps {
  DepthwiseTaps(mlir::ArrayRef<int64_t> taps, int64_t group);

  /// Tap `element` of a group, as the number row * columns + column within the
  /// iteration, or nothing behind the last tap of a segment.
  std::optional<int64_t> tap(int64_t group, int64_t element) const;

  /// `trips` is the number of iterations of the loop over rows. One iteration
  /// computes `rows` rows of `columns` taps.
  int64_t trips, rows, columns;
  /// The taps of one iteration are divided into segments, and these into
  /// groups. A segment is one column, or all taps.
  int64_t segments, segment;
  /// The number of groups of all segments of one iteration.
  int64_t groups;
  /// The number of taps in a group.
  int64_t group;
};

/// Implements the interface of one-shot bufferization for the operations of the
/// kernel dialect.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace quantc::kernel

#endif // QUANTC_CODEGEN_KERNEL_KERNEL_H
