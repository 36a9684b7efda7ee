//===- Annotator.cpp - Parameters from statistics -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Annotator.h"
#include "Remarks.h"
#include "Weights.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Reporting
//===----------------------------------------------------------------------===//

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

/// Says so if `largest`, the greatest magnitude in a tensor, calls for a scale
/// that N3 does not allow; `steps` is the number of storage values that it
/// spans.
static void warnLimitedScale(Location loc, StringRef name, double largest,
                             int64_t steps) {
  double scale = largest / static_cast<double>(steps);
  if (largest == 0 || (scale >= kMinScale && scale <= kMaxScale))
    return;
  SmallString<32> number;
  llvm::raw_svector_ostream(number) << llvm::format("%.3g", largest);
  InFlightDiagnostic warning = emitWarning(loc);
  warning << "tensor '" << name << "' holds values up to " << number
          << " in magnitude; ";
  if (scale > kMaxScale)
    warning << "no scale is above 2^63, so values beyond 2^70 saturate: ";
  else
    warning << "no scale is below 2^-63, so values below 2^-64 become 0: ";
  warning << "rescale the network or its data";
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

/// How many steps of such a scale a tensor's values span.
static int64_t countSteps(SchemeAttr scheme) {
  StorageRange storage = scheme.getActivationStorage();
  return scheme.getSymmetry() == Symmetry::Symmetric
             ? storage.max
             : storage.max - storage.min;
}

static void attachNames(InFlightDiagnostic &error, ArrayRef<Value> values) {
  for (Value value : values)
    error.attachNote(value.getLoc())
        << "tensor '" << getTensorName(value) << "'";
}

LogicalResult Problems::report(func::FuncOp func, bool haveProfile) const {
  if (!missing.empty()) {
    InFlightDiagnostic error = func.emitError();
    if (haveProfile)
      error << "the profile has no statistics for " << missing.size()
            << " tensor(s): calibrate this network again";
    else
      error << missing.size()
            << " tensor(s) have no quantization parameters: calibrate "
               "the network and give the profile";
    attachNames(error, missing);
  }
  if (!nonFinite.empty()) {
    InFlightDiagnostic error = func.emitError();
    error << "calibration saw NaN or infinite values in " << nonFinite.size()
          << " tensor(s): remove the inputs that cause them and "
             "calibrate again";
    attachNames(error, nonFinite);
  }
  return success(missing.empty() && nonFinite.empty());
}

void Problems::warnOfMeans(func::FuncOp func) const {
  if (withoutMeans.empty())
    return;
  InFlightDiagnostic warning = func.emitWarning();
  warning << "the profile has no sums of channels for " << withoutMeans.size()
          << " tensor(s), so the biases of the operations that read them are "
             "not corrected: calibrate this network again";
  attachNames(warning, withoutMeans.getArrayRef());
}

//===----------------------------------------------------------------------===//
// Annotator
//===----------------------------------------------------------------------===//

/// True if the network came in quantized, at least in part.
static bool hasGivenParameters(func::FuncOp func) {
  return llvm::any_of(
      func.getBody().front().getOps<FakeQuantOp>(), [](FakeQuantOp op) {
        return op->hasAttr(kGivenAttr) && !isConstant(op.getInput());
      });
}

LogicalResult Annotator::run() {
  for (Value value : quantizability.getValues())
    chooseType(value);
  if (!profile && hasGivenParameters(func))
    findFloatOps();
  else if (failed(problems.report(func, profile)))
    return failure();
  for (auto [value, type] : types)
    insertAfter(value, type);
  bool ok = true;
  if (options.correctBias && !profile)
    func.emitWarning("no bias is corrected: that takes the means of channels "
                     "in a profile; calibrate the network");
  for (Operation &op : llvm::make_early_inc_range(func.getBody().front()))
    if (quantizability.isQuantizable(&op) && !floatOps.contains(&op)) {
      ok &= succeeded(annotateConstants(&op));
      if (ok && profile && correctsBias(&op))
        ok &= succeeded(correctBias(&op));
    } else if (auto other = dyn_cast<QuantizableOpInterface>(op);
               other && !getScheme(other).isStatic()) {
      ok &= succeeded(quantizeWeights(other));
    }
  problems.warnOfMeans(func);
  return success(ok);
}

/// As a policy says of `op`, else as the options say.
bool Annotator::correctsBias(Operation *op) const {
  auto request = op->getAttrOfType<BoolAttr>(kBiasCorrectionAttr);
  if (!request)
    request = func->getAttrOfType<BoolAttr>(kBiasCorrectionAttr);
  return request ? request.getValue() : options.correctBias;
}

bool Annotator::lacksParameters(Operation *op) const {
  auto isMissing = [&](Value value) {
    return llvm::is_contained(problems.missing, value);
  };
  return llvm::any_of(op->getResults(), isMissing) ||
         llvm::any_of(op->getOpOperands(), [&](OpOperand &use) {
           return getRole(use) == OperandRole::Activation &&
                  isMissing(use.get());
         });
}

/// Whether a float operation makes the accumulator that `op` takes, or takes
/// the one that `op` makes.
bool Annotator::sharesAccumulator(Operation *op) const {
  auto isAccumulator = [&](Value value) {
    return quantizability.getSource(value) == ParameterSource::Accumulator;
  };
  for (OpOperand &use : op->getOpOperands())
    if (getRole(use) == OperandRole::Activation && isAccumulator(use.get()) &&
        floatOps.contains(use.get().getDefiningOp()))
      return true;
  return llvm::any_of(op->getResults(), [&](Value result) {
    return isAccumulator(result) &&
           llvm::any_of(result.getUsers(), [&](Operation *user) {
             return floatOps.contains(user);
           });
  });
}

void Annotator::findFloatOps() {
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation &op : func.getBody().front())
      if (quantizability.isQuantizable(&op) && !floatOps.contains(&op) &&
          (lacksParameters(&op) || sharesAccumulator(&op)))
        changed |= floatOps.insert(&op).second;
    // Parameters that such an operation would have fixed.
    llvm::erase_if(types, [&](auto &entry) {
      auto [value, type] = entry;
      if (!type || !floatOps.contains(value.getDefiningOp()))
        return false;
      problems.missing.push_back(value);
      return true;
    });
  }
}

