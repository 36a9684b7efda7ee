//===- ChooseParameters.cpp - Parameters of a tensor -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Annotator.h"
#include "Remarks.h"
#include "Weights.h"

#include "HeldStates.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static remark::RemarkOpts parametersRemark() {
  return remark::RemarkOpts::name("parameters").category("ptq-annotate");
}

/// Reports the parameters that `name` was given, and why.
static void remarkParameters(Location loc, StringRef name,
                             quant::UniformQuantizedType type, double min,
                             double max, StringRef source) {
  remark::passed(loc, parametersRemark())
      << remark::metric("Tensor", name.str()) << realMetric("Min", min)
      << realMetric("Max", max) << realMetric("Scale", type.getScale())
      << remark::metric("ZeroPoint", type.getZeroPoint())
      << remark::metric("Source", source.str());
}

static void warnZeroRange(Location loc, StringRef name) {
  emitWarning(loc) << "tensor '" << name
                   << "' was 0 throughout calibration; it is quantized with "
                      "scale 1, so check that the calibration data "
                      "represents real inputs";
}

/// Says so if the scale that was chosen for [min, max], the values of a tensor,
/// is a limit of N3.
static void warnLimitedScale(Location loc, StringRef name, double min,
                             double max, const AffineParams &params) {
  if ((min == 0 && max == 0) ||
      (params.scale > kMinScale && params.scale < kMaxScale))
    return;
  SmallString<64> text;
  llvm::raw_svector_ostream os(text);
  os << llvm::format("%.3g", std::max(std::fabs(min), std::fabs(max)))
     << " in magnitude; ";
  if (params.scale >= kMaxScale)
    os << "no scale is above 2^63, so values outside of "
       << llvm::format("[%.3g, %.3g] ", dequantize(params.storage.min, params),
                       dequantize(params.storage.max, params))
       << "saturate: ";
  else
    os << "no scale is below 2^-63, so values below 2^-64 become 0: ";
  emitWarning(loc) << "tensor '" << name << "' holds values up to " << text
                   << "rescale the network or its data";
}

/// Parameters of activations in [min, max], as `scheme` stores them.
static quant::UniformQuantizedType getActivationType(SchemeAttr scheme,
                                                     double min, double max) {
  StorageRange storage = scheme.getActivationStorage();
  AffineParams params = scheme.getSymmetry() == Symmetry::Symmetric
                            ? chooseSymmetric(std::max(-min, max), storage)
                            : chooseAsymmetric(min, max, storage);
  return getUniformType(scheme.getContext(), params,
                        scheme.getActivationWidth());
}

/// The widest that an operation wants to read. Outputs of the network and
/// operations in float get what the producer's scheme gives.
SchemeAttr Annotator::chooseScheme(Value value) const {
  Operation *producer = value.getDefiningOp();
  bool isQuantized = producer && quantizability.isQuantizable(producer);
  SchemeAttr widest;
  for (OpOperand &use : value.getUses()) {
    SchemeAttr scheme = getReader(use);
    if (!scheme && isQuantized)
      scheme = getScheme(producer);
    if (scheme &&
        (!widest || scheme.getActivationWidth() > widest.getActivationWidth()))
      widest = scheme;
  }
  return widest;
}

const Histogram *Annotator::findHistogram(Value value) const {
  if (!profile)
    return nullptr;
  auto it = profile->tensors.find(getTensorName(value).str());
  return it == profile->tensors.end() ? nullptr : &it->second;
}

void Annotator::chooseType(Value value) {
  switch (quantizability.getSource(value)) {
  case ParameterSource::None:
  case ParameterSource::Accumulator:
    return;
  case ParameterSource::Frozen:
    // Uses that bypass a fake_quant of quantization-aware training are in
    // insertAfter's care.
    types.push_back({value, nullptr});
    return;
  case ParameterSource::Fixed: {
    auto type = cast<QuantizableOpInterface>(value.getDefiningOp())
                    .getFixedResultType(getScheme(value.getDefiningOp()));
    AffineParams params = getAffineParams(type);
    remarkParameters(value.getLoc(), getTensorName(value), type,
                     dequantize(params.storage.min, params),
                     dequantize(params.storage.max, params), "operation");
    types.push_back({value, type});
    return;
  }
  case ParameterSource::Calibrated:
    break;
  }
  if (auto type = findHeldType(value)) {
    types.push_back({value, type});
    return;
  }
  if (auto type = findStateType(value, chooseScheme(value))) {
    types.push_back({value, type});
    return;
  }
  if (const Histogram *histogram = requireHistogram(value))
    types.push_back(
        {value, chooseType(value, *histogram, chooseScheme(value))});
}

