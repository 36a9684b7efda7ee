//===- Model.cpp - Parts of a TFLite file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

int64_t Tensor::getNumElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

std::string tflite::getTensorName(const Tensor &tensor) {
  return tensor.name.empty() ? "tensor_" + std::to_string(tensor.index)
                             : llvm::json::fixUTF8(tensor.name);
}

SmallVector<int64_t>
tflite::readZeroPoints(const schema::Quantization &params) {
  SmallVector<int64_t> result;
  for (size_t i = 0, e = params.zero_point() ? params.zero_point()->size() : 0;
       i < e; ++i)
    result.push_back(llvm::support::endian::read64le(
        params.zero_point()->Data() + i * sizeof(int64_t)));
  return result;
}

bool tflite::isQuantizedType(schema::TensorType type) {
  return type == schema::TensorType_INT8 || type == schema::TensorType_UINT8 ||
         type == schema::TensorType_INT16;
}

unsigned tflite::getElementBytes(schema::TensorType type) {
  switch (type) {
  case schema::TensorType_BOOL:
  case schema::TensorType_INT8:
  case schema::TensorType_UINT8:
    return 1;
  case schema::TensorType_FLOAT16:
  case schema::TensorType_INT16:
  case schema::TensorType_UINT16:
    return 2;
  case schema::TensorType_FLOAT32:
  case schema::TensorType_INT32:
  case schema::TensorType_UINT32:
    return 4;
  case schema::TensorType_FLOAT64:
  case schema::TensorType_INT64:
  case schema::TensorType_UINT64:
  case schema::TensorType_COMPLEX64:
    return 8;
  default:
    return 0;
  }
}

std::string tflite::getTypeName(schema::TensorType type) {
  StringRef name = schema::EnumNameTensorType(type);
  return name.empty() ? "type " + std::to_string(int(type)) : name.str();
}

std::string tflite::getOperatorName(const Operator &op) {
  if (op.code == schema::Code_CUSTOM)
    return "CUSTOM '" + llvm::json::fixUTF8(op.customName) + "'";
  StringRef name = schema::EnumNameCode(op.code);
  return name.empty() ? "operator " + std::to_string(int(op.code)) : name.str();
}
