//===- Scheme.h - How an operation is quantized -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// `#ptq.scheme` and its presets. A scheme is data in the IR: one pass writes
/// it, everything behind reads it with `getScheme`.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_SCHEME_H
#define QUANTC_DIALECT_PTQ_IR_SCHEME_H

#include "quantc/Numerics/Affine.h"

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include "llvm/Support/Error.h"

#include "quantc/Dialect/PTQ/IR/PTQEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "quantc/Dialect/PTQ/IR/PTQAttributes.h.inc"

namespace quantc::ptq {

/// The attribute of operations and functions that holds their scheme.
inline constexpr llvm::StringLiteral kSchemeAttr = "ptq.scheme";

/// Attributes of operations and arguments that a policy sets, about the
/// parameters of the tensor: the name of an estimator, a range as two f64, and,
/// of operations, whether the bias makes up for the rounding of the weights.
inline constexpr llvm::StringLiteral kEstimatorAttr = "ptq.estimator";
inline constexpr llvm::StringLiteral kRangeAttr = "ptq.range";
inline constexpr llvm::StringLiteral kBiasCorrectionAttr =
    "ptq.bias_correction";

/// The attribute of functions that says how weights are rounded, and its
/// values.
inline constexpr llvm::StringLiteral kWeightRoundingAttr =
    "ptq.weight_rounding";
inline constexpr llvm::StringLiteral kRoundNearest = "nearest";
inline constexpr llvm::StringLiteral kRoundCompensated = "compensated";
inline bool isWeightRounding(llvm::StringRef name) {
  return name == kRoundNearest || name == kRoundCompensated;
}

/// True for `ptq.scheme` and the attributes above: they say how a network is
/// quantized, not what it computes.
bool isSchemeAttribute(llvm::StringRef name);

/// Removes these attributes from `func`, its arguments and its operations.
void removeSchemes(mlir::FunctionOpInterface func);

/// A scheme by name, as options and policy files spell it.
struct SchemePreset {
  llvm::StringLiteral name;
  /// What it does to a network, for help texts.
  llvm::StringLiteral description;
  bool needsData;
};

/// `int8`, `int16x8`, `dynamic-range`, `weight-only`, `float16`, `float32`.
llvm::ArrayRef<SchemePreset> getSchemePresets();

/// The scheme that `text` spells: the name of a preset, then after a colon what
/// differs from it, separated by commas.
///
///   per-tensor, per-channel, block=N   scales of the weights
///   int4, int8                         type of weight-only weights
///   row, tensor                        scales of dynamic activations
///   symmetric, asymmetric              zero points of dynamic activations
///
/// Example: `weight-only:int4,block=32`. An error names what is not known or
/// does not belong to the preset.
llvm::Expected<SchemeAttr> parseScheme(mlir::MLIRContext *context,
                                       llvm::StringRef text);

/// The text that `parseScheme` reads as `scheme`.
std::string stringifyScheme(SchemeAttr scheme);

/// The scheme of `op`: its own, or that of the function around it, or `int8`.
SchemeAttr getScheme(mlir::Operation *op);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_SCHEME_H
