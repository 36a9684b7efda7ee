//===- QuantizableModels.h - How TOSA ops are quantized -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TOSA_QUANTIZABLEMODELS_H
#define QUANTC_DIALECT_PTQ_TOSA_QUANTIZABLEMODELS_H

#include "mlir/IR/DialectRegistry.h"

namespace quantc::ptq {

/// Attaches ptq::QuantizableOpInterface and ptq::LayoutOpInterface to the
/// operations of TOSA, and the latter to the casts of `quant`.
void registerTosaQuantizableModels(mlir::DialectRegistry &registry);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_TOSA_QUANTIZABLEMODELS_H
