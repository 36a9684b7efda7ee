//===- EstimatorsTest.cpp - Tests of the range estimators -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Estimators.h"

#include "llvm/ADT/STLExtras.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

using namespace quantc;

namespace {

constexpr Estimator kEstimators[] = {
    Estimator::MinMax,  Estimator::MovingAverage, Estimator::Percentile,
    Estimator::Entropy, Estimator::Mse,           Estimator::Auto};

Histogram histogramOf(const std::vector<float> &values) {
  Histogram histogram;
  histogram.addSample(values.data(), values.size());
  return histogram;
}

RangeEstimate estimate(const Histogram &histogram, Estimator estimator) {
  EstimatorOptions options;
  options.estimator = estimator;
  return estimateRange(histogram, kInt8Activation, options);
}

std::vector<float> drawn(size_t count, std::function<float(float)> shape) {
  std::mt19937 random(42);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values)
    value = shape(normal(random));
  return values;
}

/// The mean squared error of the values themselves.
double trueError(const std::vector<float> &values, const AffineParams &params) {
  double sum = 0;
  for (float value : values) {
    double error = dequantize(quantize(value, params), params) - value;
    sum += error * error;
  }
  return sum / static_cast<double>(values.size());
}

TEST(EstimatorsTest, NamesRoundTrip) {
  for (Estimator estimator : kEstimators)
    EXPECT_EQ(estimator, parseEstimator(stringifyEstimator(estimator)));
  EXPECT_EQ(std::nullopt, parseEstimator("MSE"));
  EXPECT_EQ(std::nullopt, parseEstimator(""));
}

TEST(EstimatorsTest, DegenerateTensors) {
  float huge = std::numeric_limits<float>::max();
  std::vector<std::vector<float>> tensors = {
      {},     {0},           {0, 0, 0}, {5},       {5, 5, 5},   {-5},  {NAN},
      {huge}, {-huge, huge}, {1e-45f},  {-1e-45f}, {0, 1e-38f}, {0, 7}};
  for (const std::vector<float> &values : tensors) {
    Histogram histogram = histogramOf(values);
    for (Estimator estimator : kEstimators) {
      RangeEstimate range = estimate(histogram, estimator);
      EXPECT_TRUE(std::isfinite(range.min) && std::isfinite(range.max));
      EXPECT_LE(std::min(0.0f, histogram.min()), range.min);
      EXPECT_GE(std::max(0.0f, histogram.max()), range.max);
      EXPECT_LE(range.min, range.max);
      EXPECT_GE(range.expectedSquaredError, 0);
      EXPECT_NE(Estimator::Auto, range.chosen);
    }
  }
}

TEST(EstimatorsTest, ConstantsAreKeptWithinHalfAStep) {
  for (float value : {5.0f, -0.25f, 3e-10f}) {
    RangeEstimate range = estimate(histogramOf({value}), Estimator::Auto);
    AffineParams params =
        chooseAsymmetric(range.min, range.max, kInt8Activation);
    EXPECT_NEAR(value, dequantize(quantize(value, params), params),
                std::abs(value) * 1e-6);
  }
}

TEST(EstimatorsTest, RectifiedTensorsKeepZeroAsTheLowestValue) {
  auto values = drawn(20000, [](float x) { return std::max(x, 0.0f); });
  for (Estimator estimator : kEstimators) {
    RangeEstimate range = estimate(histogramOf(values), estimator);
    EXPECT_EQ(0, range.min);
    AffineParams params =
        chooseAsymmetric(range.min, range.max, kInt8Activation);
    EXPECT_EQ(-128, params.zeroPoint);
  }
}

TEST(EstimatorsTest, ExpectedErrorIsThatOfTheValues) {
  auto values = drawn(200000, [](float x) { return 3 * x + 1; });
  Histogram histogram = histogramOf(values);
  for (double width : {20.0, 8.0, 3.0}) {
    AffineParams params = chooseAsymmetric(-width, width, kInt8Activation);
    double expected = trueError(values, params);
    EXPECT_NEAR(expected, expectedSquaredError(histogram, params),
                0.01 * expected)
        << width;
  }
}

TEST(EstimatorsTest, AutoIsNotWorseThanAny) {
  std::vector<std::function<float(float)>> shapes = {
      [](float x) { return x; }, [](float x) { return x * x * x; },
      [](float x) { return std::max(x, 0.0f); },
      [](float x) { return std::exp(x); },
      [](float x) { return x > 3.5f ? 1000.0f : x; }};
  for (const auto &shape : shapes) {
    auto values = drawn(50000, shape);
    Histogram histogram = histogramOf(values);
    double best = estimate(histogram, Estimator::Auto).expectedSquaredError;
    for (Estimator estimator : kEstimators)
      EXPECT_LE(best, estimate(histogram, estimator).expectedSquaredError);
  }
}

