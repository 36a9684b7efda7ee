//===- LowerPermute.cpp - Table lookups as instructions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"
#include "quantc/Codegen/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_LOWERPERMUTE
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

namespace {
/// Writes one lookup, for a table in several registers.
class PermuteWriter {
public:
  explicit PermuteWriter(kernel::PermuteOp op)
      : b(op.getLoc(), op), table(op.getTable()), indices(op.getIndices()),
        type(cast<VectorType>(op.getType())) {}

  Value useVpermi2b();
  Value useVpshufb();
  Value useTbl();

private:
  Value call(StringRef intrinsic, ValueRange operands) {
    return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(intrinsic),
                                         operands)
        ->getResult(0);
  }
  Value splat(int64_t value) {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, b.getI8IntegerAttr(value)));
  }
  Value getEntries(int64_t first, int64_t count) {
    return vector::ExtractStridedSliceOp::create(b, table, first, count, 1);
  }
  Value lookUpHalf(Value positions, int64_t first);

  ImplicitLocOpBuilder b;
  Value table, indices;
  VectorType type;
};
} // namespace

/// `vpermi2b` looks up seven bits of an index in 128 entries. The sign of the
/// index then selects one of the two halves of the table.
Value PermuteWriter::useVpermi2b() {
  auto lookUpHalf = [&](int64_t first) {
    return call("llvm.x86.avx512.vpermi2var.qi.512",
                {getEntries(first, 64), indices, getEntries(first + 64, 64)});
  };
  Value low = lookUpHalf(0), high = lookUpHalf(128);
  Value negative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, indices, splat(0));
  return arith::SelectOp::create(b, negative, low, high);
}

/// Looks up `positions` in the 128 entries from `first` on; a negative position
/// gives 0.
///
/// `vpshufb` reads four bits of a position, and gives 0 if the position is
/// negative. The table is cut into pieces of 16 entries, and 16 is subtracted
/// from the positions after each piece. So a position p reads pieces 0 to p /
/// 16, and nothing after that. What is looked up in each piece is its
/// difference (exclusive or) from the piece before it. The exclusive or of all
/// these differences is the entry of piece p / 16.
Value PermuteWriter::lookUpHalf(Value positions, int64_t first) {
  constexpr int64_t kPiece = 16;
  SmallVector<int64_t> repeat;
  for (int64_t lane = 0; lane < type.getNumElements(); ++lane)
    repeat.push_back(lane % kPiece);
  Value result, before;
  for (int64_t at = 0; at < 128; at += kPiece) {
    Value piece = getEntries(first + at, kPiece);
    Value difference =
        before ? Value(arith::XOrIOp::create(b, piece, before)) : piece;
    before = piece;
    Value spread = vector::ShuffleOp::create(b, difference, difference, repeat);
    Value found = call("llvm.x86.avx2.pshuf.b", {spread, positions});
    result = result ? Value(arith::XOrIOp::create(b, result, found)) : found;
    positions = LLVM::SSubSat::create(b, positions, splat(kPiece));
  }
  return result;
}

Value PermuteWriter::useVpshufb() {
  Value fromLowest = arith::XOrIOp::create(b, indices, splat(-128));
  return arith::XOrIOp::create(b, lookUpHalf(fromLowest, 0),
                               lookUpHalf(indices, 128));
}

/// `tbl` looks up an index in 64 entries, and gives 0 for a larger index. `tbx`
/// keeps the old value for a larger index instead.
Value PermuteWriter::useTbl() {
  constexpr int64_t kPieces = 4, kPiece = 16;
  Value positions = arith::XOrIOp::create(b, indices, splat(-128));
  Value result;
  for (int64_t first = 0; first < 256; first += kPieces * kPiece) {
    SmallVector<Value> operands;
    if (result)
      operands.push_back(result);
    for (int64_t i = 0; i < kPieces; ++i)
      operands.push_back(getEntries(first + i * kPiece, kPiece));
    operands.push_back(positions);
    result = call(result ? "llvm.aarch64.neon.tbx4.v16i8"
                         : "llvm.aarch64.neon.tbl4.v16i8",
                  operands);
    positions = arith::SubIOp::create(b, positions, splat(kPieces * kPiece));
  }
  return result;
}

namespace {
struct LowerPermutePass : codegen::impl::LowerPermuteBase<LowerPermutePass> {
  using LowerPermuteBase::LowerPermuteBase;

  void runOnOperation() override {
    WalkResult result = getOperation()->walk([&](kernel::PermuteOp op) {
      Value lowered = lower(op);
      if (!lowered) {
        op.emitOpError("of ")
            << op.getType() << " is not among the lookups of '" << feature
            << "'";
        return WalkResult::interrupt();
      }
      op.replaceAllUsesWith(lowered);
      op.erase();
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  /// Null if the instruction family has no lookup of this size.
  Value lower(kernel::PermuteOp op) const {
    int64_t lanes = cast<VectorType>(op.getType()).getNumElements();
    PermuteWriter writer(op);
    if (feature == "avx512vbmi" && lanes == 64)
      return writer.useVpermi2b();
    if (feature == "avx2" && lanes == 32)
      return writer.useVpshufb();
    if (feature == "neon" && lanes == 16)
      return writer.useTbl();
    return {};
  }
};
} // namespace
