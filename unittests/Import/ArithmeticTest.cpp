//===- ArithmeticTest.cpp - Elementwise operations, products, reductions ===//
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
class ArithmeticTest : public BuilderTest {};
} // namespace

TEST_F(ArithmeticTest, Functions) {
  Tensor x = randomTensor({3, 7}, -4, 4);
  x.data[0] = 0.5f, x.data[1] = 1.5f, x.data[2] = -2.5f, x.data[3] = 0;
  Value v = input(x);
  struct {
    UnaryKind kind;
    double (*reference)(double);
  } functions[] = {
      {UnaryKind::Abs, [](double a) { return std::fabs(a); }},
      {UnaryKind::Ceil, [](double a) { return std::ceil(a); }},
      {UnaryKind::Erf, [](double a) { return std::erf(a); }},
      {UnaryKind::Exp, [](double a) { return std::exp(a); }},
      {UnaryKind::Floor, [](double a) { return std::floor(a); }},
      {UnaryKind::Gelu,
       [](double a) { return a * 0.5 * std::erfc(-a * std::sqrt(0.5)); }},
      {UnaryKind::GeluTanh,
       [](double a) {
         return a / (1 + std::exp(-2 * std::sqrt(2 / M_PI) *
                                  (a + 0.044715 * std::pow(a, 3))));
       }},
      {UnaryKind::HardSwish,
       [](double a) { return a <= -3  ? 0
                             : a >= 3 ? a
                                      : a * (a + 3) / 6; }},
      {UnaryKind::Neg, [](double a) { return -a; }},
      {UnaryKind::Relu, [](double a) { return a > 0 ? a : 0; }},
      {UnaryKind::Relu0To1, [](double a) { return a > 1   ? 1
                                                  : a > 0 ? a
                                                          : 0; }},
      {UnaryKind::Relu6, [](double a) { return a > 0 ? a : 0; }},
      {UnaryKind::ReluN1To1,
       [](double a) { return a > 1    ? 1
                             : a < -1 ? -1
                                      : a; }},
      {UnaryKind::Round, [](double a) { return std::nearbyint(a); }},
      {UnaryKind::Sigmoid, [](double a) { return 1 / (1 + std::exp(-a)); }},
      {UnaryKind::Sign, [](double a) { return a > 0   ? 1.
                                              : a < 0 ? -1.
                                                      : 0; }},
      {UnaryKind::Softplus, [](double a) { return std::log1p(std::exp(a)); }},
      {UnaryKind::Softsign, [](double a) { return a / (1 + std::fabs(a)); }},
      {UnaryKind::Square, [](double a) { return a * a; }},
      {UnaryKind::Swish, [](double a) { return a / (1 + std::exp(-a)); }},
      {UnaryKind::Tanh, [](double a) { return std::tanh(a); }},
  };
  for (auto [kind, reference] : functions)
    expect(builder->unary(kind, v), x.map(reference));
  // Of what is not negative.
  Value positive = builder->unary(UnaryKind::Abs, v);
  expect(builder->unary(UnaryKind::Sqrt, positive),
         x.map([](double a) { return std::sqrt(std::fabs(a)); }));
  Value above =
      builder->binary(BinaryKind::Add, positive, builder->scalar(1.f));
  expect(builder->unary(UnaryKind::Log, above),
         x.map([](double a) { return std::log(std::fabs(a) + 1); }));
  expect(builder->unary(UnaryKind::Rsqrt, above),
         x.map([](double a) { return 1 / std::sqrt(std::fabs(a) + 1); }));
  run();
}

TEST_F(ArithmeticTest, FunctionsWithParameters) {
  Tensor x = randomTensor({2, 3, 4}, -4, 4), slope = randomTensor({4});
  Value v = input(x);
  expect(builder->clamp(v, -INFINITY, 0.25),
         x.map([](double a) { return std::min(a, 0.25); }));
  for (double alpha : {0.1, 1.5, -0.5})
    expect(builder->leakyRelu(v, alpha),
           x.map([&](double a) { return a < 0 ? alpha * a : a; }));
  expect(builder->prelu(v, constant(slope)),
         Tensor::generate(x.shape, [&](const Index &i) {
           float a = x.at(i);
           return a < 0 ? slope.data[i[2]] * a : a;
         }));
  expect(builder->hardSigmoid(v, 0.2, 0.5),
         x.map([](double a) { return std::clamp(0.2 * a + 0.5, 0.0, 1.0); }));
  expect(builder->elu(v, 0.7),
         x.map([](double a) { return a < 0 ? 0.7 * std::expm1(a) : a; }));
  expect(builder->cast(v, builder->getI32Type()),
         x.map([](double a) { return std::trunc(a); }));
  expect(builder->cast(builder->cast(v, builder->getBoolType()),
                       builder->getF32Type()),
         x.map([](double a) { return a != 0; }));
  run();
}

