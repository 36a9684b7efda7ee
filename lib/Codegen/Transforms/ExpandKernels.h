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
/// Index arithmetic is folded: loops of one iteration and multiplications by 1
/// do not appear in the code.
class KernelWriter {
public:
  explicit KernelWriter(mlir::Operation *op) : b(op->getLoc(), op) {}

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs) { return add(lhs, index(rhs)); }
  mlir::Value mul(mlir::Value lhs, int64_t rhs);
  mlir::Value div(mlir::Value lhs, int64_t rhs);

  /// for (i = begin; i < end; i += step) body(i); without a loop if there is
  /// only one iteration.
  void forEach(int64_t begin, int64_t end, int64_t step,
               llvm::function_ref<void(mlir::Value)> body);
  void forEach(int64_t end, llvm::function_ref<void(mlir::Value)> body) {
    forEach(0, end, 1, body);
  }

  /// The same with values that are carried from one iteration to the next.
  /// `body` returns the values for the next iteration.
  mlir::SmallVector<mlir::Value> forCarried(
      int64_t end, int64_t step, mlir::ValueRange init,
      llvm::function_ref<mlir::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body);

  mlir::Value load(mlir::Value memref, mlir::ValueRange indices, int64_t count);
  void store(mlir::Value vector, mlir::Value memref, mlir::ValueRange indices);
  /// Stores the first `count` elements of a vector. It uses several stores
  /// whose sizes are powers of two, so that nothing behind the elements is
  /// overwritten.
  void storeFirst(mlir::Value vector, int64_t count, mlir::Value memref,
                  mlir::ValueRange indices);
  /// Loads `count` elements with several loads whose sizes are powers of two.
  /// The rest of the `lanes` elements is zero.
  mlir::Value loadFirst(mlir::Value memref, mlir::ValueRange indices,
                        int64_t count, int64_t lanes);

  /// An integer or float splat.
  mlir::Value splat(mlir::Type element, int64_t count, int64_t value);

  /// Covers `count` elements with chunks, and calls body(start, width) for
  /// each. As many chunks of `widest` elements as fit are in a loop; the rest
  /// has chunks whose sizes are powers of two.
  void forChunks(int64_t count, int64_t widest,
                 llvm::function_ref<void(mlir::Value, int64_t)> body);

  mlir::ImplicitLocOpBuilder b;
};

/// f32 of a vector of packed weights: of i8 or f16, or of the i4 number
/// `position` in every word of i32, times `scale` unless it is null.
mlir::Value widenWeights(KernelWriter &writer, mlir::Value packed,
                         int64_t position, mlir::Value scale);

/// A tile of static shape; `channels` are those that exist, at most vectors *
/// lanes.
struct Tile {
  int64_t pixels, vectors, channels;
};

/// Where the tile's outputs are.
struct TilePosition {
  mlir::Value image, row, pixel, channel;
};

/// 64-bit sums of products. The products are first added in 32-bit
/// accumulators, as many at a time as cannot overflow these.
class WideSums {
public:
  WideSums(KernelWriter &writer, int64_t lanes) : w(writer), lanes(lanes) {}

  /// 32-bit accumulators at zero.
  mlir::SmallVector<mlir::Value> zeros(int64_t count);
  /// Returns the sums plus the 32-bit accumulators.
  mlir::SmallVector<mlir::Value> add(mlir::ValueRange sums,
                                     mlir::ValueRange accumulators);

private:
  KernelWriter &w;
  int64_t lanes;
};

/// The code around the reduction of a tile: loads of the bias before it;
/// requantization or clamp, and stores, after it.
template <typename KernelTy>
class TileEpilogue {
public:
  TileEpilogue(KernelWriter &writer, KernelTy op) : w(writer), op(op) {}

  /// The initial value of every accumulator, which is the bias. They are
  /// ordered by pixel, then by vector.
  mlir::SmallVector<mlir::Value> start(const Tile &tile, mlir::Value channel);
  void finish(mlir::ValueRange accumulators, const Tile &tile,
              const TilePosition &position);

private:
  mlir::Value scaleToFloat(mlir::Value value, mlir::Value factor,
                           mlir::Value addend);
  mlir::Value clampFloat(mlir::Value value);

  KernelWriter &w;
  KernelTy op;
};

/// Requantizes vectors of the same channels. What depends on the channel is
/// loaded once and then applied to every pixel.
class VectorRequantizer {
public:
  VectorRequantizer(KernelWriter &writer, kernel::RequantizeAttr attr,
                    mlir::Value multipliers, mlir::Value shifts,
                    mlir::Value channel, int64_t lanes);
  /// Turns i32 or i64 accumulators into i32 values that are clamped to the
  /// range of the output type.
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
