//===- NpzTest.cpp - Tests of .npy and .npz files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Npz.h"

#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <random>

using namespace quantc;
using namespace llvm;
using testing::HasSubstr;

namespace {

/// A directory that each test has for itself.
class NpzTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("quantc-npz", directory));
  }
  void TearDown() override { sys::fs::remove_directories(directory); }

  std::string pathOf(StringRef name) const {
    SmallString<128> path(directory);
    sys::path::append(path, name);
    return path.str().str();
  }

  std::string write(StringRef name, StringRef bytes) const {
    std::string path = pathOf(name);
    Error error = writeFileAtomically(path, [&](raw_pwrite_stream &os) {
      os << bytes;
      return Error::success();
    });
    EXPECT_FALSE(static_cast<bool>(error));
    return path;
  }

  static std::string contents(StringRef path) {
    return (*MemoryBuffer::getFile(path))->getBuffer().str();
  }

  /// A version 1 file with header `text`.
  static std::string npy(StringRef text, StringRef data) {
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(text.size() & 0xff);
    file += static_cast<char>(text.size() >> 8);
    return (file + text + data).str();
  }
  static std::string npyOf(StringRef descr, StringRef shape, StringRef data,
                           StringRef order = "False") {
    return npy(("{'descr': '" + descr + "', 'fortran_order': " + order +
                ", 'shape': " + shape + ", }\n")
                   .str(),
               data);
  }

  /// The message of reading a .npy file with these bytes; "" if that works.
  std::string npyError(StringRef bytes) const {
    return messageOf(readNpy(write("array.npy", bytes)));
  }
  std::string npzError(StringRef bytes) const {
    return messageOf(readNpz(write("archive.npz", bytes)));
  }
  template <typename T>
  static std::string messageOf(Expected<T> result) {
    return result ? "" : toString(result.takeError());
  }

  SmallString<128> directory;
};

Array iota(ElementType type, std::vector<int64_t> shape) {
  Array array = Array::zeros(type, shape);
  for (size_t i = 0; i < array.bytes.size(); ++i)
    array.bytes[i] = type == ElementType::Bool ? i % 2 : (i * 37 + 11) % 120;
  return array;
}

constexpr ElementType kAllTypes[] = {
    ElementType::Bool,    ElementType::Int8,    ElementType::UInt8,
    ElementType::Int16,   ElementType::UInt16,  ElementType::Int32,
    ElementType::UInt32,  ElementType::Int64,   ElementType::UInt64,
    ElementType::Float16, ElementType::Float32, ElementType::Float64};

TEST_F(NpzTest, RoundTripsEveryTypeAndRank) {
  ArrayMap arrays;
  for (ElementType type : kAllTypes) {
    arrays[(stringify(type) + "/scalar").str()] = iota(type, {});
    arrays[(stringify(type) + "/vector").str()] = iota(type, {5});
    arrays[(stringify(type) + "/empty").str()] = iota(type, {0, 3});
    arrays[(stringify(type) + "/tensor").str()] = iota(type, {2, 3, 1, 4});
  }
  std::string path = pathOf("all.npz");
  ASSERT_EQ("", toString(writeNpz(path, arrays)));
  Expected<ArrayMap> read = readNpz(path);
  ASSERT_TRUE(static_cast<bool>(read)) << toString(read.takeError());
  ASSERT_EQ(arrays.size(), read->size());
  for (const auto &[key, array] : arrays) {
    EXPECT_EQ(array.type, (*read)[key].type) << key;
    EXPECT_EQ(array.shape, (*read)[key].shape) << key;
    EXPECT_EQ(array.bytes, (*read)[key].bytes) << key;
  }
}

TEST_F(NpzTest, EqualArraysMakeEqualFiles) {
  ArrayMap arrays{{"x", iota(ElementType::Float32, {7, 9})}};
  ASSERT_EQ("", toString(writeNpz(pathOf("a.npz"), arrays)));
  ASSERT_EQ("", toString(writeNpz(pathOf("b.npz"), arrays)));
  EXPECT_EQ(contents(pathOf("a.npz")), contents(pathOf("b.npz")));
}

TEST_F(NpzTest, ReadsForeignSpellings) {
  EXPECT_EQ("", npyError(npyOf("<f4", "(1,)", "abcd")));
  EXPECT_EQ("", npyError(npyOf("<f4", "(1L,)", "abcd")));
  EXPECT_EQ("", npyError(npyOf("|i1", "( 2 , 2 )", "abcd")));
  EXPECT_EQ("", npyError(npyOf(">i1", "(4,)", "abcd")));
  EXPECT_EQ("", npyError(npyOf("<i4", "()", "abcd")));
  EXPECT_EQ("", npyError(npyOf("<i2", "(2,)", "abcd", "True")));
  EXPECT_EQ("", npyError(npy("{\"shape\":(4,),\"fortran_order\":False,"
                             "\"descr\":\"|u1\"}",
                             "abcd")));
}

