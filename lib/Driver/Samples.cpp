//===- Samples.cpp - Input data, sample by sample -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Samples.h"
#include "Reals.h"
#include "quantc/Numerics/Affine.h"
#include "quantc/Support/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <cstring>

using namespace quantc;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

static std::string shapeString(ArrayRef<int64_t> shape) {
  return "[" +
         llvm::join(llvm::map_range(
                        shape, [](int64_t d) { return std::to_string(d); }),
                    ", ") +
         "]";
}

/// The key of the array of a .npy file.
static constexpr StringRef kOnlyArray = "x";

/// True for a state whose initial value is known.
static bool hasInitial(const TensorInfo &input) {
  return !input.initial.empty();
}

/// The number of inputs that need an array in the file.
static size_t countNeeded(ArrayRef<TensorInfo> inputs) {
  return inputs.size() - llvm::count_if(inputs, hasInitial);
}

static Expected<ArrayMap>
readArrays(StringRef path, size_t inputs,
           std::map<std::string, std::string> &unsupported) {
  if (!path.ends_with(".npy"))
    return readNpz(path, &unsupported);
  if (inputs != 1)
    return makeError(llvm::formatv("'{0}': the network has {1} inputs and a "
                                   ".npy file holds one array; use an "
                                   ".npz file with one key per input",
                                   path, inputs));
  Expected<Array> array = readNpy(path);
  if (!array)
    return array.takeError();
  ArrayMap arrays;
  arrays[kOnlyArray.str()] = std::move(*array);
  return arrays;
}

Expected<SampleFile> SampleFile::open(StringRef path,
                                      ArrayRef<TensorInfo> inputs,
                                      const Preprocessing &preprocessing) {
  SampleFile result;
  Expected<ArrayMap> arrays =
      readArrays(path, countNeeded(inputs), result.unsupported);
  if (!arrays)
    return arrays.takeError();
  result.file = ("'" + path + "'").str();
  result.arrays = std::make_shared<const ArrayMap>(std::move(*arrays));
  result.preprocessing = preprocessing;
  if (Error error = result.bind(inputs))
    return std::move(error);
  return std::move(result);
}

Expected<SampleFile> SampleFile::rebind(ArrayRef<TensorInfo> others) const {
  SampleFile result = *this;
  if (Error error = result.bind(others))
    return std::move(error);
  return std::move(result);
}

/// The key of an input, or an empty string if the file has no array for it.
static std::string findKey(const ArrayMap &arrays, ArrayRef<TensorInfo> inputs,
                           const TensorInfo &input) {
  if (arrays.count(input.name))
    return input.name;
  if (!input.alias.empty() && arrays.count(input.alias))
    return input.alias;
  if (hasInitial(input) || countNeeded(inputs) != 1)
    return {};
  for (StringRef key : {kOnlyArray, StringRef("input")})
    if (arrays.count(key.str()))
      return key.str();
  if (arrays.size() - arrays.count(kLabels.str()) != 1)
    return {};
  auto only = arrays.begin();
  return only->first == kLabels ? std::next(only)->first : only->first;
}

Error SampleFile::bind(ArrayRef<TensorInfo> networkInputs) {
  inputs.assign(networkInputs.begin(), networkInputs.end());
  bindings.clear();
  countedKey.clear();
  // A network without inputs runs once.
  if (inputs.empty())
    sampleCount = 1;
  for (const TensorInfo &input : inputs) {
    std::string key = findKey(*arrays, inputs, input);
    if (key.empty() && hasInitial(input)) {
      bindings.push_back({key, LayoutChange::None, makeInitial(input)});
      continue;
    }
    for (StringRef wanted : {StringRef(input.name), kOnlyArray})
      if (auto it = unsupported.find(wanted.str());
          key.empty() && it != unsupported.end())
        return makeError(file + ": array '" + wanted + "': " + it->second);
    if (key.empty())
      return makeError(llvm::formatv(
          "{0}: no array for input '{1}'; the file has the keys: {2}", file,
          input.name,
          arrays->empty() ? "(none)"
                          : llvm::join(llvm::make_first_range(*arrays), ", ")));
    if (input.type == ElementType::Int32 &&
        arrays->at(key).type == ElementType::Int64)
      if (Error error = narrowIntegers(key))
        return error;
    if (Error error = bindInput(input, key))
      return error;
  }
  return Error::success();
}

