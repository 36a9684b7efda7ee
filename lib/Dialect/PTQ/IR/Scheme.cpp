//===- Scheme.cpp - How an operation is quantized -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/ExactQuotients.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/IR/Builders.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// SchemeAttr
//===----------------------------------------------------------------------===//

/// What an execution can be combined with, or the sentence that says what is
/// wrong.
static StringRef findFault(Execution execution, Type weight,
                           Granularity weightScales, int64_t block,
                           Symmetry symmetry, Type activation,
                           Granularity activationScales) {
  if ((weightScales == Granularity::Block) != (block > 0))
    return "a block of weights has a size above 0, and nothing else has one";
  if (weightScales == Granularity::Row)
    return "weights have scales per tensor, channel or block";
  if (activationScales != Granularity::Tensor &&
      !(activationScales == Granularity::Row &&
        execution == Execution::Dynamic))
    return "activations have one scale per tensor or, if they are quantized "
           "when the operation runs, per row";
  bool int8 = weight.isInteger(8), symmetric = symmetry == Symmetry::Symmetric;
  switch (execution) {
  case Execution::Float:
    return weight.isF32() && activation.isF32() ? "" : "floats are f32";
  case Execution::WeightOnly:
    if (!activation.isF32() || !(int8 || weight.isInteger(4) || weight.isF16()))
      return "weight-only schemes have weights of i4, i8 or f16 and "
             "activations of f32";
    return "";
  case Execution::Dynamic:
    return int8 && block == 0 && activation.isInteger(8)
               ? ""
               : "dynamic schemes have weights and activations of i8";
  case Execution::Static:
    if (!int8 || block != 0 ||
        !(activation.isInteger(8) || (activation.isInteger(16) && symmetric)))
      return "static schemes have weights of i8 and activations of i8, or of "
             "symmetric i16";
    return "";
  }
  llvm_unreachable("every execution is handled");
}

LogicalResult SchemeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 Execution execution, Type weight,
                                 Granularity weightScales, int64_t block,
                                 Symmetry symmetry, Type activation,
                                 Granularity activationScales) {
  StringRef fault = findFault(execution, weight, weightScales, block, symmetry,
                              activation, activationScales);
  return fault.empty() ? success() : emitError() << fault;
}

StorageRange SchemeAttr::getWeightStorage() const {
  return getSymmetricStorage(getWeightWidth());
}

StorageRange SchemeAttr::getActivationStorage() const {
  return getStorage(getActivationWidth());
}

unsigned SchemeAttr::getWeightWidth() const {
  return getWeight().getIntOrFloatBitWidth();
}

unsigned SchemeAttr::getActivationWidth() const {
  return getActivation().getIntOrFloatBitWidth();
}

SchemeAttr SchemeAttr::withWeightScales(Granularity scales,
                                        int64_t block) const {
  return get(getContext(), getExecution(), getWeight(), scales, block,
             getSymmetry(), getActivation(), getActivationScales());
}

//===----------------------------------------------------------------------===//
// Presets
//===----------------------------------------------------------------------===//

static constexpr SchemePreset kPresets[] = {
    {"int8", "int8 weights and activations, integers only", true},
    {"int16x8", "int8 weights, int16 activations, integers only", true},
    {"dynamic-range",
     "int8 weights, float activations that are quantized when they are used",
     false},
    {"weight-only", "int8 weights, float arithmetic", false},
    {"float16", "float16 weights, float arithmetic", false},
    {"float32", "not quantized", false},
};

ArrayRef<SchemePreset> quantc::ptq::getSchemePresets() { return kPresets; }