TEST_F(NpzTest, ReadsVersions2And3) {
  std::string text =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }\n";
  for (char version : {'\x02', '\x03'}) {
    std::string file = std::string("\x93NUMPY") + version + '\0';
    file += static_cast<char>(text.size());
    file += std::string(3, '\0') + text + "abcd";
    EXPECT_EQ("", npyError(file));
  }
  EXPECT_THAT(npyError(std::string("\x93NUMPY\x04\x00\x10\x00", 10)),
              HasSubstr("version 4"));
}

TEST_F(NpzTest, NormalizesBooleans) {
  Expected<Array> array =
      readNpy(write("b.npy", npyOf("|b1", "(3,)", StringRef("\0\1\xff", 3))));
  ASSERT_TRUE(static_cast<bool>(array));
  EXPECT_EQ(array->bytes, (std::vector<uint8_t>{0, 1, 1}));
}

TEST_F(NpzTest, NamesTheUnsupported) {
  EXPECT_THAT(npyError(npyOf(">f4", "(1,)", "abcd")), HasSubstr("big-endian"));
  EXPECT_THAT(npyError(npyOf("|O", "(1,)", "abcd")),
              HasSubstr("Python objects"));
  EXPECT_THAT(npyError(npyOf("<c8", "(1,)", "abcdefgh")),
              HasSubstr("unsupported element type '<c8'"));
  EXPECT_THAT(npyError(npyOf("<f4", "(1,1)", "abcd", "True")),
              HasSubstr("Fortran order"));
  EXPECT_THAT(npyError(npy("{'descr': [('a', '<f4')], 'fortran_order': False, "
                           "'shape': (1,)}",
                           "abcd")),
              HasSubstr("structured"));
}

TEST_F(NpzTest, RejectsMalformedHeaders) {
  EXPECT_THAT(npyError(""), HasSubstr("magic"));
  EXPECT_THAT(npyError("\x93NUMPX\x01"), HasSubstr("magic"));
  EXPECT_THAT(npyError(npy("[]", "")), HasSubstr("not a dictionary"));
  EXPECT_THAT(npyError(npy("{}", "")), HasSubstr("are required"));
  EXPECT_THAT(npyError(npy("{'a': 1}", "")), HasSubstr("unknown key 'a'"));
  EXPECT_THAT(npyError(npyOf("<f4", "(-1,)", "")), HasSubstr("negative"));
  EXPECT_THAT(npyError(npyOf("<f4", "(1 2)", "")), HasSubstr("not a tuple"));
  EXPECT_THAT(npyError(npyOf("<f4", "(1,), 'shape': (1,)", "abcd")),
              HasSubstr("twice"));
  EXPECT_THAT(npyError(npyOf("<f4", "(1,)", "abcd", "Maybe")),
              HasSubstr("not a boolean"));
  EXPECT_THAT(npyError(npyOf("<f4", "(99999999999999999999,)", "")),
              HasSubstr("not an integer"));
}

