//===- Samples.cpp - Input data, sample by sample -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Samples.h"
#include "quantc/Pipelines/Network.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <algorithm>
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

/// The key under which a file that is one array keeps it.
static constexpr StringRef kOnlyArray = "x";

Expected<SampleFile> SampleFile::open(StringRef path,
                                      ArrayRef<TensorInfo> inputs) {
  SampleFile result;
  result.file = ("'" + path + "'").str();
  if (path.ends_with(".npy")) {
    if (inputs.size() != 1)
      return makeError(llvm::formatv("'{0}': the network has {1} inputs and a "
                                     ".npy file holds one array; use an "
                                     ".npz file with one key per input",
                                     path, inputs.size()));
    Expected<Array> array = readNpy(path);
    if (!array)
      return array.takeError();
    result.arrays[kOnlyArray.str()] = std::move(*array);
  } else {
    Expected<ArrayMap> arrays = readNpz(path);
    if (!arrays)
      return arrays.takeError();
    result.arrays = std::move(*arrays);
  }
  if (Error error = result.bind(inputs))
    return std::move(error);
  return std::move(result);
}

/// The key of an input, or an empty string if the file has no array for it.
static std::string findKey(const ArrayMap &arrays, ArrayRef<TensorInfo> inputs,
                           const TensorInfo &input) {
  if (arrays.count(input.name))
    return input.name;
  if (inputs.size() != 1)
    return {};
  if (arrays.count(kOnlyArray.str()))
    return kOnlyArray.str();
  return arrays.size() == 1 ? arrays.begin()->first : std::string();
}

Error SampleFile::bind(ArrayRef<TensorInfo> networkInputs) {
  inputs.assign(networkInputs.begin(), networkInputs.end());
  for (const TensorInfo &input : inputs) {
    std::string key = findKey(arrays, inputs, input);
    if (key.empty())
      return makeError(llvm::formatv(
          "{0}: no array for input '{1}'; the file has the keys: {2}", file,
          input.name,
          arrays.empty() ? "(none)"
                         : llvm::join(llvm::make_first_range(arrays), ", ")));
    if (Error error = bindInput(input, key))
      return error;
  }
  return Error::success();
}

Error SampleFile::bindInput(const TensorInfo &input, StringRef key) {
  const Array &array = arrays.at(key.str());
  if (array.type != input.type)
    return makeError(llvm::formatv(
        "{0}: key '{1}' holds {2}, but input '{3}' takes {4}; "
        "convert the data with numpy's astype",
        file, key, stringify(array.type), input.name, stringify(input.type)));
  ArrayRef<int64_t> shape = input.shape, given = array.shape;
  bool ownAxis =
      given.size() == shape.size() + 1 && given.drop_front() == shape;
  bool alongLeading = !shape.empty() && given.size() == shape.size() &&
                      given.drop_front() == shape.drop_front() &&
                      shape[0] > 0 && given[0] % shape[0] == 0;
  if (!ownAxis && !alongLeading) {
    std::string alternative;
    if (!shape.empty())
      alternative = llvm::formatv(
          " or [{0}{1}", shape[0] == 1 ? "N" : "N*" + std::to_string(shape[0]),
          shape.size() == 1 ? "]"
                            : ", " + shapeString(shape.drop_front()).substr(1));
    return makeError(
        llvm::formatv("{0}: key '{1}' has shape {2}, but N samples of input "
                      "'{3}' have shape [N{4}{5}",
                      file, key, shapeString(given), input.name,
                      shape.empty() ? "]" : ", " + shapeString(shape).substr(1),
                      alternative));
  }
  size_t count = ownAxis ? given[0] : given[0] / shape[0];
  if (!keys.empty() && count != sampleCount)
    return makeError(llvm::formatv(
        "{0}: key '{1}' holds {2} samples, but key '{3}' holds {4}", file, key,
        count, keys.front(), sampleCount));
  if (keys.empty())
    hasOwnAxis = ownAxis;
  sampleCount = count;
  keys.push_back(key.str());
  return Error::success();
}

std::vector<Array> SampleFile::sample(size_t index) const {
  std::vector<Array> result;
  for (auto [input, key] : llvm::zip(inputs, keys)) {
    const Array &all = arrays.at(key);
    size_t bytes = all.bytes.size() / sampleCount;
    Array array;
    array.type = input.type;
    array.shape = input.shape;
    array.bytes.assign(all.bytes.begin() + index * bytes,
                       all.bytes.begin() + (index + 1) * bytes);
    result.push_back(std::move(array));
  }
  return result;
}