TEST_F(ArithmeticTest, Broadcasting) {
  // Every shape against every other that numpy lets it meet.
  Tensor a = randomTensor({2, 1, 3}, 0.5, 3), b = randomTensor({4, 1}, 0.5, 3);
  Value v = input(a), w = input(b);
  struct {
    BinaryKind kind;
    double (*reference)(double, double);
  } functions[] = {
      {BinaryKind::Add, [](double p, double q) { return p + q; }},
      {BinaryKind::Sub, [](double p, double q) { return p - q; }},
      {BinaryKind::Mul, [](double p, double q) { return p * q; }},
      {BinaryKind::Div, [](double p, double q) { return p / q; }},
      {BinaryKind::Pow, [](double p, double q) { return std::pow(p, q); }},
      {BinaryKind::Minimum, [](double p, double q) { return std::min(p, q); }},
      {BinaryKind::Maximum, [](double p, double q) { return std::max(p, q); }},
      {BinaryKind::SquaredDifference,
       [](double p, double q) { return (p - q) * (p - q); }},
      {BinaryKind::Less, [](double p, double q) { return double(p < q); }},
      {BinaryKind::GreaterEqual,
       [](double p, double q) { return double(p >= q); }},
      {BinaryKind::NotEqual, [](double p, double q) { return double(p != q); }},
  };
  for (auto [kind, reference] : functions)
    expect(builder->binary(kind, v, w),
           Tensor::generate({2, 4, 3}, [&, f = reference](const Index &i) {
             return f(a.at({i[0], 0, i[2]}), b.at({i[1], 0}));
           }));
  for (float power : {-1.0f, -0.5f, 0.5f, 1.0f, 2.0f, 3.0f, 1.7f})
    expect(builder->binary(BinaryKind::Pow, v, builder->scalar(power)),
           a.map([&](double p) { return std::pow(p, power); }));
  Value mask = builder->binary(BinaryKind::Greater, v, builder->scalar(1.5f));
  expect(builder->select(mask, w, builder->scalar(-1.0f)),
         Tensor::generate({2, 4, 3}, [&](const Index &i) {
           return a.at({i[0], 0, i[2]}) > 1.5f ? b.at({i[1], 0}) : -1.0f;
         }));
  run();
}

TEST_F(ArithmeticTest, MatrixProducts) {
  struct {
    std::vector<int64_t> a, b;
    bool transposeA, transposeB, constantB;
  } cases[] = {
      {{5, 3}, {3, 4}, false, false, false},
      {{5, 3}, {3, 4}, false, false, true},
      {{3, 5}, {4, 3}, true, true, false},
      {{2, 5, 3}, {4, 3}, false, true, true},
      {{2, 1, 5, 3}, {6, 3, 4}, false, false, false},
      {{2, 6, 5, 3}, {3, 4}, false, false, false},
      {{1, 6, 5, 3}, {2, 6, 3, 4}, false, false, true},
  };
  for (const auto &c : cases) {
    Tensor a = randomTensor(c.a), b = randomTensor(c.b);
    std::vector<int64_t> shape(std::max(a.shape.size(), b.shape.size()));
    auto sizeOf = [&](const Tensor &t, size_t axis) {
      size_t gap = shape.size() - t.shape.size();
      return axis < gap ? 1 : t.shape[axis - gap];
    };
    size_t rank = shape.size();
    for (size_t i = 0; i + 2 < rank; ++i)
      shape[i] = std::max(sizeOf(a, i), sizeOf(b, i));
    shape[rank - 2] = sizeOf(a, rank - (c.transposeA ? 1 : 2));
    shape[rank - 1] = sizeOf(b, rank - (c.transposeB ? 2 : 1));
    int64_t inner = sizeOf(a, rank - (c.transposeA ? 2 : 1));
    auto get = [&](const Tensor &t, const Index &i, int64_t row, int64_t column,
                   bool transposed) {
      Index index(i.end() - t.shape.size(), i.end());
      size_t n = index.size();
      for (size_t axis = 0; axis + 2 < n; ++axis)
        index[axis] = t.shape[axis] == 1 ? 0 : index[axis];
      index[n - 2] = transposed ? column : row;
      index[n - 1] = transposed ? row : column;
      return t.at(index);
    };
    expect(builder->matMul(input(a), c.constantB ? constant(b) : input(b),
                           c.transposeA, c.transposeB),
           Tensor::generate(shape, [&](const Index &i) {
             double sum = 0;
             for (int64_t k = 0; k < inner; ++k)
               sum += get(a, i, i[rank - 2], k, c.transposeA) *
                      get(b, i, k, i[rank - 1], c.transposeB);
             return sum;
           }));
  }
  Tensor a = randomTensor({5, 3}), b = randomTensor({4, 3}),
         c = randomTensor({4});
  for (bool transposed : {false, true})
    for (bool fixed : {false, true}) {
      Tensor weights = Tensor::generate(
          {3, 4}, [&](const Index &i) { return b.at({i[1], i[0]}); });
      Value w = transposed ? constant(b) : constant(weights);
      expect(
          builder->gemm(input(a), fixed ? w : input(transposed ? b : weights),
                        constant(c), fixed ? 1.0 : 0.5, 2.0, false, transposed),
          Tensor::generate({5, 4}, [&](const Index &i) {
            double sum = 0;
            for (int64_t k = 0; k < 3; ++k)
              sum += a.at({i[0], k}) * b.at({i[1], k});
            return (fixed ? 1.0 : 0.5) * sum + 2 * c.data[i[1]];
          }));
    }
  run();
}

