//===- ModelTest.cpp - Compiled networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Execution/Model.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Pipelines.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using testing::HasSubstr;

namespace {
class ModelTest : public testing::Test {
protected:
  ModelTest() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    target = llvm::cantFail(describeTarget("", "", ""));
  }

  /// Compiles a network for the host.
  std::unique_ptr<Model> load(llvm::StringRef source) {
    module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    mlir::PassManager pm(&context);
    populateCodegenPipeline(pm, {target, "net"});
    if (!module || failed(pm.run(*module)))
      return nullptr;
    return llvm::cantFail(Model::fromModule(*module, target));
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  TargetDescription target;
};
} // namespace

template <typename T>
static Array makeArray(ElementType type, std::vector<int64_t> shape,
                       std::vector<T> values) {
  Array array = Array::zeros(type, shape);
  llvm::copy(values, array.as<T>().begin());
  return array;
}

static constexpr llvm::StringLiteral addNetwork = R"(
func.func @main(%a: tensor<2x2xf32> {ptq.name = "a"}, %b: tensor<2x2xf32>) -> (tensor<2x2xf32> {ptq.name = "sum"}, tensor<4xf32>) {
  %0 = tosa.add %a, %b : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %s = tosa.const_shape {values = dense<4> : tensor<1xindex>} : () -> !tosa.shape<1>
  %1 = tosa.reshape %a, %s : (tensor<2x2xf32>, !tosa.shape<1>) -> tensor<4xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<4xf32>
}
)";

TEST_F(ModelTest, RunsAndDescribesItself) {
  auto model = load(addNetwork);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->interface().inputs[0].name, "a");
  EXPECT_EQ(model->interface().inputs[1].name, "input_1");
  EXPECT_EQ(model->interface().outputs[0].name, "sum");
  Array a = makeArray<float>(ElementType::Float32, {2, 2}, {1, 2, 3, 4});
  Array b = makeArray<float>(ElementType::Float32, {2, 2}, {10, 20, 30, 40});
  auto outputs = llvm::cantFail(model->run({a, b}));
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_THAT(outputs[0].as<float>().vec(),
              testing::ElementsAre(11, 22, 33, 44));
  EXPECT_EQ(outputs[1].shape, std::vector<int64_t>{4});
  EXPECT_THAT(outputs[1].as<float>().vec(), testing::ElementsAre(1, 2, 3, 4));
}

TEST_F(ModelTest, WrongInputsAreErrors) {
  auto model = load(addNetwork);
  ASSERT_TRUE(model);
  Array a = makeArray<float>(ElementType::Float32, {2, 2}, {1, 2, 3, 4});
  Array wrong = makeArray<float>(ElementType::Float32, {4}, {1, 2, 3, 4});
  auto shape = model->run({a, wrong});
  ASSERT_FALSE(static_cast<bool>(shape));
  EXPECT_THAT(
      llvm::toString(shape.takeError()),
      HasSubstr(
          "input 'input_1' is float32[4], the network takes float32[2, 2]"));
  auto count = model->run({a});
  ASSERT_FALSE(static_cast<bool>(count));
  EXPECT_THAT(llvm::toString(count.takeError()),
              HasSubstr("takes 2 inputs, not 1"));
}

TEST_F(ModelTest, BadPointersReturnCodes) {
  auto model = load(addNetwork);
  ASSERT_TRUE(model);
  alignas(64) float data[4][5] = {};
  const void *inputs[] = {data[0], data[1]};
  void *outputs[] = {data[2], data[3]};
  EXPECT_EQ(model->runRaw(inputs, outputs), 0);
  EXPECT_EQ(model->runRaw(nullptr, outputs), 1);
  EXPECT_EQ(model->runRaw(inputs, nullptr), 1);
  const void *missing[] = {data[0], nullptr};
  EXPECT_EQ(model->runRaw(missing, outputs), 2);
  void *misaligned[] = {data[2], reinterpret_cast<char *>(data[3]) + 2};
  EXPECT_EQ(model->runRaw(inputs, misaligned), 3);
}

