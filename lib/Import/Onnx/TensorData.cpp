//===- TensorData.cpp - Constants of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorData.h"
#include "quantc/Import/Host/HostTensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace quantc;
using namespace quantc::onnximport;
using namespace quantc::host;
using namespace llvm;
using onnx::TensorProto;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// From this number up to kUInt4 all are floats of 8 bits.
static constexpr int kFirstFloat8 = 17;

std::string onnximport::getTypeName(int onnxType) {
  if (isNibble(onnxType))
    return onnxType == kInt4 ? "INT4" : "UINT4";
  if (onnxType >= kFirstFloat8 && onnxType < kUInt4)
    return "FLOAT8";
  if (TensorProto::DataType_IsValid(onnxType))
    return onnx::TensorProto_DataType_Name(
        static_cast<TensorProto::DataType>(onnxType));
  return "of number " + std::to_string(onnxType);
}

Expected<ElementType> onnximport::getElementType(int onnxType) {
  switch (onnxType) {
  case TensorProto::FLOAT:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::DOUBLE:
    return ElementType::Float32;
  case TensorProto::BOOL:
    return ElementType::Bool;
  case TensorProto::INT8:
    return ElementType::Int8;
  case TensorProto::UINT8:
    return ElementType::UInt8;
  case TensorProto::INT16:
    return ElementType::Int16;
  case TensorProto::UINT16:
    return ElementType::UInt16;
  case TensorProto::INT32:
    return ElementType::Int32;
  case TensorProto::UINT32:
    return ElementType::UInt32;
  case TensorProto::INT64:
    return ElementType::Int64;
  case TensorProto::UINT64:
    return ElementType::UInt64;
  default:
    return makeError("elements of type " + getTypeName(onnxType) +
                     " are not supported; quantc reads real numbers, integers "
                     "and booleans");
  }
}

static ArrayRef<int64_t> getDims(const TensorProto &tensor) {
  return {tensor.dims().data(), static_cast<size_t>(tensor.dims_size())};
}

/// Bytes of an element in raw_data.
static size_t getRawSize(int onnxType, ElementType type) {
  switch (onnxType) {
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return 2;
  case TensorProto::DOUBLE:
    return 8;
  default:
    return byteSize(type);
  }
}

static float convertHalf(uint16_t bits, const fltSemantics &semantics) {
  return APFloat(semantics, APInt(16, bits)).convertToFloat();
}

static const fltSemantics &getHalfSemantics(int onnxType) {
  return onnxType == TensorProto::BFLOAT16 ? APFloat::BFloat()
                                           : APFloat::IEEEhalf();
}

/// float16, bfloat16 and double as float32.
static void convertRaw(int onnxType, StringRef raw, Array &out) {
  MutableArrayRef<float> reals = out.as<float>();
  for (auto [index, real] : llvm::enumerate(reals)) {
    if (onnxType == TensorProto::DOUBLE) {
      double value;
      std::memcpy(&value, raw.data() + 8 * index, 8);
      real = static_cast<float>(value);
    } else {
      uint16_t bits;
      std::memcpy(&bits, raw.data() + 2 * index, 2);
      real = convertHalf(bits, getHalfSemantics(onnxType));
    }
  }
}

/// Two elements in each byte, the first one in its low half.
static Array unpack(const TensorProto &tensor, ElementType type, int64_t count,
                    function_ref<uint8_t(int64_t byte)> getByte) {
  Array out = Array::zeros(type, getDims(tensor));
  for (int64_t i = 0; i < count; ++i) {
    unsigned bits = (getByte(i / 2) >> (i % 2 * 4)) & 15;
    setInt(out, i, tensor.data_type() == kInt4 ? SignExtend32<4>(bits) : bits);
  }
  return out;
}

/// Bytes that `count` elements of `tensor` have in raw_data.
static uint64_t getRawBytes(const TensorProto &tensor, ElementType type,
                            int64_t count) {
  return isNibble(tensor.data_type())
             ? divideCeil(count, 2)
             : count * getRawSize(tensor.data_type(), type);
}

