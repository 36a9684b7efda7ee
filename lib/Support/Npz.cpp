//===- Npz.cpp - NumPy .npz archives -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Npz.h"

#include "NpyHeader.h"
#include "quantc/Support/InputFile.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"

#include <memory>
#include <zip.h>

using namespace quantc;
using namespace llvm;

/// No deflate stream expands by more than this factor.
static constexpr uint64_t kMaxDeflateRatio = 1032;
/// An archive may unpack to this many bytes, however well it is compressed. A
/// larger one may unpack to kMaxRatio times its own size.
static constexpr uint64_t kFreeBytes = uint64_t(1) << 30;
static constexpr uint64_t kMaxRatio = 100;

namespace {
struct ZipCloser {
  void operator()(zip_t *archive) const { zip_discard(archive); }
  void operator()(zip_file_t *file) const { zip_fclose(file); }
  void operator()(zip_source_t *source) const { zip_source_free(source); }
};
using ZipArchive = std::unique_ptr<zip_t, ZipCloser>;
using ZipFile = std::unique_ptr<zip_file_t, ZipCloser>;
using ZipSource = std::unique_ptr<zip_source_t, ZipCloser>;
} // namespace

static Error zipFailure(zip_error_t *error) {
  return createStringError(zip_error_strerror(error));
}

static Expected<ZipArchive> openZip(const std::string &path) {
  int code = 0;
  ZipArchive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive)
    return std::move(archive);
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string message = zip_error_strerror(&error);
  zip_error_fini(&error);
  return createStringError(
      code == ZIP_ER_NOZIP ? "not an .npz file (" + message + ")" : message);
}

namespace {
/// One member of an archive, as its directory describes it.
struct Member {
  zip_uint64_t index = 0;
  std::string name;
  uint64_t bytes = 0, compressedBytes = 0;
};
} // namespace

static Expected<Member> describeMember(zip_t *archive, zip_uint64_t index) {
  zip_stat_t stat;
  constexpr zip_uint64_t kWanted =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(archive, index, ZIP_FL_ENC_RAW, &stat) != 0)
    return zipFailure(zip_get_error(archive));
  if ((stat.valid & kWanted) != kWanted)
    return createStringError(
        "the archive does not say how large its members are");
  return Member{index, stat.name, stat.size, stat.comp_size};
}

/// Rejects an archive whose directory contradicts the size of the file, or
/// which would unpack to far more bytes than it has.
static Error checkSizes(ArrayRef<Member> members, uint64_t fileBytes) {
  uint64_t compressed = 0, unpacked = 0;
  for (const Member &member : members) {
    compressed = SaturatingAdd(compressed, member.compressedBytes);
    unpacked = SaturatingAdd(unpacked, member.bytes);
    if (member.bytes / kMaxDeflateRatio > member.compressedBytes)
      return createStringError(
          "array '" + member.name + "': " + Twine(member.bytes) +
          " bytes cannot come from " + Twine(member.compressedBytes) +
          " compressed bytes");
  }
  // If members of an archive overlap in the file, a small file can unpack to
  // petabytes.
  if (compressed > fileBytes)
    return createStringError(
        "the members claim more bytes than the archive has");
  if (unpacked > kFreeBytes && unpacked / kMaxRatio > fileBytes)
    return createStringError("the archive would unpack to " + Twine(unpacked) +
                             " bytes, more than " + Twine(kMaxRatio) +
                             " times its size; save it without compression");
  return Error::success();
}

static Expected<std::vector<Member>> listMembers(zip_t *archive,
                                                 uint64_t fileBytes) {
  std::vector<Member> members;
  zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    Expected<Member> member = describeMember(archive, i);
    if (!member)
      return member.takeError();
    members.push_back(std::move(*member));
  }
  if (Error error = checkSizes(members, fileBytes))
    return std::move(error);
  return members;
}

static Expected<Array> readMember(zip_t *archive, const Member &member) {
  ZipFile file(zip_fopen_index(archive, member.index, 0));
  if (!file)
    return zipFailure(zip_get_error(archive));
  auto read = [&](char *to, uint64_t size) -> Error {
    while (size > 0) {
      zip_int64_t got = zip_fread(file.get(), to, size);
      if (got < 0)
        return zipFailure(zip_file_get_error(file.get()));
      if (got == 0)
        return createStringError("truncated data");
      to += got;
      size -= got;
    }
    return Error::success();
  };
  Expected<Array> array = readNpyArray(member.bytes, read);
  if (!array)
    return array;
  // Reading at the end of the member makes libzip compare the checksum.
  char extra;
  zip_int64_t got = zip_fread(file.get(), &extra, 1);
  if (got < 0)
    return zipFailure(zip_file_get_error(file.get()));
  if (got > 0)
    return createStringError("more data than the archive's directory says");
  return array;
}

