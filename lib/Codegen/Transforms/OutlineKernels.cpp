//===- OutlineKernels.cpp - A function for each kernel -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes a network a list of calls. LLVM's analyses look at all loops of a
// function again and again, so the time to compile a network as one function
// grows faster than its number of layers. And layers of one shape, of which
// most networks repeat a few, are compiled once.
//
// Assumes that buffers have been placed in the arena: two buffers that one
// operation uses live at the same time, and do not overlap.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"
#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/SetVector.h"

#include <unordered_map>

namespace quantc::codegen {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// True for memory that a kernel gets as an argument: an input or output of the
/// network, a buffer in the arena, or a constant.
static bool isBuffer(Value value) {
  auto type = dyn_cast<MemRefType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity())
    return false;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<func::FuncOp>(argument.getOwner()->getParentOp());
  return isa<memref::ViewOp, memref::GetGlobalOp>(value.getDefiningOp());
}

/// True for an operation that becomes a function: one with loops, now or when
/// kernels are expanded.
static bool isKernel(Operation &op) {
  return op.getNumResults() == 0 &&
         (op.getNumRegions() > 0 ||
          isa_and_nonnull<kernel::KernelDialect>(op.getDialect()));
}

namespace {
/// What an operation uses from outside of it: buffers, which become arguments,
/// and constants and views of buffers, which are computed again inside of its
/// function.
struct Captures {
  llvm::SetVector<Value> buffers;
  llvm::SetVector<Operation *> recomputed; // In the order of their uses.

  bool add(Value value) {
    if (isBuffer(value)) {
      buffers.insert(value);
      return true;
    }
    Operation *op = value.getDefiningOp();
    if (!op || !(op->hasTrait<OpTrait::ConstantLike>() ||
                 isa<ViewLikeOpInterface>(op)))
      return false;
    if (recomputed.contains(op))
      return true;
    if (!llvm::all_of(op->getOperands(),
                      [&](Value operand) { return add(operand); }))
      return false;
    recomputed.insert(op);
    return true;
  }

  /// Adds what `op` uses. False if it uses anything else, so that it cannot be
  /// moved into a function.
  bool addAllOf(Operation &op) {
    llvm::SetVector<Value> above;
    getUsedValuesDefinedAbove(op.getRegions(), above);
    auto addValue = [&](Value value) { return add(value); };
    return llvm::all_of(op.getOperands(), addValue) &&
           llvm::all_of(above, addValue);
  }
};

struct OutlineKernels : codegen::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    kernels.clear();
    auto arena = getOperation()->getAttrOfType<DictionaryAttr>(attrs::arena);
    arenaAlignment =
        arena ? arena.getAs<IntegerAttr>(attrs::alignment).getInt() : 0;
    SymbolTable symbols(getOperation());
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (function.isPublic() && !function.isExternal())
        for (Operation &op :
             llvm::make_early_inc_range(function.getBody().front()))
          if (Captures captures; isKernel(op) && captures.addAllOf(op))
            outline(op, captures, symbols);
  }

  /// Replaces `op` by a call of its function.
  void outline(Operation &op, const Captures &captures, SymbolTable &symbols) {
    func::FuncOp kernel = findOrInsert(build(op, captures, symbols), symbols);
    OpBuilder builder(&op);
    func::CallOp::create(builder, op.getLoc(), kernel,
                         captures.buffers.getArrayRef());
    op.erase();
  }

  func::FuncOp build(Operation &op, const Captures &captures,
                     SymbolTable &symbols) {
    OpBuilder builder(&getContext());
    ArrayRef<Value> buffers = captures.buffers.getArrayRef();
    auto function = func::FuncOp::create(
        op.getLoc(), "kernel",
        builder.getFunctionType(ValueRange(buffers).getTypes(), {}));
    function.setPrivate();
    builder.setInsertionPointToStart(function.addEntryBlock());
    IRMapping mapping;
    mapping.map(buffers, function.getArguments());
    for (Operation *inner : captures.recomputed)
      builder.clone(*inner, mapping);
    builder.clone(op, mapping);
    func::ReturnOp::create(builder, op.getLoc());
    for (auto [index, buffer] : llvm::enumerate(buffers)) {
      function.setArgAttr(index, LLVM::LLVMDialect::getNoAliasAttrName(),
                          builder.getUnitAttr());
      if (int64_t alignment = getAlignment(buffer, symbols))
        function.setArgAttr(index, LLVM::LLVMDialect::getAlignAttrName(),
                            builder.getI64IntegerAttr(alignment));
    }
    return function;
  }

  /// The alignment of `value` in bytes, or 0 if only the alignment of its
  /// element type is known.
  int64_t getAlignment(Value buffer, SymbolTable &symbols) {
    if (buffer.getDefiningOp<memref::ViewOp>())
      return arenaAlignment;
    auto constant = buffer.getDefiningOp<memref::GetGlobalOp>();
    auto global = constant
                      ? symbols.lookup<memref::GlobalOp>(constant.getName())
                      : memref::GlobalOp();
    return global ? global.getAlignment().value_or(0) : 0;
  }

  /// Inserts `candidate`, or erases it if there is an equal function already.
  func::FuncOp findOrInsert(func::FuncOp candidate, SymbolTable &symbols) {
    llvm::hash_code hash = hash_value(candidate.getFunctionType());
    candidate.getBody().walk([&](Operation *op) {
      hash = llvm::hash_combine(hash,
                                OperationEquivalence::computeHash(
                                    op, OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::IgnoreLocations));
    });
    SmallVector<func::FuncOp> &known = kernels[hash];
    for (func::FuncOp other : known)
      if (other.getArgAttrsAttr() == candidate.getArgAttrsAttr() &&
          OperationEquivalence::isRegionEquivalentTo(
              &other.getBody(), &candidate.getBody(),
              OperationEquivalence::IgnoreLocations)) {
        candidate.erase();
        return other;
      }
    symbols.insert(candidate);
    known.push_back(candidate);
    return candidate;
  }

  std::unordered_map<size_t, SmallVector<func::FuncOp>> kernels; // by hash
  int64_t arenaAlignment = 0;
};
} // namespace