/// The statistics of `value`; null if they are among the problems.
const Histogram *Annotator::requireHistogram(Value value) {
  const Histogram *histogram = findHistogram(value);
  SmallVector<Value> *problem = nullptr;
  if (histogram && histogram->nonFinite() > 0) // N34
    problem = &problems.nonFinite;
  else if (!histogram || histogram->values() == 0)
    problem = &problems.missing;
  else
    return histogram;
  if (!llvm::is_contained(*problem, value))
    problem->push_back(value);
  return nullptr;
}

/// The type of the state that `value`, a result of a layer, holds values of, if
/// `scheme` stores it in as many bits.
quant::UniformQuantizedType Annotator::findStateType(Value value,
                                                     SchemeAttr scheme) const {
  auto layer = value.getDefiningOp<RecurrentOpInterface>();
  if (!layer)
    return {};
  unsigned state = RecurrentOpInterface::getStateOf(cast<OpResult>(value));
  auto type = stateTypes.lookup(layer.getStates()[state]);
  bool fits =
      type && type.getStorageTypeIntegralWidth() == scheme.getActivationWidth();
  return fits ? type : quant::UniformQuantizedType();
}

bool Annotator::isInitialState(OpOperand &use,
                               quant::UniformQuantizedType type) const {
  auto layer = dyn_cast<RecurrentOpInterface>(use.getOwner());
  if (!layer)
    return false;
  for (auto [state, last] : llvm::enumerate(layer.getStates()))
    if (layer.getInitialState(state) == use.get() &&
        stateTypes.lookup(last) == type)
      return true;
  return false;
}

/// N140: a state that goes from a layer's result to its own operand in the next
/// run has the layer's type on the way, whatever its width.
quant::UniformQuantizedType Annotator::findHeldType(Value value) const {
  for (const HeldState &state : findHeldStates(func)) {
    if (value != state.argument && value != state.last)
      continue;
    auto layer = state.last.getDefiningOp<RecurrentOpInterface>();
    if (!layer || state.last == layer->getResult(0))
      return {};
    auto type = stateTypes.lookup(state.last);
    bool isReadBack =
        llvm::all_of(state.argument.getUses(), [&](OpOperand &use) {
          return use.getOwner() == layer && isInitialState(use, type);
        });
    bool isOnlyKept =
        llvm::all_of(state.last.getUsers(), llvm::IsaPred<func::ReturnOp>);
    return type && isReadBack && isOnlyKept ? type
                                            : quant::UniformQuantizedType();
  }
  return {};
}

void Annotator::chooseStateTypes(RecurrentOpInterface op) {
  SchemeAttr scheme = getScheme(op);
  for (auto [state, last] : llvm::enumerate(op.getStates())) {
    // The network brings its own.
    if (auto type = op.getStateType(state)) {
      if (const Histogram *histogram = findHistogram(last))
        remarkState(op.getLoc(), getTensorName(last), type, *histogram);
      stateTypes[last] = type;
      continue;
    }
    const Histogram *histogram = requireHistogram(last);
    if (!histogram)
      continue;
    double min = histogram->min(), max = histogram->max();
    if (Value initial = op.getInitialState(state)) {
      if (const Histogram *begin = findHistogram(initial)) {
        min = std::min<double>(min, begin->min());
        max = std::max<double>(max, begin->max());
      } else if (auto values = getFloats(initial)) {
        min = std::min<double>(min, *llvm::min_element(*values));
        max = std::max<double>(max, *llvm::max_element(*values));
      }
    }
    auto type = op.chooseStateType(state, scheme, min, max);
    remarkParameters(op.getLoc(), getTensorName(last), type, min, max, "state");
    remarkState(op.getLoc(), getTensorName(last), type, *histogram);
    stateTypes[last] = type;
  }
}

quant::UniformQuantizedType Annotator::chooseType(Value value,
                                                  const Histogram &histogram,
                                                  SchemeAttr scheme) {
  auto exact = getExactType(value, scheme);
  return exact ? exact : estimate(value, histogram, scheme);
}

