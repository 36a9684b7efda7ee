//===- InvalidTest.cpp - Parameters that no network should have ---------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BuilderTest.h"

using namespace quantc;
using testing::HasSubstr;

namespace {
class InvalidTest : public BuilderTest {
protected:
  InvalidTest() {
    image = builder->addInput("x", type({1, 8, 8, 4}));
    weights = builder->splat(type({4, 3, 3, 4}), 1);
    matrix = builder->addInput("m", type({6, 5}));
  }
  mlir::RankedTensorType type(llvm::ArrayRef<int64_t> shape) {
    return builder->getType(shape, builder->getF32Type());
  }
  /// The operation has to fail with one error that holds `message`.
  void expectError(Value value, llvm::StringRef message) {
    EXPECT_FALSE(value);
    EXPECT_THAT(errors, HasSubstr(message.str()));
    errors.clear();
  }
  static Window window(llvm::ArrayRef<int64_t> stride,
                       llvm::ArrayRef<int64_t> before = {},
                       llvm::ArrayRef<int64_t> dilation = {}) {
    Window result;
    result.stride.assign(stride.begin(), stride.end());
    result.before.assign(before.begin(), before.end());
    result.dilation.assign(dilation.begin(), dilation.end());
    return result;
  }

  static constexpr int64_t kHuge = int64_t(1) << 62;
  Value image, weights, matrix;
};
} // namespace

TEST_F(InvalidTest, Types) {
  for (auto [shape, message] :
       {std::pair<std::vector<int64_t>, const char *>{{2, 0}, "is empty"},
        {{-1, 3}, "unknown size"},
        {{1 << 16, 1 << 16}, "more than 2^31 - 1 elements"},
        {{kHuge, kHuge}, "more than 2^31 - 1 elements"},
        {{1, 1, 1, 1, 1, 1, 1}, "more than 6 dimensions"}}) {
    EXPECT_FALSE(type(shape));
    EXPECT_THAT(errors, HasSubstr(message));
    errors.clear();
  }
  expectError(builder->constant(type({2, 2}), llvm::ArrayRef<char>("abc", 3)),
              "has 3 bytes; it needs 16");
  // Nothing is reported twice.
  Value null = builder->unary(UnaryKind::Relu, Value());
  EXPECT_FALSE(builder->softmax(builder->conv(null, weights, {}, {}), 1));
  EXPECT_EQ(errors, "");
}

TEST_F(InvalidTest, Elementwise) {
  expectError(builder->binary(BinaryKind::Add, image, matrix),
              "do not broadcast");
  expectError(builder->binary(BinaryKind::Mul, image, builder->scalar(1)),
              "different types");
  expectError(builder->unary(UnaryKind::Exp, builder->scalar(1)),
              "elements of type 'i32'");
  expectError(builder->select(image, image, image), "instead of 'i1'");
  expectError(builder->clamp(image, 1, 0), "clamps to the range");
  expectError(builder->clamp(image, NAN, 0), "range");
}

TEST_F(InvalidTest, Windows) {
  auto conv = [&](const Window &w, int64_t groups = 1) {
    return builder->conv(image, weights, {}, w, groups);
  };
  expectError(conv(window({0, 1})), "strides [0, 1]");
  expectError(conv(window({1, kHuge})), "strides");
  expectError(conv(window({1})), "for 2 spatial dimensions");
  expectError(conv(window({}, {kHuge, 0})), "padding");
  expectError(conv(window({}, {INT32_MAX, 0})), "more than 2^31 - 1 elements");
  expectError(conv(window({}, {}, {1, -1})), "dilations");
  expectError(conv(window({}, {}, {1, INT32_MAX})), "larger than the padded");
  expectError(conv(window({}, {-7, 0})), "larger than the padded");
  expectError(conv({}, 0), "in 0 groups");
  expectError(conv({}, 2), "in 2 groups");
  expectError(builder->conv(matrix, weights, {}, {}), "one to three spatial");
  expectError(builder->conv(image, weights, builder->splat(type(3), 0), {}),
              "for 4 channels");
  expectError(builder->maxPool(image, {}, {}), "a window of no size");
  expectError(builder->maxPool(image, {2, 0}, {}), "kernel");
  Value volume = builder->reshape(image, {1, 2, 4, 8, 4});
  expectError(builder->maxPool(volume, {2, 2}, {}), "three sizes");
  expectError(builder->averagePool(volume, {2, 2, 2}, window({1, 1})),
              "three sizes");
  expectError(builder->maxPool(image, {2, 2}, window({}, {2, 0})),
              "for a pooling window of 2");
  expectError(
      builder->averagePool(image, {17, 17}, window({}, {32, 32}, {2, 2})),
      "with dilation");
  expectError(
      builder->maxPool(image, {4000, 4000}, window({}, {INT32_MAX, 0}, {2, 2})),
      "padded");
  expectError(
      builder->transposeConv(image, weights, {}, window({INT32_MAX, 1})),
      "with strides");
  expectError(builder->transposeConv(image, weights, {},
                                     window({}, {}, {1 << 20, 1 << 20})),
              "2^31 - 1 elements");
  expectError(builder->transposeConv(image, weights, {}, window({}, {40, 40})),
              "leaves nothing");
  expectError(builder->resize(image, {0, 4}, {}), "is empty");
  expectError(builder->resize(image, {1 << 17, 1}, {}), "up to 65536 rows");
  ResizeSpec spec;
  spec.mode = ResizeMode::Cubic;
  expectError(builder->resize(image, {1 << 16, 1 << 16}, spec),
              "2^31 - 1 elements");
  Value column = builder->addInput("column", type({1, 1 << 12, 1, 1}));
  expectError(builder->resize(column, {1 << 12, 1}, spec), "4194304 weights");
  spec.cubicCoefficient = INFINITY;
  expectError(builder->resize(image, {3, 3}, spec), "not finite");
  spec.scales = {-1, 1};
  expectError(builder->resize(image, {4, 4}, spec), "a scale of -1");
}

