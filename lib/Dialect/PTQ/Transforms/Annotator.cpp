//===- Annotator.cpp - Parameters from statistics -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Annotator.h"
#include "Remarks.h"

#include "quantc/Dialect/PTQ/Transforms/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Problems
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Annotator
//===----------------------------------------------------------------------===//

/// True if the network came in quantized, at least in part.
static bool hasFrozenParameters(func::FuncOp func) {
  return llvm::any_of(
      func.getBody().front().getOps<FakeQuantOp>(), [](FakeQuantOp op) {
        return op->hasAttr(kFrozenAttr) && !isConstant(op.getInput());
      });
}

LogicalResult Annotator::run() {
  for (Operation &op : func.getBody().front())
    if (auto layer = dyn_cast<RecurrentOpInterface>(op);
        layer && quantizability.isQuantizable(&op))
      chooseStateTypes(layer);
  for (Value value : quantizability.getValues())
    chooseType(value);
  if (!profile && hasFrozenParameters(func))
    findFloatOps();
  else if (failed(problems.report(func, profile)))
    return failure();
  for (auto [value, type] : types)
    insertAfter(value, type);
  setStateTypes();
  bool ok = true;
  for (Operation &op : llvm::make_early_inc_range(func.getBody().front()))
    if (quantizability.isQuantizable(&op) && !floatOps.contains(&op)) {
      ok &= succeeded(annotateConstants(&op));
    } else if (auto other = dyn_cast<QuantizableOpInterface>(op);
               other && !getScheme(other).isStatic()) {
      ok &= succeeded(quantizeWeights(other));
    }
  return success(ok);
}

/// Layers keep the types that were chosen for all of their states.
void Annotator::setStateTypes() {
  for (Operation &op : func.getBody().front()) {
    auto layer = dyn_cast<RecurrentOpInterface>(op);
    if (!layer || floatOps.contains(&op))
      continue;
    SmallVector<Attribute> attributes;
    for (Value last : layer.getStates())
      if (auto type = stateTypes.lookup(last))
        attributes.push_back(TypeAttr::get(type));
    if (attributes.size() == layer.getStates().size())
      layer.setStateTypesAttr(ArrayAttr::get(func.getContext(), attributes));
  }
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
    return reader &&
           reader.getActivationWidth() !=
               storedType.getStorageTypeIntegralWidth() &&
           !isInitialState(use, storedType);
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