SchemeAttr Annotator::getReader(OpOperand &use) const {
  return quantizability.isQuantizable(use.getOwner()) &&
                 getRole(use) == OperandRole::Activation
             ? getScheme(use.getOwner())
             : SchemeAttr();
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
  case ParameterSource::Given:
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
  const Histogram *histogram = findHistogram(value);
  if (histogram && histogram->nonFinite() > 0) // N34
    problems.nonFinite.push_back(value);
  else if (!histogram || histogram->values() == 0)
    problems.missing.push_back(value);
  else
    types.push_back(
        {value, chooseType(value, *histogram, chooseScheme(value))});
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
  warnLimitedScale(
      value.getLoc(), name,
      std::max(std::fabs(histogram.min()), std::fabs(histogram.max())),
      countSteps(scheme));
  auto type = getActivationType(scheme, range.min, range.max);
  remarkParameters(value.getLoc(), name, type, range.min, range.max,
                   stringifyEstimator(range.chosen));
  return type;
}

/// Makes `value`'s uses see the rounded value. A float operation's result keeps
/// its precision where float operations use it.
void Annotator::insertAfter(Value value, quant::QuantizedType type) {
  Operation *producer = value.getDefiningOp();
  bool everywhere = !producer || quantizability.isQuantizable(producer);
  FakeQuantOp fakeQuant;
  if (type) {
    OpBuilder builder(func.getContext());
    builder.setInsertionPointAfterValue(value);
    fakeQuant = FakeQuantOp::create(builder, value.getLoc(), value, type);
    if (zeroRanges.contains(value))
      fakeQuant->setAttr(kZeroRangeAttr, builder.getUnitAttr());
  } else {
    auto users =
        llvm::make_filter_range(value.getUsers(), llvm::IsaPred<FakeQuantOp>);
    if (!llvm::hasSingleElement(users))
      return; // value is itself fake-quantized, or differently per user
    fakeQuant = cast<FakeQuantOp>(*users.begin());
  }
  value.replaceUsesWithIf(fakeQuant.getOutput(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (user == fakeQuant || (!type && user->isBeforeInBlock(fakeQuant)))
      return false;
    return everywhere || getReader(use);
  });
  if (type)
    convertFor(value, fakeQuant);
}