static Expected<Array> readRaw(const TensorProto &tensor, ElementType type,
                               int64_t count, StringRef raw) {
  uint64_t needed = getRawBytes(tensor, type, count);
  if (raw.size() != needed)
    return makeError("holds " + Twine(raw.size()) +
                     " bytes, but its shape "
                     "needs " +
                     Twine(needed));
  if (isNibble(tensor.data_type()))
    return unpack(tensor, type, count, [&](int64_t i) { return raw[i]; });
  Array out = Array::zeros(type, getDims(tensor));
  if (type == ElementType::Float32 && tensor.data_type() != TensorProto::FLOAT)
    convertRaw(tensor.data_type(), raw, out);
  else
    llvm::copy(raw, out.bytes.begin());
  if (type == ElementType::Bool)
    for (uint8_t &byte : out.bytes)
      byte = byte != 0;
  return out;
}

template <typename Field, typename Store>
static Expected<Array> readField(const TensorProto &tensor, ElementType type,
                                 int64_t count, const Field &field,
                                 Store store) {
  if (field.size() != count)
    return makeError("holds " + Twine(field.size()) +
                     " values, but its shape needs " + Twine(count));
  Array out = Array::zeros(type, getDims(tensor));
  for (int64_t i = 0; i < count; ++i)
    store(out, i, field.Get(i));
  return out;
}

/// The typed fields: which one depends on the element type.
static Expected<Array> readTyped(const TensorProto &tensor, ElementType type,
                                 int64_t count) {
  auto asReal = [](Array &out, int64_t i, double value) {
    setReal(out, i, value);
  };
  auto asInt = [](Array &out, int64_t i, int64_t value) {
    setInt(out, i, value);
  };
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return readField(tensor, type, count, tensor.float_data(), asReal);
  case TensorProto::DOUBLE:
    return readField(tensor, type, count, tensor.double_data(), asReal);
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return readField(
        tensor, type, count, tensor.int32_data(),
        [&](Array &out, int64_t i, int32_t bits) {
          setReal(out, i,
                  convertHalf(bits, getHalfSemantics(tensor.data_type())));
        });
  case TensorProto::INT64:
    return readField(tensor, type, count, tensor.int64_data(), asInt);
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return readField(tensor, type, count, tensor.uint64_data(), asInt);
  case kUInt4:
  case kInt4:
    if (tensor.int32_data_size() != int64_t(divideCeil(count, 2)))
      return makeError("holds " + Twine(tensor.int32_data_size()) +
                       " bytes, but its shape needs " +
                       Twine(divideCeil(count, 2)));
    return unpack(tensor, type, count,
                  [&](int64_t i) { return tensor.int32_data(i); });
  default:
    return readField(tensor, type, count, tensor.int32_data(), asInt);
  }
}

Expected<Array> onnximport::readTensor(const TensorProto &tensor,
                                       StringRef directory) {
  Expected<ElementType> type =
      isNibble(tensor.data_type())
          ? tensor.data_type() == kInt4 ? ElementType::Int8 : ElementType::UInt8
          : getElementType(tensor.data_type());
  if (!type)
    return type.takeError();
  if (tensor.has_segment())
    return makeError("is split into segments, which quantc does not read");
  std::optional<int64_t> count = countElements(getDims(tensor));
  if (!count)
    return makeError("has an absurd shape, of a negative size or more than " +
                     Twine(kMaxElements) + " elements");
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    Expected<std::unique_ptr<MemoryBuffer>> data =
        readExternalData(tensor, getRawBytes(tensor, *type, *count), directory);
    if (!data)
      return data.takeError();
    return readRaw(tensor, *type, *count, (*data)->getBuffer());
  }
  if (tensor.has_raw_data())
    return readRaw(tensor, *type, *count, tensor.raw_data());
  return readTyped(tensor, *type, *count);
}
