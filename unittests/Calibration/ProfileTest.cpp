//===- ProfileTest.cpp - Tests of the calibration profile -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Profile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <limits>

using namespace quantc;
using namespace llvm;
using testing::HasSubstr;

namespace {

Profile profileOf(std::vector<std::vector<float>> samples) {
  Profile profile;
  profile.fingerprint = "c0ffee";
  for (const std::vector<float> &sample : samples) {
    profile.tensors["conv1"].addSample(sample.data(), sample.size());
    float doubled = 2 * sample[0];
    profile.tensors["a \"name\"\n\xc3\xa9"].addSample(&doubled, 1);
  }
  return profile;
}

std::string errorOf(StringRef text) {
  Expected<Profile> profile = Profile::fromJson(text);
  return profile ? "" : toString(profile.takeError());
}

std::string replaced(std::string text, StringRef from, StringRef to) {
  size_t at = text.find(from.str());
  EXPECT_NE(std::string::npos, at) << from.str();
  return text.replace(at, from.size(), to.str());
}

TEST(ProfileTest, RoundTrips) {
  Profile profile = profileOf({{1, -2.5f, 0}, {0.1f, 1e-42f}, {-3e38f}});
  Expected<Profile> read = Profile::fromJson(profile.toJson());
  ASSERT_TRUE(static_cast<bool>(read)) << toString(read.takeError());
  EXPECT_EQ(profile.fingerprint, read->fingerprint);
  EXPECT_TRUE(profile.tensors == read->tensors);
  EXPECT_EQ(profile.toJson(), read->toJson());
}

TEST(ProfileTest, CountsAreExactBeyondDouble) {
  Profile profile = profileOf({{1}});
  Histogram::State state = profile.tensors["conv1"].state();
  auto counted = llvm::find(state.bins, 1u);
  *counted = state.values = (uint64_t(1) << 61) + 1;
  ASSERT_TRUE(profile.tensors["conv1"].setState(state));
  Expected<Profile> read = Profile::fromJson(profile.toJson());
  ASSERT_TRUE(static_cast<bool>(read)) << toString(read.takeError());
  EXPECT_EQ((uint64_t(1) << 61) + 1, read->tensors["conv1"].values());
}

TEST(ProfileTest, MergeIsTheProfileOfTheUnion) {
  Profile whole = profileOf({{1, 2}, {-3, 100}, {0.001f}});
  Profile first = profileOf({{-3, 100}});
  Profile second = profileOf({{0.001f}, {1, 2}});
  Profile other = second;
  ASSERT_EQ("", toString(other.merge(first)));
  ASSERT_EQ("", toString(first.merge(second)));
  EXPECT_EQ(whole.toJson(), first.toJson());
  EXPECT_EQ(whole.toJson(), other.toJson());
}

TEST(ProfileTest, MergeRefusesAnotherNetwork) {
  Profile first = profileOf({{1}}), second = profileOf({{2}});
  second.fingerprint = "decaf";
  std::string before = first.toJson();
  EXPECT_THAT(toString(first.merge(second)),
              AllOf(HasSubstr("c0ffee"), HasSubstr("decaf")));
  EXPECT_EQ(before, first.toJson());
}

TEST(ProfileTest, RemembersPreprocessing) {
  Profile profile = profileOf({{1}}), plain = profile;
  profile.preprocessing.scale = {1.0 / 255};
  profile.preprocessing.mean = {0.485, 0.456, 0.406};
  profile.preprocessing.parseLayout("NHWC:NCHW");
  std::string text = profile.toJson();
  EXPECT_THAT(text, HasSubstr("\"version\":2,"));
  Expected<Profile> read = Profile::fromJson(text);
  ASSERT_TRUE(static_cast<bool>(read)) << toString(read.takeError());
  EXPECT_TRUE(profile.preprocessing == read->preprocessing);
  EXPECT_THAT(toString(read->merge(plain)), HasSubstr("preprocessing"));
  EXPECT_EQ("", toString(read->merge(profile)));
  EXPECT_THAT(errorOf(replaced(text, "NHWC:NCHW", "HWC")),
              HasSubstr("profile.preprocessing.layout"));
  EXPECT_THAT(errorOf(replaced(text, "\"mean\":[", "\"mean\":[null,")),
              HasSubstr("profile.preprocessing.mean"));
}

TEST(ProfileTest, RemembersExactInputs) {
  Profile profile = profileOf({{1}}), other = profile;
  profile.inputs["a"] = {0.5, -128, kInt8Activation};
  profile.inputs["b"] = {0.25, 3, kInt8Activation};
  Expected<Profile> read = Profile::fromJson(profile.toJson());
  ASSERT_TRUE(static_cast<bool>(read)) << toString(read.takeError());
  EXPECT_TRUE(profile.inputs == read->inputs);
  other.inputs["a"] = {0.5, -128, kInt8Activation};
  other.inputs["b"] = {0.25, 4, kInt8Activation};
  EXPECT_EQ("", toString(read->merge(other)));
  EXPECT_EQ(read->inputs.size(), 1u);
  EXPECT_EQ(read->inputs.count("a"), 1u);
  EXPECT_THAT(errorOf(replaced(profile.toJson(), "\"zeroPoint\":3",
                               "\"zeroPoint\":300")),
              HasSubstr("profile.inputs.b"));
}

TEST(ProfileTest, ChannelMeansMergeExactly) {
  Profile all = profileOf({{1}, {2}, {3}}), first = profileOf({{1}}),
          rest = profileOf({{2}, {3}});
  for (auto [profile, means] :
       {std::pair<Profile *, std::vector<float>>{&all, {0.1f, 1e8f, -3}},
        {&first, {0.1f}},
        {&rest, {1e8f, -3}}}) {
    profile->channelSums["conv1"].resize(2);
    for (float mean : means) {
      profile->channelSums["conv1"][0].add(mean);
      profile->channelSums["conv1"][1].add(-mean);
    }
  }
  EXPECT_EQ("", toString(rest.merge(first)));
  EXPECT_EQ(rest.toJson(), all.toJson());
  Expected<Profile> read = Profile::fromJson(all.toJson());
  ASSERT_TRUE(static_cast<bool>(read)) << toString(read.takeError());
  EXPECT_EQ(read->toJson(), all.toJson());
  std::vector<double> means = read->channelMeans("conv1");
  ASSERT_EQ(means.size(), 2u);
  EXPECT_DOUBLE_EQ(means[0], (double(0.1f) + 1e8 - 3) / 3);
  EXPECT_EQ(means[1], -means[0]);
  EXPECT_TRUE(read->channelMeans("none").empty());
  // What one part does not know is not known of the whole.
  EXPECT_EQ("", toString(rest.merge(profileOf({{4}}))));
  EXPECT_TRUE(rest.channelMeans("conv1").empty());
  EXPECT_THAT(errorOf(replaced(all.toJson(), "\"channelSums\":{\"conv1\":[",
                               "\"channelSums\":{\"conv1\":[[[900,1]],")),
              HasSubstr("channelSums.conv1"));
}

// A name that is too long for the inside of a std::string shows whether the
// error still has it.
TEST(ProfileTest, ErrorsNameTheTensorOfDamagedChannelSums) {
  const std::string name = "a tensor whose name is stored on the heap";
  Profile profile;
  profile.tensors[name] = profileOf({{1}}).tensors["conv1"];
  profile.channelSums[name].resize(1);
  for (const char *sum : {"[900,1]", "[0,4611686018427387904]"})
    EXPECT_THAT(errorOf(replaced(
                    profile.toJson(), "\"channelSums\":{\"" + name + "\":[",
                    "\"channelSums\":{\"" + name + "\":[[" + sum + "],")),
                HasSubstr("profile.channelSums." + name));
}

TEST(ProfileTest, MergeRefusesOverflow) {
  Profile first = profileOf({{1}});
  Histogram::State state = first.tensors["conv1"].state();
  state.nonFinite = Histogram::kMaxValues;
  ASSERT_TRUE(first.tensors["conv1"].setState(state));
  Profile second = first;
  std::string before = first.toJson();
  EXPECT_THAT(toString(first.merge(second)), HasSubstr("'conv1'"));
  EXPECT_EQ(before, first.toJson());
}

TEST(ProfileTest, ReadsEveryMeanThatItWrites) {
  Profile profile = profileOf({{1}, {2}});
  std::vector<ExactSum> &sums = profile.channelSums["conv1"];
  float denormal = std::numeric_limits<float>::denorm_min();
  float largest = std::numeric_limits<float>::max();
  for (float mean : {denormal, -denormal, largest, 1e-40f, -1e-38f}) {
    sums.emplace_back().add(mean);
    sums.back().add(mean);
  }
  EXPECT_EQ("", errorOf(profile.toJson()));
}

TEST(ProfileTest, SumsOfTheMostSamplesDoNotOverflow) {
  ExactSum sum;
  constexpr int64_t kMaxMantissa = (1 << 24) - 1;
  sum.setBucket(0, -int64_t(Histogram::kMaxSamples) * kMaxMantissa);
  EXPECT_TRUE(sum.isPossible(Histogram::kMaxSamples));
  EXPECT_FALSE(sum.isPossible(Histogram::kMaxSamples - 1));
  sum.setBucket(0, std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(sum.isPossible(Histogram::kMaxSamples));
}

TEST(ProfileTest, NamesWhatIsWrong) {
  std::string good = profileOf({{1, 2}}).toJson();
  EXPECT_EQ("", errorOf(good));
  EXPECT_THAT(errorOf(""), HasSubstr("calibrate again"));
  EXPECT_THAT(errorOf("[1, 2]"), HasSubstr("not a calibration profile"));
  EXPECT_THAT(errorOf("{}"), HasSubstr("not a calibration profile"));
  EXPECT_THAT(errorOf(replaced(good, "\"version\":1", "\"version\":3")),
              AllOf(HasSubstr("version 3"), HasSubstr("update")));
  EXPECT_THAT(errorOf(replaced(good, "\"version\":1", "\"version\":-1")),
              HasSubstr("no version"));
  EXPECT_THAT(errorOf(replaced(good, "\"fingerprint\"", "\"finger\"")),
              HasSubstr("fingerprint"));
  EXPECT_THAT(errorOf(replaced(good, "\"zeros\":0", "\"zeros\":-1")),
              HasSubstr(".zeros"));
  EXPECT_THAT(errorOf(replaced(good, "\"samples\":1", "\"samples\":9")),
              HasSubstr("contradict"));
  EXPECT_THAT(errorOf(replaced(good, "\"bins\":[[", "\"bins\":[[99999999,")),
              HasSubstr("bins"));
  EXPECT_THAT(errorOf(replaced(good, "\"bins\":[[", "\"bins\":[[],[")),
              HasSubstr("bins"));
  EXPECT_THAT(errorOf(replaced(good, "\"sumMin\":[[", "\"sumMin\":[[1,")),
              HasSubstr("sumMin"));
  EXPECT_THAT(errorOf(replaced(good, "\"max\":2", "\"max\":1e300")),
              HasSubstr("max"));
}

TEST(ProfileTest, EveryTruncationIsAnError) {
  std::string good = StringRef(profileOf({{1, 2}}).toJson()).trim().str();
  ASSERT_EQ("", errorOf(good));
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_NE("", errorOf(StringRef(good).take_front(size))) << size;
}

TEST(ProfileTest, DeepNestingIsAnError) {
  EXPECT_THAT(errorOf(std::string(1 << 22, '[')), HasSubstr("too deep"));
  EXPECT_THAT(errorOf("{\"a\":\"" + std::string(100, '[') + "\"}"),
              HasSubstr("not a calibration profile"));
}

TEST(ProfileTest, FilesAreNamed) {
  Expected<Profile> missing = Profile::load("no/such/profile.json");
  ASSERT_FALSE(static_cast<bool>(missing));
  EXPECT_THAT(toString(missing.takeError()), HasSubstr("no/such/profile.json"));
  EXPECT_THAT(toString(profileOf({{1}}).save("no/such/profile.json")),
              HasSubstr("no/such/profile.json"));
}

/// The example of docs/Profile.md.
constexpr StringLiteral kDocumented(R"json(
{"format":"quantc-profile","version":1,"fingerprint":"5f1d...","tensors":{
"conv1":{"samples":2,"values":5,"nonFinite":0,"zeros":1,"min":-2,"max":3,"exponent":2,"sumMin":[[-23,8388608],[-22,-8388608]],"sumMax":[[-23,8388608],[-22,12582912]],"bins":[[4096,1],[8192,1],[10240,2],[14336,1]]}
}}
)json");

TEST(ProfileTest, WritesTheDocumentedFormat) {
  Profile profile;
  profile.fingerprint = "5f1d...";
  float first[] = {1, -2, 0}, second[] = {3, 1};
  profile.tensors["conv1"].addSample(first, 3);
  profile.tensors["conv1"].addSample(second, 2);
  EXPECT_EQ(kDocumented.trim(), StringRef(profile.toJson()).trim());
}

} // namespace