/// The preset called `name`, or null.
static SchemeAttr getPreset(MLIRContext *context, StringRef name) {
  Builder b(context);
  Type i8 = b.getI8Type(), f32 = b.getF32Type();
  auto get = [&](Execution execution, Type weight, Granularity weightScales,
                 Symmetry symmetry, Type activation) {
    return SchemeAttr::get(context, execution, weight, weightScales,
                           /*block=*/0, symmetry, activation,
                           Granularity::Tensor);
  };
  constexpr auto kSymmetric = Symmetry::Symmetric;
  constexpr auto kAsymmetric = Symmetry::Asymmetric;
  if (name == "int8")
    return get(Execution::Static, i8, Granularity::Channel, kAsymmetric, i8);
  if (name == "int16x8")
    return get(Execution::Static, i8, Granularity::Channel, kSymmetric,
               b.getI16Type());
  if (name == "dynamic-range")
    return get(Execution::Dynamic, i8, Granularity::Channel, kAsymmetric, i8);
  if (name == "weight-only")
    return get(Execution::WeightOnly, i8, Granularity::Channel, kSymmetric,
               f32);
  if (name == "float16")
    return get(Execution::WeightOnly, b.getF16Type(), Granularity::Tensor,
               kSymmetric, f32);
  if (name == "float32")
    return get(Execution::Float, f32, Granularity::Tensor, kSymmetric, f32);
  return {};
}

static llvm::Error makeSchemeError(const Twine &message) {
  return llvm::createStringError(message);
}

/// `scheme` with the change that `word` asks for.
static llvm::Expected<SchemeAttr> modify(SchemeAttr scheme, StringRef word) {
  Builder b(scheme.getContext());
  Type weight = scheme.getWeight();
  Granularity weightScales = scheme.getWeightScales();
  Granularity activationScales = scheme.getActivationScales();
  Symmetry symmetry = scheme.getSymmetry();
  int64_t block = scheme.getBlock();
  bool storesIntegers = isa<IntegerType>(weight);
  bool isWeightOnly = scheme.getExecution() == Execution::WeightOnly;
  bool applies = false;
  if (word == "per-tensor" || word == "per-channel") {
    applies = storesIntegers;
    weightScales =
        word == "per-tensor" ? Granularity::Tensor : Granularity::Channel;
    block = 0;
  } else if (word.consume_front("block=")) {
    applies = storesIntegers && isWeightOnly;
    weightScales = Granularity::Block;
    if (word.getAsInteger(10, block) || block < 1)
      return makeSchemeError("block=" + word +
                             " is no size of a block: use 32, 64, 128 or 256");
  } else if (word == "int4" || word == "int8") {
    applies = storesIntegers && isWeightOnly;
    weight = b.getIntegerType(word == "int4" ? 4 : 8);
  } else if (word == "row" || word == "tensor") {
    applies = scheme.isDynamic();
    activationScales = word == "row" ? Granularity::Row : Granularity::Tensor;
  } else if (word == "symmetric" || word == "asymmetric") {
    applies = scheme.isDynamic();
    symmetry = word == "symmetric" ? Symmetry::Symmetric : Symmetry::Asymmetric;
  } else {
    return makeSchemeError(
        "'" + word +
        "' is not known of schemes: per-tensor, per-channel, block=N, int4, "
        "int8, row, tensor, symmetric or asymmetric");
  }
  if (!applies)
    return makeSchemeError("'" + word + "' does not belong to this scheme");
  return SchemeAttr::get(scheme.getContext(), scheme.getExecution(), weight,
                         weightScales, block, symmetry, scheme.getActivation(),
                         activationScales);
}

llvm::Expected<SchemeAttr> quantc::ptq::parseScheme(MLIRContext *context,
                                                    StringRef text) {
  auto [name, words] = text.split(':');
  SchemeAttr scheme = getPreset(context, name);
  if (!scheme)
    return makeSchemeError(
        "unknown scheme '" + name + "': " +
        llvm::join(llvm::map_range(kPresets,
                                   [](const SchemePreset &preset) {
                                     return preset.name.str();
                                   }),
                   ", "));
  SmallVector<StringRef> changes;
  words.split(changes, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef word : changes) {
    llvm::Expected<SchemeAttr> changed = modify(scheme, word);
    if (!changed)
      return makeSchemeError("scheme '" + text +
                             "': " + llvm::toString(changed.takeError()));
    scheme = *changed;
  }
  return scheme;
}

