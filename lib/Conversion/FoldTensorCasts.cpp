//===- FoldTensorCasts.cpp - Types in place of tensor.cast -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Removes tensor.cast, which only adds or removes knowledge of sizes. The type
/// of the operand is changed to one that has every size that the operand or the
/// result has, and the operand replaces the result.
///
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace quantc {
#define GEN_PASS_DEF_FOLDTENSORCASTS
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;

/// The type with the known sizes of both types, or null if they contradict each
/// other.
static TensorType joinTypes(TensorType a, TensorType b) {
  if (!a.hasRank())
    return b;
  if (!b.hasRank())
    return a;
  if (a.getRank() != b.getRank())
    return nullptr;
  SmallVector<int64_t> shape(a.getShape());
  for (auto [size, other] : llvm::zip_equal(shape, b.getShape())) {
    if (ShapedType::isDynamic(size))
      size = other;
    else if (ShapedType::isStatic(other) && size != other)
      return nullptr;
  }
  return a.cloneWith(shape, a.getElementType());
}

/// True if the type of `value` may become another one. Results of operations
/// with regions depend on what the regions yield.
static bool hasFreeType(Value value, func::FuncOp func) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == &func.getBody().front();
  Operation *op = value.getDefiningOp();
  return isa<tosa::TosaDialect>(op->getDialect()) && op->getNumRegions() == 0;
}

/// True if `user` accepts an operand with more sizes than it has now.
static bool acceptsMoreSizes(Operation *user) {
  return isa<func::ReturnOp, tensor::CastOp>(user) ||
         (isa_and_nonnull<tosa::TosaDialect>(user->getDialect()) &&
          !user->hasTrait<OpTrait::IsTerminator>());
}

static LogicalResult foldCast(tensor::CastOp cast, func::FuncOp func) {
  Value source = cast.getSource();
  auto type = mlir::cast<TensorType>(source.getType());
  TensorType joined = joinTypes(type, mlir::cast<TensorType>(cast.getType()));
  if (!joined)
    return cast.emitError()
           << "'tensor.cast' gives a tensor of type " << type << " the type "
           << cast.getType() << ": the sizes contradict each other";
  if (joined != type && !hasFreeType(source, func))
    return success();
  if (!llvm::all_of(cast->getUsers(), acceptsMoreSizes))
    return success();
  source.setType(joined);
  cast.replaceAllUsesWith(source);
  cast.erase();
  return success();
}

namespace {
struct FoldTensorCasts : quantc::impl::FoldTensorCastsBase<FoldTensorCasts> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!llvm::hasSingleElement(func.getBody()))
      return;
    SmallVector<tensor::CastOp> casts;
    func.walk([&](tensor::CastOp cast) { casts.push_back(cast); });
    if (casts.empty())
      return;
    for (tensor::CastOp cast : casts)
      if (failed(foldCast(cast, func)))
        return signalPassFailure();
    Operation *end = func.getBody().back().getTerminator();
    func.setType(FunctionType::get(&getContext(),
                                   func.getBody().front().getArgumentTypes(),
                                   end->getOperandTypes()));
  }
};
} // namespace
