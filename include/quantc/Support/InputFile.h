//===- InputFile.h - Files that a user names -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Every input of quantc is opened with these functions. A path may lead to a
/// device that never ends, or to a pipe to which nobody writes. Therefore only
/// regular files are read, and standard input up to a limit.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_INPUTFILE_H
#define QUANTC_SUPPORT_INPUTFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdint>
#include <memory>

namespace quantc {

/// Succeeds if `path`, symbolic links followed, is a regular file. The error
/// names the path.
llvm::Error checkInputFile(llvm::StringRef path);

/// Maps or reads a regular file. The buffer does not end in a zero byte. The
/// error names the path.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readInputFile(llvm::StringRef path);

/// Reads standard input to its end; more than `maxBytes` bytes are an error.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readStandardInput(uint64_t maxBytes);

} // namespace quantc

#endif // QUANTC_SUPPORT_INPUTFILE_H
