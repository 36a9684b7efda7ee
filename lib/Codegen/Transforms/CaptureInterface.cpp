//===- CaptureInterface.cpp - Record inputs and outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Checks the one public function and records its inputs and outputs on the
// module, before later passes erase tensor types. Of the function it only marks
// the inputs, which are the caller's memory, as not writable.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_CAPTUREINTERFACE
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// The network: the only public function with a body.
static func::FuncOp findNetwork(ModuleOp module) {
  func::FuncOp network;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    if (network) {
      InFlightDiagnostic diag =
          function.emitError("the module has more than one public function; "
                             "make all but the network private");
      diag.attachNote(network.getLoc())
          << "the first one is @" << network.getSymName();
      return nullptr;
    }
    network = function;
  }
  if (!network)
    module.emitError(
        "the module has no public function with a body; the network "
        "must be a public func.func");
  return network;
}

/// A C caller can hold elements of these types.
static bool isInterfaceElement(Type type) {
  return type.isF16() || type.isF32() || type.isF64() ||
         type.isSignlessInteger(1) || type.isSignlessInteger(8) ||
         type.isSignlessInteger(16) || type.isSignlessInteger(32) ||
         type.isSignlessInteger(64);
}

/// Describes one argument or result; `what` is "input" or "output". Returns
/// null after a diagnostic if it cannot be passed through the C interface.
static DictionaryAttr describeTensor(func::FuncOp network, StringRef what,
                                     unsigned index, Type type,
                                     DictionaryAttr attributes) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape()) {
    network.emitError()
        << what << " " << index << " of the network has type " << type
        << "; only tensors of static shape compile: fix every dimension before "
           "importing the network";
    return nullptr;
  }
  if (!isInterfaceElement(tensor.getElementType())) {
    network.emitError()
        << what << " " << index << " of the network has elements of type "
        << tensor.getElementType()
        << "; a C caller can pass i1, i8, i16, i32, i64, f16, f32 and f64";
    return nullptr;
  }
  auto get = [&](StringRef key) {
    return attributes ? attributes.get(key) : Attribute();
  };
  Builder builder(network.getContext());
  auto name = dyn_cast_or_null<StringAttr>(get("ptq.name"));
  if (!name)
    name = builder.getStringAttr(what + "_" + Twine(index));
  NamedAttrList result;
  result.set(attrs::name, name);
  result.set(attrs::type, TypeAttr::get(tensor));
  if (Attribute scale = get("ptq.scale"))
    result.set(attrs::scale, scale);
  if (Attribute zeroPoint = get("ptq.zero_point"))
    result.set(attrs::zeroPoint, zeroPoint);
  if (get("ptq.unsigned"))
    result.set(attrs::isUnsigned, builder.getUnitAttr());
  // A second name, and what a state is fed back to and begins with.
  const std::pair<StringRef, StringRef> passedOn[] = {
      {"ptq.alias", attrs::alias},
      {"ptq.state", attrs::state},
      {"ptq.initial", attrs::initial}};
  for (auto [from, to] : passedOn)
    if (Attribute value = get(from))
      result.set(to, value);
  return result.getDictionary(network.getContext());
}

namespace {
struct CaptureInterface
    : codegen::impl::CaptureInterfaceBase<CaptureInterface> {
  using CaptureInterfaceBase::CaptureInterfaceBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!isModelName(name)) {
      module.emitError() << "the name '" << name
                         << "' is no C identifier, or begins with two "
                            "underscores, which C reserves";
      return signalPassFailure();
    }
    func::FuncOp network = findNetwork(module);
    if (!network)
      return signalPassFailure();

    SmallVector<Attribute> inputs, outputs;
    for (auto [i, type] : llvm::enumerate(network.getArgumentTypes()))
      inputs.push_back(
          describeTensor(network, "input", i, type, network.getArgAttrDict(i)));
    for (auto [i, type] : llvm::enumerate(network.getResultTypes()))
      outputs.push_back(describeTensor(network, "output", i, type,
                                       network.getResultAttrDict(i)));
    if (llvm::is_contained(inputs, Attribute()) ||
        llvm::is_contained(outputs, Attribute()))
      return signalPassFailure();

    Builder builder(&getContext());
    for (unsigned i = 0; i < network.getNumArguments(); ++i)
      network.setArgAttr(i,
                         bufferization::BufferizationDialect::kWritableAttrName,
                         builder.getBoolAttr(false));
    NamedAttrList interface;
    interface.set(attrs::name, builder.getStringAttr(name));
    interface.set(attrs::inputs, builder.getArrayAttr(inputs));
    interface.set(attrs::outputs, builder.getArrayAttr(outputs));
    module->setAttr(attrs::interface, interface.getDictionary(&getContext()));
  }
};
} // namespace
