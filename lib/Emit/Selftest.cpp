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

#include "quantc/Emit/Emit.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace quantc;

/// Returned by NAME_selftest beside the codes of NAME_run.
static constexpr int32_t nullArgument = 1, mismatch = 4;

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

namespace {
/// Writes the body of NAME_selftest.
class SelftestBuilder {
public:
  SelftestBuilder(ModuleOp module, const ModelInterface &interface)
      : builder(module.getContext()), loc(module.getLoc()), module(module),
        name(interface.name),
        pointer(LLVM::LLVMPointerType::get(module.getContext())) {
    builder.setInsertionPointToEnd(module.getBody());
    auto type = LLVM::LLVMFunctionType::get(builder.getI32Type(), {pointer});
    function = LLVM::LLVMFuncOp::create(builder, loc, name + "_selftest", type);
    function.setNoUnwind(true);
    function.setPassthroughAttr(builder.getStrArrayAttr({"no-builtins"}));
    builder.setInsertionPointToStart(function.addEntryBlock(builder));
  }

  Value arena() { return function.getArgument(0); }
  Value i32(int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), value);
  }
  Value i64(int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), value);
  }

  Value offset(Value base, Value bytes) {
    return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{bytes});
  }

  /// The address of a private constant that holds the array.
  Value embed(const Twine &suffix, const Array &array) {
    auto type =
        LLVM::LLVMArrayType::get(builder.getI8Type(), array.bytes.size());
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    StringRef bytes(reinterpret_cast<const char *>(array.bytes.data()),
                    array.bytes.size());
    auto global = LLVM::GlobalOp::create(
        builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Private,
        (name + "_selftest_" + suffix).str(), builder.getStringAttr(bytes),
        /*alignment=*/64);
    builder.setInsertionPointToEnd(&function.getBody().back());
    return LLVM::AddressOfOp::create(builder, loc, global);
  }

  /// An array of these pointers on the stack.
  Value makePointerArray(ArrayRef<Value> pointers) {
    Value count = i64(std::max<size_t>(pointers.size(), 1));
    Value array = LLVM::AllocaOp::create(builder, loc, pointer, pointer, count);
    for (auto [i, value] : llvm::enumerate(pointers)) {
      Value slot =
          LLVM::GEPOp::create(builder, loc, pointer, pointer, array,
                              ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
      LLVM::StoreOp::create(builder, loc, value, slot);
    }
    return array;
  }

  void returnIf(Value condition, Value status) {
    Block *exit = function.addBlock(), *next = function.addBlock();
    LLVM::CondBrOp::create(builder, loc, condition, exit, next);
    builder.setInsertionPointToStart(exit);
    LLVM::ReturnOp::create(builder, loc, status);
    builder.setInsertionPointToStart(next);
  }

  void returnIfNull(Value address, int32_t status) {
    Value null = LLVM::ZeroOp::create(builder, loc, pointer);
    returnIf(LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq,
                                  address, null),
             i32(status));
  }

  void returnIfNonZero(Value value, Value status) {
    Value zero = LLVM::ConstantOp::create(builder, loc, value.getType(), 0);
    returnIf(LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, value,
                                  zero),
             status);
  }

  /// Writes a loop over the indices below `count`, which computes byte =
  /// body(index, byte) from a byte that is 0 at first. Returns the last byte.
  Value foldBytes(int64_t count, function_ref<Value(Value, Value)> body) {
    Block *before = builder.getInsertionBlock();
    Block *loop = function.addBlock(), *next = function.addBlock();
    Type i8 = builder.getI8Type(), i64Type = builder.getI64Type();
    loop->addArguments({i64Type, i8}, {loc, loc});
    next->addArgument(i8, loc);
    Value none = LLVM::ConstantOp::create(builder, loc, i8, 0);
    Value start = i64(0);
    builder.setInsertionPointToEnd(before);
    if (count == 0)
      LLVM::BrOp::create(builder, loc, none, next);
    else
      LLVM::BrOp::create(builder, loc, ValueRange{start, none}, loop);
    builder.setInsertionPointToStart(loop);
    Value result = body(loop->getArgument(0), loop->getArgument(1));
    Value following =
        LLVM::AddOp::create(builder, loc, loop->getArgument(0), i64(1));
    Value more = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ult,
                                      following, i64(count));
    LLVM::CondBrOp::create(builder, loc, more, loop,
                           ValueRange{following, result}, next,
                           ValueRange{result});
    builder.setInsertionPointToStart(next);
    return next->getArgument(0);
  }

  Value loadByte(Value base, Value index) {
    return LLVM::LoadOp::create(builder, loc, builder.getI8Type(),
                                offset(base, index));
  }

  /// Fills `output` with bytes each of which differs from the expected one.
  void spoil(Value output, Value expected, int64_t bytes) {
    foldBytes(bytes, [&](Value index, Value unchanged) {
      Value ones =
          LLVM::ConstantOp::create(builder, loc, builder.getI8Type(), -1);
      Value other =
          LLVM::XOrOp::create(builder, loc, loadByte(expected, index), ones);
      LLVM::StoreOp::create(builder, loc, other, offset(output, index));
      return unchanged;
    });
  }

  /// Writes code that computes 0 if and only if all bytes are equal.
  Value difference(Value output, Value expected, int64_t bytes) {
    return foldBytes(bytes, [&](Value index, Value difference) {
      Value bits = LLVM::XOrOp::create(builder, loc, loadByte(output, index),
                                       loadByte(expected, index));
      return LLVM::OrOp::create(builder, loc, difference, bits);
    });
  }

  Value run(ArrayRef<Value> inputs, ArrayRef<Value> outputs) {
    auto entry = module.lookupSymbol<LLVM::LLVMFuncOp>(name + "_run");
    Value arguments[] = {makePointerArray(inputs), makePointerArray(outputs),
                         arena()};
    return LLVM::CallOp::create(builder, loc, entry, arguments).getResult();
  }

  void returnStatus(int32_t status) {
    LLVM::ReturnOp::create(builder, loc, i32(status));
  }

