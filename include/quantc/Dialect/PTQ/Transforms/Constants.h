//===- Constants.h - Reading and making constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Constants of a network, whichever way they are stored, and their quantized
/// form.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_CONSTANTS_H
#define QUANTC_DIALECT_PTQ_TRANSFORMS_CONSTANTS_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantizedConstants.h"

#include "mlir/IR/Builders.h"

#include <optional>

namespace quantc::ptq {

/// True if `value` is a constant, also one behind fake quantization or casts.
bool isConstant(mlir::Value value);

/// The elements, in row-major order, of an f32 attribute (inline or a
/// resource); nullopt for any other attribute.
std::optional<llvm::SmallVector<float>> getFloats(mlir::Attribute attribute);

/// The elements of the f32 constant that `value` is, or is the fake
/// quantization of; the real numbers of one with a scale per block. Nullopt for
/// other values.
std::optional<llvm::SmallVector<float>> getFloats(mlir::Value value);

/// A `tosa.const` of f32.
mlir::Value createFloatConstant(mlir::OpBuilder &builder, mlir::Location loc,
                                mlir::RankedTensorType type,
                                llvm::ArrayRef<float> values);

/// The same with the place and name of `old`, of which it is a version for one
/// user.
mlir::Value createFloatConstantLike(mlir::OpBuilder &builder, mlir::Value old,
                                    mlir::RankedTensorType type,
                                    llvm::ArrayRef<float> values);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_CONSTANTS_H
