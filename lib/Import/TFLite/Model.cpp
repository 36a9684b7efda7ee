//===- Model.cpp - Parts of a TFLite file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "llvm/ADT/APFloat.h"
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

/// The elements of `tensor`, which the file stores as `T`, as `To`.
template <typename T, typename To>
static SmallVector<To> readElements(const Tensor &tensor) {
  SmallVector<To> elements;
  elements.reserve(tensor.data.size() / sizeof(T));
  for (size_t i = 0; i < tensor.data.size(); i += sizeof(T))
    elements.push_back(llvm::support::endian::read<T, llvm::endianness::little>(
        tensor.data.data() + i));
  return elements;
}

SmallVector<int64_t> tflite::readIntegers(const Tensor &tensor) {
  switch (tensor.type) {
  case schema::TensorType_INT8:
    return readElements<int8_t, int64_t>(tensor);
  case schema::TensorType_UINT8:
    return readElements<uint8_t, int64_t>(tensor);
  case schema::TensorType_INT16:
    return readElements<int16_t, int64_t>(tensor);
  case schema::TensorType_INT32:
    return readElements<int32_t, int64_t>(tensor);
  case schema::TensorType_INT64:
    return readElements<int64_t, int64_t>(tensor);
  default:
    llvm_unreachable("asked of integers only");
  }
}

SmallVector<float> tflite::readFloats(const Tensor &tensor) {
  if (tensor.type == schema::TensorType_FLOAT32)
    return readElements<float, float>(tensor);
  SmallVector<float> reals;
  for (uint16_t bits : readElements<uint16_t, uint16_t>(tensor)) {
    APFloat real(APFloat::IEEEhalf(), APInt(16, bits));
    bool losesInfo;
    real.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
    reals.push_back(real.convertToFloat());
  }
  return reals;
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
