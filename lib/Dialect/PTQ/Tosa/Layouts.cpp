//===- Layouts.cpp - How TOSA ops move with a layout -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "ReshapeGroups.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// Without dimension `axis`.
static Permutation dropAxis(ArrayRef<int64_t> perms, int64_t axis) {
  Permutation rest;
  for (int64_t dim : perms)
    if (dim != axis)
      rest.push_back(dim - (dim > axis));
  return rest;
}

/// The inverse of `dropAxis`: the new dimension goes where it was.
static Permutation insertAxis(ArrayRef<int64_t> perms, int64_t axis) {
  Permutation all;
  for (int64_t dim : perms)
    all.push_back(dim + (dim >= axis));
  all.insert(all.begin() + axis, axis);
  return all;
}

/// The values of a shape operand, `width` of them for each dimension, in
/// another order of dimensions.
static Value permuteShape(OpBuilder &builder, Value shape,
                          ArrayRef<int64_t> perms, int64_t width) {
  auto op = shape.getDefiningOp<tosa::ConstShapeOp>();
  SmallVector<int64_t> values(op.getValues().getValues<int64_t>()), moved;
  for (int64_t dim : perms)
    for (int64_t i = 0; i < width; ++i)
      moved.push_back(values[dim * width + i]);
  ImplicitLocOpBuilder b(op.getLoc(), builder);
  return tosa::getTosaConstShape(b, moved);
}

/// The operands that hold numbers for each dimension must be known.
static bool hasConstantShapes(Operation *op) {
  return llvm::all_of(op->getOperands(), [](Value operand) {
    return !isa<tosa::shapeType>(operand.getType()) ||
           operand.getDefiningOp<tosa::ConstShapeOp>();
  });
}

namespace {

template <typename Model, typename OpTy>
using LayoutModel = LayoutOpInterface::ExternalModel<Model, OpTy>;

template <typename OpTy>
struct ElementwiseLayout : LayoutModel<ElementwiseLayout<OpTy>, OpTy> {
  bool isElementwise(Operation *) const { return true; }
};

/// The table is a parameter.
struct TableLayout : LayoutModel<TableLayout, tosa::TableOp> {
  bool isElementwise(Operation *) const { return true; }
  bool isDataOperand(Operation *, unsigned operand) const {
    return operand == 0;
  }
};

/// Multipliers of channels belong to the last dimension.
struct RescaleLayout : LayoutModel<RescaleLayout, tosa::RescaleOp> {
  bool isElementwise(Operation *op) const {
    return !cast<tosa::RescaleOp>(op).getPerChannel();
  }
  bool isDataOperand(Operation *, unsigned operand) const {
    return operand == 0;
  }
  std::optional<OpLayout> layoutFromOperands(Operation *op,
                                             ArrayRef<int64_t> perms) const {
    if (!isElementwise(op))
      return std::nullopt;
    return OpLayout::same(perms);
  }
  std::optional<OpLayout> layoutFromResult(Operation *op,
                                           ArrayRef<int64_t> perms) const {
    return layoutFromOperands(op, perms);
  }
};

/// Operations along one dimension, which their attribute `axis` names.
template <typename OpTy>
struct AxisLayout : LayoutModel<AxisLayout<OpTy>, OpTy> {
  void updateForLayout(Operation *op, OpBuilder &,
                       const OpLayout &layout) const {
    updateAxis(op, "axis", layout);
  }
};

/// The result lacks the dimension.
struct ArgMaxLayout : LayoutModel<ArgMaxLayout, tosa::ArgMaxOp> {
  std::optional<OpLayout> layoutFromOperands(Operation *op,
                                             ArrayRef<int64_t> perms) const {
    return OpLayout{Permutation(perms),
                    dropAxis(perms, cast<tosa::ArgMaxOp>(op).getAxis())};
  }
  std::optional<OpLayout> layoutFromResult(Operation *op,
                                           ArrayRef<int64_t> perms) const {
    return OpLayout{insertAxis(perms, cast<tosa::ArgMaxOp>(op).getAxis()),
                    Permutation(perms)};
  }
  void updateForLayout(Operation *op, OpBuilder &,
                       const OpLayout &layout) const {
    updateAxis(op, "axis", layout);
  }
};

/// Operations with shape operands that hold `Width` numbers for each dimension.
template <typename OpTy, int64_t Width>
struct ShapeLayout : LayoutModel<ShapeLayout<OpTy, Width>, OpTy> {
  std::optional<OpLayout> layoutFromOperands(Operation *op,
                                             ArrayRef<int64_t> perms) const {
    if (!hasConstantShapes(op))
      return std::nullopt;
    return OpLayout::same(perms);
  }
  std::optional<OpLayout> layoutFromResult(Operation *op,
                                           ArrayRef<int64_t> perms) const {
    return layoutFromOperands(op, perms);
  }
  void updateForLayout(Operation *op, OpBuilder &builder,
                       const OpLayout &layout) const {
    for (OpOperand &operand : op->getOpOperands())
      if (isa<tosa::shapeType>(operand.get().getType()))
        operand.set(
            permuteShape(builder, operand.get(), layout.operands, Width));
  }
};

struct ReshapeLayout : LayoutModel<ReshapeLayout, tosa::ReshapeOp> {
  std::optional<OpLayout> layoutFromOperands(Operation *op,
                                             ArrayRef<int64_t> perms) const {
    std::optional<ReshapeGroups> groups = getGroups(op);
    std::optional<Permutation> result;
    if (groups)
      result = groups->permute(perms);
    if (!result)
      return std::nullopt;
    return OpLayout{Permutation(perms), *result};
  }
  std::optional<OpLayout> layoutFromResult(Operation *op,
                                           ArrayRef<int64_t> perms) const {
    std::optional<ReshapeGroups> groups = getGroups(op);
    std::optional<Permutation> operands;
    if (groups)
      operands = groups->inverse().permute(perms);
    if (!operands)
      return std::nullopt;
    return OpLayout{*operands, Permutation(perms)};
  }
  void updateForLayout(Operation *op, OpBuilder &builder,
                       const OpLayout &) const {
    ImplicitLocOpBuilder b(op->getLoc(), builder);
    op->setOperand(1, tosa::getTosaConstShape(
                          b, cast<tosa::ReshapeOp>(op).getType().getShape()));
  }

private:
  static std::optional<ReshapeGroups> getGroups(Operation *op) {
    auto reshape = cast<tosa::ReshapeOp>(op);
    if (!hasConstantShapes(op))
      return std::nullopt;
    return ReshapeGroups::get(
        cast<RankedTensorType>(reshape.getInput1().getType()).getShape(),
        cast<RankedTensorType>(reshape.getType()).getShape());
  }
};

} // namespace