private:
  OpBuilder builder;
  Location loc;
  ModuleOp module;
  std::string name;
  Type pointer;
  LLVM::LLVMFuncOp function;
};
} // namespace

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
  if (interface->selftest ||
      !module.lookupSymbol<LLVM::LLVMFuncOp>(interface->name + "_run"))
    return module.emitError(
        "a selftest is added once, to a module that the codegen pipeline made");

  SelftestBuilder code(module, *interface);
  code.returnIfNull(code.arena(), nullArgument);
  SmallVector<Value> inputPointers, outputPointers, expectedPointers;
  for (auto [i, array] : llvm::enumerate(inputs))
    inputPointers.push_back(code.embed("input_" + Twine(i), array));
  int64_t bytes =
      llvm::alignTo(interface->arenaBytes, interface->arenaAlignment);
  for (auto [i, array] : llvm::enumerate(expected)) {
    expectedPointers.push_back(code.embed("output_" + Twine(i), array));
    outputPointers.push_back(code.offset(code.arena(), code.i64(bytes)));
    code.spoil(outputPointers.back(), expectedPointers.back(),
               array.bytes.size());
    bytes =
        llvm::alignTo(bytes + array.bytes.size(), interface->arenaAlignment);
  }
  Value status = code.run(inputPointers, outputPointers);
  code.returnIfNonZero(status, status);
  for (auto [output, golden, array] :
       llvm::zip_equal(outputPointers, expectedPointers, expected))
    code.returnIfNonZero(code.difference(output, golden, array.bytes.size()),
                         code.i32(mismatch));
  code.returnStatus(0);
  growArena(module, *interface, bytes);
  return success();
}
