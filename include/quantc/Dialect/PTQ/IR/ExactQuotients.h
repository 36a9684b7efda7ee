//===- ExactQuotients.h - Activations as ONNX quantizes them -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_EXACTQUOTIENTS_H
#define QUANTC_DIALECT_PTQ_IR_EXACTQUOTIENTS_H

#include "llvm/ADT/StringRef.h"

namespace quantc::ptq {

/// The unit attribute of an operation with an asymmetric dynamic scheme whose
/// activations become integers by quotients that are rounded once, as
/// DynamicQuantizeLinear of ONNX defines them (N62), and not by products with
/// the reciprocal.
inline constexpr llvm::StringLiteral kExactQuotientsAttr =
    "ptq.exact_quotients";

/// The unit attribute of a convolution with a dynamic scheme that computes one
/// group of channels, a slice of a tensor: the range is that of the whole
/// tensor (N61).
inline constexpr llvm::StringLiteral kSharedRangeAttr = "ptq.shared_range";

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_EXACTQUOTIENTS_H
