//===- Npy.cpp - NumPy .npy files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NpyHeader.h"
#include "quantc/Support/InputFile.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/STLExtras.h"

#include <new>

using namespace quantc;
using namespace llvm;

/// Headers of real arrays have some hundred bytes.
static constexpr uint64_t kMaxHeaderBytes = 1 << 16;

int64_t Array::elementCount() const {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

Array Array::zeros(ElementType type, ArrayRef<int64_t> shape) {
  Array array{type, shape.vec(), {}};
  array.bytes.resize(array.elementCount() * byteSize(type));
  return array;
}

/// Allocates only what the file is known to hold.
static Error allocate(std::vector<uint8_t> &bytes, uint64_t size) {
  try {
    bytes.resize(size);
  } catch (const std::bad_alloc &) {
    return createStringError("not enough memory for " + Twine(size) + " bytes");
  }
  return Error::success();
}

Expected<Array> quantc::readNpyArray(uint64_t fileBytes,
                                     function_ref<Error(char *, size_t)> read) {
  std::string start(std::min<uint64_t>(fileBytes, kNpyPreambleBytes), '\0');
  if (Error error = read(start.data(), start.size()))
    return std::move(error);
  Expected<NpyPreamble> preamble = parseNpyPreamble(start, fileBytes);
  if (!preamble)
    return preamble.takeError();
  if (preamble->textBytes > kMaxHeaderBytes)
    return createStringError("a .npy header of " + Twine(preamble->textBytes) +
                             " bytes is not supported");
  uint64_t textEnd = preamble->textOffset + preamble->textBytes;
  // The header of version 1 is shorter than the preamble's buffer, so that the
  // buffer already holds the start of the text, or all of it.
  size_t alreadyRead = start.size();
  if (textEnd > alreadyRead) {
    start.resize(textEnd);
    if (Error error = read(start.data() + alreadyRead, textEnd - alreadyRead))
      return std::move(error);
  }
  StringRef text =
      StringRef(start).substr(preamble->textOffset, preamble->textBytes);
  Expected<NpyHeader> header = parseNpyHeader(text);
  if (!header)
    return header.takeError();
  if (header->dataBytes != fileBytes - textEnd)
    return createStringError("the header declares " + Twine(header->dataBytes) +
                             " bytes of data, the file holds " +
                             Twine(fileBytes - textEnd));
  Array array{header->type, std::move(header->shape), {}};
  if (Error error = allocate(array.bytes, header->dataBytes))
    return std::move(error);
  if (Error error = read(reinterpret_cast<char *>(array.bytes.data()),
                         array.bytes.size()))
    return std::move(error);
  // Any nonzero byte is true; users of the bytes rely on 1.
  if (array.type == ElementType::Bool)
    for (uint8_t &byte : array.bytes)
      byte = byte != 0;
  return array;
}

Expected<Array> quantc::readNpy(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = readInputFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef rest = (*buffer)->getBuffer();
  auto read = [&](char *to, size_t size) -> Error {
    if (size > rest.size())
      return createStringError("truncated .npy file");
    llvm::copy(rest.take_front(size), to);
    rest = rest.drop_front(size);
    return Error::success();
  };
  Expected<Array> array = readNpyArray(rest.size(), read);
  if (!array)
    return createFileError(path, array.takeError());
  return array;
}

Error quantc::writeNpy(StringRef path, const Array &array) {
  return writeFileAtomically(path, [&](raw_pwrite_stream &os) {
    os << printNpyHeader(array);
    os.write(reinterpret_cast<const char *>(array.bytes.data()),
             array.bytes.size());
    return Error::success();
  });
}
