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

/// If there are more inputs or outputs than this, a loop checks them: some of
/// LLVM's passes take time with the square of the number of branches.
static constexpr size_t kMaxUnrolledChecks = 32;

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

  /// Returns if one of the `count` pointers in `array` is null.
  void checkNotNull(Value array, size_t count) {
    forEach(array, count,
            [&](Value tensor, Value) { checkNotNull(tensor, NullTensor); });
  }

  /// Returns if one of the pointers in `array` is not aligned as `masks`, a
  /// constant of one byte for each, says: bits that have to be zero.
  void checkAligned(Value array, LLVM::GlobalOp masks, size_t count) {
    Value table = LLVM::AddressOfOp::create(builder, loc, masks);
    forEach(array, count, [&](Value tensor, Value index) {
      Type i8 = builder.getI8Type(), i64 = builder.getI64Type();
      Value slot = LLVM::GEPOp::create(builder, loc, pointer, i8, table,
                                       ArrayRef<LLVM::GEPArg>{index});
      Value mask = LLVM::ZExtOp::create(
          builder, loc, i64, LLVM::LoadOp::create(builder, loc, i8, slot));
      Value address = LLVM::PtrToIntOp::create(builder, loc, i64, tensor);
      Value low = LLVM::AndOp::create(builder, loc, address, mask);
      Value zero = LLVM::ConstantOp::create(builder, loc, i64, 0);
      returnIf(LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, low,
                                    zero),
               Misaligned);
    });
  }

  OpBuilder builder;

private:
  /// A loop over the `count` pointers in `array`, of which there is at least
  /// one. `body` gets each of them and its index.
  void forEach(Value array, size_t count,
               llvm::function_ref<void(Value, Value)> body) {
    Type i32 = builder.getI32Type();
    auto constant = [&](int32_t value) -> Value {
      return LLVM::ConstantOp::create(builder, loc, i32, value);
    };
    Block *loop = entry.addBlock(), *end = entry.addBlock();
    Value index = loop->addArgument(i32, loc);
    LLVM::BrOp::create(builder, loc, ValueRange{constant(0)}, loop);
    builder.setInsertionPointToStart(loop);
    Value slot = LLVM::GEPOp::create(builder, loc, pointer, pointer, array,
                                     ArrayRef<LLVM::GEPArg>{index});
    body(LLVM::LoadOp::create(builder, loc, pointer, slot), index);
    Value next = LLVM::AddOp::create(builder, loc, index, constant(1));
    Value isLast =
        LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, next,
                             constant(static_cast<int32_t>(count)));
    LLVM::CondBrOp::create(builder, loc, isLast, end, ValueRange{}, loop,
                           ValueRange{next});
    builder.setInsertionPointToStart(end);
  }

  Location loc;
  LLVM::LLVMFuncOp entry;
  Type pointer;
};

/// The inputs or the outputs of a network.
struct Group {
  StringRef name;
  /// NAME_run's argument.
  Value array;
  ArrayRef<int64_t> alignments;
  /// What `array` holds, as far as it is loaded.
  SmallVector<Value> pointers = {};

  bool isLarge() const { return alignments.size() > kMaxUnrolledChecks; }
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

  /// The bits of each pointer of `group` that have to be zero.
  LLVM::GlobalOp createMasks(LLVM::LLVMFuncOp body, StringRef name,
                             const Group &group) {
    OpBuilder builder(body);
    SmallVector<int8_t> masks;
    for (int64_t alignment : group.alignments)
      masks.push_back(static_cast<int8_t>(alignment - 1));
    auto values = DenseElementsAttr::get(
        RankedTensorType::get(masks.size(), builder.getI8Type()),
        ArrayRef<int8_t>(masks));
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), masks.size());
    auto global = LLVM::GlobalOp::create(
        builder, body.getLoc(), type, /*isConstant=*/true,
        LLVM::Linkage::Internal, (name + "_" + group.name + "_masks").str(),
        values);
    global.setDsoLocal(true);
    return global;
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
    Group groups[] = {
        {"inputs", inputs, alignments.take_front(inputCount)},
        {"outputs", outputs, alignments.slice(inputCount, outputCount)}};
    for (Group &group : groups)
      if (!group.isLarge())
        for (size_t i = 0; i < group.alignments.size(); ++i)
          group.pointers.push_back(code.loadPointer(group.array, i));
    for (Group &group : groups) {
      if (group.isLarge())
        code.checkNotNull(group.array, group.alignments.size());
      for (Value tensor : group.pointers)
        code.checkNotNull(tensor, NullTensor);
    }
    for (Group &group : groups) {
      if (group.isLarge())
        code.checkAligned(group.array, createMasks(body, name, group),
                          group.alignments.size());
      else
        for (auto [tensor, alignment] :
             llvm::zip_equal(group.pointers, group.alignments))
          code.checkAligned(tensor, alignment);
    }
    code.checkAligned(arena, alignments.back());
    SmallVector<Value> pointers;
    for (Group &group : groups) {
      if (group.isLarge())
        for (size_t i = 0; i < group.alignments.size(); ++i)
          group.pointers.push_back(code.loadPointer(group.array, i));
      llvm::append_range(pointers, group.pointers);
    }
    pointers.push_back(arena);
    LLVM::CallOp::create(code.builder, body.getLoc(), body, pointers);
    code.returnStatus(Ok);
  }
};
} // namespace
