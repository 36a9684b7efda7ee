//===- WeightLayout.cpp - The dimensions of a weight -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/WeightLayout.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"

using namespace mlir;
using namespace quantc::ptq;

/// The position of element `i` along dimension `dim`.
static int64_t getIndex(ArrayRef<int64_t> shape, int64_t dim, int64_t i) {
  int64_t stride = ShapedType::getNumElements(shape.drop_front(dim + 1));
  return i / stride % shape[dim];
}

int64_t WeightLayout::getOutputChannels(ArrayRef<int64_t> shape) const {
  int64_t channels = 1;
  for (int64_t dim : outputs)
    channels *= shape[dim];
  return channels;
}

int64_t WeightLayout::getOutput(ArrayRef<int64_t> shape, int64_t i) const {
  int64_t channel = 0;
  for (int64_t dim : outputs)
    channel = channel * shape[dim] + getIndex(shape, dim, i);
  return channel;
}

int64_t WeightLayout::getInput(ArrayRef<int64_t> shape, int64_t i) const {
  return input ? getIndex(shape, *input, i) : 0;
}
