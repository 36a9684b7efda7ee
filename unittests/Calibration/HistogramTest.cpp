//===- HistogramTest.cpp - Tests of the fixed-size statistics -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Histogram.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace quantc;

namespace {

using Sample = std::vector<float>;

Histogram histogramOf(const std::vector<Sample> &samples) {
  Histogram histogram;
  for (const Sample &sample : samples)
    histogram.addSample(sample.data(), sample.size());
  return histogram;
}

/// Samples whose magnitudes span float32: every merge widens somewhere.
std::vector<Sample> randomSamples(unsigned seed, size_t count) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> exponent(-160, 127);
  std::uniform_real_distribution<float> mantissa(-1, 1);
  std::vector<Sample> samples(count);
  for (Sample &sample : samples) {
    sample.resize(random() % 20);
    int scale = exponent(random);
    for (float &value : sample) {
      value = std::ldexp(mantissa(random), scale + int(random() % 12) - 11);
      unsigned special = random() % 40;
      if (special == 0)
        value = std::numeric_limits<float>::quiet_NaN();
      else if (special == 1)
        value = -std::numeric_limits<float>::infinity();
      else if (special < 5)
        value = 0;
    }
  }
  return samples;
}

TEST(HistogramTest, CountsAndExtremes) {
  float inf = std::numeric_limits<float>::infinity();
  Histogram histogram = histogramOf({{1, -2, 0, -0.0f, NAN}, {3, inf}, {-inf}});
  EXPECT_EQ(2u, histogram.samples());
  EXPECT_EQ(5u, histogram.values());
  EXPECT_EQ(3u, histogram.nonFinite());
  EXPECT_EQ(2u, histogram.zeros());
  EXPECT_EQ(-2, histogram.min());
  EXPECT_EQ(3, histogram.max());
  EXPECT_EQ(0.5, histogram.meanMin());
  EXPECT_EQ(2, histogram.meanMax());
}

TEST(HistogramTest, NegativeZeroIsZero) {
  Histogram histogram = histogramOf({{-0.0f}});
  EXPECT_FALSE(std::signbit(histogram.min()));
  EXPECT_FALSE(std::signbit(histogram.max()));
  EXPECT_EQ(1u, histogram.zeros());
}

TEST(HistogramTest, EveryValueIsInItsBin) {
  for (float value : {1.0f, -1.0f, 0.99999994f, -0.99999994f, 1e-45f, -1e-45f,
                      3.4028235e38f, -3.4028235e38f, 0.3f, -0.3f, 0.0f}) {
    for (float other : {0.0f, 1.0f, -1e-30f, 1e30f}) {
      Histogram histogram = histogramOf({{value}, {other}});
      size_t found = 0;
      for (size_t i = 0; i < histogram.bins().size(); ++i)
        if (histogram.bins()[i] && histogram.binLow(i) <= value &&
            value < histogram.binLow(i + 1))
          found += histogram.bins()[i];
      EXPECT_GE(found, 1u) << value << " with " << other;
    }
  }
}

TEST(HistogramTest, BinsCountAllValues) {
  Histogram histogram = histogramOf(randomSamples(3, 200));
  EXPECT_EQ(histogram.values(),
            std::accumulate(histogram.bins().begin(), histogram.bins().end(),
                            uint64_t(0)));
}

TEST(HistogramTest, AnyOrderOfSamplesIsEqual) {
  std::mt19937 random(7);
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::vector<Sample> samples = randomSamples(seed, 30);
    Histogram expected = histogramOf(samples);
    std::shuffle(samples.begin(), samples.end(), random);
    EXPECT_TRUE(expected == histogramOf(samples)) << seed;
  }
}

