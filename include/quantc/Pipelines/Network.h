//===- Network.h - What a network consists of -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Checks of a network for everything that the passes assume, so that invalid
/// input is reported with a location and does not make a pass fail, and
/// questions that several stages ask about it.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_NETWORK_H
#define QUANTC_PIPELINES_NETWORK_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace quantc {

/// True if `op` belongs to the dialects that a network consists of, or returns
/// its results. Other operations came from an incomplete conversion.
bool isNetworkOp(mlir::Operation *op);

/// Checks that the module holds one public function with a body, made of TOSA,
/// ptq and quant operations on tensors of static shape. Every violation is an
/// error at its location.
mlir::LogicalResult verifyNetwork(mlir::ModuleOp module);

/// Checks that no tensor has more than `maxBytes` bytes, and that all splat
/// constants together have not more. This limits the memory that a small file
/// can need. Reports the first violation.
mlir::LogicalResult verifySizes(mlir::ModuleOp module, uint64_t maxBytes);

/// Checks that no float constant contains NaN or infinity, which quantization
/// parameters cannot represent. Reports every such constant.
mlir::LogicalResult verifyFiniteConstants(mlir::ModuleOp module);

/// The network of a verified module: its public function.
mlir::func::FuncOp getNetwork(mlir::ModuleOp module);

/// True if no tensor of the network has float elements.
bool isIntegerNetwork(mlir::ModuleOp module);

/// True if the network brings quantization parameters of activations, so that
/// it can be quantized without calibration: it was quantized elsewhere
/// (quant.qcast, quant.dcast) or trained with ptq.fake_quant. Weights with
/// parameters alone do not count.
bool carriesParameters(mlir::ModuleOp module);

/// True if the network says itself how it is quantized: it carries parameters,
/// or brings a scheme (`ptq.scheme`) that quantizes and needs no data.
bool comesQuantized(mlir::ModuleOp module);

/// Replaces resources by ordinary constants, because the passes read the values
/// of constants.
void inlineResources(mlir::ModuleOp module);

} // namespace quantc

#endif // QUANTC_PIPELINES_NETWORK_H
