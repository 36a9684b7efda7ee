//===- Weights.h - Constant weights in their scheme -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The parameters of constant weights, the integers that represent them, and
/// weights that are stored in a narrower type than they are computed with.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_WEIGHTS_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_WEIGHTS_H

#include "quantc/Dialect/PTQ/IR/QuantizedConstants.h"

namespace quantc::ptq {

/// Symmetric parameters for weights `data` of `shape` in the type of `scheme`
/// (N5): a scale per position along `axis`, or one. `largest` becomes the
/// greatest magnitude.
mlir::quant::QuantizedType chooseWeightType(SchemeAttr scheme,
                                            llvm::ArrayRef<int64_t> shape,
                                            std::optional<int64_t> axis,
                                            llvm::ArrayRef<float> data,
                                            double &largest);

/// Lets `use`, the constant weight of an operation with a weight-only scheme,
/// read a narrower constant that is converted back to f32:
///
///   float16     tosa.cast of f16
///   integers    tosa.cast times the scales; with zero points, a constant with
///               a scale per block (`Blocks.h`)
///   in blocks   the same with the input channels split in two dimensions
///
/// A ptq.fake_quant on the weight gives the parameters, and integers of 4 bits
/// are stored so. A constant with a scale per block stays as it is. Failure,
/// with nothing changed and the `reason`, if the type cannot hold the weight.
mlir::LogicalResult storeNarrow(mlir::OpOperand &use, SchemeAttr scheme,
                                std::string &reason);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_WEIGHTS_H
