//===- OutputFile.cpp - Files that appear whole or not at all -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Signals.h"

#include <filesystem>

using namespace quantc;
using namespace llvm;

bool quantc::isStandardOutput(StringRef path) {
  constexpr int kStandardOutput = 1;
  sys::fs::file_status status, output;
  return path == "-" || (!sys::fs::status(path, status) &&
                         !sys::fs::status(kStandardOutput, output) &&
                         sys::fs::equivalent(status, output));
}

bool quantc::isRegularOutput(StringRef path) {
  bool isOpenFile = path.starts_with("/dev/fd/") || path == "/dev/stderr" ||
                    path.starts_with("/proc/");
  if (isOpenFile || isStandardOutput(path))
    return false;
  sys::fs::file_status status;
  return sys::fs::status(path, status) || !sys::fs::exists(status) ||
         sys::fs::is_regular_file(status);
}

/// Whether the existing file `path` is `input`, or lies in the folder `input`.
static bool isPartOf(StringRef path, StringRef input) {
  if (!sys::fs::is_directory(input))
    return sys::fs::equivalent(path, input);
  std::error_code code;
  std::filesystem::path folder =
      std::filesystem::canonical(path.str(), code).parent_path();
  for (; !code && folder.has_relative_path(); folder = folder.parent_path())
    if (sys::fs::equivalent(folder.string(), input))
      return true;
  return false;
}

Error quantc::checkOutputs(ArrayRef<std::string> outputs,
                           ArrayRef<std::string> inputs) {
  for (StringRef output : outputs) {
    if (!isRegularOutput(output) || !sys::fs::exists(output))
      continue;
    for (StringRef input : inputs)
      if (isPartOf(output, input))
        return createStringError("'" + output +
                                 "' is an input of this command and would be "
                                 "replaced: choose another output");
  }
  return Error::success();
}

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
static Error writeDirectly(const OutputFile &file) {
  std::error_code code;
  StringRef path = isStandardOutput(file.path) ? "-" : StringRef(file.path);
  raw_fd_ostream stream(path, code, sys::fs::OF_None);
  if (code)
    return errorCodeToError(code);
  if (stream.supportsSeeking())
    return writeAndFlush(stream, file.write);
  // Writers may seek, which a pipe cannot. So the output is collected in memory
  // first.
  SmallString<0> buffer;
  raw_svector_ostream collected(buffer);
  if (Error error = file.write(collected))
    return error;
  return writeAndFlush(stream, [&](raw_pwrite_stream &os) {
    os << buffer;
    return Error::success();
  });
}

/// The file that a symbolic link `path` stands for, whether it exists or not,
/// or `path`.
static Expected<std::string> resolveLinks(StringRef path) {
  constexpr int kMaxLinks = 40; // Linux's own limit
  std::filesystem::path resolved(path.str());
  std::error_code code;
  for (int i = 0; i < kMaxLinks; ++i) {
    if (!std::filesystem::is_symlink(
            std::filesystem::symlink_status(resolved, code)))
      return resolved.string();
    std::filesystem::path target =
        std::filesystem::read_symlink(resolved, code);
    if (code)
      return errorCodeToError(code);
    resolved = resolved.parent_path() / target;
  }
  return errorCodeToError(
      std::make_error_code(std::errc::too_many_symbolic_link_levels));
}

namespace {
/// A file that is being replaced. First it is complete under a temporary name,
/// then it moves into place. The old file is kept until all files are in place.
class StagedFile {
public:
  static Expected<StagedFile> create(const OutputFile &file);
  Error moveIntoPlace();
  /// Undoes `moveIntoPlace`.
  void restore();
  /// Removes the file that is no longer needed: the old one, or the new one if
  /// it never got into place.
  void cleanUp();

  const OutputFile *file = nullptr;

private:
  StagedFile(const OutputFile &file, std::string target,
             sys::fs::TempFile temporary)
      : file(&file), target(std::move(target)),
        temporary(std::move(temporary)) {}

  std::string target;
  sys::fs::TempFile temporary;
  SmallString<128> old; // a second name of the file that is replaced
  bool replaces = false, isInPlace = false;
};
} // namespace

Expected<StagedFile> StagedFile::create(const OutputFile &file) {
  Expected<std::string> target = resolveLinks(file.path);
  if (!target)
    return target.takeError();
  Expected<sys::fs::TempFile> temporary =
      sys::fs::TempFile::create(*target + ".tmp-%%%%%%", file.mode);
  if (!temporary)
    return temporary.takeError();
  StagedFile staged(file, std::move(*target), std::move(*temporary));
  raw_fd_ostream stream(staged.temporary.FD, /*shouldClose=*/false);
  Error error = writeAndFlush(stream, file.write);
  if (ErrorOr<sys::fs::perms> mode = sys::fs::getPermissions(staged.target);
      mode && !error)
    error =
        errorCodeToError(sys::fs::setPermissions(staged.temporary.FD, *mode));
  if (!error)
    return std::move(staged);
  staged.cleanUp();
  return std::move(error);
}

Error StagedFile::moveIntoPlace() {
  replaces = sys::fs::exists(target);
  if (replaces) {
    sys::fs::createUniquePath(target + ".tmp-%%%%%%", old,
                              /*MakeAbsolute=*/false);
    // Some file systems have no hard links. There, the old file cannot be
    // restored.
    if (sys::fs::create_hard_link(target, old))
      old.clear();
    else
      sys::RemoveFileOnSignal(old);
  }
  if (Error error = temporary.keep(target))
    return error;
  isInPlace = true;
  return Error::success();
}

void StagedFile::restore() {
  if (isInPlace && !replaces)
    sys::fs::remove(target);
  else if (isInPlace && !old.empty())
    sys::fs::rename(old, target);
}

void StagedFile::cleanUp() {
  if (!isInPlace)
    consumeError(temporary.discard());
  if (old.empty())
    return;
  sys::fs::remove(old);
  sys::DontRemoveFileOnSignal(old);
}

/// Writes the contents of one file to a temporary name. A device or a pipe is
/// written directly.
static Error stage(const OutputFile &file, std::vector<StagedFile> &staged) {
  if (sys::fs::is_directory(file.path))
    return errorCodeToError(std::make_error_code(std::errc::is_a_directory));
  if (!isRegularOutput(file.path))
    return writeDirectly(file);
  Expected<StagedFile> created = StagedFile::create(file);
  if (!created)
    return created.takeError();
  staged.push_back(std::move(*created));
  return Error::success();
}

Error quantc::writeFilesAtomically(ArrayRef<OutputFile> files) {
  std::vector<StagedFile> staged;
  auto writeAll = [&]() -> Error {
    for (const OutputFile &file : files)
      if (Error error = stage(file, staged))
        return createFileError(file.path, std::move(error));
    for (StagedFile &file : staged)
      if (Error error = file.moveIntoPlace())
        return createFileError(file.file->path, std::move(error));
    return Error::success();
  };
  Error error = writeAll();
  if (error)
    for_each(staged, [](StagedFile &file) { file.restore(); });
  for_each(staged, [](StagedFile &file) { file.cleanUp(); });
  return error;
}

Error quantc::writeFileAtomically(
    StringRef path, std::function<Error(raw_pwrite_stream &)> write) {
  return writeFilesAtomically(OutputFile{path.str(), std::move(write)});
}
