//===- Reals.h - Inputs and outputs as real numbers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_REALS_H
#define QUANTC_LIB_DRIVER_REALS_H

#include "quantc/Emit/Emit.h"

namespace quantc {

/// The elements of an input or output as real numbers; quantized ones are
/// dequantized.
std::vector<double> toReals(const Array &array, const TensorInfo &info);

/// Converts real numbers to the element type of an input. Integers are
/// quantized with its scale (N2), which they need. The shape is that of a
/// vector.
Array fromReals(llvm::ArrayRef<double> reals, const TensorInfo &info);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_REALS_H