/// The type of an input whose samples were integers already; null otherwise.
quant::UniformQuantizedType Annotator::getExactType(Value value,
                                                    SchemeAttr scheme) {
  StringRef name = getTensorName(value);
  auto it = profile->inputs.find(name.str());
  if (it == profile->inputs.end() || !isa<BlockArgument>(value))
    return {};
  AffineParams params = it->second;
  // Wider integers have room for the zero point.
  if (scheme.getSymmetry() == Symmetry::Symmetric &&
      scheme.getActivationWidth() > 8)
    params = {params.scale, 0, scheme.getActivationStorage()};
  auto type =
      getUniformType(func.getContext(), params, scheme.getActivationWidth());
  remarkParameters(value.getLoc(), name, type,
                   dequantize(params.storage.min, params),
                   dequantize(params.storage.max, params), "input");
  return type;
}

/// The attribute that a policy left for the parameters of `value`.
template <typename AttrTy>
static AttrTy getRequest(Value value, StringRef name) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return cast<FunctionOpInterface>(argument.getOwner()->getParentOp())
        .getArgAttrOfType<AttrTy>(argument.getArgNumber(), name);
  return value.getDefiningOp()->getAttrOfType<AttrTy>(name);
}

/// The range that a policy gives, else that of the estimator.
RangeEstimate Annotator::chooseRange(Value value, const Histogram &histogram,
                                     SchemeAttr scheme) {
  if (auto range = getRequest<DenseF64ArrayAttr>(value, kRangeAttr))
    return {range[0], range[1], Estimator::MinMax};
  if (auto visible = findVisibleRange(value, scheme)) // N73
    return *visible;
  EstimatorOptions chosen = options;
  auto text = getRequest<StringAttr>(value, kEstimatorAttr);
  // N64: a step of int16 is so small that to clip saves nothing. Twice the
  // range also has room for what calibration did not see.
  bool isWide = scheme.isStaticInt16() && !text;
  if (!text)
    text = func->getAttrOfType<StringAttr>(kEstimatorAttr);
  if (text)
    chosen = parseEstimatorSpec(text, options).value_or(options);
  if (isWide)
    chosen.estimator = Estimator::MinMax;
  RangeEstimate range =
      estimateRange(histogram, scheme.getActivationStorage(), chosen);
  if (isWide) {
    range.min *= 2;
    range.max *= 2;
  }
  if (auto low = range.min < 0 ? findMaskLow(value) : std::nullopt) // N73
    range.min = std::max(range.min, *low);
  return range;
}

quant::UniformQuantizedType Annotator::estimate(Value value,
                                                const Histogram &histogram,
                                                SchemeAttr scheme) {
  StringRef name = getTensorName(value);
  RangeEstimate range = chooseRange(value, histogram, scheme);
  if (histogram.min() == 0 && histogram.max() == 0) {
    warnZeroRange(value.getLoc(), name);
    zeroRanges.insert(value);
  }
  auto type = getActivationType(scheme, range.min, range.max);
  warnLimitedScale(value.getLoc(), name, histogram.min(), histogram.max(),
                   getAffineParams(type));
  remarkParameters(value.getLoc(), name, type, range.min, range.max,
                   stringifyEstimator(range.chosen));
  return type;
}

quant::QuantizedType Annotator::getWeightType(OpOperand &use,
                                              ArrayRef<float> data) {
  auto shape = cast<RankedTensorType>(use.get().getType()).getShape();
  SchemeAttr scheme = getScheme(use.getOwner());
  std::optional<int64_t> axis;
  if (scheme.getWeightScales() != Granularity::Tensor)
    axis = cast<QuantizableOpInterface>(use.getOwner())
               .getWeightLayout(use.getOperandNumber())
               .scaleAxis;
  double largest = 0;
  quant::QuantizedType type =
      chooseWeightType(scheme, shape, axis, data, largest);
  warnLimitedScale(use.get().getLoc(), getTensorName(use.get()), -largest,
                   largest,
                   chooseSymmetric(largest, scheme.getWeightStorage()));
  return type;
}

quant::QuantizedType Annotator::getConstantType(OpOperand &use,
                                                ArrayRef<float> data) {
  double min = *llvm::min_element(data), max = *llvm::max_element(data);
  if (auto low = min < 0 ? findMaskLow(use.get()) : std::nullopt) { // N73
    min = std::max(min, *low);
    max = std::max(max, min);
  }
  SchemeAttr scheme = getScheme(use.getOwner());
  auto type = getActivationType(scheme, min, max);
  warnLimitedScale(use.get().getLoc(), getTensorName(use.get()), min, max,
                   getAffineParams(type));
  remarkParameters(use.get().getLoc(), getTensorName(use.get()), type, min, max,
                   "constant");
  return type;
}
