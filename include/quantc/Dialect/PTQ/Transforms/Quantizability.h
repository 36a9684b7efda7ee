//===- Quantizability.h - Which tensors get parameters -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Decides once, for every pass, which operations of a float network become
/// integer operations and which tensors therefore need quantization parameters.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_QUANTIZABILITY_H
#define QUANTC_DIALECT_PTQ_TRANSFORMS_QUANTIZABILITY_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace quantc::ptq {

/// Unit attribute of a `ptq.fake_quant` whose tensor was 0 throughout
/// calibration: its parameters say nothing about a range.
inline constexpr llvm::StringLiteral kZeroRangeAttr = "ptq.zero_range";

/// Unit attribute of a `ptq.fake_quant` whose parameters are part of the
/// network, which was quantized when it came in: no pass changes them.
inline constexpr llvm::StringLiteral kFrozenAttr = "ptq.frozen";

/// Where the quantization parameters of a tensor come from.
enum class ParameterSource {
  None,        ///< It needs none: it stays float.
  Accumulator, ///< It needs none: its one user takes an accumulator.
  Calibrated,  ///< Its statistics.
  Fixed,       ///< The operation that makes it.
  Frozen,      ///< A `ptq.fake_quant` that is there already.
};

/// The plan: the part of a function that can be quantized. Constants are not
/// values in this sense: their parameters come from their data, once per use.
///
/// This is an analysis. A pass asks for `getAnalysis<Quantizability>()`, and
/// says `markAnalysesPreserved<Quantizability>()` if it changes parameters of
/// tensors or what constants hold, but not which tensors have parameters. It
/// holds operations and values, so that whoever keeps it while it erases some
/// may not ask for these any more.
class Quantizability {
public:
  /// Of a func.func.
  explicit Quantizability(mlir::Operation *op);

  /// True if `op` implements QuantizableOpInterface, says that it can be
  /// quantized, and reads something that is not constant: a float activation,
  /// or integers that it selects, looks up or converts by.
  bool isQuantizable(mlir::Operation *op) const { return ops.contains(op); }

  /// Why `op`, which is not quantizable, stays float: one sentence that says
  /// what the user can do where that is something. Empty for other operations.
  llvm::StringRef getFloatReason(mlir::Operation *op) const {
    auto reason = reasons.find(op);
    return reason == reasons.end() ? llvm::StringRef() : reason->second;
  }

  /// Where `value`'s parameters come from.
  ParameterSource getSource(mlir::Value value) const {
    return sources.lookup(value);
  }

  /// Every tensor with a source other than None: function arguments first, then
  /// results in program order.
  llvm::ArrayRef<mlir::Value> getValues() const { return values; }

private:
  ParameterSource computeSource(mlir::Value value) const;
  bool isAccumulator(mlir::OpResult result) const;

  llvm::DenseSet<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Operation *, std::string> reasons;
  llvm::DenseMap<mlir::Value, ParameterSource> sources;
  llvm::SmallVector<mlir::Value> values;
};

/// Whether `op` can be computed in its scheme, which has to be one of
/// `execution`, whatever its operands are. On failure `reason` says in one
/// sentence why not.
mlir::LogicalResult checkOperation(mlir::Operation *op, Execution execution,
                                   std::string &reason);

/// "its operand", with the tensor's name if it has one.
std::string describeOperand(mlir::Value operand);

/// True if `value` is a ranked, statically shaped tensor of f32.
bool isStaticFloatTensor(mlir::Value value);

/// The role of `use` in its owner; Unquantized if the owner does not implement
/// QuantizableOpInterface.
OperandRole getRole(mlir::OpOperand &use);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_QUANTIZABILITY_H
