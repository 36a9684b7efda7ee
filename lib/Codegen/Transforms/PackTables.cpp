//===- PackTables.cpp - One load for an interpolation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// tosa.table of int16 interpolates between two entries. Of a constant table,
/// an entry and the way to the next one become one number of 32 bits, so that
/// an element loads once.
///
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_PACKTABLES
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// Entries are 2^7 steps of the operand apart.
static constexpr int kStepBits = 7;
static constexpr int kEntryBits = 16;

/// The entry in the upper half, the difference to the next one in the lower.
/// Null if a difference does not fit, which TOSA does not define.
static DenseElementsAttr packEntries(DenseElementsAttr table, Type i32) {
  SmallVector<APInt> entries(table.getValues<APInt>());
  SmallVector<int32_t> packed;
  for (auto [here, next] : llvm::zip(entries, llvm::drop_begin(entries))) {
    int32_t difference =
        static_cast<int32_t>(next.getSExtValue() - here.getSExtValue());
    if (!llvm::isInt<kEntryBits>(difference))
      return {};
    packed.push_back(static_cast<int32_t>(
        static_cast<uint32_t>(here.getZExtValue()) << kEntryBits |
        static_cast<uint16_t>(difference)));
  }
  auto type = RankedTensorType::get({int64_t(packed.size())}, i32);
  return DenseElementsAttr::get(type, ArrayRef<int32_t>(packed));
}

/// The result for `q`, int16.
static Value interpolate(ImplicitLocOpBuilder &b, Value table, Value q) {
  Type i32 = b.getI32Type();
  auto constant = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
  };
  Value entryBits = constant(kEntryBits), stepBits = constant(kStepBits);
  Value offset = arith::AddIOp::create(b, arith::ExtSIOp::create(b, i32, q),
                                       constant(1 << (kEntryBits - 1)));
  Value index = arith::IndexCastUIOp::create(
      b, b.getIndexType(), arith::ShRUIOp::create(b, offset, stepBits));
  Value packed = tensor::ExtractOp::create(b, table, index);
  Value entry = arith::ShRSIOp::create(b, packed, entryBits);
  Value difference = arith::ShRSIOp::create(
      b, arith::ShLIOp::create(b, packed, entryBits), entryBits);
  Value fraction =
      arith::AndIOp::create(b, offset, constant((1 << kStepBits) - 1));
  return arith::AddIOp::create(b, arith::ShLIOp::create(b, entry, stepBits),
                               arith::MulIOp::create(b, difference, fraction));
}

static void pack(tosa::TableOp op) {
  auto type = dyn_cast<RankedTensorType>(op.getOutput().getType());
  DenseElementsAttr table;
  if (!type || !type.hasStaticShape() || !type.getElementType().isInteger(32) ||
      !matchPattern(op.getTable(), m_Constant(&table)))
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  DenseElementsAttr entries = packEntries(table, b.getI32Type());
  if (!entries)
    return;
  Value packed = arith::ConstantOp::create(b, entries);
  Value init = tensor::EmptyOp::create(b, type.getShape(), b.getI32Type());
  AffineMap map = b.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, type, op.getInput1(), init, SmallVector<AffineMap>{map, map}, loops,
      [&](OpBuilder &body, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder inner(loc, body);
        linalg::YieldOp::create(inner,
                                interpolate(inner, packed, arguments.front()));
      });
  op.replaceAllUsesWith(generic.getResult(0));
  op.erase();
}

namespace {
struct PackTables : codegen::impl::PackTablesBase<PackTables> {
  void runOnOperation() override { getOperation()->walk(pack); }
};
} // namespace
