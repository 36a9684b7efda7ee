//===- DynamicRange.h - Activations quantized at run time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What dynamic schemes have in common (N61 to N63): a float tensor becomes
/// int8 with parameters from its own values, and an int32 sum of products
/// becomes float. Both are plain TOSA.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TOSA_DYNAMICRANGE_H
#define QUANTC_LIB_DIALECT_PTQ_TOSA_DYNAMICRANGE_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

namespace quantc::ptq {

/// A tensor that is quantized when the network runs.
struct DynamicTensor {
  mlir::Value codes; ///< int8
  mlir::Value scale; ///< f32, with dimensions of size 1 along the axes
  /// int32, likewise. Null if the zero point is known: it is `knownZeroPoint`.
  mlir::Value zeroPoint;
  int64_t knownZeroPoint = 0;
};

/// True if quantizing `real` gives a zero point that is known beforehand: in a
/// symmetric scheme, and for tensors without negative values.
bool hasKnownZeroPoint(mlir::Value real, Symmetry symmetry);

/// Quantizes `real` with parameters from its values along `axes`: all axes, or
/// those of a row. `exact` asks for quotients that are rounded once
/// (`ExactQuotients.h`); symmetric integers ignore it. Where `measured` is
/// given, parameters come from its values, of which those of `real` are a part.
DynamicTensor quantizeAtRunTime(mlir::OpBuilder &builder, mlir::Location loc,
                                mlir::Value real, llvm::ArrayRef<int32_t> axes,
                                Symmetry symmetry, bool exact = false,
                                mlir::Value measured = {});

/// The sums of quantized weights, less their zero point, over the dimensions
/// that are no output dimensions of `layout`.
llvm::SmallVector<int32_t> sumWeights(mlir::Value weight,
                                      const WeightLayout &layout);

/// The real numbers of `products`: int32 sums over the products of `tensor`
/// and `weight`, whose channels are the last dimension of the result. `bias`, a
/// float for each channel, may be null. `reached` is the sum of the weights
/// that meet an element of `tensor`, for each element of the result; null if
/// all weights of the channel do everywhere.
mlir::Value scaleProducts(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value products, const DynamicTensor &tensor,
                          mlir::Value weight, const WeightLayout &layout,
                          mlir::Value bias, mlir::Value reached = {});

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TOSA_DYNAMICRANGE_H
