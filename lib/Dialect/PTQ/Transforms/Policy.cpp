//===- Policy.cpp - Which operation has which scheme -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Policy.h"

#include "quantc/Calibration/Estimators.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"
#include "quantc/Numerics/Contract.h"
#include "quantc/Support/InputFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"

#include <cmath>

using namespace quantc;
using namespace quantc::ptq;
using llvm::StringRef;

/// What `rule` lacks; empty if nothing. Asked last, so that a misspelt key is
/// not taken for a missing one.
static StringRef findGap(const PolicyRule &rule) {
  if (rule.tensor.empty() && rule.regex.empty() && rule.op.empty() &&
      rule.layer == Layer::Any)
    return "a rule says what it is about: give it tensor, regex, op or layer";
  if (rule.scheme.empty() && rule.weights.empty() && rule.estimator.empty() &&
      !rule.range && !rule.biasCorrection)
    return "a rule sets something: give it scheme, weights, estimator, range "
           "or bias-correction";
  return "";
}

static std::string findEstimatorFault(const std::string &text) {
  if (text.empty() || parseEstimatorSpec(text, {}))
    return "";
  return "unknown estimator '" + text +
         "': one of min-max, moving-average, percentile, percentile=P (above "
         "50 "
         "and up to 100), entropy, mse, auto";
}

/// What is wrong with the values of `rule`; empty if nothing is.
static std::string findFault(const PolicyRule &rule,
                             mlir::MLIRContext *context) {
  if (std::string error;
      !rule.regex.empty() && !llvm::Regex(rule.regex).isValid(error))
    return "'" + rule.regex + "' is not a regular expression: " + error;
  if (!rule.scheme.empty()) {
    llvm::Expected<SchemeAttr> scheme = parseScheme(context, rule.scheme);
    if (!scheme)
      return llvm::toString(scheme.takeError());
  }
  if (!rule.weights.empty() && rule.weights != "per-tensor" &&
      rule.weights != "per-channel")
    return "weights are per-tensor or per-channel";
  if (std::string fault = findEstimatorFault(rule.estimator); !fault.empty())
    return fault;
  if (rule.range) {
    auto [min, max] = *rule.range;
    if (!std::isfinite(min) || !std::isfinite(max) || min > max)
      return "a range is two finite numbers, the smaller one first";
  }
  return "";
}

namespace llvm::yaml {
template <>
struct ScalarEnumerationTraits<Layer> {
  static void enumeration(IO &io, Layer &layer) {
    io.enumCase(layer, "any", Layer::Any);
    io.enumCase(layer, "first", Layer::First);
    io.enumCase(layer, "last", Layer::Last);
  }
};

template <>
struct SequenceTraits<std::array<double, 2>> {
  static size_t size(IO &, std::array<double, 2> &) { return 2; }
  static double &element(IO &io, std::array<double, 2> &range, size_t index) {
    static double ignored;
    if (index < 2)
      return range[index];
    io.setError("a range is two numbers, [min, max]");
    return ignored;
  }
  static const bool flow = true;
};

template <>
struct MappingTraits<PolicyRule> {
  static void mapping(IO &io, PolicyRule &rule) {
    io.mapOptional("tensor", rule.tensor, std::string());
    io.mapOptional("regex", rule.regex, std::string());
    io.mapOptional("op", rule.op, std::string());
    io.mapOptional("layer", rule.layer, Layer::Any);
    io.mapOptional("scheme", rule.scheme, std::string());
    io.mapOptional("weights", rule.weights, std::string());
    io.mapOptional("estimator", rule.estimator, std::string());
    io.mapOptional("range", rule.range);
    io.mapOptional("reason", rule.reason, std::string());
    io.mapOptional("bias-correction", rule.biasCorrection);
  }
  static std::string validate(IO &io, PolicyRule &rule) {
    if (io.outputting())
      return "";
    return findFault(rule, static_cast<mlir::MLIRContext *>(io.getContext()));
  }
};

template <>
struct MappingTraits<Policy> {
  static void mapping(IO &io, Policy &policy) {
    io.mapOptional("scheme", policy.scheme, std::string());
    io.mapOptional("estimator", policy.estimator, std::string());
    io.mapOptional("bias-correction", policy.biasCorrection);
    io.mapOptional("contract", policy.contract, std::string());
    io.mapOptional("weight-rounding", policy.weightRounding, std::string());
    io.mapOptional("min-weight-elements", policy.minWeightElements);
    io.mapOptional("rules", policy.rules);
  }
  static std::string validate(IO &io, Policy &policy) {
    if (io.outputting())
      return "";
    if (policy.minWeightElements && *policy.minWeightElements < 0)
      return "min-weight-elements is not negative";
    if (!policy.contract.empty() && !parseContract(policy.contract))
      return "unknown contract '" + policy.contract +
             "': exact, litert or tflm";
    if (!policy.weightRounding.empty() &&
        !isWeightRounding(policy.weightRounding))
      return "unknown rounding of weights '" + policy.weightRounding +
             "': nearest or compensated";
    if (std::string fault = findEstimatorFault(policy.estimator);
        !fault.empty())
      return fault;
    if (policy.scheme.empty() || policy.scheme == kSchemeAuto)
      return "";
    llvm::Expected<SchemeAttr> scheme = parseScheme(
        static_cast<mlir::MLIRContext *>(io.getContext()), policy.scheme);
    return scheme ? "" : llvm::toString(scheme.takeError());
  }
};
} // namespace llvm::yaml

LLVM_YAML_IS_SEQUENCE_VECTOR(PolicyRule)