bool SampleFile::converts(const TensorInfo &input) const {
  return preprocessing.changesValues() &&
         (input.type == ElementType::Float32 ||
          input.type == ElementType::Float16 || input.scale);
}

/// The error for an array that fits no reading of the input's shape. `shape` is
/// that of one run's data.
static Error shapeError(StringRef file, StringRef key, const TensorInfo &input,
                        ArrayRef<int64_t> shape, ArrayRef<int64_t> given) {
  std::string alternative;
  if (!shape.empty())
    alternative = llvm::formatv(
        " or [{0}{1}", shape[0] == 1 ? "N" : "N*" + std::to_string(shape[0]),
        shape.size() == 1 ? "]"
                          : ", " + shapeString(shape.drop_front()).substr(1));
  return makeError(llvm::formatv(
      "{0}: key '{1}' has shape {2}, but N samples of input "
      "'{3}' have shape [N{4}{5}",
      file, key, shapeString(given), input.name,
      shape.empty() ? "]" : ", " + shapeString(shape).substr(1), alternative));
}

Error SampleFile::narrowIntegers(StringRef key) {
  const Array &wide = arrays->at(key.str());
  Array narrow = Array::zeros(ElementType::Int32, wide.shape);
  for (auto [to, from] :
       llvm::zip_equal(narrow.as<int32_t>(), wide.as<int64_t>())) {
    if (!llvm::isInt<32>(from))
      return makeError(llvm::formatv(
          "{0}: key '{1}' holds {2}, which is not an int32; the integers of "
          "the network have 32 bits",
          file, key, from));
    to = static_cast<int32_t>(from);
  }
  auto copy = std::make_shared<ArrayMap>(*arrays);
  (*copy)[key.str()] = std::move(narrow);
  arrays = std::move(copy);
  return Error::success();
}

Error SampleFile::bindInput(const TensorInfo &input, StringRef key) {
  const Array &array = arrays->at(key.str());
  if (array.type != input.type && !converts(input))
    return makeError(llvm::formatv(
        "{0}: key '{1}' holds {2}, but input '{3}' takes {4}; "
        "convert the data with numpy's astype{5}",
        file, key, stringify(array.type), input.name, stringify(input.type),
        input.type == ElementType::Float32 || input.scale
            ? ", or say with --scale (1, say) that the numbers are reals"
            : ""));
  ArrayRef<int64_t> shape = input.shape, given = array.shape;
  // The shape of the data of one run, for both ways in which an array may hold
  // samples: along the leading dimension, or with a dimension of their own.
  std::vector<int64_t> alongLeading = array.shape;
  bool wholeRuns = !shape.empty() && !given.empty() && shape[0] > 0 &&
                   given[0] % shape[0] == 0;
  if (wholeRuns)
    alongLeading[0] = shape[0];
  bool ambiguous = false, ownAxis = given.size() == shape.size() + 1;
  bool isNumber = shape.empty() && given.empty();
  std::optional<LayoutChange> change;
  if (ownAxis)
    change =
        findLayoutChange(preprocessing, given.drop_front(), shape, ambiguous);
  else if (wholeRuns || isNumber)
    change = findLayoutChange(preprocessing, alongLeading, shape, ambiguous);
  if (ambiguous)
    return makeError(llvm::formatv(
        "{0}: key '{1}' of shape {2} fits input '{3}' in both layouts: give "
        "that of the network too (NHWC:NCHW or NHWC:NHWC)",
        file, key, shapeString(given), input.name));
  if (!change)
    return shapeError(file, key, input,
                      shapeBefore(preprocessing.statedChange(), shape), given);
  if (converts(input))
    if (Error error = preprocessing.checkChannels(
            preprocessing.channels(shapeBefore(*change, shape))))
      return makeError(llvm::formatv("{0}: key '{1}': {2}", file, key,
                                     llvm::toString(std::move(error))));
  size_t count = ownAxis ? given[0] : isNumber ? 1 : given[0] / shape[0];
  if (!countedKey.empty() && count != sampleCount)
    return makeError(llvm::formatv(
        "{0}: key '{1}' holds {2} samples, but key '{3}' holds {4}", file, key,
        count, countedKey, sampleCount));
  if (countedKey.empty())
    hasOwnAxis = ownAxis;
  countedKey = key.str();
  sampleCount = count;
  bindings.push_back({key.str(), *change, Array()});
  return Error::success();
}

