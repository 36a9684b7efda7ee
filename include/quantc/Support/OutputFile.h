//===- OutputFile.h - Files that appear whole or not at all -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Every output of quantc is written with these functions: to a temporary name
/// in the same directory, which is renamed when the file is complete. A reader
/// sees the old file or the new one. A failure or a signal leaves nothing
/// behind.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_OUTPUTFILE_H
#define QUANTC_SUPPORT_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <functional>
#include <string>

namespace quantc {

/// A file to write.
struct OutputFile {
  std::string path;
  /// Writes the contents. The stream can be seeked.
  std::function<llvm::Error(llvm::raw_pwrite_stream &)> write;
  /// The mode, before umask, of a file that does not exist yet. A file that is
  /// replaced keeps its own mode.
  unsigned mode = llvm::sys::fs::all_read | llvm::sys::fs::all_write;
};

/// Writes all of `files` or none: if one of them cannot be written, every path
/// stays as it was. A symbolic link is followed, even if its file does not
/// exist yet. Devices, pipes and standard output are written directly. Errors
/// name the path.
///
/// This is llvm::writeToOutput for several files, and a full disk is an error
/// instead of fatal.
llvm::Error writeFilesAtomically(llvm::ArrayRef<OutputFile> files);

/// The same for one file.
llvm::Error writeFileAtomically(
    llvm::StringRef path,
    std::function<llvm::Error(llvm::raw_pwrite_stream &)> write);

/// Fails if one of `outputs` is also one of `inputs`, which are files or
/// folders of files: writing would replace what the command reads. The error
/// names the path.
llvm::Error checkOutputs(llvm::ArrayRef<std::string> outputs,
                         llvm::ArrayRef<std::string> inputs);

/// Whether writing to `path` writes to standard output: "-", /dev/stdout, and
/// every other name of what standard output is open on.
bool isStandardOutput(llvm::StringRef path);

/// True if `path` becomes a regular file, beside which other files can be
/// written. False for standard output, devices, pipes and the names of open
/// files (/dev/fd).
bool isRegularOutput(llvm::StringRef path);

} // namespace quantc

#endif // QUANTC_SUPPORT_OUTPUTFILE_H
