//===- Link.cpp - Shared libraries -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The linker is a program of its own: it reads the object from one temporary
// file and writes the library to another.
//
//===----------------------------------------------------------------------===//

#include "Link.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;

/// The linker and its first arguments.
static Expected<SmallVector<std::string>> findLinker(const Triple &triple) {
  if (!triple.isOSBinFormatELF())
    return createStringError(
        "shared libraries are made for ELF targets; emit an object for '" +
        triple.str() + "' and link it with that system's linker");
  for (StringRef lld : {"ld.lld", "ld.lld-22"})
    if (ErrorOr<std::string> program = sys::findProgramByName(lld))
      return SmallVector<std::string>{*program, "-shared"};
  if (triple.getArch() == Triple(sys::getProcessTriple()).getArch())
    for (StringRef compiler : {"cc", "clang", "gcc"})
      if (ErrorOr<std::string> program = sys::findProgramByName(compiler))
        return SmallVector<std::string>{*program, "-shared", "-nostdlib"};
  return createStringError(
      "a shared library needs a linker: install ld.lld (package lld), or emit "
      "an object and link it yourself");
}

/// A file that is removed at the end of the scope.
static Error createTemporary(StringRef suffix, SmallString<128> &path,
                             FileRemover &remover, int *descriptor) {
  std::error_code code =
      descriptor
          ? sys::fs::createTemporaryFile("quantc", suffix, *descriptor, path)
          : sys::fs::createTemporaryFile("quantc", suffix, path);
  if (code)
    return createStringError(code,
                             "cannot create a temporary file for the linker");
  remover.setFile(path);
  return Error::success();
}

Error quantc::linkSharedLibrary(StringRef object, StringRef name,
                                const Triple &triple, raw_ostream &os) {
  auto linker = findLinker(triple);
  if (!linker)
    return linker.takeError();
  SmallString<128> objectPath, libraryPath, logPath;
  FileRemover objectRemover, libraryRemover, logRemover;
  int descriptor = -1;
  if (Error error =
          createTemporary("o", objectPath, objectRemover, &descriptor))
    return error;
  {
    raw_fd_ostream objectFile(descriptor, /*shouldClose=*/true);
    objectFile << object;
    objectFile.close();
    if (objectFile.has_error()) {
      std::error_code code = objectFile.error();
      objectFile.clear_error();
      return createStringError(code,
                               "cannot write a temporary file for the linker");
    }
  }
  if (Error error = createTemporary("so", libraryPath, libraryRemover, nullptr))
    return error;
  if (Error error = createTemporary("log", logPath, logRemover, nullptr))
    return error;

  std::string soname = "lib" + name.str() + ".so";
  SmallVector<StringRef> arguments(linker->begin(), linker->end());
  if (StringRef(arguments.front()).contains("ld.lld"))
    arguments.append({"-soname", soname, "-z", "noexecstack"});
  arguments.append({"-o", libraryPath, objectPath});
  std::string message;
  int status = sys::ExecuteAndWait(
      arguments.front(), arguments, std::nullopt,
      {StringRef(""), StringRef(logPath), StringRef(logPath)},
      /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  if (status != 0) {
    auto log = MemoryBuffer::getFile(logPath);
    return createStringError("linker '" + arguments.front().str() +
                             "' failed: " + message +
                             (log ? (*log)->getBuffer().str() : ""));
  }
  auto library = MemoryBuffer::getFile(libraryPath);
  if (!library)
    return createStringError(library.getError(),
                             "cannot read what the linker wrote");
  os << (*library)->getBuffer();
  return Error::success();
}
