//===- InputFile.cpp - Files that a user names -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/InputFile.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"

using namespace quantc;
using namespace llvm;

Error quantc::checkInputFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(path, status))
    return createFileError(path, code);
  switch (status.type()) {
  case sys::fs::file_type::regular_file:
    return Error::success();
  case sys::fs::file_type::directory_file:
    return createFileError(path,
                           std::make_error_code(std::errc::is_a_directory));
  default:
    return createFileError(
        path, createStringError("a device or a pipe is not read, since it may "
                                "never end; write its data to a file first"));
  }
}

Expected<std::unique_ptr<MemoryBuffer>> quantc::readInputFile(StringRef path) {
  if (Error error = checkInputFile(path))
    return std::move(error);
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return std::move(*buffer);
}

Expected<std::unique_ptr<MemoryBuffer>>
quantc::readStandardInput(uint64_t maxBytes) {
  constexpr size_t kChunk = 1 << 16;
  SmallVector<char, 0> bytes;
  while (true) {
    size_t before = bytes.size();
    bytes.resize_for_overwrite(before + kChunk);
    Expected<size_t> got = sys::fs::readNativeFile(
        sys::fs::getStdinHandle(), MutableArrayRef(bytes).drop_front(before));
    if (!got)
      return createFileError("standard input", got.takeError());
    bytes.truncate(before + *got);
    if (*got == 0)
      return MemoryBuffer::getMemBufferCopy(StringRef(bytes.data(), before),
                                            "<stdin>");
    if (bytes.size() > maxBytes)
      return createFileError(
          "standard input",
          createStringError("it has more than " + Twine(maxBytes) + " bytes"));
  }
}
