//===- OutputFile.cpp - Files that appear whole or not at all -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"

using namespace quantc;
using namespace llvm;

/// Runs `write` on `stream`; an error of the stream itself is returned and
/// cleared (an uncleared one is fatal in the stream's destructor).
static Error writeAndFlush(raw_fd_ostream &stream,
                           function_ref<Error(raw_pwrite_stream &)> write) {
  Error error = write(stream);
  stream.flush();
  std::error_code code = stream.error();
  stream.clear_error();
  if (error)
    return error;
  return code ? errorCodeToError(code) : Error::success();
}

/// Devices and pipes can neither be replaced nor seeked.
static Error writeDirectly(StringRef path,
                           function_ref<Error(raw_pwrite_stream &)> write) {
  std::error_code code;
  raw_fd_ostream stream(path, code, sys::fs::OF_None);
  if (code)
    return errorCodeToError(code);
  if (stream.supportsSeeking())
    return writeAndFlush(stream, write);
  // Writers may seek: what they write is collected first.
  SmallString<0> buffer;
  raw_svector_ostream collected(buffer);
  if (Error error = write(collected))
    return error;
  return writeAndFlush(stream, [&](raw_pwrite_stream &os) {
    os << buffer;
    return Error::success();
  });
}

/// The file that a symbolic link `path` stands for, or `path`.
static SmallString<128> resolveLinks(StringRef path) {
  SmallString<128> resolved;
  if (!sys::fs::real_path(path, resolved))
    return resolved;
  return SmallString<128>(path);
}

static Error writeAndRename(StringRef path,
                            function_ref<Error(raw_pwrite_stream &)> write,
                            unsigned mode) {
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".tmp-%%%%%%", mode);
  if (!file)
    return file.takeError();
  raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  if (Error error = writeAndFlush(stream, write))
    return joinErrors(std::move(error), file->discard());
  return file->keep(path);
}

Error quantc::writeFileAtomically(
    StringRef path, function_ref<Error(raw_pwrite_stream &)> write,
    unsigned mode) {
  sys::fs::file_status status;
  bool isSpecial = path == "-" ||
                   (!sys::fs::status(path, status) && sys::fs::exists(status) &&
                    !sys::fs::is_regular_file(status));
  if (isSpecial && sys::fs::is_directory(status))
    return createFileError(path,
                           std::make_error_code(std::errc::is_a_directory));
  Error error = isSpecial ? writeDirectly(path, write)
                          : writeAndRename(resolveLinks(path), write, mode);
  return error ? createFileError(path, std::move(error)) : Error::success();
}
