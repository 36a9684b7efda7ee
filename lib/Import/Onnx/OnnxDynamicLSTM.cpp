//===- OnnxDynamicLSTM.cpp - Integer weights of an LSTM -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// com.microsoft.DynamicQuantizeLSTM has integer weights, columns first, and
/// quantizes the input and the hidden state when the network runs.
///
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "Quantized.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// The elements of input `input`, one for each direction or for each row of
/// each, that belong to `direction`.
static FailureOr<SmallVector<double>>
readOfDirection(Node &node, int input, StringRef what, int64_t directions,
                int64_t direction, int64_t rows) {
  const Array *array = node.require(input, what);
  if (!array)
    return failure();
  int64_t count = array->elementCount();
  if (count != directions && count != directions * rows)
    return node.emitError() << "has " << count << " " << what << "; it has "
                            << directions << " or " << directions * rows
                            << ", one for each direction or for each row";
  int64_t each = count / directions;
  SmallVector<double> values;
  for (int64_t i = 0; i < each; ++i)
    values.push_back(getReal(*array, direction * each + i));
  return values;
}

Value onnximport::readDynamicWeights(Node &node, int input, ParamInputs inputs,
                                     int64_t direction) {
  const Array *codes = node.require(input, "weights");
  if (!codes)
    return {};
  if (codes->type != ElementType::Int8 && codes->type != ElementType::UInt8) {
    node.emitError() << "has weights that are neither int8 nor uint8";
    return {};
  }
  int64_t directions = codes->shape[0], columns = codes->shape[1],
          rows = codes->shape[2];
  QuantizationParams params;
  params.isUnsigned = codes->type == ElementType::UInt8;
  FailureOr<SmallVector<double>> scales = readOfDirection(
      node, inputs.scale, "scales of weights", directions, direction, rows);
  if (failed(scales))
    return {};
  params.scales = *scales;
  params.zeroPoints.assign(scales->size(), 0);
  if (node.has(inputs.zero)) {
    FailureOr<SmallVector<double>> zeros =
        readOfDirection(node, inputs.zero, "zero points of weights", directions,
                        direction, rows);
    if (failed(zeros))
      return {};
    if (zeros->size() != scales->size()) {
      node.emitError() << "has " << scales->size() << " scales and "
                       << zeros->size() << " zero points of weights";
      return {};
    }
    params.zeroPoints.assign(zeros->begin(), zeros->end());
  }
  if (scales->size() > 1)
    params.axis = 0;
  ArrayRef<char> bytes =
      getBytes(*codes).slice(direction * columns * rows, columns * rows);
  SmallVector<char> turned;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      turned.push_back(bytes[column * rows + row]);
  return node.b.quantizedConstant({rows, columns}, turned, params);
}
