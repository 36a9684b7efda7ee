//===- PreprocessingTest.cpp - Tests of preprocessing -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Preprocessing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using testing::ElementsAre;

namespace {

TEST(PreprocessingTest, AppliesNumbersByChannel) {
  Preprocessing preprocessing;
  preprocessing.scale = {0.5};
  preprocessing.mean = {1, 2};
  preprocessing.deviation = {1, 4};
  std::vector<double> values{4, 4, 8, 20};
  preprocessing.data = DataLayout::NHWC;
  preprocessing.normalize(values, {1, 1, 2, 2});
  EXPECT_THAT(values, ElementsAre(1, 0, 3, 2));
  values = {4, 4, 8, 20};
  preprocessing.data = DataLayout::NCHW;
  preprocessing.normalize(values, {1, 2, 1, 2});
  EXPECT_THAT(values, ElementsAre(1, 1, 0.5, 2));
}

TEST(PreprocessingTest, ChannelsAreTheLastDimensionIfNothingIsSaid) {
  Preprocessing preprocessing;
  preprocessing.mean = {1, 2, 3};
  EXPECT_EQ(preprocessing.channels({8, 3}), 3);
  EXPECT_FALSE(preprocessing.checkChannels(3));
  EXPECT_EQ(llvm::toString(preprocessing.checkChannels(4)),
            "'mean' of the preprocessing lists 3 numbers, but the data has 4 "
            "channels in its last dimension; a layout (NCHW) says that they "
            "stand elsewhere");
  preprocessing.mean = {1};
  EXPECT_FALSE(preprocessing.checkChannels(4));
}

TEST(PreprocessingTest, RefusesNumbersWithoutMeaning) {
  Preprocessing preprocessing;
  preprocessing.deviation = {1, 0};
  EXPECT_EQ(llvm::toString(checkNumbers(preprocessing)),
            "'std' of the preprocessing is zero");
  preprocessing.deviation = {INFINITY};
  EXPECT_EQ(llvm::toString(checkNumbers(preprocessing)),
            "a number of the preprocessing is not finite");
}

TEST(PreprocessingTest, EightBitIntegersHaveExactParameters) {
  Preprocessing pixels, shifted, byChannel, between;
  pixels.scale = {1.0 / 255};
  auto params = pixels.exactParameters(ElementType::UInt8);
  ASSERT_TRUE(params);
  EXPECT_EQ(params->scale, double(float(1.0 / 255)));
  EXPECT_EQ(params->zeroPoint, -128);
  EXPECT_FALSE(pixels.exactParameters(ElementType::Float32));
  EXPECT_FALSE(pixels.exactParameters(ElementType::UInt16));
  shifted.mean = {83};
  shifted.deviation = {2};
  params = shifted.exactParameters(ElementType::Int8);
  ASSERT_TRUE(params);
  EXPECT_EQ(params->scale, 0.5);
  EXPECT_EQ(params->zeroPoint, 83);
  byChannel.mean = {1, 2};
  EXPECT_FALSE(byChannel.exactParameters(ElementType::UInt8));
  between.mean = {127.5}; // no byte stands for 0
  EXPECT_FALSE(between.exactParameters(ElementType::UInt8));
}

TEST(PreprocessingTest, ChangesLayoutBothWays) {
  // Two entries of a batch, 1x2 pixels, 3 channels.
  std::vector<uint8_t> last{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  std::vector<uint8_t> first =
      changeLayout(LayoutChange::ToNCHW, last, 1, {2, 1, 2, 3});
  EXPECT_THAT(first, ElementsAre(0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15));
  EXPECT_EQ(changeLayout(LayoutChange::ToNHWC, first, 1, {2, 3, 1, 2}), last);
  // Elements of two bytes move as a whole.
  EXPECT_THAT(changeLayout(LayoutChange::ToNCHW, {0, 1, 2, 3, 4, 5, 6, 7}, 2,
                           {1, 2, 1, 2}),
              ElementsAre(0, 1, 4, 5, 2, 3, 6, 7));
}

TEST(PreprocessingTest, FindsTheLayoutFromShapes) {
  Preprocessing preprocessing;
  bool ambiguous;
  auto find = [&](llvm::ArrayRef<int64_t> given,
                  llvm::ArrayRef<int64_t> wanted) {
    return findLayoutChange(preprocessing, given, wanted, ambiguous);
  };
  EXPECT_EQ(find({1, 8, 9, 3}, {1, 8, 9, 3}), LayoutChange::None);
  EXPECT_EQ(find({1, 8, 9, 3}, {1, 3, 8, 9}), std::nullopt);
  ASSERT_TRUE(preprocessing.parseLayout("NHWC"));
  EXPECT_EQ(find({1, 8, 9, 3}, {1, 8, 9, 3}), LayoutChange::None);
  EXPECT_EQ(find({1, 8, 9, 3}, {1, 3, 8, 9}), LayoutChange::ToNCHW);
  EXPECT_EQ(find({1, 640}, {1, 640}), LayoutChange::None);
  EXPECT_EQ(find({1, 3, 3, 3}, {1, 3, 3, 3}), std::nullopt);
  EXPECT_TRUE(ambiguous);
  // Both readings are the same when only dimensions of size 1 move.
  EXPECT_EQ(find({1, 1, 1, 1}, {1, 1, 1, 1}), LayoutChange::None);
  ASSERT_TRUE(preprocessing.parseLayout("NCHW:NHWC"));
  EXPECT_EQ(find({1, 3, 3, 3}, {1, 3, 3, 3}), LayoutChange::ToNHWC);
  EXPECT_EQ(find({1, 3, 8, 9}, {1, 8, 9, 3}), LayoutChange::ToNHWC);
}

TEST(PreprocessingTest, ReadsLayouts) {
  Preprocessing preprocessing;
  for (llvm::StringRef text : {"NHWC", "NCHW", "NHWC:NCHW", "NCHW:NCHW"}) {
    EXPECT_TRUE(preprocessing.parseLayout(text));
    EXPECT_EQ(preprocessing.layoutString(), text);
  }
  for (llvm::StringRef text : {"", "nhwc", "NHWC:", ":NHWC", "NHWC:NCHW:NHWC"})
    EXPECT_FALSE(preprocessing.parseLayout(text)) << text.str();
}

} // namespace