TEST(EstimatorsTest, MseIsNearTheBestSymmetricRange) {
  auto values = drawn(100000, [](float x) { return x * x * x; });
  Histogram histogram = histogramOf(values);
  double best = std::numeric_limits<double>::infinity();
  for (double width = 1; width < 100; width *= 1.02)
    best = std::min(best, trueError(values, chooseAsymmetric(-width, width,
                                                             kInt8Activation)));
  RangeEstimate found = estimate(histogram, Estimator::Mse);
  double error = trueError(
      values, chooseAsymmetric(found.min, found.max, kInt8Activation));
  EXPECT_LE(error, best * 1.01);
}

TEST(EstimatorsTest, PercentileCutsTheEndsThatExist) {
  std::vector<float> values;
  for (int i = 1; i <= 10000; ++i)
    values.push_back(static_cast<float>(i));
  EstimatorOptions options;
  options.estimator = Estimator::Percentile;
  options.percentile = 99;
  RangeEstimate range =
      estimateRange(histogramOf(values), kInt8Activation, options);
  EXPECT_EQ(0, range.min);
  EXPECT_NEAR(9900, range.max, 3);
  for (float &value : values)
    value -= 5000;
  range = estimateRange(histogramOf(values), kInt8Activation, options);
  EXPECT_NEAR(-4950, range.min, 3);
  EXPECT_NEAR(4950, range.max, 3);
  options.percentile = 100;
  range = estimateRange(histogramOf(values), kInt8Activation, options);
  EXPECT_EQ(-4999, range.min);
  EXPECT_EQ(5000, range.max);
}

TEST(EstimatorsTest, MovingAverageIsTheMeanOfExtremes) {
  Histogram histogram;
  for (float scale : {1.0f, 2.0f, 6.0f}) {
    std::vector<float> sample = {-scale, 0, 2 * scale};
    histogram.addSample(sample.data(), sample.size());
  }
  RangeEstimate range = estimate(histogram, Estimator::MovingAverage);
  EXPECT_EQ(-3, range.min);
  EXPECT_EQ(6, range.max);
}

TEST(EstimatorsTest, SearchesIgnoreAFewOutliers) {
  auto values = drawn(100000, [](float x) { return x; });
  values[17] = 900;
  values[18] = -900;
  for (Estimator estimator : {Estimator::Entropy, Estimator::Percentile}) {
    RangeEstimate range = estimate(histogramOf(values), estimator);
    EXPECT_LT(range.max, 30) << stringifyEstimator(estimator).str();
    EXPECT_GT(range.max, 1) << stringifyEstimator(estimator).str();
  }
}

TEST(EstimatorsTest, EntropyKeepsWhatIsNotAnOutlier) {
  for (float sign : {-1.0f, 1.0f}) {
    auto values =
        drawn(100000, [=](float x) { return sign * std::abs(x) - sign; });
    RangeEstimate range = estimate(histogramOf(values), Estimator::Entropy);
    EXPECT_GT(range.max - range.min, 2.5);
  }
}

TEST(EstimatorsTest, EntropyDoesNotClipMostOfAFewValues) {
  // As many values as a bottleneck of 8 has in 16 samples.
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    std::uniform_real_distribution<float> uniform(i % 2 ? 1 : -10, 10);
    std::vector<float> values(8 + random() % 120);
    for (float &value : values)
      value = uniform(random);
    RangeEstimate range = estimate(histogramOf(values), Estimator::Entropy);
    auto isClipped = [&](float value) {
      return value < range.min || value > range.max;
    };
    EXPECT_LE(llvm::count_if(values, isClipped), values.size() / 10)
        << values.size() << " values";
  }
}

TEST(EstimatorsTest, EntropySeesTheOthersBesideOneThatDominates) {
  std::mt19937 random(8);
  std::uniform_real_distribution<float> uniform(0.01f, 1);
  std::vector<float> values(100000, 0.01f);
  for (size_t i = 0; i < 10000; ++i)
    values[i] = uniform(random);
  RangeEstimate range = estimate(histogramOf(values), Estimator::Entropy);
  EXPECT_GT(range.max, 0.9);
}

TEST(EstimatorsTest, EntropyDoesNotTakeChanceForShape) {
  // So few values never fill the bins evenly, however wide the range is.
  std::mt19937 random(9);
  std::exponential_distribution<float> exponential;
  for (int i = 0; i < 100; ++i) {
    std::vector<float> values(800);
    for (float &value : values)
      value = exponential(random);
    Histogram histogram = histogramOf(values);
    EXPECT_GT(estimate(histogram, Estimator::Entropy).max,
              0.6 * histogram.max());
  }
}

TEST(EstimatorsTest, WiderStorageHasSmallerError) {
  Histogram histogram = histogramOf(drawn(10000, [](float x) { return x; }));
  EstimatorOptions options;
  double int8 =
      estimateRange(histogram, kInt8Activation, options).expectedSquaredError;
  double int16 =
      estimateRange(histogram, kInt16Activation, options).expectedSquaredError;
  EXPECT_LT(int16, int8 / 1000);
}

} // namespace
