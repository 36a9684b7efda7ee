//===- ResizeTest.cpp - Resizing ----------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BuilderTest.h"

using namespace quantc;
using Index = Tensor::Index;

namespace {
class ResizeTest : public BuilderTest {};
} // namespace

static double position(ResizeCoordinates coordinates, int64_t o, double in,
                       double out, double scale) {
  switch (coordinates) {
  case ResizeCoordinates::Asymmetric:
    return double(o) / scale;
  case ResizeCoordinates::HalfPixel:
    return (double(o) + 0.5) / scale - 0.5;
  case ResizeCoordinates::PytorchHalfPixel:
    return out > 1 ? (double(o) + 0.5) / scale - 0.5 : 0;
  case ResizeCoordinates::AlignCorners:
    return out > 1 ? double(o) * (in - 1) / (out - 1) : 0;
  case ResizeCoordinates::HalfPixelSymmetric:
    return in / 2 + (double(o) + 0.5 - out / 2) / scale - 0.5;
  case ResizeCoordinates::PixelCenter:
    return (double(o) + 0.5) / scale;
  }
  return 0;
}

TEST_F(ResizeTest, Resizing) {
  constexpr std::pair<int64_t, int64_t> kSizes[] = {
      {6, 8}, {5, 3}, {1, 7}, {2, 61}};
  for (auto coordinates :
       {ResizeCoordinates::Asymmetric, ResizeCoordinates::HalfPixel,
        ResizeCoordinates::PytorchHalfPixel, ResizeCoordinates::AlignCorners})
    for (const auto &size : kSizes) {
      int64_t height = size.first, width = size.second;
      Tensor x = randomTensor({1, 3, 4, 2});
      Value v = input(x);
      auto at = [&](double y, double z, int64_t c) {
        return x.at({0, int64_t(std::clamp(y, 0.0, 2.0)),
                     int64_t(std::clamp(z, 0.0, 3.0)), c});
      };
      auto sample = [&](auto function) {
        return Tensor::generate({1, height, width, 2}, [&](const Index &i) {
          return function(
              position(coordinates, i[1], 3, height, double(height) / 3),
              position(coordinates, i[2], 4, width, double(width) / 4), i[3]);
        });
      };
      ResizeSpec spec;
      spec.coordinates = coordinates;
      spec.mode = ResizeMode::Linear;
      expect(builder->resize(v, {height, width}, spec),
             sample([&](double y, double z, int64_t c) {
               double r = std::floor(y), q = std::floor(z);
               double top =
                   at(r, q, c) * (q + 1 - z) + at(r, q + 1, c) * (z - q);
               double low = at(r + 1, q, c) * (q + 1 - z) +
                            at(r + 1, q + 1, c) * (z - q);
               return top * (r + 1 - y) + low * (y - r);
             }),
             1e-4);
      spec.mode = ResizeMode::Nearest;
      struct {
        ResizeRounding rounding;
        double (*reference)(double);
      } roundings[] = {
          {ResizeRounding::Floor,
           [](double p) { return std::floor(p + 1e-9); }},
          {ResizeRounding::Ceil, [](double p) { return std::ceil(p - 1e-9); }},
          {ResizeRounding::RoundPreferFloor,
           [](double p) { return std::ceil(p - 0.5 - 1e-9); }},
          {ResizeRounding::RoundPreferCeil,
           [](double p) { return std::floor(p + 0.5 + 1e-9); }},
      };
      for (auto [rounding, reference] : roundings) {
        spec.rounding = rounding;
        expect(builder->resize(v, {height, width}, spec),
               sample([&, f = reference](double y, double z, int64_t c) {
                 return at(f(y), f(z), c);
               }));
      }
    }
  run();
}

TEST_F(ResizeTest, ResizingByScale) {
  // floor(5 * 1.3) = 6 and floor(4 * pi) = 12: the scale counts, not the sizes.
  Tensor x = randomTensor({1, 5, 4, 1});
  ResizeSpec spec;
  spec.coordinates = ResizeCoordinates::Asymmetric;
  spec.rounding = ResizeRounding::Floor;
  spec.scales = {1.3f, float(M_PI)};
  expect(builder->resize(input(x), {6, 12}, spec),
         Tensor::generate({1, 6, 12, 1}, [&](const Index &i) {
           return x.at({0, int64_t(double(i[1]) / 1.3),
                        int64_t(double(i[2]) / M_PI), 0});
         }));
  run();
}

