//===- PTQ.cpp - The ptq dialect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

#include "quantc/Dialect/PTQ/IR/PTQDialect.cpp.inc"
#include "quantc/Dialect/PTQ/IR/PTQEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "quantc/Dialect/PTQ/IR/PTQAttributes.cpp.inc"

#include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.cpp.inc"
#include "quantc/Dialect/PTQ/IR/RecurrentOpInterface.cpp.inc"

void PTQDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "quantc/Dialect/PTQ/IR/PTQ.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "quantc/Dialect/PTQ/IR/PTQAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

bool quantc::ptq::isTensorView(Operation *op) {
  return isa<ObserveOp, FakeQuantOp, FloatBorderOp, quant::QuantizeCastOp,
             quant::DequantizeCastOp, quant::StorageCastOp>(op);
}

StringRef quantc::ptq::getTensorName(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto func = dyn_cast_or_null<FunctionOpInterface>(
        argument.getOwner()->getParentOp());
    if (!func || !argument.getOwner()->isEntryBlock())
      return {};
    auto name =
        func.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kNameAttr);
    return name ? name.getValue() : StringRef();
  }
  Operation *op = value.getDefiningOp();
  if (auto name = op->getAttrOfType<StringAttr>(kNameAttr))
    return name;
  if (auto names = op->getAttrOfType<ArrayAttr>(kNameAttr))
    return cast<StringAttr>(names[cast<OpResult>(value).getResultNumber()]);
  return isTensorView(op) ? getTensorName(op->getOperand(0)) : StringRef();
}

void quantc::ptq::nameResults(FunctionOpInterface func) {
  Operation *terminator = func.getFunctionBody().front().getTerminator();
  for (OpOperand &output : terminator->getOpOperands()) {
    unsigned index = output.getOperandNumber();
    StringRef name = getTensorName(output.get());
    if (!name.empty() && !func.getResultAttr(index, kNameAttr))
      func.setResultAttr(index, kNameAttr,
                         StringAttr::get(func.getContext(), name));
  }
}

FailureOr<quantc::Contract>
quantc::ptq::chooseContract(FunctionOpInterface func, StringRef option) {
  auto carried = func->getAttrOfType<StringAttr>(kContractAttr);
  StringRef name = option.empty() && carried ? carried.getValue() : option;
  if (name.empty())
    return Contract::Exact;
  if (std::optional<Contract> contract = parseContract(name))
    return *contract;
  return func->emitError("unknown contract '")
         << name << "'; use 'exact', 'litert' or 'tflm'";
}

//===----------------------------------------------------------------------===//
// Discardable attributes
//===----------------------------------------------------------------------===//

static LogicalResult verifyName(Operation *op, NamedAttribute attribute) {
  auto name = dyn_cast<StringAttr>(attribute.getValue());
  if (!name || name.empty())
    return op->emitError() << "'" << attribute.getName().strref()
                           << "' must be a string that is not empty";
  return success();
}

/// The names of `op`, which has several results.
static LogicalResult verifyNames(Operation *op, NamedAttribute attribute) {
  auto names = dyn_cast<ArrayAttr>(attribute.getValue());
  auto isName = [](Attribute name) {
    auto string = dyn_cast<StringAttr>(name);
    return string && !string.empty();
  };
  if (names && names.size() == op->getNumResults() &&
      llvm::all_of(names, isName))
    return success();
  return op->emitError() << "'" << kNameAttr
                         << "' of an operation with several results must be "
                            "an array with a string for each of them";
}

/// Attributes of function arguments and results that describe a network's
/// interface.
static LogicalResult verifyInterfaceAttribute(Operation *op,
                                              NamedAttribute attribute) {
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  if (name == kNameAttr || name == kAliasAttr || name == kStateAttr)
    return verifyName(op, attribute);
  if (name == kScaleAttr) {
    auto scale = dyn_cast<FloatAttr>(value);
    if (!scale || !scale.getType().isF64() || !scale.getValue().isFinite() ||
        !(scale.getValueAsDouble() > 0))
      return op->emitError("'ptq.scale' must be a positive, finite f64");
  }
  if (name == kZeroPointAttr)
    if (auto integer = dyn_cast<IntegerAttr>(value);
        !integer || !integer.getType().isInteger(64))
      return op->emitError("'ptq.zero_point' must be an i64");
  if ((name == kUnsignedAttr || name == kFullyConnectedAttr) &&
      !isa<UnitAttr>(value))
    return op->emitError() << "'" << name << "' must be a unit attribute";
  return success();
}

static LogicalResult verifyContract(Operation *op, NamedAttribute attribute) {
  auto name = dyn_cast<StringAttr>(attribute.getValue());
  if (isa<FunctionOpInterface>(op) && name && parseContract(name))
    return success();
  return op->emitError()
         << "'" << kContractAttr
         << "' belongs on functions and is \"exact\", \"litert\" or \"tflm\"";
}

static LogicalResult verifySchemeAttribute(Operation *op,
                                           NamedAttribute attribute) {
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  if (name == kSchemeAttr && !isa<SchemeAttr>(value))
    return op->emitError() << "'" << name << "' must be a #ptq.scheme";
  if (name == kEstimatorAttr && !isa<StringAttr>(value))
    return op->emitError() << "'" << name
                           << "' must be the name of an "
                              "estimator";
  if (name == kBiasCorrectionAttr && !isa<BoolAttr>(value))
    return op->emitError() << "'" << name << "' must be a boolean";
  if (name == kRangeAttr) {
    auto range = dyn_cast<DenseF64ArrayAttr>(value);
    if (!range || range.size() != 2 || !std::isfinite(range[0]) ||
        !std::isfinite(range[1]) || range[0] > range[1])
      return op->emitError() << "'" << name
                             << "' must be two finite f64, the smaller one "
                                "first";
  }
  return success();
}

LogicalResult PTQDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  if (attribute.getName() == kContractAttr)
    return verifyContract(op, attribute);
  if (isSchemeAttribute(attribute.getName()))
    return verifySchemeAttribute(op, attribute);
  if (attribute.getName() == kUnsignedAttr ||
      attribute.getName() == kFullyConnectedAttr)
    return verifyInterfaceAttribute(op, attribute);
  if (attribute.getName() != kNameAttr)
    return success();
  if (op->getNumResults() == 0)
    return op->emitError() << "'" << kNameAttr
                           << "' belongs on operations with results";
  if (op->getNumResults() > 1)
    return verifyNames(op, attribute);
  return verifyName(op, attribute);
}

LogicalResult PTQDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                   unsigned number,
                                                   NamedAttribute attribute) {
  if (attribute.getName() == kInitialAttr) {
    auto initial = dyn_cast<DenseFPElementsAttr>(attribute.getValue());
    auto func = dyn_cast<FunctionOpInterface>(op);
    // Once tensors have become memory, code generation has read the attribute.
    auto type =
        func ? dyn_cast<RankedTensorType>(func.getArgumentTypes()[number])
             : nullptr;
    if (!initial || !initial.getElementType().isF64() ||
        (type && initial.getType().getShape() != type.getShape()))
      return op->emitError() << "'" << kInitialAttr
                             << "' must hold an f64 for each element of the "
                                "argument";
  }
  if (isSchemeAttribute(attribute.getName()))
    return verifySchemeAttribute(op, attribute);
  return verifyInterfaceAttribute(op, attribute);
}

LogicalResult
PTQDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned,
                                        NamedAttribute attribute) {
  return verifyInterfaceAttribute(op, attribute);
}
