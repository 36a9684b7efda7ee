//===- Selftest.cpp - Golden vectors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Compiler.h"
#include "quantc/Support/Errors.h"

#include <random>

using namespace mlir;
using namespace quantc;

/// Fills an array with uniformly distributed values. The generator and the
/// arithmetic are the same on every machine, so that objects are reproducible.
template <typename T>
static void fill(Array &array, double low, double high, std::mt19937 &random) {
  for (T &value : array.as<T>())
    value = T(low + (high - low) * (random() / 4294967296.0));
}

/// Draws a random input that exercises the network. Floats come from the range
/// that calibration found, quantized integers from all values of their type.
/// Other inputs, such as indices, are zero.
static Array drawInput(const TensorInfo &input, const Profile *profile,
                       std::mt19937 &random) {
  Array array = Array::zeros(input.type, input.shape);
  if (input.type == ElementType::Float32) {
    double low = -1, high = 1;
    if (profile)
      if (auto it = profile->tensors.find(input.name);
          it != profile->tensors.end()) {
        low = it->second.min();
        high = it->second.max();
      }
    fill<float>(array, low, high, random);
  } else if (input.type == ElementType::Int8 && input.scale) {
    fill<int8_t>(array, -128.5, 127.5, random);
  } else if (input.type == ElementType::UInt8 && input.scale) {
    fill<uint8_t>(array, 0, 256, random);
  }
  return array;
}

llvm::Error quantc::embedSelftest(ModuleOp compiled, ModuleOp lowered,
                                  const Profile *profile) {
  llvm::Expected<std::unique_ptr<Model>> model = loadLowered(lowered);
  if (!model)
    return model.takeError();
  std::mt19937 random(1);
  std::vector<Array> inputs;
  for (const TensorInfo &input : (*model)->interface().inputs)
    inputs.push_back(drawInput(input, profile, random));
  llvm::Expected<std::vector<Array>> expected = (*model)->run(inputs);
  if (!expected)
    return expected.takeError();
  if (failed(addSelftest(compiled, inputs, *expected)))
    return llvm::make_error<DiagnosedError>();
  return llvm::Error::success();
}