TEST_F(NpzTest, RejectsAbsurdShapesBeforeAllocating) {
  EXPECT_THAT(npyError(npyOf("<f4", "(1000000000000,)", "abcd")),
              HasSubstr("4000000000000 bytes"));
  EXPECT_THAT(npyError(npyOf("<f8", "(4611686018427387904, 4)", "")),
              HasSubstr("more elements than"));
  EXPECT_THAT(npyError(npyOf(
                  "<f8", "(0, 4611686018427387904, 4611686018427387904)", "")),
              HasSubstr("more elements than"));
  std::string ones = "(";
  for (int i = 0; i < 65; ++i)
    ones += "1,";
  EXPECT_THAT(npyError(npyOf("<f4", ones + ")", "abcd")),
              HasSubstr("more than 64 dimensions"));
  std::string huge("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12);
  EXPECT_THAT(npyError(huge), HasSubstr("4294967295 bytes is announced"));
}

TEST_F(NpzTest, EveryTruncationOfNpyIsAnError) {
  std::string file = npyOf("<i2", "(3,)", "abcdef");
  ASSERT_EQ("", npyError(file));
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_THAT(npyError(StringRef(file).take_front(size)),
                HasSubstr("array.npy"))
        << size;
  EXPECT_THAT(npyError(file + "x"), HasSubstr("file holds 7"));
}

/// An archive of two arrays, small enough to damage at every byte.
std::string smallArchive(StringRef path) {
  ArrayMap arrays{{"x", iota(ElementType::Float32, {2, 3})},
                  {"labels", iota(ElementType::Int64, {2})}};
  EXPECT_EQ("", toString(writeNpz(path, arrays)));
  return (*MemoryBuffer::getFile(path))->getBuffer().str();
}

TEST_F(NpzTest, EveryTruncationOfNpzIsAnError) {
  std::string file = smallArchive(pathOf("small.npz"));
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_THAT(npzError(StringRef(file).take_front(size)),
                HasSubstr("archive.npz"))
        << size;
}

TEST_F(NpzTest, EveryDamagedByteOfNpzIsAnErrorOrHarmless) {
  std::string file = smallArchive(pathOf("small.npz"));
  for (size_t i = 0; i < file.size(); ++i) {
    for (int mask : {0x01, 0x80, 0xff}) {
      std::string damaged = file;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      Expected<ArrayMap> arrays = readNpz(write("archive.npz", damaged));
      if (!arrays) {
        consumeError(arrays.takeError());
        continue;
      }
      for (const auto &[key, array] : *arrays)
        EXPECT_EQ(array.bytes.size(),
                  array.elementCount() * byteSize(array.type));
    }
  }
}

/// Overwrites the uncompressed sizes of the only member, in the directory and
/// before the data, with `size`.
std::string claimSize(std::string file, uint32_t size) {
  auto patch = [&](StringRef signature, size_t offset) {
    size_t at = file.find(signature.str());
    ASSERT_NE(std::string::npos, at);
    for (int i = 0; i < 4; ++i)
      file[at + offset + i] = static_cast<char>(size >> (8 * i));
  };
  patch("PK\x03\x04", 22);
  patch("PK\x01\x02", 24);
  return file;
}

TEST_F(NpzTest, DistrustsClaimedSizes) {
  ArrayMap arrays{{"x", iota(ElementType::Float32, {2, 3})}};
  ASSERT_EQ("", toString(writeNpz(pathOf("small.npz"), arrays)));
  std::string file = contents(pathOf("small.npz"));
  EXPECT_THAT(npzError(claimSize(file, 0x7fffffff)),
              HasSubstr("cannot come from"));
  EXPECT_THAT(npzError(claimSize(file, 5000)),
              AllOf(HasSubstr("archive.npz"), HasSubstr("'x'")));
  EXPECT_THAT(npzError(claimSize(file, 130)), HasSubstr("'x'"));
}

TEST_F(NpzTest, RefusesToUnpackBombs) {
  // Noise does not compress: three megabytes that could claim a thousandfold.
  Array noise = Array::zeros(ElementType::UInt8, {3 << 20});
  std::mt19937 random(1);
  for (uint8_t &byte : noise.bytes)
    byte = static_cast<uint8_t>(random());
  ASSERT_EQ("", toString(writeNpz(pathOf("noise.npz"), {{"x", noise}})));
  std::string file = contents(pathOf("noise.npz"));
  EXPECT_EQ("", npzError(file));
  EXPECT_THAT(npzError(claimSize(file, 2900000000u)),
              HasSubstr("100 times its size"));
}

TEST_F(NpzTest, RefusesOverlappingMembers) {
  Array noise = Array::zeros(ElementType::UInt8, {5000});
  std::mt19937 random(2);
  for (uint8_t &byte : noise.bytes)
    byte = static_cast<uint8_t>(random());
  ASSERT_EQ("", toString(writeNpz(pathOf("noise.npz"), {{"x", noise}})));
  std::string file = contents(pathOf("noise.npz"));
  // A second entry of the directory for the same bytes.
  size_t directory = file.find("PK\x01\x02"), end = file.find("PK\x05\x06");
  std::string entry = file.substr(directory, end - directory);
  std::string second = entry;
  second[entry.find("x.npy")] = 'y';
  file.insert(end, second);
  end += second.size();
  file[end + 8] = file[end + 10] = 2;
  uint32_t bytes = 2 * static_cast<uint32_t>(entry.size());
  file[end + 12] = static_cast<char>(bytes);
  file[end + 13] = static_cast<char>(bytes >> 8);
  EXPECT_THAT(npzError(file), HasSubstr("claim more bytes"));
}

TEST_F(NpzTest, RefusesDataBeyondTheClaimedSize) {
  Array array = Array::zeros(ElementType::UInt8, {2});
  ASSERT_EQ("", toString(writeNpy(pathOf("two.npy"), array)));
  size_t size = contents(pathOf("two.npy")).size();
  array.bytes.resize(200);
  ASSERT_EQ("", toString(writeNpz(pathOf("more.npz"), {{"x", array}})));
  EXPECT_THAT(npzError(claimSize(contents(pathOf("more.npz")), size)),
              HasSubstr("'x'"));
}

TEST_F(NpzTest, NamesFileAndReasonOfForeignFiles) {
  EXPECT_THAT(npzError("not an archive"), HasSubstr("not an .npz file"));
  EXPECT_THAT(messageOf(readNpz(pathOf("missing.npz"))),
              HasSubstr("missing.npz"));
  EXPECT_THAT(messageOf(readNpy(pathOf("missing.npy"))),
              HasSubstr("missing.npy"));
  EXPECT_THAT(messageOf(readNpz(directory)), HasSubstr("quantc-npz"));
  EXPECT_THAT(messageOf(readNpy(directory)), HasSubstr("quantc-npz"));
}

} // namespace
