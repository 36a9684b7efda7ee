//===- Selftest.cpp - Golden vectors in the object -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes NAME_selftest: runs the network on embedded inputs and compares every
// byte of the outputs with embedded ones. Output buffers lie in the arena
// behind what the network uses.
//
//===----------------------------------------------------------------------===//

#include "FunctionWriter.h"

#include "quantc/Emit/Emit.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace quantc;

static LogicalResult checkArrays(ModuleOp module, StringRef what,
                                 ArrayRef<Array> arrays,
                                 ArrayRef<TensorInfo> tensors) {
  if (arrays.size() != tensors.size())
    return module.emitError() << "selftest has " << arrays.size() << " " << what
                              << "s, the network " << tensors.size();
  for (auto [array, tensor] : llvm::zip_equal(arrays, tensors))
    if (array.type != tensor.type || array.shape != tensor.shape)
      return module.emitError() << "selftest " << what << " '" << tensor.name
                                << "' has the wrong type or shape";
  return success();
}

/// Fills `output` with bytes each of which differs from the expected one.
static void spoil(FunctionWriter &code, Value output, Value expected,
                  int64_t bytes) {
  code.storeBytes(output, bytes, [&](Value index) -> Value {
    Value ones = LLVM::ConstantOp::create(code.builder, code.loc,
                                          code.builder.getI8Type(), -1);
    return LLVM::XOrOp::create(code.builder, code.loc,
                               code.loadByte(expected, index), ones);
  });
}

/// Writes code that computes 0 if and only if all bytes are equal.
static Value difference(FunctionWriter &code, Value output, Value expected,
                        int64_t bytes) {
  return code.foldBytes(bytes, [&](Value index, Value difference) -> Value {
    Value bits = LLVM::XOrOp::create(code.builder, code.loc,
                                     code.loadByte(output, index),
                                     code.loadByte(expected, index));
    return LLVM::OrOp::create(code.builder, code.loc, difference, bits);
  });
}

/// Records the selftest and the arena that it needs.
static void growArena(ModuleOp module, const ModelInterface &interface,
                      int64_t bytes) {
  Builder builder(module.getContext());
  NamedAttrList arena;
  arena.set(attrs::bytes, builder.getI64IntegerAttr(bytes));
  arena.set(attrs::alignment,
            builder.getI64IntegerAttr(interface.arenaAlignment));
  arena.set(attrs::lowerBound,
            builder.getI64IntegerAttr(interface.arenaLowerBound));
  module->setAttr(attrs::arena, arena.getDictionary(module.getContext()));
  module->setAttr(attrs::selftest, builder.getUnitAttr());
}

LogicalResult quantc::addSelftest(ModuleOp module, ArrayRef<Array> inputs,
                                  ArrayRef<Array> expected) {
  FailureOr<ModelInterface> interface = getInterface(module);
  if (failed(interface) ||
      failed(checkArrays(module, "input", inputs, interface->inputs)) ||
      failed(checkArrays(module, "output", expected, interface->outputs)))
    return failure();
  auto entry = module.lookupSymbol<LLVM::LLVMFuncOp>(interface->name + "_run");
  if (interface->selftest || !entry)
    return module.emitError(
        "a selftest is added once, to a module that the codegen pipeline made");

  std::string name = interface->name + "_selftest";
  FunctionWriter code(module, name, 1);
  Value arena = code.argument(0);
  code.returnIfNull(arena, ObjectStatus::NullArgument);
  SmallVector<Value> inputPointers, outputPointers, expectedPointers;
  for (auto [i, array] : llvm::enumerate(inputs))
    inputPointers.push_back(code.embed(name + "_input_" + Twine(i), array));
  int64_t bytes =
      llvm::alignTo(interface->arenaBytes, interface->arenaAlignment);
  for (auto [i, array] : llvm::enumerate(expected)) {
    expectedPointers.push_back(code.embed(name + "_output_" + Twine(i), array));
    outputPointers.push_back(code.offset(arena, code.i64(bytes)));
    spoil(code, outputPointers.back(), expectedPointers.back(),
          array.bytes.size());
    bytes =
        llvm::alignTo(bytes + array.bytes.size(), interface->arenaAlignment);
  }
  Value status =
      code.call(entry, {code.makePointerArray(inputPointers),
                        code.makePointerArray(outputPointers), arena});
  code.returnIfNonZero(status, status);
  for (auto [output, golden, array] :
       llvm::zip_equal(outputPointers, expectedPointers, expected))
    code.returnIfNonZero(
        difference(code, output, golden, array.bytes.size()),
        code.i32(static_cast<int32_t>(ObjectStatus::Mismatch)));
  code.returnStatus(ObjectStatus::Ok);
  growArena(module, *interface, bytes);
  return success();
}
