//===- WindowsTest.cpp - Convolutions and pooling -----------------------===//
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
class WindowsTest : public BuilderTest {};

/// Both spatial dimensions of a window, as the references need them.
struct Shape {
  Index stride, dilation, before, after;

  Window window() const {
    Window result;
    result.stride.assign(stride.begin(), stride.end());
    result.dilation.assign(dilation.begin(), dilation.end());
    result.before.assign(before.begin(), before.end());
    result.after.assign(after.begin(), after.end());
    return result;
  }
  int64_t output(int64_t size, int64_t kernel, int axis) const {
    return (size + before[axis] + after[axis] - (kernel - 1) * dilation[axis] -
            1) /
               stride[axis] +
           1;
  }
};
} // namespace

/// x [N, H, W, C], w [O, KH, KW, C/groups].
static Tensor referenceConv(const Tensor &x, const Tensor &w, const Tensor &b,
                            const Shape &s, int64_t groups) {
  int64_t perGroup = w.shape[3], outs = w.shape[0] / groups;
  return Tensor::generate(
      {x.shape[0], s.output(x.shape[1], w.shape[1], 0),
       s.output(x.shape[2], w.shape[2], 1), w.shape[0]},
      [&](const Index &i) {
        double sum = b.data[i[3]];
        for (int64_t r = 0; r < w.shape[1]; ++r)
          for (int64_t c = 0; c < w.shape[2]; ++c)
            for (int64_t k = 0; k < perGroup; ++k)
              sum += w.at({i[3], r, c, k}) *
                     x.padded(
                         {i[0],
                          i[1] * s.stride[0] + r * s.dilation[0] - s.before[0],
                          i[2] * s.stride[1] + c * s.dilation[1] - s.before[1],
                          i[3] / outs * perGroup + k});
        return sum;
      });
}

