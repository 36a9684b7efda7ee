//===- NarrowWeights.h - Weights that are widened to f32 -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CODEGEN_TRANSFORMS_NARROWWEIGHTS_H
#define QUANTC_LIB_CODEGEN_TRANSFORMS_NARROWWEIGHTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <optional>

namespace quantc::codegen {

/// Constant weights of a float product that are stored narrower than f32: a
/// `tosa.cast` of a constant of i4, i8 or f16, where integers may be multiplied
/// by constant scales. Reshapes may stand between these operations. Elements
/// are numbered in the order of the product's operand.
class NarrowWeights {
public:
  /// None if `weights` are something else.
  static std::optional<NarrowWeights> match(mlir::Value weights);

  /// i4, i8 or f16.
  mlir::Type getElementType() const { return stored.getElementType(); }
  bool isScaled() const { return static_cast<bool>(scales); }

  /// Every integer, or the bits of every half float.
  mlir::SmallVector<int64_t> getStored() const;
  /// The scale of every element; empty if there are none.
  mlir::SmallVector<float> getScales() const;

  /// The operations that compute these weights in another order, with the
  /// shape `shape`: element `order[i]`, or for ~`i` a zero of the scale of `i`.
  mlir::Value reorder(mlir::ImplicitLocOpBuilder &b,
                      mlir::ArrayRef<int64_t> shape,
                      mlir::ArrayRef<int64_t> order) const;

private:
  mlir::DenseElementsAttr stored;
  /// f32, broadcast to `scaledShape`, or null.
  mlir::DenseElementsAttr scales;
  mlir::SmallVector<int64_t> scaledShape;
};

} // namespace quantc::codegen

#endif // QUANTC_LIB_CODEGEN_TRANSFORMS_NARROWWEIGHTS_H
