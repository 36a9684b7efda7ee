//===- Blocks.h - Constants with a scale per block -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Weights that a file brings with a scale per block: `tosa.const` ->
/// `quant.scast` -> `quant.dcast` of the sub-channel type
///
///   !quant.uniform<i4:f32:{0:1, 3:32}, {...}>
///
/// Only constants have this type. Each of its scales, in row-major order,
/// belongs to a box of elements; dimensions that the type does not name lie
/// within one box as a whole.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_BLOCKS_H
#define QUANTC_DIALECT_PTQ_IR_BLOCKS_H

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace quantc::ptq {

using SubChannelType = mlir::quant::UniformQuantizedSubChannelType;

/// A constant with a scale per block.
struct BlockConstant {
  SubChannelType type;
  /// The integers, in the shape of the tensor.
  mlir::DenseElementsAttr codes;

  /// None if `value` is not the quant.dcast of such a constant.
  static std::optional<BlockConstant> match(mlir::Value value);

  mlir::ArrayRef<int64_t> getShape() const {
    return codes.getType().getShape();
  }
  /// float(q - zero point) * scale of each element, rounded once.
  mlir::SmallVector<float> getReals() const;
};

/// `type` with boxes of `sizes`: `scales` are row-major, of shape
/// `shape[d] / sizes[d]`. There are as many zero points. The parameters have to
/// be valid: scales are positive and finite.
SubChannelType getSubChannelType(mlir::IntegerType storage,
                                 llvm::ArrayRef<int64_t> shape,
                                 llvm::ArrayRef<int64_t> sizes,
                                 llvm::ArrayRef<float> scales,
                                 llvm::ArrayRef<int64_t> zeroPoints);

/// The elements of a box of `type` along each of `rank` dimensions; 0 stands
/// for all.
llvm::SmallVector<int64_t> getBlockSizes(SubChannelType type, int64_t rank);

/// The position among the scales of `type` of every element of a tensor of
/// `shape`.
llvm::SmallVector<int64_t> getBlockIndices(SubChannelType type,
                                           llvm::ArrayRef<int64_t> shape);

/// Checks that the boxes of `type` cover a tensor of `shape`, and that storage
/// is i4 or i8 for f32.
llvm::LogicalResult
verifySubChannelType(SubChannelType type, llvm::ArrayRef<int64_t> shape,
                     llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_BLOCKS_H