void Annotator::convertFor(Value value, FakeQuantOp stored) {
  auto storedType =
      cast<quant::UniformQuantizedType>(stored.getQuantizedType());
  auto needsOther = [&](OpOperand &use) {
    SchemeAttr reader = getReader(use);
    return reader && reader.getActivationWidth() !=
                         storedType.getStorageTypeIntegralWidth();
  };
  auto use = llvm::find_if(stored.getOutput().getUses(), needsOther);
  if (use == stored.getOutput().use_end())
    return;
  // There are two widths, so all of these uses have the same one.
  SchemeAttr reader = getReader(*use);
  quant::UniformQuantizedType type;
  if (quantizability.getSource(value) == ParameterSource::Fixed)
    type = cast<QuantizableOpInterface>(value.getDefiningOp())
               .getFixedResultType(reader);
  else
    type = chooseType(value, *findHistogram(value), reader);
  OpBuilder builder(func.getContext());
  builder.setInsertionPointAfter(stored);
  auto converted =
      FakeQuantOp::create(builder, value.getLoc(), stored.getOutput(), type);
  if (zeroRanges.contains(value))
    converted->setAttr(kZeroRangeAttr, builder.getUnitAttr());
  stored.getOutput().replaceUsesWithIf(converted.getOutput(), needsOther);
  auto widthOf = [](quant::QuantizedType type) {
    return "int" + std::to_string(type.getStorageTypeIntegralWidth());
  };
  int64_t bytes = cast<ShapedType>(value.getType()).getNumElements() *
                  type.getStorageTypeIntegralWidth() / 8;
  remark::passed(
      value.getLoc(),
      remark::RemarkOpts::name("conversion").category("ptq-annotate"))
      << remark::metric("Tensor", getTensorName(value).str())
      << remark::metric("From", widthOf(storedType))
      << remark::metric("To", widthOf(type)) << remark::metric("Bytes", bytes);
}

/// The values of a constant operand, or failure after an error.
static FailureOr<SmallVector<float>> readConstant(Value constant) {
  std::optional<SmallVector<float>> data = getFloats(constant);
  if (data && llvm::all_of(*data, [](float v) { return std::isfinite(v); }))
    return std::move(*data);
  return emitError(constant.getLoc())
         << "constant '" << getTensorName(constant)
         << "' holds NaN or infinite values, or none that are readable: "
            "correct the network";
}

/// True if `use` is a constant that has no parameters yet.
static bool isBareConstant(OpOperand &use) {
  return isConstant(use.get()) && !use.get().getDefiningOp<FakeQuantOp>();
}

LogicalResult Annotator::annotateConstants(Operation *op) {
  if (failed(annotateWeights(op)))
    return failure();
  for (OpOperand &use : op->getOpOperands()) {
    if (getRole(use) != OperandRole::Activation || !isBareConstant(use))
      continue;
    Value &annotated =
        annotatedConstants[{use.get(), getScheme(op).getActivationWidth()}];
    if (!annotated) {
      FailureOr<SmallVector<float>> data = readConstant(use.get());
      if (failed(data))
        return failure();
      annotated = annotate(use.get(), getConstantType(use, *data));
    }
    use.set(annotated);
  }
  return success();
}

/// Weights belong to one operation: its scheme chooses their type.
LogicalResult Annotator::annotateWeights(Operation *op) {
  for (OpOperand &use : op->getOpOperands()) {
    if (getRole(use) != OperandRole::Weight || !isBareConstant(use))
      continue;
    FailureOr<SmallVector<float>> data = readConstant(use.get());
    if (failed(data))
      return failure();
    use.set(annotate(use.get(), getWeightType(use, *data)));
  }
  return success();
}

/// ptq.fake_quant of `constant`.
Value Annotator::annotate(Value constant, quant::QuantizedType type) {
  OpBuilder builder(func.getContext());
  builder.setInsertionPointAfterValue(constant);
  return FakeQuantOp::create(builder, constant.getLoc(), constant, type);
}

/// Weights of a scheme in which activations are floats when they come in.
LogicalResult Annotator::quantizeWeights(QuantizableOpInterface op) {
  SchemeAttr scheme = getScheme(op);
  if (scheme.getExecution() == Execution::Float)
    return success();
  std::string reason;
  LogicalResult done = op.canQuantize(scheme, reason);
  if (succeeded(done) && scheme.isDynamic())
    return annotateWeights(op);
  for (OpOperand &use : op->getOpOperands())
    if (succeeded(done) && getRole(use) == OperandRole::Weight)
      done = storeNarrow(use, scheme, reason);
  if (failed(done))
    remark::missed(
        op.getLoc(),
        remark::RemarkOpts::name("stays-float").category("ptq-annotate"))
        << remark::metric("Op", op->getName().getStringRef())
        << remark::reason("{0}", reason);
  return success();
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
  warnLimitedScale(use.get().getLoc(), getTensorName(use.get()), largest,
                   scheme.getWeightStorage().max);
  return type;
}

quant::QuantizedType Annotator::getConstantType(OpOperand &use,
                                                ArrayRef<float> data) {
  auto [min, max] = std::minmax_element(data.begin(), data.end());
  SchemeAttr scheme = getScheme(use.getOwner());
  warnLimitedScale(use.get().getLoc(), getTensorName(use.get()),
                   std::max(std::fabs(*min), std::fabs(*max)),
                   countSteps(scheme));
  auto type = getActivationType(scheme, *min, *max);
  remarkParameters(use.get().getLoc(), getTensorName(use.get()), type, *min,
                   *max, "constant");
  return type;
}
