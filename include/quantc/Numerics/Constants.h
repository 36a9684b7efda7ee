//===- Constants.h - Weights and biases as integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How weights and biases become integers (N7, N8). The integers are the same
/// as those of TensorFlow Lite's converter, which divides in float32 and rounds
/// ties away from zero.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_CONSTANTS_H
#define QUANTC_NUMERICS_CONSTANTS_H

#include "quantc/Numerics/Affine.h"

#include <cstdint>

namespace quantc {

/// A weight in [-127, 127]. `absMax` is the largest magnitude among the weights
/// of the same scale: if `scale` is absMax / 127 rounded to float32, the
/// weight is divided by the unrounded quotient.
int64_t quantizeWeight(float weight, double scale, double absMax,
                       StorageRange storage = kInt8Weight);

/// A bias as int32, saturated.
int64_t quantizeBias(float bias, double scale);

} // namespace quantc

#endif // QUANTC_NUMERICS_CONSTANTS_H
