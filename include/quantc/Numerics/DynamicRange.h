//===- DynamicRange.h - Quantization at run time -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The constants of dynamic schemes (docs/Numerics.md, N61 and N62): a tensor
/// is quantized with parameters from its own values.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_NUMERICS_DYNAMICRANGE_H
#define QUANTC_NUMERICS_DYNAMICRANGE_H

namespace quantc {

/// Values count as at most this in magnitude, so that no range is infinite.
inline constexpr float kDynamicLargest = 0x1p126f;
/// The smallest range, so that its reciprocal times the steps is finite.
inline constexpr float kDynamicSmallest = 0x1p-100f;
/// The steps of a range: from -128 to 127, or from 0 to 127.
inline constexpr float kDynamicSteps = 255;
inline constexpr float kDynamicSymmetricSteps = 127;

} // namespace quantc

#endif // QUANTC_NUMERICS_DYNAMICRANGE_H