/// f over the elements that the kept axes leave.
template <typename Fn>
static Tensor reduceTensor(const Tensor &x, std::vector<int64_t> axes,
                           bool keep, Fn function) {
  std::vector<int64_t> shape = x.shape, short_;
  for (int64_t axis : axes)
    shape[axis] = 1;
  Tensor result = Tensor::generate(shape, [&](const Index &i) {
    std::vector<double> seen;
    Tensor::generate(x.shape, [&](const Index &j) {
      for (size_t axis = 0; axis < j.size(); ++axis)
        if (shape[axis] != 1 && i[axis] != j[axis])
          return 0.0f;
      seen.push_back(x.at(j));
      return 0.0f;
    });
    return function(seen);
  });
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (!llvm::is_contained(axes, int64_t(axis)))
      short_.push_back(shape[axis]);
  if (!keep)
    result.shape = short_;
  return result;
}

static double sumOf(const std::vector<double> &values) {
  double sum = 0;
  for (double value : values)
    sum += value;
  return sum;
}

TEST_F(ArithmeticTest, Reductions) {
  using Values = std::vector<double>;
  Tensor x = randomTensor({2, 3, 4});
  Value v = input(x);
  auto check = [&](ReduceKind kind, double (*reference)(const Values &)) {
    expect(builder->reduce(kind, v, {0, -1}, true),
           reduceTensor(x, {0, 2}, true, reference));
    expect(builder->reduce(kind, v, 1, false),
           reduceTensor(x, {1}, false, reference));
    expect(builder->reduce(kind, v, {}, true),
           reduceTensor(x, {0, 1, 2}, true, reference));
  };
  check(ReduceKind::Sum, sumOf);
  check(ReduceKind::Mean,
        [](const Values &e) { return sumOf(e) / double(e.size()); });
  check(ReduceKind::Max,
        [](const Values &e) { return *std::max_element(e.begin(), e.end()); });
  check(ReduceKind::Min,
        [](const Values &e) { return *std::min_element(e.begin(), e.end()); });
  check(ReduceKind::Prod, [](const Values &e) {
    double product = 1;
    for (double value : e)
      product *= value;
    return product;
  });
  check(ReduceKind::L1, [](const Values &e) {
    double sum = 0;
    for (double value : e)
      sum += std::fabs(value);
    return sum;
  });
  check(ReduceKind::L2, [](const Values &e) {
    double sum = 0;
    for (double value : e)
      sum += value * value;
    return std::sqrt(sum);
  });
  check(ReduceKind::LogSumExp, [](const Values &e) {
    double sum = 0;
    for (double value : e)
      sum += std::exp(value);
    return std::log(sum);
  });
  run();
}

TEST_F(ArithmeticTest, ArgMax) {
  Tensor x{{2, 4}, {1, 3, 3, 0, -1, -1, -2, -1}};
  Value v = input(x);
  expect(builder->argMax(v, 1, false), {{2}, {1, 0}});
  expect(builder->argMax(v, -1, true, true), {{2, 1}, {2, 3}});
  expect(builder->argMin(v, 1, false), {{2}, {3, 2}});
  // tosa.argmax has no i32.
  Value integers = builder->cast(v, builder->getI32Type());
  expect(builder->argMax(integers, 1, false), {{2}, {1, 0}});
  expect(builder->argMax(integers, -1, true, true), {{2, 1}, {2, 3}});
  expect(builder->argMin(integers, 1, false), {{2}, {3, 2}});
  expect(builder->argMin(integers, 0, true, true), {{1, 4}, {1, 1, 1, 1}});
  run();
}

