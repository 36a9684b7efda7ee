//===- ExpandKernels.h - Pieces of quantc-expand-kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Loops, vectors and epilogues that the expansions of the kernel ops share.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CODEGEN_TRANSFORMS_EXPANDKERNELS_H
#define QUANTC_LIB_CODEGEN_TRANSFORMS_EXPANDKERNELS_H

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quantc::codegen {

/// Writes index arithmetic, loops and vector accesses at its insertion point.
/// Index arithmetic folds, so that loops of one trip and strides of one leave
/// no trace.
class KernelWriter {
public:
  explicit KernelWriter(mlir::Operation *op) : b(op->getLoc(), op) {}

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs) { return add(lhs, index(rhs)); }
  mlir::Value mul(mlir::Value lhs, int64_t rhs);

  /// for (i = 0; i < end; i += step) body(i); no loop if there is one trip.
  void forEach(int64_t begin, int64_t end, int64_t step,
               llvm::function_ref<void(mlir::Value)> body);
  void forEach(int64_t end, llvm::function_ref<void(mlir::Value)> body) {
    forEach(0, end, 1, body);
  }

  /// The same, with values carried from trip to trip: `body` returns the next
  /// ones.
  mlir::SmallVector<mlir::Value> forCarried(
      int64_t end, int64_t step, mlir::ValueRange init,
      llvm::function_ref<mlir::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body);

  mlir::Value load(mlir::Value memref, mlir::ValueRange indices, int64_t count);
  void store(mlir::Value vector, mlir::Value memref, mlir::ValueRange indices);
  /// Stores the first `count` elements in pieces of powers of two: no write
  /// beyond them.
  void storeFirst(mlir::Value vector, int64_t count, mlir::Value memref,
                  mlir::ValueRange indices);
  /// Loads `count` elements in pieces of powers of two, the rest of `lanes` is
  /// zero.
  mlir::Value loadFirst(mlir::Value memref, mlir::ValueRange indices,
                        int64_t count, int64_t lanes);

  /// An integer or float splat.
  mlir::Value splat(mlir::Type element, int64_t count, int64_t value);

  /// `widths[i]` consecutive chunk sizes that cover `count` elements: as many
  /// of `widest` in a loop as fit, then powers of two. Calls body(start,
  /// width).
  void forChunks(int64_t count, int64_t widest,
                 llvm::function_ref<void(mlir::Value, int64_t)> body);

  mlir::ImplicitLocOpBuilder b;
};

/// A tile of static shape; `channels` are those that exist, at most vectors *
/// lanes.
struct Tile {
  int64_t pixels, vectors, channels;
};

/// Where the tile's outputs are.
struct TilePosition {
  mlir::Value image, row, pixel, channel;
};

/// 64-bit sums of products that are added up in 32 bits: as many as cannot
/// exceed these at a time.
class WideSums {
public:
  WideSums(KernelWriter &writer, int64_t lanes) : w(writer), lanes(lanes) {}

  /// 32-bit accumulators at zero.
  mlir::SmallVector<mlir::Value> zeros(int64_t count);
  /// The sums plus the 32-bit accumulators.
  mlir::SmallVector<mlir::Value> add(mlir::ValueRange sums,
                                     mlir::ValueRange accumulators);

private:
  KernelWriter &w;
  int64_t lanes;
};

/// Bias loads before the reduction, requantization or clamp and stores after
/// it.
template <typename KernelTy>
class TileEpilogue {
public:
  TileEpilogue(KernelWriter &writer, KernelTy op) : w(writer), op(op) {}

  /// The bias for every accumulator, pixel by pixel, vectors innermost.
  mlir::SmallVector<mlir::Value> start(const Tile &tile, mlir::Value channel);
  void finish(mlir::ValueRange accumulators, const Tile &tile,
              const TilePosition &position);

private:
  mlir::Value clampFloat(mlir::Value value);

  KernelWriter &w;
  KernelTy op;
};

/// Requantization of one vector of channels: what depends on the channel is
/// loaded once and applied to every pixel.
class VectorRequantizer {
public:
  VectorRequantizer(KernelWriter &writer, kernel::RequantizeAttr attr,
                    mlir::Value multipliers, mlir::Value shifts,
                    mlir::Value channel, int64_t lanes);
  /// i32 or i64 accumulators -> clamped i32 values in the range of the output
  /// type.
  mlir::Value apply(mlir::Value accumulator);

private:
  void loadHigh(mlir::Value multipliers, mlir::Value shifts,
                mlir::Value channel);
  void loadWide(mlir::Value multipliers, mlir::Value shifts,
                mlir::Value channel);
  mlir::Value applyHigh(mlir::Value accumulator);
  mlir::Value applyWide(mlir::Value accumulator);
  mlir::Value multiply48(mlir::Value accumulator);
  mlir::Value roundBySign(mlir::Value product, mlir::Value value);

  KernelWriter &w;
  kernel::RequantizeAttr attr;
  int64_t lanes;
  mlir::Value multiplierEven, multiplierOdd, multiplier, shift, round,
      doubleRound;
};

void expandPrepare(kernel::PrepareOp op);
void expandPack(kernel::PackOp op);
void expandConv(kernel::ConvOp op);
void expandDepthwise(kernel::DepthwiseOp op);
void expandLookup(kernel::LookupOp op);

} // namespace quantc::codegen

#endif // QUANTC_LIB_CODEGEN_TRANSFORMS_EXPANDKERNELS_H