Error SampleFile::checkFinite(size_t index) const {
  for (const std::string &key : keys) {
    const Array &all = arrays.at(key);
    if (all.type != ElementType::Float32)
      continue;
    size_t count = all.elementCount() / sampleCount;
    for (float value : all.as<float>().slice(index * count, count))
      if (!std::isfinite(value))
        return makeError(llvm::formatv(
            "{0}: sample {1} of key '{2}' holds {3}; remove or "
            "repair the sample",
            file, index, key, std::isnan(value) ? "NaN" : "an infinite value"));
  }
  return Error::success();
}

const Array *SampleFile::find(StringRef key) const {
  auto it = arrays.find(key.str());
  return it == arrays.end() ? nullptr : &it->second;
}

static bool isSampleFile(StringRef path) {
  return path.ends_with(".npy") || path.ends_with(".npz");
}

Expected<std::vector<std::string>>
quantc::listSampleFiles(ArrayRef<std::string> paths) {
  std::vector<std::string> files;
  for (const std::string &path : paths) {
    if (!llvm::sys::fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inFolder;
    std::error_code ec;
    for (llvm::sys::fs::directory_iterator it(path, ec), end; it != end && !ec;
         it.increment(ec))
      if (isSampleFile(it->path()))
        inFolder.push_back(it->path());
    if (ec)
      return makeError("'" + path + "': " + ec.message());
    llvm::sort(inFolder);
    llvm::append_range(files, inFolder);
  }
  if (files.empty())
    return makeError((paths.empty() ? "inputs" : "'" + paths.front() + "'") +
                     ": no .npy or .npz file in this folder");
  return files;
}

/// Bytes of each file, for the estimate of progress.
static std::vector<uint64_t> fileSizes(ArrayRef<std::string> files) {
  std::vector<uint64_t> sizes;
  for (const std::string &file : files) {
    uint64_t size = 0;
    if (llvm::sys::fs::file_size(file, size))
      size = 0; // reading the file reports what is wrong with it
    sizes.push_back(size);
  }
  return sizes;
}

Error quantc::forEachSample(
    ArrayRef<std::string> files, ArrayRef<TensorInfo> inputs,
    llvm::function_ref<Expected<bool>(const SampleFile &, size_t, Progress)>
        visit) {
  std::vector<uint64_t> sizes = fileSizes(files);
  uint64_t total = 0, before = 0;
  for (uint64_t size : sizes)
    total += size;
  Progress progress;
  for (auto [path, size] : llvm::zip(files, sizes)) {
    Expected<SampleFile> file = SampleFile::open(path, inputs);
    if (!file)
      return file.takeError();
    for (size_t i = 0; i < file->samples(); ++i) {
      ++progress.samples;
      double done = before + size * double(i + 1) / file->samples();
      progress.fraction = total ? done / total : 1.0;
      Expected<bool> more = visit(*file, i, progress);
      if (!more)
        return more.takeError();
      if (!*more)
        return Error::success();
    }
    before += size;
  }
  if (progress.samples == 0)
    return makeError("'" + files.front() +
                     "': the data set is empty: no sample in " +
                     std::to_string(files.size()) + " file(s)");
  return Error::success();
}

OutputCollector::OutputCollector(ArrayRef<TensorInfo> infos, bool ownAxis)
    : outputs(infos.begin(), infos.end()), ownAxis(ownAxis) {
  for (const TensorInfo &output : outputs) {
    Array array;
    array.type = output.type;
    arrays.push_back(std::move(array));
  }
}

void OutputCollector::add(ArrayRef<Array> results) {
  ++samples;
  for (auto [array, result] : llvm::zip(arrays, results))
    llvm::append_range(array.bytes, result.bytes);
}

ArrayMap OutputCollector::take() {
  ArrayMap result;
  for (auto [output, array] : llvm::zip(outputs, arrays)) {
    array.shape = output.shape;
    if (ownAxis || output.shape.empty())
      array.shape.insert(array.shape.begin(), samples);
    else
      array.shape[0] *= samples;
    result[output.name] = std::move(array);
  }
  return result;
}
