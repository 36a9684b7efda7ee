//===- FunctionWriter.cpp - Functions around the network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionWriter.h"

using namespace mlir;
using namespace quantc;

FunctionWriter::FunctionWriter(ModuleOp module, StringRef name,
                               unsigned pointers)
    : builder(module.getContext()), loc(module.getLoc()), module(module),
      pointer(LLVM::LLVMPointerType::get(module.getContext())) {
  builder.setInsertionPointToEnd(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(builder.getI32Type(),
                                          SmallVector<Type>(pointers, pointer));
  function = LLVM::LLVMFuncOp::create(builder, loc, name, type);
  // The object depends on nothing else: no unwinding, no calls of a library.
  function.setNoUnwind(true);
  function.setPassthroughAttr(builder.getStrArrayAttr({"no-builtins"}));
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
}

Value FunctionWriter::i32(int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), value);
}

Value FunctionWriter::i64(int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), value);
}

Value FunctionWriter::offset(Value base, Value bytes) {
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{bytes});
}

Value FunctionWriter::embed(const Twine &name, const Array &array) {
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), array.bytes.size());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  StringRef bytes(reinterpret_cast<const char *>(array.bytes.data()),
                  array.bytes.size());
  auto global = LLVM::GlobalOp::create(
      builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Private,
      name.str(), builder.getStringAttr(bytes), /*alignment=*/64);
  builder.setInsertionPointToEnd(&function.getBody().back());
  return LLVM::AddressOfOp::create(builder, loc, global);
}

Value FunctionWriter::makePointerArray(ArrayRef<Value> pointers) {
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

Value FunctionWriter::loadPointer(Value array, int32_t index) {
  Value slot = LLVM::GEPOp::create(builder, loc, pointer, pointer, array,
                                   ArrayRef<LLVM::GEPArg>{index});
  return LLVM::LoadOp::create(builder, loc, pointer, slot);
}

void FunctionWriter::returnIf(Value condition, Value status) {
  Block *exit = function.addBlock(), *next = function.addBlock();
  LLVM::CondBrOp::create(builder, loc, condition, exit, next);
  builder.setInsertionPointToStart(exit);
  LLVM::ReturnOp::create(builder, loc, status);
  builder.setInsertionPointToStart(next);
}

void FunctionWriter::returnIfNull(Value address, ObjectStatus status) {
  Value null = LLVM::ZeroOp::create(builder, loc, pointer);
  returnIf(LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, address,
                                null),
           i32(static_cast<int32_t>(status)));
}

void FunctionWriter::returnIfNonZero(Value value, Value status) {
  Value zero = LLVM::ConstantOp::create(builder, loc, value.getType(), 0);
  returnIf(
      LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, value, zero),
      status);
}

void FunctionWriter::returnIfMisaligned(Value address, int64_t alignment) {
  if (alignment <= 1)
    return;
  Value number =
      LLVM::PtrToIntOp::create(builder, loc, builder.getI64Type(), address);
  returnIfNonZero(LLVM::AndOp::create(builder, loc, number, i64(alignment - 1)),
                  i32(static_cast<int32_t>(ObjectStatus::Misaligned)));
}

void FunctionWriter::returnStatus(ObjectStatus status) {
  LLVM::ReturnOp::create(builder, loc, i32(static_cast<int32_t>(status)));
}

Value FunctionWriter::foldBytes(int64_t count,
                                function_ref<Value(Value, Value)> body) {
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

void FunctionWriter::storeBytes(Value target, int64_t bytes,
                                function_ref<Value(Value)> body) {
  foldBytes(bytes, [&](Value index, Value unchanged) {
    LLVM::StoreOp::create(builder, loc, body(index), offset(target, index));
    return unchanged;
  });
}

Value FunctionWriter::loadByte(Value base, Value index) {
  return LLVM::LoadOp::create(builder, loc, builder.getI8Type(),
                              offset(base, index));
}

void FunctionWriter::copy(Value target, Value source, int64_t bytes) {
  storeBytes(target, bytes,
             [&](Value index) { return loadByte(source, index); });
}

Value FunctionWriter::call(LLVM::LLVMFuncOp callee, ArrayRef<Value> arguments) {
  return LLVM::CallOp::create(builder, loc, callee, arguments).getResult();
}
