//===- Rows.cpp - Constants of rows from several tensors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

using namespace mlir;
using namespace quantc;

/// True if the integers of `source` can get a scale for every row.
static bool hasScalesOfRows(const ConstantSource &source) {
  if (!source.type || !source.values.getElementType().isInteger(8))
    return false;
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(source.type))
    return perAxis.getQuantizedDimension() == 0;
  return isa<quant::UniformQuantizedType>(source.type);
}

/// The parts as one constant of `shape`, with a scale for every row.
static Value joinQuantized(NetworkBuilder &b, ArrayRef<Value> parts,
                           ArrayRef<int64_t> shape) {
  QuantizationParams params;
  params.axis = 0;
  params.narrowRange = true;
  SmallVector<char> bytes;
  for (Value part : parts) {
    ConstantSource source = matchConstant(part);
    for (int64_t row = 0; row < b.shapeOf(part).front(); ++row) {
      AffineParams affine = ptq::getAffineParams(source.type, row);
      params.scales.push_back(affine.scale);
      params.zeroPoints.push_back(affine.zeroPoint);
      params.narrowRange &= affine.zeroPoint == 0;
    }
    for (int8_t code : source.values.getValues<int8_t>()) {
      bytes.push_back(code);
      params.narrowRange &= code != INT8_MIN;
    }
  }
  return b.quantizedConstant(shape, bytes, params);
}

Value NetworkBuilder::joinRows(ArrayRef<Value> parts) {
  Value joined = concat(parts, 0);
  if (!joined || parts.size() == 1)
    return joined;
  if (llvm::all_of(parts, [](Value part) {
        return hasScalesOfRows(matchConstant(part));
      }))
    return joinQuantized(*this, parts, shapeOf(joined));
  SmallVector<float> elements;
  for (Value part : parts) {
    std::optional<SmallVector<float>> floats = getFloats(part);
    if (!floats)
      return joined;
    elements.append(*floats);
  }
  return constant(SmallVector<int64_t>(shapeOf(joined)), elements);
}