/// The preset from which `scheme` is made.
static StringRef getPresetName(SchemeAttr scheme) {
  switch (scheme.getExecution()) {
  case Execution::Float:
    return "float32";
  case Execution::WeightOnly:
    return scheme.getWeight().isF16() ? "float16" : "weight-only";
  case Execution::Dynamic:
    return "dynamic-range";
  case Execution::Static:
    return scheme.getActivation().isInteger(16) ? "int16x8" : "int8";
  }
  llvm_unreachable("every execution is handled");
}

std::string quantc::ptq::stringifyScheme(SchemeAttr scheme) {
  StringRef name = getPresetName(scheme);
  SchemeAttr preset = getPreset(scheme.getContext(), name);
  SmallVector<std::string> words;
  if (scheme.getWeight() != preset.getWeight())
    words.push_back("int" + std::to_string(scheme.getWeightWidth()));
  if (scheme.getBlock())
    words.push_back("block=" + std::to_string(scheme.getBlock()));
  else if (scheme.getWeightScales() != preset.getWeightScales())
    words.push_back(
        ("per-" + stringifyGranularity(scheme.getWeightScales())).str());
  if (scheme.getActivationScales() != preset.getActivationScales())
    words.push_back(stringifyGranularity(scheme.getActivationScales()).str());
  if (scheme.getSymmetry() != preset.getSymmetry())
    words.push_back(stringifySymmetry(scheme.getSymmetry()).str());
  if (words.empty())
    return name.str();
  return (name + ":" + llvm::join(words, ",")).str();
}

LogicalResult quantc::ptq::requireStatic(SchemeAttr scheme,
                                         std::string &reason) {
  if (scheme.isStatic())
    return success();
  reason = "it has no weights that the scheme " + stringifyScheme(scheme) +
           " could quantize";
  return failure();
}

LogicalResult quantc::ptq::requireStaticInt8(SchemeAttr scheme,
                                             std::string &reason) {
  if (failed(requireStatic(scheme, reason)))
    return failure();
  if (scheme.getActivationWidth() == 8)
    return success();
  reason = "it has no form in the scheme " + stringifyScheme(scheme) +
           "; use int8 for it";
  return failure();
}

bool quantc::ptq::staysAccumulator(Value result) {
  auto producer = result.getDefiningOp<QuantizableOpInterface>();
  if (!producer || !result.hasOneUse())
    return false;
  OpOperand &use = *result.use_begin();
  auto consumer = dyn_cast<QuantizableOpInterface>(use.getOwner());
  auto isComputedInIntegers = [](QuantizableOpInterface op) {
    std::string reason;
    return succeeded(op.canQuantize(getScheme(op), reason));
  };
  return consumer &&
         consumer.getOperandRole(use.getOperandNumber()) ==
             OperandRole::Activation &&
         producer.canReturnAccumulator(getScheme(producer)) &&
         consumer.canTakeAccumulator(getScheme(consumer)) &&
         isComputedInIntegers(producer) && isComputedInIntegers(consumer);
}

bool quantc::ptq::isSchemeAttribute(StringRef name) {
  return llvm::is_contained({kSchemeAttr, kEstimatorAttr, kRangeAttr,
                             kBiasCorrectionAttr, kWeightRoundingAttr,
                             kExactQuotientsAttr, kSharedRangeAttr},
                            name);
}

void quantc::ptq::removeSchemes(FunctionOpInterface func) {
  func->walk([](Operation *op) {
    for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
      if (isSchemeAttribute(attribute.getName()))
        op->removeDiscardableAttr(attribute.getName());
  });
  for (unsigned i = 0; i < func.getNumArguments(); ++i)
    for (StringRef name : {kEstimatorAttr, kRangeAttr})
      func.removeArgAttr(i, name);
}

SchemeAttr quantc::ptq::getScheme(Operation *op) {
  for (Operation *holder = op; holder; holder = holder->getParentOp())
    if (auto scheme = holder->getAttrOfType<SchemeAttr>(kSchemeAttr))
      return scheme;
  return getPreset(op->getContext(), "int8");
}
