//===- OutputFile.h - Files that appear whole or not at all -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How every output of quantc reaches the disk: written to a temporary name in
/// the same directory and renamed when complete. A reader sees the old
/// file or the new one; a failure or a signal leaves nothing behind.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_OUTPUTFILE_H
#define QUANTC_SUPPORT_OUTPUTFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

namespace quantc {

/// Calls `write` with a stream and makes what it wrote the contents of `path`.
/// If `write` fails, or the disk does, `path` stays as it was. A symbolic link
/// is followed; a device, a pipe and "-" (standard output) are written
/// directly. Errors name `path`. `mode` is the new file's, before umask.
///
/// This is llvm::writeToOutput, but a full disk is an error and not fatal.
llvm::Error writeFileAtomically(
    llvm::StringRef path,
    llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write,
    unsigned mode = llvm::sys::fs::all_read | llvm::sys::fs::all_write);

} // namespace quantc

#endif // QUANTC_SUPPORT_OUTPUTFILE_H
