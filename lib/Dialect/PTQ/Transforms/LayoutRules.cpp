//===- LayoutRules.cpp - How operations take another layout -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutRules.h"
#include "ReshapeGroups.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

Permutation quantc::ptq::getPermutation(tosa::TransposeOp op) {
  return llvm::to_vector_of<int64_t>(op.getPerms());
}

static int64_t getPosition(ArrayRef<int64_t> perms, int64_t dim) {
  return llvm::find(perms, dim) - perms.begin();
}

/// A type with a scale per block, transposed.
static Type permuteBlocks(SubChannelType type, ArrayRef<int64_t> perms) {
  SmallVector<int64_t> sizes = getBlockSizes(type, perms.size());
  SmallVector<int32_t> dimensions;
  SmallVector<int64_t> blocks;
  for (auto [dim, from] : llvm::enumerate(perms))
    if (sizes[from] != 0) {
      dimensions.push_back(dim);
      blocks.push_back(sizes[from]);
    }
  return SubChannelType::get(
      type.getFlags(), type.getStorageType(), type.getExpressedType(),
      permuteElements(type.getScales(), perms),
      permuteElements(type.getZeroPoints(), perms), dimensions, blocks,
      type.getStorageTypeMin(), type.getStorageTypeMax());
}

/// A type per axis follows its dimension.
static Type permuteElement(Type element, ArrayRef<int64_t> perms) {
  if (auto blocks = dyn_cast<SubChannelType>(element))
    return permuteBlocks(blocks, perms);
  auto type = dyn_cast<quant::UniformQuantizedPerAxisType>(element);
  if (!type)
    return element;
  return quant::UniformQuantizedPerAxisType::get(
      type.getFlags(), type.getStorageType(), type.getExpressedType(),
      type.getScales(), type.getZeroPoints(),
      getPosition(perms, type.getQuantizedDimension()),
      type.getStorageTypeMin(), type.getStorageTypeMax());
}

RankedTensorType quantc::ptq::permuteType(RankedTensorType type,
                                          ArrayRef<int64_t> perms) {
  return RankedTensorType::get(applyPermutation(type.getShape(), perms),
                               permuteElement(type.getElementType(), perms));
}

Permutation quantc::ptq::getElementOrder(ArrayRef<int64_t> shape,
                                         ArrayRef<int64_t> perms) {
  Permutation order;
  for (int64_t dim : perms)
    if (shape[dim] != 1)
      order.push_back(dim);
  return order;
}

bool quantc::ptq::keepsElementOrder(ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> perms) {
  return llvm::is_sorted(getElementOrder(shape, perms));
}

Value quantc::ptq::createTranspose(OpBuilder &builder, Location loc,
                                   Value value, ArrayRef<int64_t> perms) {
  if (isIdentityPermutation(perms))
    return value;
  return tosa::TransposeOp::create(
      builder, loc, permuteType(cast<RankedTensorType>(value.getType()), perms),
      value, llvm::to_vector_of<int32_t>(perms));
}

//===----------------------------------------------------------------------===//
// Kinds of operations
//===----------------------------------------------------------------------===//

bool quantc::ptq::isElementwise(Operation *op) {
  if (auto rescale = dyn_cast<tosa::RescaleOp>(op))
    return !rescale.getPerChannel();
  return op->hasTrait<OpTrait::tosa::TosaElementwiseOperator>() ||
         isa<tosa::MulOp, tosa::CastOp, tosa::IdentityOp, tosa::TableOp,
             FakeQuantOp, FloatBorderOp, ObserveOp, RequantizeOp,
             quant::QuantizeCastOp, quant::DequantizeCastOp,
             quant::StorageCastOp>(op);
}

/// The name of the attribute that names one dimension, or an empty string.
static StringRef getAxisName(Operation *op) {
  return isa<tosa::ConcatOp, tosa::ReverseOp, tosa::ReduceAllOp,
             tosa::ReduceAnyOp, tosa::ReduceMaxOp, tosa::ReduceMinOp,
             tosa::ReduceProductOp, tosa::ReduceSumOp, tosa::ArgMaxOp,
             SoftmaxOp>(op)
             ? "axis"
             : "";
}

/// The operands that hold numbers for each dimension must be known.
static bool hasConstantShapes(Operation *op) {
  return llvm::all_of(op->getOperands(), [](Value operand) {
    return !isa<tosa::shapeType>(operand.getType()) ||
           operand.getDefiningOp<tosa::ConstShapeOp>();
  });
}

static bool isMovable(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0 ||
      op->getNumRegions() != 0)
    return false;
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape() && tensor.getNumElements() > 0;
  };
  if (!isStatic(op->getResult(0).getType()) ||
      !isStatic(op->getOperand(0).getType()))
    return false;
  return isElementwise(op) || !getAxisName(op).empty() || isa<MeanOp>(op) ||
         (isa<tosa::PadOp, tosa::SliceOp, tosa::TileOp, tosa::ReshapeOp>(op) &&
          hasConstantShapes(op));
}

