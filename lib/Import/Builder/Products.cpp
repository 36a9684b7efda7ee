//===- Products.cpp - Fully connected layers and matrix products --------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Convolutions.h"
#include "Elementwise.h"

using namespace mlir;
using namespace quantc;

static int64_t countElements(ArrayRef<int64_t> shape) {
  return ShapedType::getNumElements(shape);
}

/// x [M, K] and weights [N, K] as pixels and filters of a convolution.
static Value buildFilters(NetworkBuilder &b, Value x, Value weights,
                          Value bias) {
  int64_t k = b.shapeOf(weights)[1];
  Value y = b.conv(b.reshape(x, {-1, 1, 1, k}),
                   b.reshape(weights, {-1, 1, 1, k}), bias, {});
  return b.reshape(y, {-1, b.shapeOf(weights)[0]});
}

Value NetworkBuilder::fullyConnected(Value x, Value weights, Value bias) {
  if (!requireElement(*this, x, {getF32Type()}) ||
      !requireElement(*this, weights, {getF32Type()}))
    return {};
  if (rankOf(weights) != 2 || rankOf(x) < 1 ||
      shapeOf(x).back() != shapeOf(weights)[1]) {
    emitError() << "a fully connected layer of " << x.getType()
                << " and weights of type " << weights.getType();
    return {};
  }
  SmallVector<int64_t> shape(shapeOf(x));
  shape.back() = shapeOf(weights)[0];
  if (isConstant(weights))
    return reshape(buildFilters(*this, x, weights, bias), shape);
  Value product = matMul(x, weights, /*transposeA=*/false, /*transposeB=*/true);
  if (!product || !bias)
    return product;
  return binary(BinaryKind::Add, product,
                completeBias(*this, bias, shape.back()));
}

static Value swapLast(NetworkBuilder &b, Value x) {
  if (!x)
    return {};
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::seq<int64_t>(0, b.rankOf(x)));
  std::swap(permutation[b.rankOf(x) - 1], permutation[b.rankOf(x) - 2]);
  return b.transpose(x, permutation);
}

/// [batch, M, K] x [batch, K, N].
static Value buildMatMul(NetworkBuilder &b, Value x, Value y) {
  Type f32 = b.getF32Type();
  ArrayRef<int64_t> left = b.shapeOf(x), right = b.shapeOf(y);
  return b.create<tosa::MatMulOp>({left[0], left[1], right[2]}, f32, x, y,
                                  b.operandConstant(0, f32),
                                  b.operandConstant(0, f32));
}

/// x [..., M, K] times y [..., K, N], the leading dimensions broadcast.
static Value buildBatches(NetworkBuilder &b, Value x, Value y) {
  ArrayRef<int64_t> left = b.shapeOf(x), right = b.shapeOf(y);
  int64_t m = left[left.size() - 2], k = left.back(), n = right.back();
  auto batch = broadcastShapes(b, left.drop_back(2), right.drop_back(2));
  if (!batch)
    return {};
  SmallVector<int64_t> shape(*batch);
  shape.append({m, n});
  if (countElements(right.drop_back(2)) == 1) // All rows see the same matrix.
    return b.reshape(
        buildMatMul(b, b.reshape(x, {1, -1, k}), b.reshape(y, {1, k, n})),
        shape);
  auto flatten = [&](Value value, int64_t rows, int64_t columns) {
    SmallVector<int64_t> full(*batch);
    full.append({rows, columns});
    return b.reshape(b.broadcastTo(value, full), {-1, rows, columns});
  };
  Value xs = flatten(x, m, k), ys = flatten(y, k, n);
  return xs && ys ? b.reshape(buildMatMul(b, xs, ys), shape) : Value();
}

Value NetworkBuilder::matMul(Value a, Value b, bool transposeA,
                             bool transposeB) {
  if (!requireElement(*this, a, {getF32Type()}) ||
      !requireElement(*this, b, {getF32Type()}))
    return {};
  bool vectorA = rankOf(a) == 1, vectorB = rankOf(b) == 1;
  if (rankOf(a) == 0 || rankOf(b) == 0 || (vectorA && transposeA) ||
      (vectorB && transposeB)) {
    emitError() << "a matrix product of " << a.getType() << " and "
                << b.getType();
    return {};
  }
  Value x = vectorA ? unsqueeze(a, 0) : transposeA ? swapLast(*this, a) : a;
  // A constant matrix keeps its rows of weights.
  Value weights = vectorB ? unsqueeze(b, 0) : transposeB ? b : Value();
  bool filters = rankOf(b) <= 2 && isConstant(b);
  if (filters && !weights)
    weights = swapLast(*this, b);
  Value y = filters      ? weights
            : vectorB    ? unsqueeze(b, 1)
            : transposeB ? swapLast(*this, b)
                         : b;
  if (!x || !y)
    return {};
  int64_t inner = shapeOf(y)[filters ? 1 : rankOf(y) - 2];
  if (shapeOf(x).back() != inner) {
    emitError() << "a matrix product over " << shapeOf(x).back() << " and "
                << inner << " elements";
    return {};
  }
  Value product =
      filters ? fullyConnected(x, weights, {}) : buildBatches(*this, x, y);
  SmallVector<int64_t> removed;
  if (vectorA)
    removed.push_back(-2);
  if (vectorB)
    removed.push_back(-1);
  return removed.empty() || !product ? product : squeeze(product, removed);
}

/// beta c as a bias [n], or null without an error if c is none.
static Value makeBias(NetworkBuilder &b, Value c, double beta, int64_t n) {
  if (!b.isConstant(c) || (b.rankOf(c) == 2 && b.shapeOf(c)[0] != 1) ||
      b.rankOf(c) > 2)
    return {};
  int64_t count = b.typeOf(c).getNumElements();
  std::optional<SmallVector<float>> values = b.getFloats(c);
  if (beta == 1.0 && count == n)
    return b.reshape(c, n);
  if ((count != n && count != 1) || !values)
    return {};
  for (float &value : *values)
    value = float(beta * value);
  if (count == n)
    return b.constant(n, *values);
  return b.splat(b.getType(n, b.getF32Type()), values->front());
}

Value NetworkBuilder::gemm(Value a, Value b, Value c, double alpha, double beta,
                           bool transposeA, bool transposeB) {
  if (!requireElement(*this, a, {getF32Type()}) ||
      !requireElement(*this, b, {getF32Type()}) ||
      (c && !requireElement(*this, c, {getF32Type()})))
    return {};
  if (rankOf(a) != 2 || rankOf(b) != 2) {
    emitError() << "a product of matrices of types " << a.getType() << " and "
                << b.getType();
    return {};
  }
  if (c && isConstant(b) && alpha == 1.0) {
    Value weights = transposeB ? b : swapLast(*this, b);
    Value x = transposeA ? swapLast(*this, a) : a;
    if (Value bias = makeBias(*this, c, beta, shapeOf(weights)[0]))
      return fullyConnected(x, weights, bias);
  }
  Value product = matMul(a, b, transposeA, transposeB);
  if (product && alpha != 1.0)
    product = scale(*this, product, alpha);
  if (!product || !c)
    return product;
  return binary(BinaryKind::Add, product,
                beta == 1.0 ? c : scale(*this, c, beta));
}
