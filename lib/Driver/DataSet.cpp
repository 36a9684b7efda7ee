//===- DataSet.cpp - Files of samples, one after another -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Samples.h"
#include "quantc/Support/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"

#include <algorithm>

using namespace quantc;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

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
    const Preprocessing &preprocessing,
    llvm::function_ref<Expected<bool>(const SampleFile &, size_t, Progress)>
        visit) {
  std::vector<uint64_t> sizes = fileSizes(files);
  uint64_t total = 0, before = 0;
  for (uint64_t size : sizes)
    total += size;
  Progress progress;
  for (auto [path, size] : llvm::zip(files, sizes)) {
    Expected<SampleFile> file = SampleFile::open(path, inputs, preprocessing);
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
    bool isScalar = output.shape.empty();
    if (ownAxis || (isScalar && samples != 1))
      array.shape.insert(array.shape.begin(), samples);
    else if (!isScalar)
      array.shape[0] *= samples;
    result[output.name] = std::move(array);
  }
  return result;
}