/// Turns an UnsupportedArray into an entry of `unsupported`.
static Error noteUnsupported(StringRef key, Error error,
                             std::map<std::string, std::string> *unsupported) {
  if (!unsupported)
    return error;
  return handleErrors(std::move(error), [&](const UnsupportedArray &array) {
    (*unsupported)[key.str()] = array.message();
  });
}

static Error readMembers(zip_t *archive, uint64_t fileBytes, ArrayMap &arrays,
                         std::map<std::string, std::string> *unsupported) {
  Expected<std::vector<Member>> members = listMembers(archive, fileBytes);
  if (!members)
    return members.takeError();
  for (const Member &member : *members) {
    StringRef key = member.name;
    if (!key.consume_back(".npy"))
      return createStringError("member '" + key + "' is not a .npy array");
    if (arrays.count(key.str()))
      return createStringError("two arrays are named '" + key + "'");
    Expected<Array> array = readMember(archive, member);
    if (!array) {
      if (Error error = noteUnsupported(key, array.takeError(), unsupported))
        return createStringError("array '" + key +
                                 "': " + toString(std::move(error)));
      continue;
    }
    arrays[key.str()] = std::move(*array);
  }
  return Error::success();
}

Expected<ArrayMap>
quantc::readNpz(StringRef path,
                std::map<std::string, std::string> *unsupported) {
  if (Error error = checkInputFile(path))
    return std::move(error);
  uint64_t fileBytes = 0;
  if (std::error_code code = sys::fs::file_size(path, fileBytes))
    return createFileError(path, code);
  Expected<ZipArchive> archive = openZip(path.str());
  if (!archive)
    return createFileError(path, archive.takeError());
  ArrayMap arrays;
  if (Error error = readMembers(archive->get(), fileBytes, arrays, unsupported))
    return createFileError(path, std::move(error));
  return arrays;
}

/// Adds the header and the bytes of `array` to the archive. They must live
/// until the archive is closed.
static Error addMember(zip_t *archive, const std::string &key,
                       const std::string &header, const Array &array) {
  zip_buffer_fragment_t fragments[] = {
      {reinterpret_cast<zip_uint8_t *>(const_cast<char *>(header.data())),
       header.size()},
      {const_cast<zip_uint8_t *>(array.bytes.data()), array.bytes.size()}};
  zip_error_t error;
  zip_error_init(&error);
  ZipSource source(zip_source_buffer_fragment_create(
      fragments, array.bytes.empty() ? 1 : 2, /*freep=*/0, &error));
  if (!source)
    return zipFailure(&error);
  zip_int64_t index = zip_file_add(archive, (key + ".npy").c_str(),
                                   source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0)
    return createStringError("array '" + key + "': " + zip_strerror(archive));
  source.release(); // The archive's now.
  zip_set_file_compression(archive, index, ZIP_CM_DEFLATE, 0);
  // All members have the earliest date of the format, so that equal arrays make
  // equal files.
  constexpr zip_uint16_t kFirstOfJanuary1980 = 1 << 5 | 1;
  zip_file_set_dostime(archive, index, 0, kFirstOfJanuary1980, 0);
  return Error::success();
}

/// The bytes of a closed in-memory archive.
static Error writeSource(zip_source_t *source, raw_ostream &os) {
  if (zip_source_open(source) != 0)
    return zipFailure(zip_source_error(source));
  std::vector<char> buffer(1 << 16);
  zip_int64_t got = 0;
  while ((got = zip_source_read(source, buffer.data(), buffer.size())) > 0)
    os.write(buffer.data(), got);
  Error error =
      got < 0 ? zipFailure(zip_source_error(source)) : Error::success();
  zip_source_close(source);
  return error;
}

static Error writeArchive(const ArrayMap &arrays, raw_ostream &os) {
  zip_error_t error;
  zip_error_init(&error);
  ZipSource source(zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!source)
    return zipFailure(&error);
  ZipArchive archive(zip_open_from_source(source.get(), ZIP_TRUNCATE, &error));
  if (!archive)
    return zipFailure(&error);
  zip_source_keep(source.get()); // One reference is the archive's.
  std::map<std::string, std::string> headers;
  for (const auto &[key, array] : arrays) {
    headers[key] = printNpyHeader(array);
    if (Error error = addMember(archive.get(), key, headers[key], array))
      return error;
  }
  if (zip_close(archive.get()) != 0)
    return zipFailure(zip_get_error(archive.get()));
  archive.release();
  return writeSource(source.get(), os);
}

Error quantc::writeNpz(StringRef path, const ArrayMap &arrays) {
  return writeFileAtomically(
      path, [&](raw_pwrite_stream &os) { return writeArchive(arrays, os); });
}