Array SampleFile::convert(const Array &sample, const TensorInfo &input,
                          LayoutChange change) const {
  std::vector<int64_t> shape = shapeBefore(change, input.shape);
  Array result;
  if (converts(input)) {
    std::vector<double> reals = toDoubles(sample);
    preprocessing.normalize(reals, shape);
    result = fromReals(reals, input);
  } else {
    result = sample;
  }
  if (change != LayoutChange::None)
    result.bytes =
        changeLayout(change, result.bytes, byteSize(result.type), shape);
  result.shape = input.shape;
  return result;
}

/// The part of `all` that belongs to one of `count` samples.
static Array slice(const Array &all, size_t index, size_t count) {
  size_t bytes = all.bytes.size() / count;
  Array part;
  part.type = all.type;
  part.bytes.assign(all.bytes.begin() + index * bytes,
                    all.bytes.begin() + (index + 1) * bytes);
  return part;
}

std::vector<Array> SampleFile::sample(size_t index) const {
  std::vector<Array> result;
  for (auto [input, binding] : llvm::zip(inputs, bindings))
    result.push_back(
        binding.key.empty()
            ? binding.initial
            : convert(slice(arrays->at(binding.key), index, sampleCount), input,
                      binding.change));
  return result;
}

static bool isFloat(ElementType type) {
  return type == ElementType::Float16 || type == ElementType::Float32 ||
         type == ElementType::Float64;
}

Error SampleFile::checkFinite(size_t index) const {
  for (const Binding &binding : bindings) {
    if (binding.key.empty())
      continue;
    const Array &all = arrays->at(binding.key);
    if (!isFloat(all.type))
      continue;
    for (float value : toDoubles(slice(all, index, sampleCount)))
      if (!std::isfinite(value))
        return makeError(
            llvm::formatv("{0}: sample {1} of key '{2}' holds {3}; remove or "
                          "repair the sample",
                          file, index, binding.key,
                          std::isnan(value) ? "NaN" : "an infinite value"));
  }
  for (auto [input, binding] : llvm::zip(inputs, bindings)) {
    if (!converts(input) || input.type != ElementType::Float32)
      continue;
    Array converted =
        convert(slice(arrays->at(binding.key), index, sampleCount), input,
                binding.change);
    ArrayRef<float> values = converted.as<float>();
    size_t bad = llvm::count_if(
        values, [](float value) { return !std::isfinite(value); });
    if (bad)
      return makeError(llvm::formatv(
          "{0}: sample {1} of key '{2}': preprocessing makes {3} of {4} values "
          "NaN or infinite in float32; correct --scale, --mean or --std",
          file, index, binding.key, bad, values.size()));
  }
  return Error::success();
}

std::optional<AffineParams> SampleFile::exactParameters(size_t input) const {
  if (!converts(inputs[input]) || bindings[input].key.empty())
    return std::nullopt;
  return preprocessing.exactParameters(arrays->at(bindings[input].key).type);
}

const Array *SampleFile::find(StringRef key) const {
  auto it = arrays->find(key.str());
  return it == arrays->end() ? nullptr : &it->second;
}