TEST_F(WindowsTest, Convolutions) {
  struct {
    std::vector<int64_t> x, w;
    int64_t groups;
    Shape shape;
  } cases[] = {
      {{1, 5, 6, 2}, {3, 3, 3, 2}, 1, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
      // The last columns and rows are in no window.
      {{1, 8, 7, 2}, {3, 3, 2, 2}, 1, {{2, 3}, {1, 1}, {1, 0}, {1, 1}}},
      {{1, 8, 8, 2}, {3, 1, 1, 2}, 1, {{2, 3}, {1, 1}, {0, 0}, {0, 0}}},
      {{2, 9, 10, 1}, {2, 3, 3, 1}, 1, {{2, 2}, {2, 3}, {2, 0}, {1, 3}}},
      // Negative padding crops.
      {{1, 8, 8, 2}, {3, 3, 3, 2}, 1, {{1, 2}, {1, 1}, {-1, 1}, {0, -2}}},
      {{1, 6, 5, 4}, {6, 3, 3, 2}, 2, {{1, 2}, {1, 1}, {1, 0}, {0, 1}}},
      // Depthwise, once with two outputs per channel.
      {{1, 6, 5, 4}, {4, 3, 3, 1}, 4, {{2, 2}, {1, 1}, {1, 1}, {1, 1}}},
      {{1, 6, 5, 3}, {6, 3, 2, 1}, 3, {{1, 2}, {1, 1}, {1, 0}, {1, 1}}},
  };
  for (const auto &c : cases) {
    Tensor x = randomTensor(c.x), w = randomTensor(c.w),
           b = randomTensor({c.w[0]});
    expect(builder->conv(input(x), constant(w), constant(b), c.shape.window(),
                         c.groups),
           referenceConv(x, w, b, c.shape, c.groups));
  }
  run();
}

TEST_F(WindowsTest, OneSpatialDimension) {
  Tensor x = randomTensor({2, 9, 4}), w = randomTensor({6, 3, 2});
  Tensor x2 = x, w2 = w, zero{{6}, std::vector<float>(6, 0)};
  x2.shape = {2, 1, 9, 4};
  w2.shape = {6, 1, 3, 2};
  Tensor expected =
      referenceConv(x2, w2, zero, {{1, 2}, {1, 2}, {0, 1}, {0, 2}}, 2);
  expected.shape.erase(expected.shape.begin() + 1);
  Window window;
  window.stride = {2};
  window.dilation = {2};
  window.before = {1};
  window.after = {2};
  expect(builder->conv(input(x), constant(w), {}, window, 2), expected);
  run();
}

TEST_F(WindowsTest, Volumes) {
  Tensor x = randomTensor({1, 4, 5, 3, 2}), w = randomTensor({3, 2, 3, 2, 2}),
         b = randomTensor({3});
  Window window;
  window.stride = {1, 2, 1};
  window.before = {1, 0, 1};
  window.after = {0, 1, 0};
  // 4 windows along each of depth and columns, 2 of them along rows.
  auto at = [](const Index &i, int64_t d, int64_t r, int64_t c, int64_t k) {
    return Index{0, i[1] + d - 1, i[2] * 2 + r, i[3] + c - 1, k};
  };
  auto sumOver = [](auto term) {
    double sum = 0;
    for (int64_t d = 0; d < 2; ++d)
      for (int64_t r = 0; r < 3; ++r)
        for (int64_t c = 0; c < 2; ++c)
          sum += term(d, r, c);
    return sum;
  };
  Value v = input(x);
  expect(builder->conv(v, constant(w), constant(b), window),
         Tensor::generate({1, 4, 2, 3, 3}, [&](const Index &i) {
           return b.data[i[4]] + sumOver([&](int64_t d, int64_t r, int64_t c) {
                    double sum = 0;
                    for (int64_t k = 0; k < 2; ++k)
                      sum += x.padded(at(i, d, r, c, k)) *
                             w.at({i[4], d, r, c, k});
                    return sum;
                  });
         }));
  Tensor ones = x.map([](float) { return 1.0f; });
  expect(builder->averagePool(v, {2, 3, 2}, window),
         Tensor::generate({1, 4, 2, 3, 2}, [&](const Index &i) {
           auto padded = [&](const Tensor &t) {
             return sumOver([&](int64_t d, int64_t r, int64_t c) {
               return t.padded(at(i, d, r, c, i[4]));
             });
           };
           return padded(x) / padded(ones);
         }));
  run();
}

TEST_F(WindowsTest, AutomaticPadding) {
  // Odd totals: 1 row, 3 columns.
  Tensor x = randomTensor({1, 6, 7, 1}), w = randomTensor({1, 3, 4, 1}),
         b{{1}, {0.5f}};
  for (AutoPad pad : {AutoPad::SameUpper, AutoPad::SameLower, AutoPad::Valid}) {
    Window window;
    window.stride = {2, 1};
    window.autoPad = pad;
    Shape shape{{2, 1}, {1, 1}, {0, 0}, {0, 0}};
    if (pad == AutoPad::SameUpper)
      shape.before = {0, 1}, shape.after = {1, 2};
    if (pad == AutoPad::SameLower)
      shape.before = {1, 2}, shape.after = {0, 1};
    expect(builder->conv(input(x), constant(w), constant(b), window),
           referenceConv(x, w, b, shape, 1));
  }
  run();
}

TEST_F(WindowsTest, TransposedConvolutions) {
  struct {
    int64_t groups;
    Shape shape;
    Index added;
  } cases[] = {
      {1, {{2, 2}, {1, 1}, {0, 0}, {0, 0}}, {0, 0}},
      {1, {{2, 3}, {1, 1}, {1, 1}, {1, 0}}, {1, 2}},
      {2, {{1, 2}, {1, 1}, {1, 0}, {1, 1}}, {0, 1}},
      {1, {{2, 1}, {2, 3}, {1, 2}, {2, 1}}, {0, 0}},
      // More than a kernel is cut off.
      {1, {{3, 3}, {1, 1}, {4, 0}, {3, 5}}, {0, 0}},
  };
  for (const auto &c : cases) {
    Tensor x = randomTensor({1, 4, 5, 2}), b = randomTensor({4}),
           w = randomTensor({4, 3, 2, 2 / c.groups});
    const Shape &s = c.shape;
    auto size = [&](int64_t in, int64_t kernel, int axis) {
      return (in - 1) * s.stride[axis] + (kernel - 1) * s.dilation[axis] + 1 -
             s.before[axis] - s.after[axis] + c.added[axis];
    };
    Tensor expected = Tensor::generate(
        {1, size(4, 3, 0), size(5, 2, 1), 4}, [&](const Index &i) {
          double sum = b.data[i[3]];
          int64_t perGroup = 2 / c.groups, first = i[3] / (4 / c.groups);
          for (int64_t y = 0; y < 4; ++y)
            for (int64_t z = 0; z < 5; ++z)
              for (int64_t r = 0; r < 3; ++r)
                for (int64_t q = 0; q < 2; ++q)
                  for (int64_t k = 0; k < perGroup; ++k)
                    if (y * s.stride[0] + r * s.dilation[0] - s.before[0] ==
                            i[1] &&
                        z * s.stride[1] + q * s.dilation[1] - s.before[1] ==
                            i[2])
                      sum += x.at({0, y, z, first * perGroup + k}) *
                             w.at({i[3], r, q, k});
          return sum;
        });
    TransposedSize added;
    added.outputPadding.assign(c.added.begin(), c.added.end());
    expect(builder->transposeConv(input(x), constant(w), constant(b),
                                  s.window(), added, c.groups),
           expected);
  }
  run();
}

/// Windows of 3x2 over x [1, H, W, 1]; `ceil` adds the windows that stick out.
template <typename Fn>
static Tensor referencePool(const Tensor &x, const Shape &s, bool ceil,
                            Fn function) {
  int64_t kernel[] = {3, 2}, out[2];
  for (int axis : {0, 1}) {
    int64_t size = x.shape[axis + 1];
    out[axis] = s.output(size, kernel[axis], axis);
    int64_t next = out[axis] * s.stride[axis];
    int64_t end = (out[axis] - 1) * s.stride[axis] +
                  (kernel[axis] - 1) * s.dilation[axis] + 1;
    if (ceil && end < size + s.before[axis] + s.after[axis] &&
        next < size + s.before[axis])
      ++out[axis];
  }
  return Tensor::generate({1, out[0], out[1], 1}, [&](const Index &i) {
    std::vector<double> inside;
    int64_t counted = 0;
    for (int64_t r = 0; r < kernel[0]; ++r)
      for (int64_t c = 0; c < kernel[1]; ++c) {
        int64_t y = i[1] * s.stride[0] + r * s.dilation[0] - s.before[0];
        int64_t z = i[2] * s.stride[1] + c * s.dilation[1] - s.before[1];
        counted += y < x.shape[1] + s.after[0] && z < x.shape[2] + s.after[1];
        if (y >= 0 && z >= 0 && y < x.shape[1] && z < x.shape[2])
          inside.push_back(x.at({0, y, z, 0}));
      }
    return function(inside, counted);
  });
}

TEST_F(WindowsTest, Pooling) {
  using Values = std::vector<double>;
  Shape shapes[] = {
      {{2, 2}, {1, 1}, {0, 0}, {0, 0}},
      {{2, 3}, {1, 1}, {1, 1}, {1, 0}},
      {{3, 2}, {1, 1}, {1, 0}, {2, 1}},
  };
  for (const Shape &shape : shapes)
    for (bool ceil : {false, true}) {
      Tensor x = randomTensor({1, 8, 7, 1}, -5, -1);
      Value v = input(x);
      Window window = shape.window();
      window.ceilMode = ceil;
      expect(builder->maxPool(v, {3, 2}, window),
             referencePool(x, shape, ceil, [](const Values &e, int64_t) {
               return *std::max_element(e.begin(), e.end());
             }));
      for (bool padding : {false, true})
        expect(builder->averagePool(v, {3, 2}, window, padding),
               referencePool(x, shape, ceil, [&](const Values &e, int64_t n) {
                 double sum = 0;
                 for (double value : e)
                   sum += value;
                 return sum / double(padding ? n : e.size());
               }));
    }
  Shape dilated{{2, 1}, {2, 3}, {1, 2}, {1, 1}};
  Tensor x = randomTensor({1, 8, 7, 1}, -5, -1);
  Value v = input(x);
  expect(builder->maxPool(v, {3, 2}, dilated.window()),
         referencePool(x, dilated, false, [](const Values &e, int64_t) {
           return *std::max_element(e.begin(), e.end());
         }));
  for (bool padding : {false, true})
    expect(builder->averagePool(v, {3, 2}, dilated.window(), padding),
           referencePool(x, dilated, false, [&](const Values &e, int64_t n) {
             double sum = 0;
             for (double value : e)
               sum += value;
             return sum / double(padding ? n : e.size());
           }));
  run();
}