TEST_F(ResizeTest, AligningCornersByScale) {
  // Lengths count before they are rounded down: 5 * 1.5 = 7.5 and 8 * 0.6 =
  // 4.8, of which a short fraction and none are made.
  Tensor x = randomTensor({1, 5, 8, 1});
  ResizeSpec spec;
  spec.coordinates = ResizeCoordinates::AlignCorners;
  for (float columns : {0.6f, float(M_PI) / 5}) {
    double width = double(columns) * 8;
    spec.scales = {1.5, columns};
    auto sample = [&](auto function) {
      return Tensor::generate({1, 7, int64_t(width), 1}, [&](const Index &i) {
        return function(double(i[1]) * 4 / 6.5, double(i[2]) * 7 / (width - 1));
      });
    };
    auto at = [&](double y, double z) {
      return double(x.at({0, int64_t(std::clamp(y, 0.0, 4.0)),
                          int64_t(std::clamp(z, 0.0, 7.0)), 0}));
    };
    // The sum of elements around a position, weighted by their distances.
    auto weigh = [&](double y, double z, auto weight) {
      double sum = 0;
      for (double r = std::floor(y) - 1; r <= std::floor(y) + 2; ++r)
        for (double q = std::floor(z) - 1; q <= std::floor(z) + 2; ++q)
          sum += at(r, q) * weight(std::fabs(y - r)) * weight(std::fabs(z - q));
      return sum;
    };
    spec.mode = ResizeMode::Linear;
    expect(builder->resize(input(x), {7, int64_t(width)}, spec),
           sample([&](double y, double z) {
             return weigh(y, z, [](double t) { return std::max(1 - t, 0.0); });
           }));
    spec.mode = ResizeMode::Cubic;
    expect(builder->resize(input(x), {7, int64_t(width)}, spec),
           sample([&](double y, double z) {
             return weigh(y, z, [](double t) {
               double a = -0.75;
               return t < 1 ? ((a + 2) * t - (a + 3)) * t * t + 1
                            : a * (((t - 5) * t + 8) * t - 4);
             });
           }));
    spec.mode = ResizeMode::Nearest;
    expect(builder->resize(input(x), {7, int64_t(width)}, spec),
           sample([&](double y, double z) {
             return at(std::ceil(y - 0.5), std::ceil(z - 0.5));
           }));
  }
  run();
}

TEST_F(ResizeTest, ResizingAboutTheCenter) {
  // 5 * 1.5 = 7.5, so that the centers of 5 and of 7 elements are moved.
  Tensor x = randomTensor({1, 4, 5, 1});
  ResizeSpec spec;
  spec.mode = ResizeMode::Linear;
  spec.coordinates = ResizeCoordinates::HalfPixelSymmetric;
  spec.scales = {1, 1.5};
  expect(builder->resize(input(x), {4, 7}, spec),
         Tensor::generate({1, 4, 7, 1}, [&](const Index &i) {
           double p = position(spec.coordinates, i[2], 5, 7, 1.5);
           auto at = [&](double q) {
             return x.at({0, i[1], int64_t(std::clamp(q, 0.0, 4.0)), 0});
           };
           double low = std::floor(p);
           return at(low) * (low + 1 - p) + at(low + 1) * (p - low);
         }));
  run();
}

TEST_F(ResizeTest, CubicResizing) {
  Tensor x = randomTensor({2, 4, 5, 2});
  ResizeSpec spec;
  spec.mode = ResizeMode::Cubic;
  auto weigh = [&](double t) { // Keys' kernel, as it is published.
    double a = spec.cubicCoefficient;
    t = std::fabs(t);
    return t < 1   ? (a + 2) * t * t * t - (a + 3) * t * t + 1
           : t < 2 ? a * (t * t * t - 5 * t * t + 8 * t - 4)
                   : 0;
  };
  for (bool excluded : {false, true}) {
    spec.excludeOutside = excluded;
    spec.cubicCoefficient = excluded ? -0.5 : -0.75;
    // Calls `visit` with rows or columns and their weights.
    auto forTaps = [&](int64_t o, int64_t in, int64_t out, auto visit) {
      double p = position(spec.coordinates, o, double(in), double(out),
                          double(out) / double(in));
      double sum = 0;
      for (int64_t i = -3; i < in + 3; ++i)
        if (!excluded || (i >= 0 && i < in))
          sum += weigh(p - double(i));
      for (int64_t i = -3; i < in + 3; ++i)
        if (!excluded || (i >= 0 && i < in))
          visit(std::clamp<int64_t>(i, 0, in - 1), weigh(p - double(i)) / sum);
    };
    expect(builder->resize(input(x), {7, 3}, spec),
           Tensor::generate({2, 7, 3, 2}, [&](const Index &i) {
             double sum = 0;
             forTaps(i[1], 4, 7, [&](int64_t row, double u) {
               forTaps(i[2], 5, 3, [&](int64_t column, double v) {
                 sum += u * v * x.at({i[0], row, column, i[3]});
               });
             });
             return sum;
           }));
  }
  run();
}
