//===- TileEpilogue.cpp - Start and end of a tile -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

SmallVector<Value> WideSums::zeros(int64_t count) {
  return SmallVector<Value>(count, w.splat(w.b.getI32Type(), lanes, 0));
}

SmallVector<Value> WideSums::add(ValueRange sums, ValueRange accumulators) {
  SmallVector<Value> result;
  for (auto [sum, accumulator] : llvm::zip_equal(sums, accumulators))
    result.push_back(arith::AddIOp::create(
        w.b, sum, arith::ExtSIOp::create(w.b, sum.getType(), accumulator)));
  return result;
}

template <typename KernelTy>
SmallVector<Value> TileEpilogue<KernelTy>::start(const Tile &tile,
                                                 Value channel) {
  int64_t lanes = op.getStrategy().getLanes();
  SmallVector<Value> vectors;
  for (int64_t j = 0; j < tile.vectors; ++j)
    vectors.push_back(w.load(op.getBias(), w.add(channel, j * lanes), lanes));
  SmallVector<Value> accumulators;
  for (int64_t p = 0; p < tile.pixels; ++p)
    accumulators.append(vectors);
  return accumulators;
}

template <typename KernelTy>
Value TileEpilogue<KernelTy>::clampFloat(Value value) {
  std::optional<APFloat> min = op.getClampMin(), max = op.getClampMax();
  if (!min)
    return value;
  auto type = cast<VectorType>(value.getType());
  auto limit = [&](const APFloat &of) {
    return arith::ConstantOp::create(w.b, type,
                                     DenseElementsAttr::get(type, of));
  };
  // TOSA's clamp propagates NaN unless its mode is to ignore it.
  if (op.getIgnoreNan()) {
    value = arith::MaxNumFOp::create(w.b, value, limit(*min));
    return arith::MinNumFOp::create(w.b, value, limit(*max));
  }
  value = arith::MaximumFOp::create(w.b, value, limit(*min));
  return arith::MinimumFOp::create(w.b, value, limit(*max));
}

/// Two roundings on every target: LLVM does not contract these operations.
template <typename KernelTy>
Value TileEpilogue<KernelTy>::scaleToFloat(Value value, Value factor,
                                           Value addend) {
  if (!isa<FloatType>(getElementTypeOrSelf(value)))
    value = arith::SIToFPOp::create(w.b, factor.getType(), value);
  value = arith::MulFOp::create(w.b, value, factor);
  return addend ? Value(arith::AddFOp::create(w.b, value, addend)) : value;
}

template <typename KernelTy>
void TileEpilogue<KernelTy>::finish(ValueRange accumulators, const Tile &tile,
                                    const TilePosition &position) {
  int64_t lanes = op.getStrategy().getLanes();
  Type element = cast<MemRefType>(op.getInit().getType()).getElementType();
  for (int64_t j = 0; j < tile.vectors; ++j) {
    Value channel = w.add(position.channel, j * lanes);
    std::optional<VectorRequantizer> requantizer;
    if (op.getRequantize())
      requantizer.emplace(w, *op.getRequantize(), op.getMultiplier(),
                          op.getShift(), channel, lanes);
    Value factor, addend;
    if (op.getFactor())
      factor = w.load(op.getFactor(), channel, lanes);
    if (op.getAddend())
      addend = w.load(op.getAddend(), channel, lanes);
    for (int64_t p = 0; p < tile.pixels; ++p) {
      Value value = accumulators[p * tile.vectors + j];
      if (factor)
        value = scaleToFloat(value, factor, addend);
      if (requantizer) {
        value = requantizer->apply(value);
        if (!element.isInteger(32))
          value = arith::TruncIOp::create(w.b, VectorType::get(lanes, element),
                                          value);
      } else {
        value = clampFloat(value);
      }
      Value pixel = w.add(position.pixel, p);
      w.storeFirst(value, std::min(lanes, tile.channels - j * lanes),
                   op.getInit(),
                   {position.image, position.row, pixel, channel});
    }
  }
}

template class codegen::TileEpilogue<kernel::ConvOp>;
template class codegen::TileEpilogue<kernel::DepthwiseOp>;
