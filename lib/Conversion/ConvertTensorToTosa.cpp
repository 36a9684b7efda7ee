//===- ConvertTensorToTosa.cpp - Moves of elements as TOSA -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Operations of the tensor dialect that only move elements have a counterpart
/// in TOSA if their sizes are known. Those without one stay as they are.
///
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantc {
#define GEN_PASS_DEF_CONVERTTENSORTOTOSA
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;

static Value buildSlice(PatternRewriter &b, Location loc, Value source,
                        ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes) {
  auto type = cast<RankedTensorType>(source.getType());
  return tosa::SliceOp::create(b, loc, type.clone(sizes), source,
                               tosa::getTosaConstShape(b, loc, offsets),
                               tosa::getTosaConstShape(b, loc, sizes));
}

static Value buildReshape(PatternRewriter &b, Location loc, Value source,
                          ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(source.getType());
  return tosa::ReshapeOp::create(b, loc, type.clone(shape), source,
                                 tosa::getTosaConstShape(b, loc, shape));
}

/// Inserts `source` into `target` at `offsets`. In the first dimension where
/// `source` is smaller, the result joins the elements of `target` before it,
/// `source`, and the elements behind it.
static Value buildInsert(PatternRewriter &b, Location loc, Value source,
                         Value target, ArrayRef<int64_t> offsets) {
  auto type = cast<RankedTensorType>(target.getType());
  ArrayRef<int64_t> sizes = cast<RankedTensorType>(source.getType()).getShape();
  auto [size, full] =
      std::mismatch(sizes.begin(), sizes.end(), type.getShape().begin());
  if (size == sizes.end())
    return source;
  int64_t axis = size - sizes.begin();
  auto cut = [&](int64_t from, int64_t count) {
    SmallVector<int64_t> begin(type.getRank(), 0), extent(type.getShape());
    begin[axis] = from;
    extent[axis] = count;
    return buildSlice(b, loc, target, begin, extent);
  };
  int64_t begin = offsets[axis], end = begin + *size;
  SmallVector<int64_t> inner(offsets);
  inner[axis] = 0;
  SmallVector<Value> parts;
  if (begin > 0)
    parts.push_back(cut(0, begin));
  parts.push_back(buildInsert(b, loc, source, cut(begin, *size), inner));
  if (end < *full)
    parts.push_back(cut(end, *full - end));
  return tosa::ConcatOp::create(b, loc, type, parts, axis);
}

/// True if offsets, sizes and steps are static, the elements are contiguous,
/// and there is at least one.
static bool isBlock(OffsetSizeAndStrideOpInterface op) {
  return !llvm::any_of(op.getStaticOffsets(), ShapedType::isDynamic) &&
         llvm::all_of(op.getStaticSizes(),
                      [](int64_t size) {
                        return ShapedType::isStatic(size) && size > 0;
                      }) &&
         llvm::all_of(op.getStaticStrides(),
                      [](int64_t stride) { return stride == 1; });
}

static bool isStatic(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape();
}

static LogicalResult convertExtract(tensor::ExtractSliceOp op,
                                    PatternRewriter &b) {
  if (!isBlock(op) || !isStatic(op.getSource()))
    return failure();
  Value slice = buildSlice(b, op.getLoc(), op.getSource(),
                           op.getStaticOffsets(), op.getStaticSizes());
  if (slice.getType() != op.getType())
    slice = buildReshape(b, op.getLoc(), slice, op.getType().getShape());
  b.replaceOp(op, slice);
  return success();
}

static LogicalResult convertInsert(tensor::InsertSliceOp op,
                                   PatternRewriter &b) {
  if (!isBlock(op) || !isStatic(op.getSource()) || !isStatic(op.getDest()))
    return failure();
  Value source = op.getSource();
  if (op.getSourceType().getShape() != op.getStaticSizes())
    source = buildReshape(b, op.getLoc(), source, op.getStaticSizes());
  b.replaceOp(op, buildInsert(b, op.getLoc(), source, op.getDest(),
                              op.getStaticOffsets()));
  return success();
}

/// Expand, collapse and reshape keep the elements' order.
template <typename Op>
static LogicalResult convertReshape(Op op, PatternRewriter &b) {
  Value source = op->getOperand(0);
  if (!isStatic(op.getResult()) || !isa<RankedTensorType>(source.getType()))
    return failure();
  b.replaceOp(op,
              buildReshape(b, op.getLoc(), source,
                           cast<RankedTensorType>(op.getType()).getShape()));
  return success();
}

static LogicalResult convertConcat(tensor::ConcatOp op, PatternRewriter &b) {
  if (!llvm::all_of(op.getInputs(), isStatic))
    return failure();
  b.replaceOpWithNewOp<tosa::ConcatOp>(op, op.getResultType(), op.getInputs(),
                                       op.getDim());
  return success();
}

static LogicalResult convertPad(tensor::PadOp op, PatternRewriter &b) {
  Attribute value;
  Value padding = op.getConstantPaddingValue();
  if (!padding || !matchPattern(padding, m_Constant(&value)) ||
      !isStatic(op.getSource()) || !isStatic(op.getResult()))
    return failure();
  SmallVector<int64_t> amounts;
  for (auto [low, high] :
       llvm::zip_equal(op.getStaticLow(), op.getStaticHigh()))
    llvm::append_values(amounts, low, high);
  if (llvm::any_of(amounts, ShapedType::isDynamic))
    return failure();
  Location loc = op.getLoc();
  auto type = RankedTensorType::get({1}, op.getResultType().getElementType());
  Value constant = tosa::ConstOp::create(
      b, loc, type, DenseElementsAttr::get(type, ArrayRef<Attribute>(value)));
  b.replaceOpWithNewOp<tosa::PadOp>(op, op.getResultType(), op.getSource(),
                                    tosa::getTosaConstShape(b, loc, amounts),
                                    constant);
  return success();
}

/// The elements of tensor.empty are undefined, so zeros will do. An operation
/// of another dialect keeps tensor.empty as its destination.
static LogicalResult convertEmpty(tensor::EmptyOp op, PatternRewriter &b) {
  if (!isStatic(op) || !llvm::all_of(op->getUsers(), [](Operation *user) {
        return isa_and_nonnull<tensor::TensorDialect, tosa::TosaDialect>(
            user->getDialect());
      }))
    return failure();
  TypedAttr zero = b.getZeroAttr(op.getType());
  if (!zero)
    return failure();
  b.replaceOpWithNewOp<tosa::ConstOp>(op, op.getType(),
                                      cast<ElementsAttr>(zero));
  return success();
}

namespace {
struct ConvertTensorToTosa
    : quantc::impl::ConvertTensorToTosaBase<ConvertTensorToTosa> {
  void runOnOperation() override {
    // The folding below also changes TOSA operations. A network without tensor
    // operations must stay as it is.
    WalkResult found = getOperation().walk([](Operation *op) {
      return WalkResult(
          failure(isa_and_nonnull<tensor::TensorDialect, arith::ArithDialect>(
              op->getDialect())));
    });
    if (!found.wasInterrupted())
      return markAllAnalysesPreserved();
    RewritePatternSet patterns(&getContext());
    patterns.add(convertExtract);
    patterns.add(convertInsert);
    patterns.add(convertReshape<tensor::ExpandShapeOp>);
    patterns.add(convertReshape<tensor::CollapseShapeOp>);
    patterns.add(convertReshape<tensor::ReshapeOp>);
    patterns.add(convertConcat);
    patterns.add(convertPad);
    patterns.add(convertEmpty);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
