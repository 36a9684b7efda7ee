//===- ExternalData.cpp - Constants beside an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorData.h"

#include "quantc/Support/InputFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace llvm;
using onnx::TensorProto;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
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
  // The system's functions would take the name to end there.
  if (data.location.contains('\0'))
    return makeError("the name of its external data contains a zero byte");
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

Expected<std::unique_ptr<MemoryBuffer>>
onnximport::readExternalData(const TensorProto &tensor, uint64_t needed,
                             StringRef directory) {
  Expected<ExternalData> data = readLocation(tensor);
  if (!data)
    return data.takeError();
  Expected<std::string> path = resolve(data->location, directory);
  if (!path)
    return path.takeError();
  if (Error error = checkInputFile(*path))
    return makeError("cannot read its external data " +
                     toString(std::move(error)));
  uint64_t fileSize = 0;
  if (std::error_code error = sys::fs::file_size(*path, fileSize))
    return makeError("cannot read its external data '" + data->location +
                     "': " + error.message());
  uint64_t length = data->length.value_or(needed);
  if (data->offset > fileSize || length > fileSize - data->offset)
    return makeError("its external data, " + Twine(length) +
                     " bytes at offset " + Twine(data->offset) +
                     ", reaches beyond the end of '" + data->location + "' (" +
                     Twine(fileSize) + " bytes)");
  auto buffer = MemoryBuffer::getFileSlice(*path, length, data->offset);
  if (!buffer)
    return makeError("cannot read its external data '" + data->location +
                     "': " + buffer.getError().message());
  return std::move(*buffer);
}