TEST_F(ArithmeticTest, Normalizations) {
  Tensor x = randomTensor({2, 3, 4}, -5, 5);
  Tensor s = randomTensor({4}), t = randomTensor({4});
  Tensor m = randomTensor({4}), w = randomTensor({4}, 0.5, 2);
  Value v = input(x);
  Tensor sum = reduceTensor(x, {1}, true, [](const std::vector<double> &e) {
    double total = 0;
    for (double value : e)
      total += std::exp(1.5 * value);
    return total;
  });
  auto softmax = [&](const Index &i) {
    return std::exp(1.5 * x.at(i)) / sum.at({i[0], 0, i[2]});
  };
  expect(builder->softmax(v, 1, 1.5), Tensor::generate(x.shape, softmax));
  Value scaled = builder->binary(BinaryKind::Mul, v, builder->scalar(1.5f));
  expect(builder->logSoftmax(scaled, -2),
         Tensor::generate(
             x.shape, [&](const Index &i) { return std::log(softmax(i)); }));
  auto normalize = [&](std::vector<int64_t> axes) {
    Tensor mean = reduceTensor(x, axes, true, [](const std::vector<double> &e) {
      return sumOf(e) / double(e.size());
    });
    Tensor variance =
        reduceTensor(x, axes, true, [](const std::vector<double> &e) {
          double average = sumOf(e) / double(e.size()), total = 0;
          for (double value : e)
            total += (value - average) * (value - average);
          return total / double(e.size());
        });
    return Tensor::generate(x.shape, [&](const Index &i) {
      Index j = i;
      for (int64_t axis : axes)
        j[axis] = 0;
      return (x.at(i) - mean.at(j)) / std::sqrt(variance.at(j) + 1e-3) *
                 s.data[i[2]] +
             t.data[i[2]];
    });
  };
  expect(builder->layerNorm(v, -1, constant(s), constant(t), 1e-3),
         normalize({2}));
  expect(builder->instanceNorm(v, constant(s), constant(t), 1e-3),
         normalize({1}));
  for (bool fixed : {true, false})
    expect(builder->batchNorm(v, constant(s), fixed ? constant(t) : input(t),
                              constant(m), constant(w), 1e-3),
           Tensor::generate(x.shape, [&](const Index &i) {
             int64_t c = i[2];
             return (x.at(i) - m.data[c]) / std::sqrt(w.data[c] + 1e-3) *
                        s.data[c] +
                    t.data[c];
           }));
  run();
}

TEST_F(ArithmeticTest, EinsteinSums) {
  Tensor x = randomTensor({2, 3, 4}), y = randomTensor({4, 5}),
         row = randomTensor({1, 4});
  // Ellipses of different ranks, and one that is summed.
  expect(builder->einsum("...ij,...jk->...ik", {input(x), input(y)}),
         Tensor::generate({2, 3, 5}, [&](Index i) {
           float sum = 0;
           for (int64_t j = 0; j < 4; ++j)
             sum += x.at({i[0], i[1], j}) * y.at({j, i[2]});
           return sum;
         }));
  expect(builder->einsum("...j->j", {input(x)}),
         Tensor::generate({4}, [&](Index i) {
           float sum = 0;
           for (int64_t j = 0; j < 6; ++j)
             sum += x.at({j / 3, j % 3, i[0]});
           return sum;
         }));
  // A size of 1 goes with any other, wherever it is summed.
  expect(builder->einsum("ijk,lk->jl", {input(x), input(row)}),
         Tensor::generate({3, 1}, [&](Index i) {
           float sum = 0;
           for (int64_t j = 0; j < 8; ++j)
             sum += x.at({j / 4, i[0], j % 4}) * row.at({0, j % 4});
           return sum;
         }));
  expect(builder->einsum("jk,jk->k", {input(y), input(randomTensor({1, 5}))}),
         Tensor::generate({5}, [&](Index i) {
           float sum = 0;
           for (int64_t j = 0; j < 4; ++j)
             sum += y.at({j, i[0]});
           return sum * randomTensor({1, 5}).at({0, i[0]});
         }));
  run();
}
