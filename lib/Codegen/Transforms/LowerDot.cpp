//===- LowerDot.cpp - Dot products as instructions -*- C++ -*-===//
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
#define GEN_PASS_DEF_LOWERDOT
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;
using kernel::DotKind;

namespace {

/// An intrinsic for a dot product of `kind` into `lanes` lanes. One that does
/// not accumulate (`pmaddwd`) is followed by an addition.
struct DotIntrinsic {
  StringRef feature;
  DotKind kind;
  int64_t lanes;
  StringRef name;
  bool accumulates;
};

constexpr DotIntrinsic kIntrinsics[] = {
    {"avx512vnni", DotKind::UnsignedSigned4, 16, "llvm.x86.avx512.vpdpbusd.512",
     true},
    {"avx512vnni", DotKind::UnsignedSigned4, 8, "llvm.x86.avx512.vpdpbusd.256",
     true},
    {"avx512vnni", DotKind::UnsignedSigned4, 4, "llvm.x86.avx512.vpdpbusd.128",
     true},
    {"avx512vnni", DotKind::Signed16x2, 16, "llvm.x86.avx512.vpdpwssd.512",
     true},
    {"avx512vnni", DotKind::Signed16x2, 8, "llvm.x86.avx512.vpdpwssd.256",
     true},
    {"avx512vnni", DotKind::Signed16x2, 4, "llvm.x86.avx512.vpdpwssd.128",
     true},
    {"avxvnni", DotKind::UnsignedSigned4, 8, "llvm.x86.avx512.vpdpbusd.256",
     true},
    {"avxvnni", DotKind::UnsignedSigned4, 4, "llvm.x86.avx512.vpdpbusd.128",
     true},
    {"avxvnni", DotKind::Signed16x2, 8, "llvm.x86.avx512.vpdpwssd.256", true},
    {"avxvnni", DotKind::Signed16x2, 4, "llvm.x86.avx512.vpdpwssd.128", true},
    {"avx512bw", DotKind::Signed16x2, 16, "llvm.x86.avx512.pmaddw.d.512",
     false},
    {"avx512bw", DotKind::Signed16x2, 8, "llvm.x86.avx2.pmadd.wd", false},
    {"avx512bw", DotKind::Signed16x2, 4, "llvm.x86.sse2.pmadd.wd", false},
    {"avx2", DotKind::Signed16x2, 8, "llvm.x86.avx2.pmadd.wd", false},
    {"avx2", DotKind::Signed16x2, 4, "llvm.x86.sse2.pmadd.wd", false},
    {"sse2", DotKind::Signed16x2, 4, "llvm.x86.sse2.pmadd.wd", false},
    {"sdot", DotKind::Signed4, 4, "llvm.aarch64.neon.sdot.v4i32.v16i8", true},
};

const DotIntrinsic *findIntrinsic(StringRef feature, DotKind kind,
                                  int64_t lanes) {
  for (const DotIntrinsic &entry : kIntrinsics)
    if (entry.feature == feature && entry.kind == kind && entry.lanes == lanes)
      return &entry;
  return nullptr;
}

Value callIntrinsic(ImplicitLocOpBuilder &b, StringRef name, Type type,
                    ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name), operands)
      ->getResult(0);
}

/// Computes every product in 32 bits, and then the sum of each lane's group.
Value lowerGeneric(ImplicitLocOpBuilder &b, kernel::DotOp op) {
  auto accType = cast<VectorType>(op.getAcc().getType());
  int64_t lanes = accType.getNumElements(),
          group = kernel::getGroup(op.getKind());
  auto wide = VectorType::get(lanes * group, b.getI32Type());
  Value lhs = op.getKind() == DotKind::UnsignedSigned4
                  ? Value(arith::ExtUIOp::create(b, wide, op.getLhs()))
                  : Value(arith::ExtSIOp::create(b, wide, op.getLhs()));
  Value products = arith::MulIOp::create(
      b, lhs, arith::ExtSIOp::create(b, wide, op.getRhs()));
  if (group == 1)
    return arith::AddIOp::create(b, op.getAcc(), products);
  Value sum = op.getAcc();
  for (int64_t e = 0; e < group; ++e) {
    SmallVector<int64_t> mask;
    for (int64_t lane = 0; lane < lanes; ++lane)
      mask.push_back(lane * group + e);
    sum = arith::AddIOp::create(
        b, sum, vector::ShuffleOp::create(b, products, products, mask));
  }
  return sum;
}

struct LowerDotPass : codegen::impl::LowerDotBase<LowerDotPass> {
  using LowerDotBase::LowerDotBase;

  void runOnOperation() override {
    getOperation()->walk([&](kernel::DotOp op) {
      ImplicitLocOpBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(lower(b, op));
      op.erase();
    });
  }

private:
  Value lower(ImplicitLocOpBuilder &b, kernel::DotOp op) const {
    auto type = cast<VectorType>(op.getAcc().getType());
    if (op.getKind() == DotKind::Float)
      return LLVM::FMulAddOp::create(b, type, op.getLhs(), op.getRhs(),
                                     op.getAcc());
    const DotIntrinsic *intrinsic =
        findIntrinsic(feature, op.getKind(), type.getNumElements());
    if (!intrinsic)
      return lowerGeneric(b, op);
    Value lhs = op.getLhs(), rhs = op.getRhs();
    if (!intrinsic->accumulates)
      return arith::AddIOp::create(
          b, op.getAcc(), callIntrinsic(b, intrinsic->name, type, {lhs, rhs}));
    return callIntrinsic(b, intrinsic->name, type, {op.getAcc(), lhs, rhs});
  }
};

} // namespace
