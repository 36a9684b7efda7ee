//===- TensorData.cpp - Constants of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorData.h"
#include "HostTensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <cstring>

using namespace quantc;
using namespace quantc::onnximport;
using namespace llvm;
using onnx::TensorProto;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

std::string onnximport::getTypeName(int onnxType) {
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

static Expected<Array> readRaw(const TensorProto &tensor, ElementType type,
                               int64_t count, StringRef raw) {
  size_t width = getRawSize(tensor.data_type(), type);
  if (raw.size() != count * width)
    return makeError("holds " + Twine(raw.size()) +
                     " bytes, but its shape "
                     "needs " +
                     Twine(count * width));
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
  default:
    return readField(tensor, type, count, tensor.int32_data(), asInt);
  }
}

/// Where a tensor's bytes are outside of the model.
namespace {
struct ExternalData {
  StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};
} // namespace

static Expected<ExternalData> readLocation(const TensorProto &tensor) {
  ExternalData data;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    uint64_t number = 0;
    if (key == "location") {
      data.location = value;
    } else if (key == "offset" || key == "length") {
      if (!to_integer(value, number, 10))
        return makeError("its external data has the " + key + " '" + value +
                         "', which is not a number");
      key == "offset" ? (void)(data.offset = number)
                      : (void)(data.length = number);
    }
  }
  if (data.location.empty())
    return makeError("its external data names no file");
  return data;
}

/// A path below the model's directory, also when symbolic links are followed.
static Expected<std::string> resolve(StringRef location, StringRef directory) {
  bool leaves = sys::path::is_absolute(location) ||
                llvm::is_contained(llvm::make_range(sys::path::begin(location),
                                                    sys::path::end(location)),
                                   "..");
  SmallString<128> path(directory.empty() ? "." : directory), root(path), real;
  sys::path::append(path, location);
  if (!leaves) {
    SmallString<128> realRoot;
    if (std::error_code error = sys::fs::real_path(path, real))
      return makeError("cannot open its external data '" + path +
                       "': " + error.message());
    if (sys::fs::real_path(root, realRoot))
      realRoot = root;
    leaves = !StringRef(real).starts_with(realRoot) ||
             (real.size() > realRoot.size() &&
              !sys::path::is_separator(realRoot.back()) &&
              !sys::path::is_separator(real[realRoot.size()]));
  }
  if (leaves)
    return makeError("its external data '" + location +
                     "' is not below the model's directory; put the file "
                     "beside the model");
  return std::string(real);
}

static Expected<Array> readExternal(const TensorProto &tensor, ElementType type,
                                    int64_t count, StringRef directory) {
  Expected<ExternalData> data = readLocation(tensor);
  if (!data)
    return data.takeError();
  Expected<std::string> path = resolve(data->location, directory);
  if (!path)
    return path.takeError();
  uint64_t fileSize = 0;
  if (std::error_code error = sys::fs::file_size(*path, fileSize))
    return makeError("cannot read its external data '" + data->location +
                     "': " + error.message());
  uint64_t length =
      data->length.value_or(count * getRawSize(tensor.data_type(), type));
  if (data->offset > fileSize || length > fileSize - data->offset)
    return makeError("its external data, " + Twine(length) +
                     " bytes at offset " + Twine(data->offset) +
                     ", reaches beyond the end of '" + data->location + "' (" +
                     Twine(fileSize) + " bytes)");
  auto buffer = MemoryBuffer::getFileSlice(*path, length, data->offset);
  if (!buffer)
    return makeError("cannot read its external data '" + data->location +
                     "': " + buffer.getError().message());
  return readRaw(tensor, type, count, (*buffer)->getBuffer());
}

Expected<Array> onnximport::readTensor(const TensorProto &tensor,
                                       StringRef directory) {
  Expected<ElementType> type = getElementType(tensor.data_type());
  if (!type)
    return type.takeError();
  if (tensor.has_segment())
    return makeError("is split into segments, which quantc does not read");
  std::optional<int64_t> count = countElements(getDims(tensor));
  if (!count)
    return makeError("has an absurd shape, of a negative size or more than " +
                     Twine(kMaxElements) + " elements");
  if (tensor.data_location() == TensorProto::EXTERNAL)
    return readExternal(tensor, *type, *count, directory);
  if (tensor.has_raw_data())
    return readRaw(tensor, *type, *count, tensor.raw_data());
  return readTyped(tensor, *type, *count);
}