TEST(HistogramTest, AnySplitMergesToTheWhole) {
  std::mt19937 random(11);
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::vector<Sample> samples = randomSamples(seed, 24);
    Histogram expected = histogramOf(samples);
    size_t partCount = 1 + random() % 6;
    std::vector<std::vector<Sample>> parts(partCount);
    for (const Sample &sample : samples)
      parts[random() % partCount].push_back(sample);
    std::vector<Histogram> histograms;
    for (const std::vector<Sample> &part : parts)
      histograms.push_back(histogramOf(part));
    // Merged as a random tree.
    while (histograms.size() > 1) {
      std::shuffle(histograms.begin(), histograms.end(), random);
      Histogram last = histograms.back();
      histograms.pop_back();
      ASSERT_TRUE(histograms.front().canMerge(last));
      histograms.front().merge(last);
    }
    EXPECT_TRUE(expected == histograms.front()) << seed;
    EXPECT_EQ(expected.meanMin(), histograms.front().meanMin()) << seed;
  }
}

TEST(HistogramTest, SplittingASampleKeepsTheBins) {
  std::vector<float> values(1000);
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 3);
  std::generate(values.begin(), values.end(), [&] { return normal(random); });
  Histogram whole, parts;
  whole.addSample(values.data(), values.size());
  parts.addSample(values.data(), 300);
  parts.addSample(values.data() + 300, 700);
  EXPECT_EQ(whole.bins(), parts.bins());
  EXPECT_EQ(whole.max(), parts.max());
}

TEST(HistogramTest, StateRoundTrips) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Histogram histogram = histogramOf(randomSamples(seed, seed));
    Histogram copy;
    EXPECT_TRUE(copy.setState(histogram.state())) << seed;
    EXPECT_TRUE(copy == histogram) << seed;
  }
}

TEST(HistogramTest, RejectsInconsistentStates) {
  Histogram histogram = histogramOf({{1, 2, 0}, {-1, 5}});
  auto rejects = [&](auto change) {
    Histogram::State state = histogram.state();
    change(state);
    Histogram target;
    return !target.setState(state) && target == Histogram();
  };
  using State = Histogram::State;
  EXPECT_FALSE(rejects([](State &) {}));
  EXPECT_TRUE(rejects([](State &s) { s.samples = 0; }));
  EXPECT_TRUE(rejects([](State &s) { s.samples = 6; }));
  EXPECT_TRUE(rejects([](State &s) { ++s.values; }));
  EXPECT_TRUE(rejects([](State &s) { s.values = UINT64_MAX; }));
  EXPECT_TRUE(rejects([](State &s) { s.nonFinite = UINT64_MAX; }));
  EXPECT_TRUE(rejects([](State &s) { s.zeros = 2; }));
  EXPECT_TRUE(rejects([](State &s) { s.min = 6; }));
  EXPECT_TRUE(rejects([](State &s) { s.min = -5.5f; }));
  EXPECT_TRUE(rejects([](State &s) { s.max = 4; }));
  EXPECT_TRUE(rejects([](State &s) { s.max = NAN; }));
  EXPECT_TRUE(rejects([](State &s) { ++s.exponent; }));
  EXPECT_TRUE(rejects([](State &s) { s.bins.pop_back(); }));
  EXPECT_TRUE(rejects([](State &s) { s.bins.clear(); }));
  EXPECT_TRUE(rejects([](State &s) { s.bins[0] = UINT64_MAX; }));
  EXPECT_TRUE(rejects([](State &s) { s.sumMin[500] = 1; }));
  EXPECT_TRUE(rejects([](State &s) { s.sumMax[0] = INT64_MIN; }));
}

TEST(ExactSumTest, DoesNotDependOnOrder) {
  std::mt19937 random(1);
  std::vector<float> values;
  for (int i = 0; i < 500; ++i)
    values.push_back(std::ldexp(static_cast<float>(random() % 2001) - 1000,
                                int(random() % 200) - 100));
  ExactSum forward, backward;
  for (float value : values)
    forward.add(value);
  std::reverse(values.begin(), values.end());
  for (float value : values)
    backward.add(value);
  EXPECT_TRUE(forward == backward);
  EXPECT_EQ(forward.value(), backward.value());
}

TEST(ExactSumTest, KeepsWhatDoubleLoses) {
  ExactSum sum;
  sum.add(1e30f);
  sum.add(1e-30f);
  sum.add(-1e30f);
  EXPECT_EQ(static_cast<double>(1e-30f), sum.value());
}

} // namespace