static int64_t getRank(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

bool quantc::ptq::isDataOperand(OpOperand &operand) {
  Operation *op = operand.getOwner();
  if (operand.getOperandNumber() == 0)
    return true;
  if (op->getNumResults() != 1 || isa<tosa::TableOp, tosa::RescaleOp>(op) ||
      !isa<RankedTensorType>(operand.get().getType()))
    return false;
  // A shift or a zero point has rank 1; layouts of rank 1 do not differ.
  return getRank(operand.get()) == getRank(op->getResult(0));
}

//===----------------------------------------------------------------------===//
// Layouts that go together
//===----------------------------------------------------------------------===//

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

static std::optional<ReshapeGroups> getGroups(tosa::ReshapeOp op) {
  return ReshapeGroups::get(
      cast<RankedTensorType>(op.getInput1().getType()).getShape(),
      cast<RankedTensorType>(op.getType()).getShape());
}

std::optional<OpLayout>
quantc::ptq::layoutFromOperands(Operation *op, ArrayRef<int64_t> operands) {
  if (!isMovable(op) || getRank(op->getOperand(0)) != int64_t(operands.size()))
    return std::nullopt;
  Permutation own(operands);
  if (auto argmax = dyn_cast<tosa::ArgMaxOp>(op))
    return OpLayout{own, dropAxis(operands, argmax.getAxis())};
  auto reshape = dyn_cast<tosa::ReshapeOp>(op);
  if (!reshape)
    return OpLayout{own, own};
  std::optional<ReshapeGroups> groups = getGroups(reshape);
  std::optional<Permutation> result;
  if (groups)
    result = groups->permute(operands);
  if (!result)
    return std::nullopt;
  return OpLayout{own, *result};
}

std::optional<OpLayout>
quantc::ptq::layoutFromResult(Operation *op, ArrayRef<int64_t> result) {
  if (!isMovable(op) || getRank(op->getResult(0)) != int64_t(result.size()))
    return std::nullopt;
  Permutation own(result);
  if (auto argmax = dyn_cast<tosa::ArgMaxOp>(op))
    return OpLayout{insertAxis(result, argmax.getAxis()), own};
  auto reshape = dyn_cast<tosa::ReshapeOp>(op);
  if (!reshape)
    return OpLayout{own, own};
  std::optional<ReshapeGroups> groups = getGroups(reshape);
  std::optional<Permutation> operands;
  if (groups)
    operands = groups->inverse().permute(result);
  if (!operands)
    return std::nullopt;
  return OpLayout{*operands, own};
}

//===----------------------------------------------------------------------===//
// Building operations anew
//===----------------------------------------------------------------------===//

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

/// Attributes and shape operands in the new layout.
static void updateParameters(OpBuilder &builder, Operation *op,
                             const OpLayout &layout) {
  ArrayRef<int64_t> perms = layout.operands;
  if (StringRef name = getAxisName(op); !name.empty()) {
    int64_t axis = op->getAttrOfType<IntegerAttr>(name).getInt();
    op->setAttr(name, builder.getI32IntegerAttr(getPosition(perms, axis)));
    return;
  }
  TypeSwitch<Operation *>(op)
      .Case([&](MeanOp mean) {
        SmallVector<int32_t> axes;
        for (int32_t axis : mean.getAxes())
          axes.push_back(getPosition(perms, axis));
        llvm::sort(axes);
        mean.setAxes(axes);
      })
      .Case([&](FakeQuantOp fakeQuant) {
        fakeQuant.setQuantizedType(
            permuteElement(fakeQuant.getQuantizedType(), perms));
      })
      .Case([&](tosa::ReshapeOp reshape) {
        auto type = cast<RankedTensorType>(reshape.getType());
        ImplicitLocOpBuilder b(op->getLoc(), builder);
        reshape->setOperand(1, tosa::getTosaConstShape(b, type.getShape()));
      })
      .Case<tosa::PadOp, tosa::SliceOp, tosa::TileOp>([&](Operation *moved) {
        int64_t width = isa<tosa::PadOp>(moved) ? 2 : 1;
        for (OpOperand &operand : moved->getOpOperands())
          if (isa<tosa::shapeType>(operand.get().getType()))
            operand.set(permuteShape(builder, operand.get(), perms, width));
      });
}

void quantc::ptq::changeLayout(Operation *op, const OpLayout &layout) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Operation *moved = builder.clone(*op);
  builder.setInsertionPoint(moved);
  for (OpOperand &operand : moved->getOpOperands())
    if (isDataOperand(operand))
      operand.set(
          createTranspose(builder, loc, operand.get(), layout.operands));
  moved->getResult(0).setType(permuteType(type, layout.result));
  updateParameters(builder, moved, layout);
  builder.setInsertionPointAfter(moved);
  Value back = createTranspose(builder, loc, moved->getResult(0),
                               invertPermutationVector(layout.result));
  op->getResult(0).replaceAllUsesWith(back);
  op->erase();
}
