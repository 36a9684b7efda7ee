//===- NamedPipelines.cpp - Pipelines by name -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Scheme.h"
#include "quantc/Pipelines/Pipelines.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace quantc;

namespace {
/// Textual options of ptq-annotate-pipeline.
struct AnnotateOptions : PassPipelineOptions<AnnotateOptions> {
  Option<std::string> profile{*this, "profile",
                              llvm::cl::desc("The calibration profile")};
  Option<std::string> estimator{
      *this, "estimator",
      llvm::cl::desc("How ranges are estimated: min-max, moving-average, "
                     "percentile, entropy, mse or auto"),
      llvm::cl::init("auto")};
  Option<double> percentile{
      *this, "percentile",
      llvm::cl::desc("Share of values that estimator=percentile keeps"),
      llvm::cl::init(EstimatorOptions().percentile)};
  Option<std::string> scheme{
      *this, "scheme",
      llvm::cl::desc("The scheme of operations: int8, int16x8, dynamic-range, "
                     "weight-only, float16 or float32")};
  Option<std::string> policy{
      *this, "policy",
      llvm::cl::desc("A file of rules that give operations other schemes")};
  Option<std::string> weightRounding{
      *this, "weight-rounding",
      llvm::cl::desc("How weights are rounded: nearest, or compensated with "
                     "regard to the inputs in the profile (default, except "
                     "for the contracts litert and tflm)")};
  Option<FullyConnectedScales> fullyConnected{
      *this, "fully-connected",
      llvm::cl::desc("Scales of the weights of fully connected layers"),
      llvm::cl::init(FullyConnectedScales::PerChannel),
      llvm::cl::values(
          clEnumValN(FullyConnectedScales::PerChannel, "per-channel",
                     "one for each output"),
          clEnumValN(FullyConnectedScales::PerTensor, "per-tensor", "one"))};
};

/// Textual options of ptq-quantize-pipeline.
struct QuantizeTextOptions : AnnotateOptions {
  Option<std::string> contract{
      *this, "contract",
      llvm::cl::desc("Whose integers operations give: exact, litert or tflm "
                     "(default: the network's ptq.contract, else exact)")};
  Option<std::string> inputs{
      *this, "inputs",
      llvm::cl::desc(
          "Element type of inputs: own, float, int8, uint8 or int16"),
      llvm::cl::init("own")};
  Option<std::string> outputs{
      *this, "outputs",
      llvm::cl::desc(
          "Element type of outputs: own, float, int8, uint8 or int16"),
      llvm::cl::init("own")};
  Option<bool> strictInteger{
      *this, "strict-integer",
      llvm::cl::desc("Fail if operations compute in float")};
};

using ErrorHandler = llvm::function_ref<LogicalResult(const Twine &)>;
} // namespace

static LogicalResult read(const AnnotateOptions &text, QuantizeOptions &options,
                          ErrorHandler error) {
  std::optional<Estimator> estimator = parseEstimator(text.estimator);
  if (!estimator)
    return error("unknown estimator '" + text.estimator +
                 "': one of min-max, moving-average, percentile, entropy, mse, "
                 "auto");
  options.profilePath = text.profile;
  options.estimator = {*estimator, text.percentile};
  // What a policy file says prevails over defaults, not over options.
  bool isAlone = text.policy.empty();
  if (isAlone || text.estimator.hasValue() || text.percentile.hasValue())
    options.policy.estimator = stringifyEstimatorSpec(options.estimator);
  if (isAlone)
    options.policy.biasCorrection = false;
  options.policy.scheme = text.scheme;
  if (!text.weightRounding.empty() &&
      !ptq::isWeightRounding(text.weightRounding))
    return error("unknown rounding of weights '" + text.weightRounding +
                 "': nearest or compensated");
  options.policy.weightRounding = text.weightRounding;
  options.policyPath = text.policy;
  if (text.fullyConnected == FullyConnectedScales::PerTensor)
    ptq::setFullyConnectedPerTensor(options.policy);
  return success();
}

static std::optional<IOType> parseIOType(StringRef name) {
  return llvm::StringSwitch<std::optional<IOType>>(name)
      .Case("own", IOType::Own)
      .Case("float", IOType::Float)
      .Case("int8", IOType::Int8)
      .Case("uint8", IOType::UInt8)
      .Case("int16", IOType::Int16)
      .Default(std::nullopt);
}

static LogicalResult read(const QuantizeTextOptions &text,
                          QuantizeOptions &options, ErrorHandler error) {
  if (failed(read(static_cast<const AnnotateOptions &>(text), options, error)))
    return failure();
  std::optional<Contract> contract = parseContract(text.contract.getValue());
  if (!contract && !text.contract.empty())
    return error("unknown contract '" + text.contract +
                 "': 'exact', 'litert' or 'tflm'");
  std::optional<IOType> inputs = parseIOType(text.inputs);
  std::optional<IOType> outputs = parseIOType(text.outputs);
  if (!inputs || !outputs)
    return error("unknown element type '" +
                 (inputs ? text.outputs : text.inputs) +
                 "': 'own', 'float', 'int8', 'uint8' or 'int16'");
  options.contract = contract;
  options.policy.contract = text.contract;
  options.inputs = *inputs;
  options.outputs = *outputs;
  options.strictInteger = text.strictInteger;
  return success();
}

static void populateObserved(OpPassManager &pm) {
  populateSimplifyPipeline(pm);
  populateObservePipeline(pm);
}

static void populateAnnotated(OpPassManager &pm,
                              const QuantizeOptions &options) {
  populateSimplifyPipeline(pm);
  populateAnnotatePipeline(pm, options);
}

static void populateLowered(OpPassManager &pm, const QuantizeOptions &options) {
  populateAnnotated(pm, options);
  populateQuantizePipeline(pm, options);
  populateLowerPipeline(pm, options);
}

/// Registers a pipeline with textual options of type `Text`.
template <typename Text>
static void registerWithOptions(StringRef name, StringRef description,
                                void (*populate)(OpPassManager &,
                                                 const QuantizeOptions &)) {
  registerPassPipeline(
      name, description,
      [populate](OpPassManager &pm, StringRef given, ErrorHandler error) {
        Text text;
        QuantizeOptions options;
        if (failed(text.parseFromString(given)) ||
            failed(read(text, options, error)))
          return failure();
        populate(pm, options);
        return success();
      },
      [](llvm::function_ref<void(const detail::PassOptions &)> visit) {
        visit(Text());
      });
}

void quantc::registerQuantizePipelines() {
  PassPipelineRegistration<>(
      "ptq-simplify-pipeline",
      "Float TOSA to named, cleaned-up float TOSA with composites recognised",
      populateSimplifyPipeline);
  PassPipelineRegistration<>(
      "ptq-observe-pipeline",
      "Float TOSA to float TOSA that observes the tensors to calibrate",
      populateObserved);
  registerWithOptions<AnnotateOptions>(
      "ptq-annotate-pipeline",
      "Float TOSA and a profile to float TOSA that simulates quantization",
      populateAnnotated);
  registerWithOptions<QuantizeTextOptions>(
      "ptq-quantize-pipeline", "Float TOSA and a profile to integer TOSA",
      populateLowered);
}
