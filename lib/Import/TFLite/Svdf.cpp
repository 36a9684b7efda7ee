//===- Svdf.cpp - SVDF of TFLite -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A fully connected layer whose weights were factored: features of the input,
/// then a filter over the last steps of each of them, then sums of as many
/// features as the rank says. The state holds the steps, the oldest first.
///
//===----------------------------------------------------------------------===//

#include "Svdf.h"
#include "RecurrentNode.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

static FailureOr<SvdfSizes> readSizes(Node &node,
                                      const schema::SVDFOptions &flat) {
  SvdfSizes sizes;
  ArrayRef<int64_t> features = node.getInput(kSvdfFeatureWeights).shape;
  ArrayRef<int64_t> time = node.getInput(kSvdfTimeWeights).shape;
  if (features.size() != 2 || time.size() != 2)
    return node.emitError()
           << "has weights of " << features.size() << " and " << time.size()
           << " dimensions instead of 2; the file is damaged";
  sizes.features = features[0];
  sizes.input = features[1];
  sizes.memory = time[1];
  if (flat.rank() < 1 || sizes.features % flat.rank() != 0)
    return node.emitError() << "has " << sizes.features
                            << " features, which are not a multiple of its "
                               "rank of "
                            << flat.rank() << "; the file is damaged";
  sizes.units = sizes.features / flat.rank();
  return sizes;
}

static LogicalResult importSvdf(Node &node) {
  const auto *flat = node.getFlat().options_as_SVDF();
  if (!flat)
    return node.refuseMissingOptions();
  RecurrentNode svdf(node);
  FailureOr<SvdfSizes> s = readSizes(node, *flat);
  if (failed(s))
    return failure();
  if (node.getInput(kSvdfX).type == schema::TensorType_INT8)
    return importIntegerSvdf(node, *s, flat->activation());
  if (failed(svdf.checkTypes()) || !svdf.readSequence(kSvdfX, std::nullopt))
    return failure();
  NetworkBuilder &b = node.b;
  int64_t batch = svdf.batch, memory = s->memory;
  Value x = svdf.get(kSvdfX, "input", {batch, s->input});
  Value weights =
      svdf.get(kSvdfFeatureWeights, "feature weights", {s->features, s->input});
  Value time =
      svdf.get(kSvdfTimeWeights, "time weights", {s->features, memory});
  FailureOr<Value> bias = svdf.find(kSvdfBias, "bias", {s->units});
  FailureOr<Value> state =
      svdf.readState(kSvdfState, "state", {batch, s->features * memory});
  if (!x || !weights || !time || failed(bias) || failed(state))
    return failure();

  // Next to integer weights the kernel quantizes rows of the input.
  if (isQuantizedType(node.getInput(kSvdfFeatureWeights).type))
    b.setScheme(getRowScheme(flat->asymmetric_quantize_inputs()));
  Value steps =
      b.reshape(b.fullyConnected(x, weights, Value()), {batch, s->features, 1});
  b.setScheme("");
  if (memory > 1) {
    Value all =
        *state
            ? *state
            : b.splat(b.getType({batch, s->features * memory}, b.getF32Type()),
                      0.0);
    Value last = b.reshape(all, {batch, s->features, memory});
    last = b.sliceBox(last, {0, 0, 1}, {batch, s->features, memory - 1});
    steps = b.concat({last, steps}, 2);
  }
  if (!steps)
    return failure();
  node.setState(kSvdfState, b.reshape(steps, {batch, s->features * memory}));
  Value products = b.binary(BinaryKind::Mul, steps,
                            b.reshape(time, {1, s->features, memory}));
  Value sums =
      b.reduce(ReduceKind::Sum, b.reshape(products, {batch, s->units, -1}), {2},
               /*keepDims=*/false);
  if (sums && *bias)
    sums = b.binary(BinaryKind::Add, sums, *bias);
  return sums ? node.setResult(sums, flat->activation()) : failure();
}

ArrayRef<Handler> tflite::getSvdfHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_SVDF, 4, 3, 5, 1, importSvdf},
  };
  return kHandlers;
}