template <template <typename> typename Model, typename... Ops>
static void attach(MLIRContext &context) {
  (Ops::template attachInterface<Model<Ops>>(context), ...);
}

void ptq::attachLayoutModels(MLIRContext &context) {
  attach<ElementwiseLayout, tosa::ClampOp, tosa::ErfOp, tosa::SigmoidOp,
         tosa::TanhOp, tosa::AddOp, tosa::ArithmeticRightShiftOp,
         tosa::BitwiseAndOp, tosa::BitwiseOrOp, tosa::BitwiseXorOp,
         tosa::IntDivOp, tosa::LogicalAndOp, tosa::LogicalLeftShiftOp,
         tosa::LogicalRightShiftOp, tosa::LogicalOrOp, tosa::LogicalXorOp,
         tosa::MaximumOp, tosa::MinimumOp, tosa::PowOp, tosa::SubOp,
         tosa::AbsOp, tosa::BitwiseNotOp, tosa::CeilOp, tosa::ClzOp,
         tosa::CosOp, tosa::ExpOp, tosa::FloorOp, tosa::LogOp,
         tosa::LogicalNotOp, tosa::ReciprocalOp, tosa::RsqrtOp, tosa::SinOp,
         tosa::SelectOp, tosa::EqualOp, tosa::GreaterOp, tosa::GreaterEqualOp,
         tosa::NegateOp, tosa::MulOp, tosa::CastOp, tosa::IdentityOp>(context);
  attach<AxisLayout, tosa::ConcatOp, tosa::ReverseOp, tosa::ReduceAllOp,
         tosa::ReduceAnyOp, tosa::ReduceMaxOp, tosa::ReduceMinOp,
         tosa::ReduceProductOp, tosa::ReduceSumOp>(context);
  tosa::ArgMaxOp::attachInterface<ArgMaxLayout>(context);
  tosa::PadOp::attachInterface<ShapeLayout<tosa::PadOp, 2>>(context);
  tosa::RescaleOp::attachInterface<RescaleLayout>(context);
  tosa::ReshapeOp::attachInterface<ReshapeLayout>(context);
  tosa::SliceOp::attachInterface<ShapeLayout<tosa::SliceOp, 1>>(context);
  tosa::TableOp::attachInterface<TableLayout>(context);
  tosa::TileOp::attachInterface<ShapeLayout<tosa::TileOp, 1>>(context);
}

void ptq::attachCastLayoutModels(MLIRContext &context) {
  attach<ElementwiseLayout, quant::QuantizeCastOp, quant::DequantizeCastOp,
         quant::StorageCastOp>(context);
}
