//===- WidenFloats.cpp - Every float becomes float32 -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Converts networks in half or double precision to float32, the only float
/// type that the other passes and the kernels support.
///
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

namespace quantc {
#define GEN_PASS_DEF_WIDENFLOATS
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;

/// Float32 in place of other floats; other types stay.
static Type widen(Type type) {
  if (auto tensor = dyn_cast<TensorType>(type))
    return tensor.clone(widen(tensor.getElementType()));
  return isa<FloatType>(type) ? Float32Type::get(type.getContext()) : type;
}

static APFloat widen(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value;
}

/// Converts the values to float32. Null if `values` has a form from which they
/// cannot be read.
static ElementsAttr widenElements(ElementsAttr values) {
  auto dense = dyn_cast<DenseElementsAttr>(values);
  auto resource = dyn_cast<DenseResourceElementsAttr>(values);
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  bool isSplat = false;
  if (blob && DenseElementsAttr::isValidRawBuffer(resource.getType(),
                                                  blob->getData(), isSplat))
    dense = DenseElementsAttr::getFromRawBuffer(resource.getType(),
                                                blob->getData());
  auto floats = dyn_cast_or_null<DenseFPElementsAttr>(dense);
  if (!floats)
    return nullptr;
  return floats.mapValues(
      Float32Type::get(values.getContext()),
      [](const APFloat &value) { return widen(value).bitcastToAPInt(); });
}

/// Attributes of TOSA that have the type of an operand or of the accumulator.
static LogicalResult widenAttributes(Operation *op) {
  for (NamedAttribute named : op->getAttrs()) {
    Attribute value = named.getValue();
    if (!op->getInherentAttr(named.getName()))
      continue;
    if (auto type = dyn_cast<TypeAttr>(value))
      value = TypeAttr::get(widen(type.getValue()));
    else if (auto number = dyn_cast<FloatAttr>(value))
      value = FloatAttr::get(widen(number.getType()), widen(number.getValue()));
    else if (auto elements = dyn_cast<ElementsAttr>(value);
             elements && isa<FloatType>(elements.getElementType()) &&
             !elements.getElementType().isF32())
      value = widenElements(elements);
    if (!value)
      return op->emitError() << "'" << op->getName()
                             << "' holds float values that are not stored in "
                                "the file; print them with the network";
    op->setAttr(named.getName(), value);
  }
  return success();
}

namespace {
struct WidenFloats : quantc::impl::WidenFloatsBase<WidenFloats> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    auto widenAll = [](ValueRange values) {
      bool changed = false;
      for (Value value : values) {
        Type type = widen(value.getType());
        changed |= type != value.getType();
        value.setType(type);
      }
      return changed;
    };
    SmallVector<tosa::CastOp> casts;
    bool changed = false;
    WalkResult walked = func.walk([&](Operation *op) {
      for (Region &region : op->getRegions())
        for (Block &block : region)
          changed |= widenAll(block.getArguments());
      if (!isa_and_nonnull<tosa::TosaDialect>(op->getDialect()))
        return WalkResult::advance();
      changed |= widenAll(op->getResults());
      if (auto cast = dyn_cast<tosa::CastOp>(op))
        casts.push_back(cast);
      return WalkResult(widenAttributes(op));
    });
    if (walked.wasInterrupted())
      return signalPassFailure();
    if (!changed)
      return markAllAnalysesPreserved();
    for (tosa::CastOp cast : casts)
      if (cast.getInput().getType() == cast.getType()) {
        cast.replaceAllUsesWith(cast.getInput());
        cast.erase();
      }
    func.setType(FunctionType::get(
        &getContext(), llvm::map_to_vector(func.getArgumentTypes(), widenType),
        llvm::map_to_vector(func.getResultTypes(), widenType)));
  }

  static Type widenType(Type type) { return widen(type); }
};
} // namespace
