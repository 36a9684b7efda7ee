//===- SampleSetTest.cpp - Some of the calibration samples -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/SampleSet.h"

#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

using namespace quantc;

namespace {

SampleSet::Sample makeSample(float value, size_t elements = 2) {
  Array array = Array::zeros(ElementType::Float32, {1, int64_t(elements)});
  array.as<float>()[0] = value;
  return {array};
}

std::string toText(const SampleSet &set) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os);
  set.write(json);
  return text;
}

/// The error, or the set's text.
std::string readBack(llvm::StringRef text) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value)
    return llvm::toString(value.takeError());
  SampleSet set;
  llvm::json::Path::Root root("samples");
  if (!set.read(*value, root))
    return llvm::toString(root.getError());
  return toText(set);
}

TEST(SampleSetTest, KeepsTheSameSamplesInAnyOrder) {
  SampleSet whole, forwards, backwards;
  for (int i = 0; i < 100; ++i) {
    whole.add(makeSample(i));
    SampleSet one;
    one.add(makeSample(i));
    forwards.merge(one);
    SampleSet other;
    other.add(makeSample(99 - i));
    backwards.merge(other);
  }
  EXPECT_EQ(whole.size(), SampleSet::kMostSamples);
  EXPECT_EQ(toText(whole), toText(forwards));
  EXPECT_EQ(toText(whole), toText(backwards));
}

TEST(SampleSetTest, EqualSamplesCountOnce) {
  SampleSet set;
  set.add(makeSample(1));
  set.add(makeSample(1));
  set.add(makeSample(1, 3)); // another shape
  EXPECT_EQ(set.size(), 2u);
}

TEST(SampleSetTest, LimitsBytes) {
  SampleSet set;
  size_t elements = SampleSet::kMostBytes / 4 / 3;
  for (int i = 0; i < 5; ++i)
    set.add(makeSample(i, elements));
  EXPECT_EQ(set.size(), 3u);
  SampleSet none;
  none.add(makeSample(1, SampleSet::kMostBytes));
  EXPECT_TRUE(none.empty());
}

TEST(SampleSetTest, ReadsWhatItWrites) {
  SampleSet set;
  for (int i = 0; i < 3; ++i)
    set.add(makeSample(i));
  EXPECT_EQ(readBack(toText(set)), toText(set));
}

TEST(SampleSetTest, RefusesWhatIsNoSample) {
  auto refuses = [](const char *text, const char *reason) {
    EXPECT_NE(readBack(text).find(reason), std::string::npos)
        << text << ": " << readBack(text);
  };
  refuses("{}", "expected a list of at most 32 samples");
  refuses("[3]", "expected a list of arrays");
  refuses("[[[1]]]", "expected [type, shape, bytes]");
  refuses(R"([[["text",[1],""]]])", "expected an element type");
  refuses(R"([[["float32",["a"],""]]])", "expected integer");
  const char *bytes = "expected the array's bytes, compressed, in base64";
  refuses(R"([[["float32",[1],"%"]]])", bytes);
  refuses(R"([[["float32",[1],"AAAA"]]])", bytes);
  refuses(R"([[["float32",[0],""]]])", bytes);
  refuses(R"([[["float32",[-1],""]]])", bytes);
  refuses(R"([[["float32",[4611686018427387904,4],""]]])", bytes);
  // One element more and one less than there are.
  std::string text = [] {
    SampleSet set;
    set.add(makeSample(1));
    return toText(set);
  }();
  for (const char *shape : {"[1,3]", "[1,1]"}) {
    std::string changed = text;
    changed.replace(changed.find("[1,2]"), 5, shape);
    refuses(changed.c_str(), bytes);
  }
}

} // namespace