TEST_F(InvalidTest, Movement) {
  expectError(builder->reshape(matrix, {7, -1}), "do not fit the shape");
  expectError(builder->reshape(matrix, {-1, -1}), "unknown size");
  expectError(builder->reshape(matrix, {kHuge, 4}), "2^31 - 1 elements");
  expectError(builder->flatten(matrix, 3), "axis 3");
  expectError(builder->squeeze(matrix, 0), "has size 6");
  expectError(builder->transpose(matrix, {0, 0}), "no permutation");
  expectError(builder->concat({matrix, image}, 0), "a concatenation");
  expectError(builder->concat({}, 0), "of nothing");
  expectError(builder->slice(matrix, 0, 3, 3), "is empty");
  expectError(builder->slice(matrix, 0, 0, 3, 0), "step 0");
  expectError(builder->slice(matrix, {0, -2}, {0, 0}, {1, 1}), "given twice");
  expectError(builder->slice(matrix, 2, 0, 3), "axis 2");
  expectError(builder->sliceBox(matrix, {1, kHuge}, {1, kHuge}), "outside");
  expectError(builder->pad(matrix, {kHuge, 0}, {0, 0}), "2^31 - 1");
  expectError(builder->pad(matrix, {0, 0}, {-6, 0}), "outside");
  expectError(builder->pad(matrix, {0, 5}, {0, 0}, PadMode::Reflect),
              "padding of 5 of its own elements");
  expectError(builder->tile(matrix, {1, kHuge}), "2^31 - 1");
  expectError(builder->broadcastTo(matrix, {4, 5}), "do not broadcast");
  expectError(builder->gather(matrix, builder->scalar(6), 0), "index 6");
  expectError(builder->gather(matrix, matrix, 0), "instead of 'i32'");
  auto sum = [&](llvm::StringRef equation) {
    return builder->einsum(equation, {matrix, matrix});
  };
  expectError(sum("ij->i"), "1 operands, but 2");
  expectError(sum("ijk,jk->i"), "the 2 dimensions of operand 0");
  expectError(sum("ij,ik->il"), "that no operand has");
  expectError(sum("ij,ik->jj"), "one dimension twice");
  expectError(sum("ij,jk->i"), "of sizes 5 and 6");
  expectError(sum("i?,jk->i"), "the 2 dimensions of operand 0");
  expectError(sum("ij?,jk->i"), "other than letters");
  expectError(builder->einsum("ii->i", {matrix}), "gives one name");
  expectError(builder->triangle(builder->scalar(1.0f), 0, true), "no matrix");
  expectError(builder->gridSample(image, matrix, {}), "a grid of type");
  expectError(builder->oneHot(builder->scalar(1), 0, matrix, matrix, 0),
              "a depth of 0");
  Value pairs = builder->constant({1, 2}, llvm::ArrayRef<int32_t>({0, 7}));
  expectError(builder->gatherND(matrix, pairs), "index 7");
  expectError(builder->gatherND(matrix, builder->scalar(0)), "indices of type");
  expectError(builder->gatherND(matrix, pairs, 1), "1 batch dimensions");
  expectError(builder->gatherElements(matrix, builder->scalar(0), 0),
              "indices of type");
  expectError(builder->scatterND(matrix, pairs, matrix), "updates of type");
  expectError(builder->scatterElements(matrix, pairs, matrix, 1),
              "updates of type");
  expectError(builder->topK(matrix, 7, 1).values, "the first 7 elements");
  expectError(builder->topK(matrix, 0, 1).indices, "the first 0 elements");
  expectError(builder->reduce(ReduceKind::Sum, matrix, {0, -2}, true), "twice");
  expectError(builder->softmax(matrix, 2), "axis 2");
  expectError(builder->depthToSpace(image, 3), "no multiple of 3x3");
  expectError(builder->depthToSpace(image, kHuge), "blocks of");
  expectError(builder->spaceToDepth(image, 0), "blocks of 0");
  expectError(builder->matMul(matrix, matrix), "over 5 and 6");
  EXPECT_TRUE(builder->splitEvenly(matrix, 0, 4).empty());
  EXPECT_TRUE(builder->split(matrix, 0, {2, kHuge}).empty());
  EXPECT_TRUE(builder->split(matrix, 0, {2, 3}).empty());
}

TEST_F(InvalidTest, Quantization) {
  auto quantize = [&](const QuantizationParams &params) {
    return builder->quantizeDequantize(matrix, params);
  };
  expectError(quantize({}), "0 scales");
  expectError(quantize({{0.0}}), "a quantization scale of 0");
  expectError(quantize({{INFINITY}}), "positive and finite");
  expectError(quantize({{1}, {200}}), "zero point 200");
  expectError(quantize({{1}, {INT64_MIN}, {}, 8, true}), "no unsigned");
  expectError(quantize({{1}, {}, 2}), "dimension 2");
  expectError(quantize({{1, 2}, {}, 0}), "it needs 6");
  expectError(quantize({{1}, {}, {}, 64}), "integers of 64 bits");
  expectError(builder->requalifyConstant(matrix, {{1}}), "quantized constant");
}
