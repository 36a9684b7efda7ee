//===- QuantizedTest.cpp - Names and quantized tensors ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BuilderTest.h"

using namespace quantc;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
class QuantizedTest : public BuilderTest {
protected:
  std::string print(mlir::ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream os(text);
    mlir::OpPrintingFlags flags;
    flags.enableDebugInfo().useLocalScope();
    module.print(os, flags);
    return text;
  }
};
} // namespace

TEST_F(QuantizedTest, ConstantsKeepTheirIntegers) {
  uint8_t codes[] = {0, 1, 128, 255, 2, 3};
  llvm::ArrayRef<char> bytes(reinterpret_cast<char *>(codes), sizeof(codes));
  QuantizationParams params{{0.5}, {128}, {}, 8, /*isUnsigned=*/true};
  Value v = builder->quantizedConstant({3, 2}, bytes, params);
  EXPECT_THAT(*builder->getFloats(v),
              ElementsAre(-64, -63.5, 0, 63.5, -63, -62.5));
  // Moving the elements moves the scales along.
  params = {{0.5, 2.0}, {}, 1};
  int8_t numbers[] = {1, 2, 3, 4, 5, 6};
  v = builder->quantizedConstant(
      {3, 2}, {reinterpret_cast<char *>(numbers), sizeof(numbers)}, params);
  Value turned = builder->transpose(v, {1, 0});
  auto type = mlir::cast<mlir::quant::UniformQuantizedPerAxisType>(
      builder->getQuantization(turned));
  EXPECT_EQ(type.getQuantizedDimension(), 0);
  EXPECT_THAT(*builder->getFloats(turned), ElementsAre(.5, 1.5, 2.5, 4, 8, 12));
  Value part = builder->slice(builder->reshape(turned, {2, 1, 3}), 0, 1, 2);
  EXPECT_THAT(*builder->getFloats(part), ElementsAre(4, 8, 12));
  // Other parameters, the same integers.
  Value again = builder->requalifyConstant(part, {{0.25}});
  EXPECT_THAT(*builder->getFloats(again), ElementsAre(.5, 1, 1.5));
}

TEST_F(QuantizedTest, InterfaceCarriesParameters) {
  QuantizationParams in{{0.5}, {100}, {}, 8, /*isUnsigned=*/true};
  QuantizationParams out{{0.25}, {3}};
  Value x = builder->addQuantizedInput("x", {1, 4}, in);
  ASSERT_TRUE(x);
  Value y = builder->nameResult(
      builder->quantizeDequantize(builder->unary(UnaryKind::Relu, x), out),
      "rel\xffu");
  ASSERT_TRUE(succeeded(builder->addQuantizedOutput("y", y, out)));
  auto module = builder->finish();
  ASSERT_TRUE(module && succeeded(verifyNetwork(*module))) << errors;
  std::string text = print(*module);
  EXPECT_THAT(text, HasSubstr("tensor<1x4xi8> {ptq.name = \"x\", ptq.scale = "
                              "5.000000e-01 : f64, ptq.unsigned, "
                              "ptq.zero_point = 100 : i64}"));
  EXPECT_THAT(text, HasSubstr("ptq.zero_point = 3 : i64"));
  EXPECT_THAT(text, HasSubstr("input_unsigned = true"));
  EXPECT_THAT(text, HasSubstr("!quant.uniform<i8:f32, 5.000000e-01:-28>"));
  // One pair: the output reads the integers that the tensor consists of.
  EXPECT_EQ(llvm::StringRef(text).count("quant.qcast"), 1u);
  // The name is valid UTF-8 and belongs to the operation, not to its casts.
  EXPECT_THAT(text, HasSubstr("loc(\"rel\\EF\\BF\\BDu\"(\"test.file\""));
  EXPECT_THAT(text, HasSubstr("loc(\"node/qcast\""));
}

TEST_F(QuantizedTest, NamesAreUniqueAndStay) {
  Value x = input(randomTensor({2}));
  Value first = builder->nameResult(builder->unary(UnaryKind::Exp, x), "e");
  builder->nameResult(first, "identity");
  Value second = builder->nameResult(builder->unary(UnaryKind::Abs, x), "e");
  ASSERT_TRUE(succeeded(builder->addOutput(
      "y", builder->binary(BinaryKind::Add, first, second))));
  auto module = builder->finish();
  ASSERT_TRUE(module);
  std::string text = print(*module);
  EXPECT_THAT(text, HasSubstr("loc(\"e\"("));
  EXPECT_THAT(text, HasSubstr("loc(\"e_1\"("));
  EXPECT_THAT(text, HasSubstr("loc(\"node/add\"("));
  EXPECT_THAT(text, testing::Not(HasSubstr("identity")));
}

TEST_F(QuantizedTest, DepthwiseWithScalesPerOutput) {
  // Two outputs per channel, each with its own scale.
  std::vector<int8_t> codes(4 * 3 * 3);
  for (auto [i, code] : llvm::enumerate(codes))
    code = int8_t(i * 7 % 23) - 11;
  std::vector<double> scales = {0.5, 1.0, 0.25, 2.0};
  QuantizationParams params{{scales.begin(), scales.end()}, {}, 0};
  Value weights = builder->quantizedConstant(
      {4, 3, 3, 1}, {reinterpret_cast<char *>(codes.data()), codes.size()},
      params);
  Tensor x = randomTensor({1, 3, 3, 2});
  Value y = builder->conv(input(x), weights, {}, {}, 2);
  ASSERT_TRUE(y) << errors;
  EXPECT_TRUE(mlir::isa<mlir::tosa::DepthwiseConv2DOp>(y.getDefiningOp()));
  EXPECT_TRUE(builder->getQuantization(y.getDefiningOp()->getOperand(1)));
  auto element = [&](const Tensor::Index &i) {
    double sum = 0;
    for (int64_t r = 0; r < 3; ++r)
      for (int64_t c = 0; c < 3; ++c)
        sum += x.at({0, r, c, i[3] / 2}) * codes[i[3] * 9 + r * 3 + c] *
               scales[i[3]];
    return sum;
  };
  // The same in float: the integers stand for reals.
  Value reals = builder->constant({4, 3, 3, 1}, *builder->getFloats(weights));
  expect(builder->conv(input(x), reals, {}, {}, 2),
         Tensor::generate({1, 1, 1, 4}, element));
  expect(y, Tensor::generate({1, 1, 1, 4}, element));
  run();
}
