//===- OutputFileTest.cpp - Tests of atomic outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using namespace llvm;
using testing::HasSubstr;

namespace {

class OutputFileTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("quantc-output", directory));
  }
  void TearDown() override { sys::fs::remove_directories(directory); }

  std::string pathOf(StringRef name) const {
    SmallString<128> path(directory);
    sys::path::append(path, name);
    return path.str().str();
  }
  size_t filesLeft() const {
    std::error_code code;
    size_t count = 0;
    for (sys::fs::directory_iterator it(directory, code), end;
         it != end && !code; it.increment(code))
      ++count;
    return count;
  }
  static std::string contents(StringRef path) {
    return (*MemoryBuffer::getFile(path))->getBuffer().str();
  }
  static std::string write(StringRef path, StringRef text) {
    return toString(writeFileAtomically(path, [&](raw_pwrite_stream &os) {
      os << text;
      return Error::success();
    }));
  }

  SmallString<128> directory;
};

TEST_F(OutputFileTest, WritesAndReplaces) {
  EXPECT_EQ("", write(pathOf("a"), "first"));
  EXPECT_EQ("", write(pathOf("a"), "second"));
  EXPECT_EQ("second", contents(pathOf("a")));
  EXPECT_EQ(1u, filesLeft());
}

TEST_F(OutputFileTest, FailureKeepsTheOldFile) {
  EXPECT_EQ("", write(pathOf("a"), "old"));
  Error error = writeFileAtomically(pathOf("a"), [](raw_pwrite_stream &os) {
    os << "half";
    return createStringError("no more");
  });
  EXPECT_THAT(toString(std::move(error)),
              AllOf(HasSubstr(pathOf("a")), HasSubstr("no more")));
  EXPECT_EQ("old", contents(pathOf("a")));
  EXPECT_EQ(1u, filesLeft());
}

TEST_F(OutputFileTest, NamesUnwritablePaths) {
  EXPECT_THAT(write(pathOf("no/such/file"), "x"), HasSubstr("no/such/file"));
  EXPECT_THAT(write(directory, "x"), HasSubstr("quantc-output"));
  EXPECT_EQ(0u, filesLeft());
}

TEST_F(OutputFileTest, FollowsSymbolicLinks) {
  EXPECT_EQ("", write(pathOf("a"), "old"));
  ASSERT_FALSE(sys::fs::create_link(pathOf("a"), pathOf("link")));
  EXPECT_EQ("", write(pathOf("link"), "new"));
  EXPECT_EQ("new", contents(pathOf("a")));
  EXPECT_TRUE(sys::fs::is_symlink_file(pathOf("link")));
}

TEST_F(OutputFileTest, FollowsDanglingLinks) {
  ASSERT_FALSE(sys::fs::create_link("b", pathOf("link")));
  ASSERT_FALSE(sys::fs::create_link("link", pathOf("linked-link")));
  EXPECT_EQ("", write(pathOf("linked-link"), "new"));
  EXPECT_EQ("new", contents(pathOf("b")));
  EXPECT_TRUE(sys::fs::is_symlink_file(pathOf("link")));
  EXPECT_EQ(3u, filesLeft());
  ASSERT_FALSE(sys::fs::create_link("circle", pathOf("circle")));
  EXPECT_THAT(write(pathOf("circle"), "x"), HasSubstr("circle"));
}

TEST_F(OutputFileTest, KeepsTheMode) {
  EXPECT_EQ("", write(pathOf("a"), "old"));
  ASSERT_FALSE(sys::fs::setPermissions(pathOf("a"), sys::fs::owner_read |
                                                        sys::fs::owner_write));
  EXPECT_EQ("", write(pathOf("a"), "new"));
  EXPECT_EQ(sys::fs::owner_read | sys::fs::owner_write,
            *sys::fs::getPermissions(pathOf("a")));
}

TEST_F(OutputFileTest, WritesAllOrNone) {
  auto text = [](StringRef contents) {
    return [contents](raw_pwrite_stream &os) {
      os << contents;
      return Error::success();
    };
  };
  EXPECT_EQ("", write(pathOf("a"), "old"));
  std::vector<OutputFile> files{{pathOf("a"), text("new a")},
                                {pathOf("b"), text("new b")},
                                {pathOf("c"), [](raw_pwrite_stream &) {
                                   return createStringError("no more");
                                 }}};
  EXPECT_THAT(toString(writeFilesAtomically(files)),
              AllOf(HasSubstr(pathOf("c")), HasSubstr("no more")));
  EXPECT_EQ("old", contents(pathOf("a")));
  EXPECT_EQ(1u, filesLeft());

  // The last file gets its name, but not this one: all are put back.
  files.back() = {pathOf("d"), [&](raw_pwrite_stream &os) {
                    // A folder appears in its place meanwhile.
                    return errorCodeToError(
                        sys::fs::create_directories(pathOf("d/e")));
                  }};
  EXPECT_THAT(toString(writeFilesAtomically(files)), HasSubstr(pathOf("d")));
  EXPECT_EQ("old", contents(pathOf("a")));
  EXPECT_EQ(2u, filesLeft());

  files.pop_back();
  EXPECT_EQ("", toString(writeFilesAtomically(files)));
  EXPECT_EQ("new a", contents(pathOf("a")));
  EXPECT_EQ("new b", contents(pathOf("b")));
  EXPECT_EQ(3u, filesLeft());
}

TEST_F(OutputFileTest, KnowsRegularFiles) {
  EXPECT_TRUE(isRegularOutput(pathOf("new")));
  for (const char *path : {"-", "/dev/null", "/dev/stdout", "/dev/fd/1"})
    EXPECT_FALSE(isRegularOutput(path)) << path;
  EXPECT_TRUE(isStandardOutput("-"));
  EXPECT_TRUE(isStandardOutput("/dev/stdout"));
  EXPECT_FALSE(isStandardOutput(pathOf("new")));
}

TEST_F(OutputFileTest, WritesDevicesDirectly) {
  EXPECT_EQ("", write("/dev/null", "x"));
  if (sys::fs::exists("/dev/full")) {
    EXPECT_THAT(write("/dev/full", "x"), HasSubstr("No space left"));
  }
}

} // namespace
