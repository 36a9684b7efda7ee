//===- QuantizedConstants.h - Integers of constants -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The integers that stand for a float constant. This is the one place that
/// rounds constants: the simulated network and the one that ships have the same
/// integers.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_QUANTIZEDCONSTANTS_H
#define QUANTC_DIALECT_PTQ_IR_QUANTIZEDCONSTANTS_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include <optional>

namespace quantc::ptq {

/// Calls `body(index, channel)` for each element of a tensor of `shape`, where
/// `channel` is the element's position along `axis` (0 if there is no axis).
void forEachElement(llvm::ArrayRef<int64_t> shape, std::optional<int64_t> axis,
                    llvm::function_ref<void(int64_t, int64_t)> body);

/// The largest magnitude of each position along `axis`, or of all values.
llvm::SmallVector<double> findMagnitudes(llvm::ArrayRef<float> values,
                                         llvm::ArrayRef<int64_t> shape,
                                         std::optional<int64_t> axis);

/// `type` with signed storage, in which TOSA computes: unsigned storage of the
/// same width, moved down by half its range, represents the same reals.
mlir::quant::QuantizedType makeSigned(mlir::quant::QuantizedType type);

/// `type` with other scales, as many as it has.
mlir::quant::QuantizedType withScales(mlir::quant::QuantizedType type,
                                      llvm::ArrayRef<double> scales);

/// What the constant that `op` rounds is to the operations that read it.
OperandRole getConstantRole(FakeQuantOp op);

/// The integer for `value`, one of a constant of the given role; `magnitude` is
/// the largest of its channel.
int64_t quantizeElement(float value, const AffineParams &params,
                        double magnitude, OperandRole role);

/// The integers that represent `values`, a constant of the given role, in
/// `type`: weights by N7, biases by N8, others by N2. They form a constant of
/// `storageType`.
mlir::DenseElementsAttr quantizeElements(llvm::ArrayRef<float> values,
                                         mlir::RankedTensorType storageType,
                                         mlir::quant::QuantizedType type,
                                         OperandRole role);

/// The reals that these integers stand for: what a network that simulates its
/// integers computes with.
llvm::SmallVector<float> roundElements(llvm::ArrayRef<float> values,
                                       llvm::ArrayRef<int64_t> shape,
                                       mlir::quant::QuantizedType type,
                                       OperandRole role);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_QUANTIZEDCONSTANTS_H
