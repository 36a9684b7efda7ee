//===- SimplifyPatterns.h - Patterns of ptq-simplify -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_SIMPLIFYPATTERNS_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_SIMPLIFYPATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace quantc::ptq {

/// Elementwise operations on constants become constants.
void populateFoldConstantsPatterns(mlir::RewritePatternSet &patterns);

/// Operations that change nothing go; maximum and minimum with a constant
/// become clamps, and clamps move before reshapes and transposes.
void populateIdentityPatterns(mlir::RewritePatternSet &patterns);

/// Products and sums with a constant per channel go into the convolution
/// before them; a matmul that such a sum follows becomes a convolution first.
void populateFoldChannelwisePatterns(mlir::RewritePatternSet &patterns);

/// Moves of constants behind fake quantization, such as transposed weights of a
/// quantized network, act on the constants.
void populateFoldQuantizedMovesPatterns(mlir::RewritePatternSet &patterns);

/// A slice of the step that a recurrent layer visits last becomes the layer's
/// last state.
void populateLastStepPatterns(mlir::RewritePatternSet &patterns);

/// The dimension of the result of `move` (a transpose or reshape) that is
/// dimension `axis` of its operand, if it is kept as a dimension of its own.
std::optional<int64_t> mapMovedAxis(mlir::Operation *move, int64_t axis);

/// Gives `to` the name that `from` has, if any.
void copyName(mlir::Operation *from, mlir::Operation *to);

/// Before `move` (a transpose or reshape) goes: its operand holds the same
/// values and gets its name, unless it has one of the file's own.
void handNameOver(mlir::Operation *move);

/// Erases the operations of `block` that nothing uses, also those that only
/// such operations use. Those that `isMove` accepts hand their names over
/// before.
void eraseDeadOps(mlir::Block &block,
                  llvm::function_ref<bool(mlir::Operation *)> isMove);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_SIMPLIFYPATTERNS_H
