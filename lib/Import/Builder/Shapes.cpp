//===- Shapes.cpp - Reshapes and transposes -----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

using namespace mlir;
using namespace quantc;

/// `shape` with -1 replaced by what is left of `elements`, or nullopt after an
/// error.
static std::optional<SmallVector<int64_t>>
completeShape(NetworkBuilder &b, ArrayRef<int64_t> shape, int64_t elements) {
  SmallVector<int64_t> result(shape);
  auto *unknown = llvm::find(result, -1);
  if (unknown != result.end())
    *unknown = 1;
  RankedTensorType type = b.getType(result, b.getF32Type());
  if (!type)
    return std::nullopt;
  int64_t known = type.getNumElements();
  if (elements % known == 0 && unknown != result.end())
    *unknown = elements / known;
  if (ShapedType::getNumElements(result) == elements)
    return result;
  InFlightDiagnostic error = b.emitError()
                             << elements << " elements do not fit "
                             << "the shape [";
  llvm::interleaveComma(shape, error);
  error << "]";
  return std::nullopt;
}

Value NetworkBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  if (!x)
    return {};
  ArrayRef<int64_t> from = shapeOf(x);
  std::optional<SmallVector<int64_t>> to =
      completeShape(*this, shape, typeOf(x).getNumElements());
  if (!to)
    return {};
  if (from == ArrayRef<int64_t>(*to))
    return x;
  if (Value moved = moveConstant(*this, x,
                                 {*to, [](int64_t i) { return i; },
                                  [&](int64_t axis) {
                                    return ptq::mapReshapedAxis(from, *to,
                                                                axis);
                                  }}))
    return moved;
  return create<tosa::ReshapeOp>(*to, elementOf(x), x, shapeConstant(*to));
}

Value NetworkBuilder::flatten(Value x, int64_t axis) {
  if (!x)
    return {};
  int64_t rank = rankOf(x);
  if (axis < -rank || axis > rank) {
    emitError() << "axis " << axis << " of a tensor with " << rank
                << " dimensions";
    return {};
  }
  ArrayRef<int64_t> front =
      shapeOf(x).take_front(axis < 0 ? axis + rank : axis);
  return reshape(x, {ShapedType::getNumElements(front), -1});
}

Value NetworkBuilder::squeeze(Value x, ArrayRef<int64_t> axes) {
  if (!x)
    return {};
  std::optional<SmallVector<int64_t>> removed =
      normalizeAxes(*this, axes, rankOf(x));
  if (!removed)
    return {};
  SmallVector<int64_t> shape;
  for (auto [i, size] : llvm::enumerate(shapeOf(x))) {
    bool squeezed =
        axes.empty() ? size == 1 : llvm::is_contained(*removed, int64_t(i));
    if (squeezed && size != 1) {
      emitError() << "dimension " << i << " has size " << size
                  << "; only sizes of 1 can be squeezed";
      return {};
    }
    if (!squeezed)
      shape.push_back(size);
  }
  return reshape(x, shape);
}

Value NetworkBuilder::unsqueeze(Value x, ArrayRef<int64_t> axes) {
  if (!x)
    return {};
  std::optional<SmallVector<int64_t>> added =
      normalizeAxes(*this, axes, rankOf(x) + int64_t(axes.size()));
  if (!added)
    return {};
  SmallVector<int64_t> shape(shapeOf(x));
  for (int64_t axis : *added)
    shape.insert(shape.begin() + axis, 1);
  return reshape(x, shape);
}

Value NetworkBuilder::transpose(Value x, ArrayRef<int64_t> permutation) {
  if (!x)
    return {};
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  SmallVector<int64_t> identity =
      llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  if (sorted != identity) {
    InFlightDiagnostic error = emitError() << "[";
    llvm::interleaveComma(permutation, error);
    error << "] is no permutation of " << rankOf(x) << " dimensions";
    return {};
  }
  if (permutation == ArrayRef<int64_t>(identity))
    return x;
  ArrayRef<int64_t> from = shapeOf(x);
  SmallVector<int64_t> to = llvm::map_to_vector(
      permutation, [&](int64_t axis) { return from[axis]; });
  SmallVector<int64_t> fromStrides = computeStrides(from);
  SmallVector<int64_t> toStrides = computeStrides(to);
  auto source = [&](int64_t i) {
    int64_t position = 0;
    for (auto [stride, axis] : llvm::zip(toStrides, permutation)) {
      position += i / stride * fromStrides[axis];
      i %= stride;
    }
    return position;
  };
  auto mapAxis = [&](int64_t axis) -> std::optional<int64_t> {
    return llvm::find(permutation, axis) - permutation.begin();
  };
  if (Value moved = moveConstant(*this, x, {to, source, mapAxis}))
    return moved;
  return create<tosa::TransposeOp>(to, elementOf(x), x,
                                   SmallVector<int32_t>(permutation));
}

Value NetworkBuilder::toChannelsLast(Value x) {
  if (!x || rankOf(x) < 3)
    return x;
  SmallVector<int64_t> permutation{0};
  llvm::append_range(permutation, llvm::seq<int64_t>(2, rankOf(x)));
  permutation.push_back(1);
  return transpose(x, permutation);
}

Value NetworkBuilder::toChannelsFirst(Value x) {
  if (!x || rankOf(x) < 3)
    return x;
  SmallVector<int64_t> permutation{0, rankOf(x) - 1};
  llvm::append_range(permutation, llvm::seq<int64_t>(1, rankOf(x) - 1));
  return transpose(x, permutation);
}

/// False after an error unless x is [N, H, W, C] and `block` at least 1.
static bool checkBlocks(NetworkBuilder &b, Value x, int64_t block) {
  if (!x)
    return false;
  if (b.rankOf(x) == 4 && block >= 1 && block <= INT16_MAX)
    return true;
  b.emitError() << "blocks of " << block << " in a tensor with " << b.rankOf(x)
                << " dimensions; it takes images and blocks of at least 1";
  return false;
}

Value NetworkBuilder::depthToSpace(Value x, int64_t block, DepthOrder order) {
  if (!checkBlocks(*this, x, block))
    return {};
  ArrayRef<int64_t> shape = shapeOf(x);
  int64_t n = shape[0], h = shape[1], w = shape[2];
  if (shape[3] % (block * block) != 0) {
    emitError() << shape[3] << " channels are no multiple of " << block << "x"
                << block;
    return {};
  }
  int64_t c = shape[3] / (block * block);
  Value spread = order == DepthOrder::BlockFirst
                     ? transpose(reshape(x, {n, h, w, block, block, c}),
                                 {0, 1, 3, 2, 4, 5})
                     : transpose(reshape(x, {n, h, w, c, block, block}),
                                 {0, 1, 4, 2, 5, 3});
  return reshape(spread, {n, h * block, w * block, c});
}

Value NetworkBuilder::spaceToDepth(Value x, int64_t block) {
  if (!checkBlocks(*this, x, block))
    return {};
  ArrayRef<int64_t> shape = shapeOf(x);
  int64_t n = shape[0], h = shape[1] / block, w = shape[2] / block,
          c = shape[3];
  if (h * block != shape[1] || w * block != shape[2]) {
    emitError() << "an image of " << shape[1] << "x" << shape[2]
                << " does not consist of blocks of " << block << "x" << block;
    return {};
  }
  Value blocks =
      transpose(reshape(x, {n, h, block, w, block, c}), {0, 1, 3, 2, 4, 5});
  return reshape(blocks, {n, h, w, block * block * c});
}
