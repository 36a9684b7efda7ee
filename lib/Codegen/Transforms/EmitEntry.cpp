//===- EmitEntry.cpp - The C entry point -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes NAME_run around the lowered network and marks the network so that
// LLVM may assume what the header demands of callers.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_EMITENTRY
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// Return values of NAME_run, as the emitted header documents them.
enum RunStatus : int32_t {
  Ok = 0,
  NullArgument = 1,
  NullTensor = 2,
  Misaligned = 3
};

/// The network after conversion: the only public function with a body.
static LLVM::LLVMFuncOp findNetwork(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function.isPublic() && !function.isExternal())
      return function;
  return nullptr;
}

/// Forbids library calls and unwinding, so that the object depends on nothing
/// else.
static void makeSelfContained(LLVM::LLVMFuncOp function) {
  OpBuilder builder(function);
  function.setNoUnwind(true);
  function.setPassthroughAttr(builder.getStrArrayAttr({"no-builtins"}));
}

/// Prevents inlining of the functions that quantc-outline-kernels made. If they
/// were inlined, the network would be one large function again, and what is
/// known of their arguments (alignment, no aliasing) would be lost.
static void markKernels(ModuleOp module, LLVM::LLVMFuncOp network) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (function == network || function.isExternal())
      continue;
    function.setLinkage(LLVM::Linkage::Internal);
    function.setDsoLocal(true);
    function.setNoInline(true);
    makeSelfContained(function);
  }
}

/// Makes the network private to the object and states what holds for its
/// pointers.
static void markBody(LLVM::LLVMFuncOp body, StringRef name,
                     ArrayRef<int64_t> alignments) {
  OpBuilder builder(body);
  body.setSymName((name + "_body").str());
  body.setLinkage(LLVM::Linkage::Internal);
  body.setDsoLocal(true);
  makeSelfContained(body);
  // If the network were inlined into its only caller, its arguments would lose
  // the attribute noalias.
  body.setNoInline(true);
  for (auto [i, alignment] : llvm::enumerate(alignments)) {
    body.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                    builder.getUnitAttr());
    body.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                    builder.getI64IntegerAttr(alignment));
  }
}

namespace {
/// Writes the blocks of NAME_run.
class EntryBuilder {
public:
  EntryBuilder(LLVM::LLVMFuncOp entry, Location loc)
      : builder(entry.getContext()), loc(loc), entry(entry),
        pointer(LLVM::LLVMPointerType::get(entry.getContext())) {
    builder.setInsertionPointToStart(entry.addEntryBlock(builder));
  }

  /// Writes code that returns `status` if `condition` holds.
  void returnIf(Value condition, RunStatus status) {
    Block *exit = entry.addBlock(), *next = entry.addBlock();
    LLVM::CondBrOp::create(builder, loc, condition, exit, next);
    builder.setInsertionPointToStart(exit);
    returnStatus(status);
    builder.setInsertionPointToStart(next);
  }

  void returnStatus(RunStatus status) {
    Value value =
        LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), status);
    LLVM::ReturnOp::create(builder, loc, value);
  }

  void checkNotNull(Value value, RunStatus status) {
    Value null = LLVM::ZeroOp::create(builder, loc, pointer);
    returnIf(LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, value,
                                  null),
             status);
  }

  void checkAligned(Value value, int64_t alignment) {
    if (alignment <= 1)
      return;
    Type i64 = builder.getI64Type();
    Value address = LLVM::PtrToIntOp::create(builder, loc, i64, value);
    Value mask = LLVM::ConstantOp::create(builder, loc, i64, alignment - 1);
    Value zero = LLVM::ConstantOp::create(builder, loc, i64, 0);
    Value low = LLVM::AndOp::create(builder, loc, address, mask);
    returnIf(
        LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, low, zero),
        Misaligned);
  }

  Value loadPointer(Value array, int32_t index) {
    Value slot = LLVM::GEPOp::create(builder, loc, pointer, pointer, array,
                                     ArrayRef<LLVM::GEPArg>{index});
    return LLVM::LoadOp::create(builder, loc, pointer, slot);
  }

  OpBuilder builder;

private:
  Location loc;
  LLVM::LLVMFuncOp entry;
  Type pointer;
};

struct EmitEntry : codegen::impl::EmitEntryBase<EmitEntry> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto interface = module->getAttrOfType<DictionaryAttr>(attrs::interface);
    auto arena = module->getAttrOfType<DictionaryAttr>(attrs::arena);
    LLVM::LLVMFuncOp body = findNetwork(module);
    if (!interface || !arena || !body) {
      module.emitError(
          "needs a lowered network, the attributes of quantc-capture-interface "
          "and quantc-plan-arena");
      return signalPassFailure();
    }
    auto inputs = interface.getAs<ArrayAttr>(attrs::inputs);
    auto outputs = interface.getAs<ArrayAttr>(attrs::outputs);
    SmallVector<int64_t> alignments;
    for (ArrayAttr tensors : {inputs, outputs})
      for (auto tensor : tensors.getAsRange<DictionaryAttr>())
        alignments.push_back(naturalAlignment(tensor));
    alignments.push_back(arena.getAs<IntegerAttr>(attrs::alignment).getInt());
    if (body.getNumArguments() != alignments.size()) {
      body.emitError(
          "arguments are not the inputs, outputs and arena of the interface");
      return signalPassFailure();
    }
    StringRef name = interface.getAs<StringAttr>(attrs::name).getValue();
    markKernels(module, body);
    markBody(body, name, alignments);
    bool needsArena = arena.getAs<IntegerAttr>(attrs::bytes).getInt() > 0;
    writeEntry(body, name, inputs.size(), alignments, needsArena);
  }

  static int64_t naturalAlignment(DictionaryAttr tensor) {
    auto type =
        cast<ShapedType>(tensor.getAs<TypeAttr>(attrs::type).getValue());
    return llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  }

  /// `alignments` are those of all inputs, all outputs and the arena.
  void writeEntry(LLVM::LLVMFuncOp body, StringRef name, size_t inputCount,
                  ArrayRef<int64_t> alignments, bool needsArena) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfter(body);
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    auto type = LLVM::LLVMFunctionType::get(builder.getI32Type(),
                                            {pointer, pointer, pointer});
    auto entry = LLVM::LLVMFuncOp::create(builder, body.getLoc(),
                                          (name + "_run").str(), type);
    makeSelfContained(entry);

    EntryBuilder code(entry, body.getLoc());
    Value inputs = entry.getArgument(0), outputs = entry.getArgument(1),
          arena = entry.getArgument(2);
    size_t outputCount = alignments.size() - 1 - inputCount;
    if (inputCount)
      code.checkNotNull(inputs, NullArgument);
    if (outputCount)
      code.checkNotNull(outputs, NullArgument);
    if (needsArena)
      code.checkNotNull(arena, NullArgument);
    SmallVector<Value> pointers;
    for (size_t i = 0; i < inputCount; ++i)
      pointers.push_back(code.loadPointer(inputs, i));
    for (size_t i = 0; i < outputCount; ++i)
      pointers.push_back(code.loadPointer(outputs, i));
    for (Value tensor : pointers)
      code.checkNotNull(tensor, NullTensor);
    pointers.push_back(arena);
    for (auto [value, alignment] : llvm::zip_equal(pointers, alignments))
      code.checkAligned(value, alignment);
    LLVM::CallOp::create(code.builder, body.getLoc(), body, pointers);
    code.returnStatus(Ok);
  }
};
} // namespace
