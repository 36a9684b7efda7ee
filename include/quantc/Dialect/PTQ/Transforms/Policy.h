//===- Policy.h - Which operation has which scheme -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A policy: the default scheme of a network and rules that change it for
/// single operations and tensors (docs/Policy.md). It is data; the pass
/// ptq-assign-schemes applies it.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_POLICY_H
#define QUANTC_DIALECT_PTQ_TRANSFORMS_POLICY_H

#include "mlir/IR/MLIRContext.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace quantc::ptq {

/// Which layers a rule is for.
enum class Layer { Any, First, Last };

/// One rule: the operations and tensors that fulfil every condition given get
/// the settings given.
struct PolicyRule {
  /// Conditions. `tensor` is the name of an input or of an operation's result,
  /// `regex` an extended regular expression that matches the whole name, `op`
  /// the kind of an operation (`conv2d`, `softmax`, `fully_connected`), `layer`
  /// the first or last operation with weights.
  std::string tensor, regex, op;
  Layer layer = Layer::Any;

  /// Settings. `scheme` and `weights` (`per-tensor` or `per-channel`) are those
  /// of the operation; the estimator and the range, minimum and maximum, those
  /// of its result or of the input.
  std::string scheme, weights, estimator;
  /// Why the rule is there: text for readers, repeated in remarks.
  std::string reason;
  std::optional<std::array<double, 2>> range;
  std::optional<bool> biasCorrection;
};

struct Policy {
  /// The scheme of what no rule is about. Empty: that of the network, or int8.
  /// `auto` is int8 for whoever has no samples to choose by.
  std::string scheme;
  /// How ranges are estimated (parseEstimatorSpec) and whether biases make up
  /// for the rounding of weights. Empty: what the passes' options say.
  std::string estimator;
  std::optional<bool> biasCorrection;
  /// The contract. Empty: that of the network, or exact.
  std::string contract;
  /// How weights are rounded: `nearest`, or `compensated` with regard to the
  /// inputs in the profile (N72). Empty: compensated under the contract exact,
  /// else nearest.
  std::string weightRounding;
  /// Operations with fewer weights than this stay float in dynamic schemes,
  /// unless the network brings the scheme. Nothing: 1024.
  std::optional<int64_t> minWeightElements;
  static constexpr int64_t kMinWeightElements = 1024;
  std::vector<PolicyRule> rules;
};

/// Reads a policy in YAML, or the one that a manifest holds. Errors name the
/// file, line and column: unknown keys, schemes, estimators and regular
/// expressions that are none, ranges whose minimum exceeds the maximum or that
/// are not finite, rules without a condition or without a setting.
llvm::Expected<Policy> loadPolicy(mlir::MLIRContext *context,
                                  llvm::StringRef path);

/// Writes the YAML that `loadPolicy` reads.
void printPolicy(llvm::raw_ostream &os, Policy policy);

/// Lets what `changes` sets prevail over what `policy` says: its rules come
/// later.
void change(Policy &policy, const Policy &changes);

/// The scheme that a program with samples replaces by int8 and rules (see
/// Driver/ChooseSchemes.h).
inline constexpr llvm::StringLiteral kSchemeAuto = "auto";

/// Rules that keep operations of the given kinds, and those that make the given
/// tensors, in float.
void denyOperations(Policy &policy, llvm::ArrayRef<std::string> nodes,
                    llvm::ArrayRef<std::string> kinds);

/// Scales of the weights of fully connected layers.
enum class FullyConnectedScales { PerChannel, PerTensor };
/// These by name, for options.
llvm::cl::ValuesClass fullyConnectedValues();

/// A rule that gives the weights of fully connected layers one scale.
void setFullyConnectedPerTensor(Policy &policy);

/// The conditions of a rule, for messages: `op softmax`.
std::string describe(const PolicyRule &rule);

/// The policy as a manifest holds it.
llvm::json::Value toJSON(const Policy &policy);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_POLICY_H
