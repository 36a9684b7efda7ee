//===- BuilderTest.h - Networks built and run -*- C++ -*- ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A network is built, compiled for the host and run; each of its outputs is
/// compared with values that the test computes by itself.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_UNITTESTS_IMPORT_BUILDERTEST_H
#define QUANTC_UNITTESTS_IMPORT_BUILDERTEST_H

#include "quantc/Driver/Compiler.h"
#include "quantc/Import/NetworkBuilder.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Network.h"

#include "mlir/IR/MLIRContext.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

namespace quantc {

/// A tensor of the test's own arithmetic.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> data;

  using Index = std::vector<int64_t>;

  /// The element at each index, in row-major order.
  template <typename Fn>
  static Tensor generate(std::vector<int64_t> shape, Fn element) {
    Tensor result{std::move(shape), {}};
    Index index(result.shape.size(), 0);
    int64_t count = 1;
    for (int64_t size : result.shape)
      count *= size;
    for (int64_t i = 0; i < count; ++i) {
      result.data.push_back(float(element(index)));
      for (size_t axis = index.size(); axis-- > 0;) {
        if (++index[axis] < result.shape[axis])
          break;
        index[axis] = 0;
      }
    }
    return result;
  }

  float at(const Index &index) const {
    int64_t position = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      position = position * shape[axis] + index[axis];
    return data[position];
  }
  /// The same, 0 outside.
  float padded(const Index &index) const {
    for (size_t axis = 0; axis < shape.size(); ++axis)
      if (index[axis] < 0 || index[axis] >= shape[axis])
        return 0;
    return at(index);
  }
  template <typename Fn>
  Tensor map(Fn function) const {
    return generate(shape, [&](const Index &i) { return function(at(i)); });
  }
};

/// Numbers in [low, high], the same in every run.
inline Tensor randomTensor(std::vector<int64_t> shape, float low = -2,
                           float high = 2) {
  std::minstd_rand generator(shape.size() * 31 + shape.back());
  std::uniform_real_distribution<float> range(low, high);
  return Tensor::generate(std::move(shape), [&](const Tensor::Index &) {
    return range(generator);
  });
}

class BuilderTest : public testing::Test {
protected:
  using Value = mlir::Value;

  BuilderTest() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.getDiagEngine().registerHandler(
        [&](mlir::Diagnostic &diagnostic) { errors += diagnostic.str(); });
    builder.emplace(context, "test.file");
    builder->setNode("node");
  }

  /// An argument that has `values` when the network runs.
  Value input(const Tensor &values) {
    inputs.push_back(Array::zeros(ElementType::Float32, values.shape));
    llvm::copy(values.data, inputs.back().as<float>().begin());
    return builder->addInput(
        "x", builder->getType(values.shape, builder->getF32Type()));
  }
  Value constant(const Tensor &values) {
    return builder->constant(values.shape, values.data);
  }

  /// Makes `value` an output that has to be `expected`.
  void expect(Value value, const Tensor &expected, double tolerance = 1e-5) {
    ASSERT_TRUE(value) << errors;
    if (builder->elementOf(value).isInteger())
      value = builder->cast(value, builder->getF32Type());
    EXPECT_EQ(builder->shapeOf(value).vec(), expected.shape);
    ASSERT_TRUE(succeeded(builder->addOutput("y", value)));
    expectations.push_back({expected, tolerance});
  }

  /// Runs what `expect` asked for.
  void run() {
    mlir::OwningOpRef<mlir::ModuleOp> module = builder->finish();
    ASSERT_TRUE(module && succeeded(verifyNetwork(*module))) << errors;
    useReals(*module);
    CompilerOptions options;
    options.form = NetworkForm::Float;
    auto model = loadModel(*module, options);
    ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError()) << errors;
    auto outputs = llvm::cantFail((*model)->run(inputs));
    ASSERT_EQ(outputs.size(), expectations.size());
    for (auto [i, output] : llvm::enumerate(outputs))
      compare(output.as<float>(), expectations[i], i);
  }

  mlir::MLIRContext context;
  std::string errors;
  std::optional<NetworkBuilder> builder;
  std::vector<Array> inputs;

private:
  struct Expectation {
    Tensor values;
    double tolerance;
  };

  /// Quantized constants become the reals that they stand for.
  static void useReals(mlir::ModuleOp module) {
    module.walk([](mlir::quant::DequantizeCastOp op) {
      auto reals = NetworkBuilder::getFloats(op.getResult());
      mlir::OpBuilder b(op);
      auto type = mlir::cast<mlir::RankedTensorType>(op.getType());
      op.replaceAllUsesWith(
          mlir::tosa::ConstOp::create(
              b, op.getLoc(), type,
              mlir::DenseElementsAttr::get(type, llvm::ArrayRef(*reals)))
              .getResult());
    });
  }

  static void compare(llvm::ArrayRef<float> actual,
                      const Expectation &expectation, size_t number) {
    ASSERT_EQ(actual.size(), expectation.values.data.size());
    for (auto [i, expected] : llvm::enumerate(expectation.values.data))
      ASSERT_NEAR(actual[i], expected,
                  expectation.tolerance * (1 + std::fabs(expected)))
          << "output " << number << ", element " << i;
  }

  std::vector<Expectation> expectations;
};

} // namespace quantc

#endif // QUANTC_UNITTESTS_IMPORT_BUILDERTEST_H
