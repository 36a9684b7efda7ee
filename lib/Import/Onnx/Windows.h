//===- Windows.h - Convolutions and pools of several operations -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What float, quantized and integer convolutions and pools share: reading
/// their attributes, and building them on channels-first tensors.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_WINDOWS_H
#define QUANTC_LIB_IMPORT_ONNX_WINDOWS_H

#include "Importer.h"

namespace quantc::onnximport {

/// strides, dilations, pads, auto_pad and ceil_mode for `spatial` dimensions.
mlir::FailureOr<Window> readWindow(Node &node, int64_t spatial);

/// kernel_shape, which has to have `spatial` sizes.
mlir::FailureOr<llvm::SmallVector<int64_t>> readKernel(Node &node,
                                                       int64_t spatial);

/// `build` between transposes to and from channels-last.
mlir::Value onChannelsLast(Node &node, mlir::Value x,
                           llvm::function_ref<mlir::Value(mlir::Value)> build);

/// The convolution that the attributes describe; x [N, C, ...], weights
/// [O, C/group, ...], bias [O] or null. Null after an error.
mlir::Value buildConv(Node &node, mlir::Value x, mlir::Value weights,
                      mlir::Value bias);

/// The average pool that the attributes describe.
mlir::Value buildAveragePool(Node &node, mlir::Value x);

/// Reduces all spatial dimensions to 1.
mlir::Value buildGlobalPool(Node &node, mlir::Value x, ReduceKind kind);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_WINDOWS_H
