//===- QuantizeFlags.h - Options of quantization by name -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// The options that say how a network is quantized, with their names, values,
/// defaults and descriptions: those of the subcommands of quantc and those of
/// the named pipelines are the same.
///
/// `Kind` says what an option is there. It has two templates, constructed from
/// (Kind::Parent &, name, modifiers of llvm::cl), with a method `hasValue`:
/// Option<T> and List<T>, whose elements are separated by commas.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_QUANTIZEFLAGS_H
#define QUANTC_PIPELINES_QUANTIZEFLAGS_H

#include "quantc/Calibration/Estimators.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"
#include "quantc/Numerics/Contract.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Support/Errors.h"

namespace quantc {

template <typename Kind>
struct QuantizeFlags {
  using Parent = typename Kind::Parent;
  template <typename T>
  using Option = typename Kind::template Option<T>;
  template <typename T>
  using List = typename Kind::template List<T>;

  explicit QuantizeFlags(Parent &parent);

  /// What the options change of a policy. Errors are about values that are
  /// none.
  llvm::Expected<ptq::Policy> getChanges() const;
  IOType getInputs() const { return inputType.hasValue() ? inputType : io; }
  IOType getOutputs() const { return outputType.hasValue() ? outputType : io; }
  bool convertsIO() const {
    return io.hasValue() || inputType.hasValue() || outputType.hasValue();
  }

  Option<Estimator> estimator;
  Option<double> percentile;
  Option<bool> biasCorrection;
  Option<std::string> weightRounding;
  Option<std::string> scheme;
  Option<std::string> policy;
  List<std::string> denyNodes, denyOps;
  Option<int64_t> minWeightElements;
  Option<ptq::FullyConnectedScales> fullyConnected;
  Option<Contract> contract;
  Option<IOType> io, inputType, outputType;
  Option<bool> strictInteger;
};

/// Sets the estimator and bias correction that `policy` leaves open.
inline void setDefaults(ptq::Policy &policy) {
  if (policy.estimator.empty())
    policy.estimator = stringifyEstimatorSpec({});
  if (!policy.biasCorrection)
    policy.biasCorrection = false;
}

template <typename Kind>
QuantizeFlags<Kind>::QuantizeFlags(Parent &parent)
    : estimator(parent, "estimator", llvm::cl::init(Estimator::Auto),
                llvm::cl::desc("How ranges follow from statistics:"),
                estimatorValues()),
      percentile(parent, "percentile",
                 llvm::cl::init(EstimatorOptions().percentile),
                 llvm::cl::value_desc("percent"),
                 llvm::cl::desc("Share of values kept by the percentile "
                                "estimator, above 50 and up to 100 (default "
                                "99.99)")),
      biasCorrection(parent, "bias-correction",
                     llvm::cl::desc("Let biases make up for the mean error of "
                                    "the rounded weights")),
      weightRounding(
          parent, "weight-rounding", llvm::cl::value_desc("name"),
          llvm::cl::desc("nearest, or compensated: weights make up for each "
                         "other's rounding on the inputs in the profile "
                         "(default, except for the contracts litert and "
                         "tflm)")),
      scheme(
          parent, "scheme", llvm::cl::value_desc("name"),
          llvm::cl::desc("How operations are quantized: auto (int8, and int16 "
                         "where int8 is not enough on the samples in the "
                         "profile; default of the subcommands of quantc), "
                         "int8, int16x8, dynamic-range, weight-only, float16 "
                         "or float32; the last four need no data")),
      policy(parent, "policy", llvm::cl::value_desc("file"),
             llvm::cl::desc("Rules that give single operations other schemes, "
                            "in YAML, or the manifest of an earlier build")),
      denyNodes(parent, "deny-nodes", llvm::cl::value_desc("tensors"),
                llvm::cl::desc("Operations, by the tensors that they make, "
                               "which stay in float")),
      denyOps(parent, "deny-ops", llvm::cl::value_desc("kinds"),
              llvm::cl::desc("Kinds of operations that stay in float, e.g. "
                             "softmax,add")),
      minWeightElements(parent, "min-weight-elements",
                        llvm::cl::init(ptq::Policy::kMinWeightElements),
                        llvm::cl::value_desc("number"),
                        llvm::cl::desc("Operations with fewer weights stay in "
                                       "float in dynamic schemes (default "
                                       "1024)")),
      fullyConnected(
          parent, "fully-connected",
          llvm::cl::init(ptq::FullyConnectedScales::PerChannel),
          llvm::cl::desc("Scales of the weights of fully connected layers:"),
          ptq::fullyConnectedValues()),
      contract(parent, "contract", llvm::cl::init(Contract::Exact),
               llvm::cl::desc("Whose integers operations give (default: litert "
                              "for a quantized .tflite file, else exact):"),
               contractValues()),
      io(parent, "io", llvm::cl::init(IOType::Native),
         llvm::cl::desc("Element type of inputs and outputs:"), ioValues()),
      inputType(parent, "input-type", llvm::cl::init(IOType::Native),
                llvm::cl::desc("Of inputs, instead of io:"), ioValues()),
      outputType(parent, "output-type", llvm::cl::init(IOType::Native),
                 llvm::cl::desc("Of outputs, instead of io:"), ioValues()),
      strictInteger(
          parent, "strict-integer",
          llvm::cl::desc("Fail, listing them, if operations stay float")) {}

template <typename Kind>
llvm::Expected<ptq::Policy> QuantizeFlags<Kind>::getChanges() const {
  ptq::Policy changes;
  if (!(percentile > 50 && percentile <= 100))
    return makeError("percentile is above 50 and at most 100");
  if (estimator.hasValue() || percentile.hasValue())
    changes.estimator = stringifyEstimatorSpec({estimator, percentile});
  if (biasCorrection.hasValue())
    changes.biasCorrection = biasCorrection;
  if (!weightRounding.empty() && !ptq::isWeightRounding(weightRounding))
    return makeError("weight-rounding: unknown rounding '" +
                     weightRounding.getValue() + "': nearest or compensated");
  changes.weightRounding = weightRounding;
  changes.scheme = scheme;
  if (minWeightElements < 0)
    return makeError("min-weight-elements is not negative");
  if (minWeightElements.hasValue())
    changes.minWeightElements = minWeightElements;
  if (contract.hasValue())
    changes.contract = stringifyContract(contract).str();
  if (fullyConnected == ptq::FullyConnectedScales::PerTensor)
    ptq::setFullyConnectedPerTensor(changes);
  ptq::denyOperations(changes, denyNodes, denyOps);
  return changes;
}

} // namespace quantc

#endif // QUANTC_PIPELINES_QUANTIZEFLAGS_H
