//===- Model.cpp - Running compiled networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is common to networks in the JIT and in shared libraries: the arena,
// checked inputs, and the way from observed values to the observer.
//
//===----------------------------------------------------------------------===//

#include "Observe.h"

#include "llvm/Support/Alignment.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <cstdlib>

using namespace quantc;

/// The observer of the network that this thread runs. Compiled code has no
/// argument for a context, so a thread has one at a time.
static thread_local const Observer *currentObserver = nullptr;

void quantc::observeTrampoline(int64_t index, int64_t address, int64_t count) {
  if (currentObserver && *currentObserver)
    (*currentObserver)(
        static_cast<uint32_t>(index),
        reinterpret_cast<const float *>(static_cast<uintptr_t>(address)),
        static_cast<size_t>(count));
}

void Model::ArenaDeleter::operator()(void *memory) const { std::free(memory); }

llvm::Error Model::allocateArena() {
  auto alignment = static_cast<size_t>(info.arenaAlignment);
  // Not allocated with operator new, because its handler may end the process.
  void *memory = std::aligned_alloc(
      alignment, llvm::alignTo(std::max<int64_t>(info.arenaBytes, 1),
                               llvm::Align(alignment)));
  if (!memory)
    return llvm::createStringError(
        llvm::formatv("cannot allocate an arena of {0} bytes", info.arenaBytes)
            .str());
  arena.reset(memory);
  return llvm::Error::success();
}

Model::~Model() = default;

int Model::runRaw(const void *const *inputs, void *const *outputs) {
  const Observer *outer = std::exchange(currentObserver, &observer);
  int status = entry(inputs, outputs, arena.get());
  currentObserver = outer;
  return status;
}

static std::string describe(ElementType type, llvm::ArrayRef<int64_t> shape) {
  return llvm::formatv("{0}[{1}]", stringify(type),
                       llvm::make_range(shape.begin(), shape.end()))
      .str();
}

/// Checks that `array` has the type and shape of the network's input `info`.
static llvm::Error checkInput(const Array &array, const TensorInfo &info) {
  if (array.type == info.type && array.shape == info.shape &&
      array.bytes.size() ==
          byteSize(array.type) * static_cast<size_t>(array.elementCount()))
    return llvm::Error::success();
  return llvm::createStringError(
      "input '" + info.name + "' is " + describe(array.type, array.shape) +
      ", the network takes " + describe(info.type, info.shape));
}

llvm::Expected<std::vector<Array>> Model::run(llvm::ArrayRef<Array> inputs) {
  if (inputs.size() != info.inputs.size())
    return llvm::createStringError(
        llvm::formatv("the network takes {0} inputs, not {1}",
                      info.inputs.size(), inputs.size())
            .str());
  std::vector<const void *> inputPointers;
  for (auto [array, tensor] : llvm::zip_equal(inputs, info.inputs)) {
    if (llvm::Error error = checkInput(array, tensor))
      return error;
    inputPointers.push_back(array.bytes.data());
  }
  std::vector<Array> outputs;
  std::vector<void *> outputPointers;
  outputs.reserve(info.outputs.size());
  for (const TensorInfo &tensor : info.outputs) {
    outputs.push_back(Array::zeros(tensor.type, tensor.shape));
    outputPointers.push_back(outputs.back().bytes.data());
  }
  if (int status = runRaw(inputPointers.data(), outputPointers.data()))
    return llvm::createStringError(
        llvm::formatv("{0}_run returned {1}", info.name, status).str());
  return outputs;
}

llvm::Expected<std::vector<Array>>
Model::runKept(llvm::ArrayRef<Array> sample) {
  auto fits = [](const Array &array, const TensorInfo &input) {
    llvm::Error error = checkInput(array, input);
    bool matches = !error;
    llvm::consumeError(std::move(error));
    return matches && llvm::all_of(toDoubles(array), [](double value) {
             return std::isfinite(value);
           });
  };
  if (sample.size() != info.inputs.size() ||
      !llvm::all_of_zip(sample, info.inputs, fits))
    return llvm::createStringError(
        "the samples in the profile are no inputs of the network, or not "
        "finite: calibrate again");
  return run(sample);
}