/// The text of the policy in `contents`: all of it, or what a manifest has
/// under the key `policy`.
static std::string findPolicy(StringRef contents) {
  if (!contents.ltrim().starts_with("{"))
    return contents.str();
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(contents);
  if (!json) {
    llvm::consumeError(json.takeError());
    return contents.str();
  }
  const llvm::json::Object *manifest = json->getAsObject();
  const llvm::json::Value *policy =
      manifest ? manifest->get("policy") : nullptr;
  return policy ? llvm::formatv("{0:2}", *policy).str() : contents.str();
}

llvm::Expected<Policy> quantc::ptq::loadPolicy(mlir::MLIRContext *context,
                                               StringRef path) {
  auto buffer = readInputFile(path);
  if (!buffer)
    return buffer.takeError();
  std::string text = findPolicy((*buffer)->getBuffer());
  std::string message;
  auto collect = [](const llvm::SMDiagnostic &diagnostic, void *to) {
    auto &first = *static_cast<std::string *>(to);
    if (first.empty())
      first =
          llvm::formatv("{0}:{1}: {2}", diagnostic.getLineNo(),
                        diagnostic.getColumnNo() + 1, diagnostic.getMessage());
  };
  llvm::yaml::Input input(llvm::MemoryBufferRef(text, path), context, collect,
                          &message);
  Policy policy;
  input >> policy;
  if (input.error())
    return llvm::createStringError("'" + path + "':" + message);
  for (const auto &[index, rule] : llvm::enumerate(policy.rules))
    if (StringRef gap = findGap(rule); !gap.empty())
      return llvm::createStringError(
          llvm::formatv("'{0}': rule {1}: {2}", path, index + 1, gap));
  return policy;
}

void quantc::ptq::printPolicy(llvm::raw_ostream &os, Policy policy) {
  llvm::yaml::Output output(os, nullptr, /*WrapColumn=*/0);
  output << policy;
}

void quantc::ptq::change(Policy &policy, const Policy &changes) {
  auto set = [](auto &value, const auto &changed) {
    if (changed != std::decay_t<decltype(changed)>())
      value = changed;
  };
  set(policy.scheme, changes.scheme);
  set(policy.estimator, changes.estimator);
  set(policy.biasCorrection, changes.biasCorrection);
  set(policy.contract, changes.contract);
  set(policy.weightRounding, changes.weightRounding);
  set(policy.minWeightElements, changes.minWeightElements);
  llvm::append_range(policy.rules, changes.rules);
}

llvm::cl::ValuesClass quantc::ptq::fullyConnectedValues() {
  return llvm::cl::values(
      clEnumValN(FullyConnectedScales::PerChannel, "per-channel",
                 "one for each output (default)"),
      clEnumValN(FullyConnectedScales::PerTensor, "per-tensor",
                 "one, as older TFLite files have it"));
}

void quantc::ptq::denyOperations(Policy &policy,
                                 llvm::ArrayRef<std::string> nodes,
                                 llvm::ArrayRef<std::string> kinds) {
  auto deny = [&](std::string PolicyRule::*condition,
                  const std::string &value) {
    PolicyRule rule;
    rule.*condition = value;
    rule.scheme = "float32";
    policy.rules.push_back(rule);
  };
  for (const std::string &node : nodes)
    deny(&PolicyRule::tensor, node);
  for (const std::string &kind : kinds)
    deny(&PolicyRule::op, kind);
}

void quantc::ptq::setFullyConnectedPerTensor(Policy &policy) {
  PolicyRule rule;
  rule.op = "fully_connected";
  rule.weights = "per-tensor";
  // It is the default of such layers: rules of the policy prevail.
  policy.rules.insert(policy.rules.begin(), rule);
}

static StringRef stringify(Layer layer) {
  return layer == Layer::First ? "first" : "last";
}

std::string quantc::ptq::describe(const PolicyRule &rule) {
  std::string text;
  auto add = [&](StringRef key, StringRef value) {
    if (!value.empty())
      text += (text.empty() ? "" : ", ") + (key + " " + value).str();
  };
  add("tensor", rule.tensor);
  add("regex", rule.regex);
  add("op", rule.op);
  if (rule.layer != Layer::Any)
    add("layer", stringify(rule.layer));
  return text;
}

llvm::json::Value quantc::ptq::toJSON(const Policy &policy) {
  llvm::json::Array rules;
  for (const PolicyRule &rule : policy.rules) {
    llvm::json::Object object;
    auto set = [&](StringRef key, const std::string &value) {
      if (!value.empty())
        object[key] = value;
    };
    set("tensor", rule.tensor);
    set("regex", rule.regex);
    set("op", rule.op);
    if (rule.layer != Layer::Any)
      object["layer"] = stringify(rule.layer);
    set("scheme", rule.scheme);
    set("weights", rule.weights);
    set("estimator", rule.estimator);
    set("reason", rule.reason);
    if (rule.range)
      object["range"] = llvm::json::Array{(*rule.range)[0], (*rule.range)[1]};
    if (rule.biasCorrection)
      object["bias-correction"] = *rule.biasCorrection;
    rules.push_back(std::move(object));
  }
  llvm::json::Object object{
      {"min-weight-elements",
       policy.minWeightElements.value_or(Policy::kMinWeightElements)},
      {"rules", std::move(rules)}};
  if (!policy.scheme.empty())
    object["scheme"] = policy.scheme;
  if (!policy.estimator.empty())
    object["estimator"] = policy.estimator;
  if (policy.biasCorrection)
    object["bias-correction"] = *policy.biasCorrection;
  if (!policy.contract.empty())
    object["contract"] = policy.contract;
  if (!policy.weightRounding.empty())
    object["weight-rounding"] = policy.weightRounding;
  return object;
}
