//===- ExpandLookup.cpp - kernel.lookup as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

/// Looks up elements that are not contiguous in memory, such as one channel of
/// many. They are looked up one at a time.
static void expandStrided(KernelWriter &w, kernel::LookupOp op) {
  int64_t count = cast<MemRefType>(op.getInput().getType()).getDimSize(0);
  w.forEach(count, [&](Value at) {
    Value code = memref::LoadOp::create(w.b, op.getInput(), at);
    Value entry =
        w.add(arith::IndexCastOp::create(w.b, w.b.getIndexType(), code), 128);
    Value found = memref::LoadOp::create(w.b, op.getTable(), entry);
    memref::StoreOp::create(w.b, found, op.getInit(), at);
  });
}

void codegen::expandLookup(kernel::LookupOp op) {
  KernelWriter w(op);
  auto in = cast<MemRefType>(op.getInput().getType());
  auto out = cast<MemRefType>(op.getInit().getType());
  if (!in.isLastDimUnitStride() || !out.isLastDimUnitStride()) {
    expandStrided(w, op);
    op.erase();
    return;
  }
  int64_t count = in.getDimSize(0), lanes = op.getLanes();
  int64_t whole = count / lanes * lanes, rest = count - whole;
  Value table = w.load(op.getTable(), w.index(0), 256);
  auto lookUp = [&](Value codes) -> Value {
    return kernel::PermuteOp::create(w.b, codes.getType(), table, codes);
  };
  w.forEach(0, whole, lanes, [&](Value at) {
    w.store(lookUp(w.load(op.getInput(), at, lanes)), op.getInit(), at);
  });
  if (rest > 0) {
    Value at = w.index(whole);
    Value codes = w.loadFirst(op.getInput(), at, rest, lanes);
    w.storeFirst(lookUp(codes), rest, op.getInit(), at);
  }
  op.erase();
}
