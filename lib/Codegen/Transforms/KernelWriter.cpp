//===- KernelWriter.cpp - Loops and vector accesses of kernels -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc::codegen;

Value KernelWriter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value KernelWriter::add(Value lhs, Value rhs) {
  return b.createOrFold<arith::AddIOp>(lhs, rhs);
}

Value KernelWriter::mul(Value lhs, int64_t rhs) {
  return b.createOrFold<arith::MulIOp>(lhs, index(rhs));
}

Value KernelWriter::div(Value lhs, int64_t rhs) {
  return b.createOrFold<arith::DivUIOp>(lhs, index(rhs));
}

void KernelWriter::forEach(int64_t begin, int64_t end, int64_t step,
                           function_ref<void(Value)> body) {
  if (begin >= end)
    return;
  if (begin + step >= end)
    return body(index(begin));
  auto loop = scf::ForOp::create(b, index(begin), index(end), index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> KernelWriter::forCarried(
    int64_t end, int64_t step, ValueRange init,
    function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  if (end <= 0)
    return SmallVector<Value>(init);
  if (step >= end)
    return body(index(0), init);
  auto loop = scf::ForOp::create(b, index(0), index(end), index(step), init);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, next);
  return SmallVector<Value>(loop.getResults());
}

Value KernelWriter::load(Value memref, ValueRange indices, int64_t count) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  return vector::LoadOp::create(b, VectorType::get(count, element), memref,
                                indices);
}

void KernelWriter::store(Value vector, Value memref, ValueRange indices) {
  vector::StoreOp::create(b, vector, memref, indices);
}

static SmallVector<Value> shiftLast(KernelWriter &w, ValueRange indices,
                                    int64_t by) {
  SmallVector<Value> shifted(indices);
  shifted.back() = w.add(shifted.back(), by);
  return shifted;
}

void KernelWriter::storeFirst(Value vector, int64_t count, Value memref,
                              ValueRange indices) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  if (count == lanes)
    return store(vector, memref, indices);
  for (int64_t start = 0; start < count;) {
    int64_t piece = llvm::bit_floor(static_cast<uint64_t>(count - start));
    Value part = vector::ExtractStridedSliceOp::create(
        b, vector, ArrayRef<int64_t>{start}, ArrayRef<int64_t>{piece},
        ArrayRef<int64_t>{1});
    store(part, memref, shiftLast(*this, indices, start));
    start += piece;
  }
}

Value KernelWriter::loadFirst(Value memref, ValueRange indices, int64_t count,
                              int64_t lanes) {
  if (count == lanes)
    return load(memref, indices, count);
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  Value vector = splat(element, lanes, 0);
  for (int64_t start = 0; start < count;) {
    int64_t piece = llvm::bit_floor(static_cast<uint64_t>(count - start));
    Value part = load(memref, shiftLast(*this, indices, start), piece);
    vector = vector::InsertStridedSliceOp::create(
        b, part, vector, ArrayRef<int64_t>{start}, ArrayRef<int64_t>{1});
    start += piece;
  }
  return vector;
}

Value KernelWriter::splat(Type element, int64_t count, int64_t value) {
  auto type = VectorType::get(count, element);
  TypedAttr scalar;
  if (isa<FloatType>(element))
    scalar = FloatAttr::get(element, static_cast<double>(value));
  else
    scalar = IntegerAttr::get(element, APInt(element.getIntOrFloatBitWidth(),
                                             value, /*isSigned=*/true,
                                             /*implicitTrunc=*/true));
  return arith::ConstantOp::create(b, type,
                                   DenseElementsAttr::get(type, scalar));
}

void KernelWriter::forChunks(int64_t count, int64_t widest,
                             function_ref<void(Value, int64_t)> body) {
  int64_t whole = count / widest * widest;
  forEach(0, whole, widest, [&](Value start) { body(start, widest); });
  for (int64_t start = whole; start < count;) {
    int64_t width = llvm::bit_floor(static_cast<uint64_t>(count - start));
    body(index(start), width);
    start += width;
  }
}