/// Convolution with zero points, rescale and clamp, against the arithmetic in
/// plain C++.
TEST_F(ModelTest, IntegerConvolution) {
  auto model = load(R"(
func.func @main(%x: tensor<1x3x3x1xi8>) -> tensor<1x3x3x1xi8> {
  %w = "tosa.const"() <{values = dense<[[[[1], [2], [3]], [[4], [5], [6]], [[7], [8], [9]]]]> : tensor<1x3x3x1xi8>}> : () -> tensor<1x3x3x1xi8>
  %b = "tosa.const"() <{values = dense<100> : tensor<1xi32>}> : () -> tensor<1xi32>
  %xzp = "tosa.const"() <{values = dense<-3> : tensor<1xi8>}> : () -> tensor<1xi8>
  %wzp = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %xzp, %wzp {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x3x3x1xi8>, tensor<1x3x3x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x3x3x1xi32>
  %m = "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>
  %s = "tosa.const"() <{values = dense<32> : tensor<1xi8>}> : () -> tensor<1xi8>
  %izp = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %ozp = "tosa.const"() <{values = dense<5> : tensor<1xi8>}> : () -> tensor<1xi8>
  %1 = tosa.rescale %0, %m, %s, %izp, %ozp {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x3x3x1xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x3x3x1xi8>
  return %1 : tensor<1x3x3x1xi8>
}
)");
  ASSERT_TRUE(model);
  std::vector<int8_t> x = {-3, 1, 2, -128, 127, 5, 6, 7, 8};
  std::vector<int8_t> expected;
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      int sum = 100;
      for (int kr = 0; kr < 3; ++kr)
        for (int kc = 0; kc < 3; ++kc) {
          int r = row + kr - 1, c = column + kc - 1;
          if (r >= 0 && r < 3 && c >= 0 && c < 3)
            sum += (x[r * 3 + c] + 3) * (kr * 3 + kc + 1);
        }
      int scaled = (sum + 2) >> 2; // 2^30 / 2^32, rounded half up
      expected.push_back(std::clamp(scaled + 5, -128, 127));
    }
  }
  auto outputs = llvm::cantFail(
      model->run({makeArray<int8_t>(ElementType::Int8, {1, 3, 3, 1}, x)}));
  EXPECT_EQ(outputs[0].as<int8_t>().vec(), expected);
}

TEST_F(ModelTest, ObserverSeesValues) {
  module = mlir::parseSourceString<mlir::ModuleOp>(R"(
func.func @main(%x: tensor<2x4xf32>) -> tensor<2x2xf32> {
  %0 = ptq.observe %x {name = "x"} : tensor<2x4xf32>
  %1 = tosa.abs %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %start = tosa.const_shape {values = dense<[0, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %size = tosa.const_shape {values = dense<[2, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %2 = tosa.slice %1, %start, %size : (tensor<2x4xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<2x2xf32>
  %3 = ptq.observe %2 {name = "slice"} : tensor<2x2xf32>
  return %3 : tensor<2x2xf32>
}
)",
                                                   &context);
  mlir::PassManager pm(&context);
  populateCodegenPipeline(pm, {target, "net"});
  ASSERT_TRUE(succeeded(pm.run(*module)));
  std::map<uint32_t, std::vector<float>> seen;
  auto model = llvm::cantFail(Model::fromModule(
      *module, target, [&](uint32_t index, const float *data, size_t count) {
        seen[index].assign(data, data + count);
      }));
  llvm::cantFail(model->run({makeArray<float>(
      ElementType::Float32, {2, 4}, {-1, -2, -3, -4, -5, -6, -7, -8})}));
  EXPECT_THAT(seen[0], testing::ElementsAre(-1, -2, -3, -4, -5, -6, -7, -8));
  EXPECT_THAT(seen[1], testing::ElementsAre(2, 3, 6, 7));
}
