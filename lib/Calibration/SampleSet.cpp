//===- SampleSet.cpp - Some of the calibration samples -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/SampleSet.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/Compression.h"
#include "llvm/Support/xxhash.h"

using namespace quantc;
using namespace llvm;

static size_t countBytes(const SampleSet::Sample &sample) {
  size_t bytes = 0;
  for (const Array &array : sample)
    bytes += array.bytes.size();
  return bytes;
}

/// How many samples of the size of `sample` are kept.
static size_t getCapacity(const SampleSet::Sample &sample) {
  return std::min(SampleSet::kMostSamples,
                  SampleSet::kMostBytes /
                      std::max<size_t>(1, countBytes(sample)));
}

/// A digest of `bytes`, as two numbers.
static std::pair<uint64_t, uint64_t> digest(ArrayRef<uint8_t> bytes) {
  XXH128_hash_t hash = xxh3_128bits(bytes);
  return {hash.high64, hash.low64};
}

void SampleSet::add(Sample sample) {
  size_t capacity = getCapacity(sample);
  std::vector<uint64_t> parts;
  for (const Array &array : sample) {
    parts.push_back(uint64_t(array.type));
    parts.push_back(array.shape.size());
    parts.insert(parts.end(), array.shape.begin(), array.shape.end());
    auto [high, low] = digest(array.bytes);
    parts.insert(parts.end(), {high, low});
  }
  kept.try_emplace(digest(ArrayRef(reinterpret_cast<uint8_t *>(parts.data()),
                                   parts.size() * sizeof(uint64_t))),
                   std::move(sample));
  while (kept.size() > capacity)
    kept.erase(std::prev(kept.end()));
}

void SampleSet::merge(const SampleSet &other) {
  for (const auto &[digest, sample] : other.kept)
    add(sample);
}

std::vector<const SampleSet::Sample *> SampleSet::samples() const {
  std::vector<const Sample *> result;
  for (const auto &[digest, sample] : kept)
    result.push_back(&sample);
  return result;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static json::Value toJson(const Array &array) {
  SmallVector<uint8_t> compressed;
  compression::zlib::compress(array.bytes, compressed);
  return json::Array{stringify(array.type), array.shape,
                     encodeBase64(compressed)};
}

void SampleSet::write(json::OStream &json) const {
  json.array([&] {
    for (const auto &[digest, sample] : kept) {
      json::Array arrays;
      for (const Array &array : sample)
        arrays.push_back(toJson(array));
      json.value(std::move(arrays));
    }
  });
}

/// The size in bytes of an array of `shape`, or nothing if it is more than a
/// profile keeps.
static std::optional<size_t> sizeOf(ElementType type, ArrayRef<int64_t> shape) {
  size_t bytes = byteSize(type);
  for (int64_t size : shape) {
    if (size < 1 || size_t(size) > SampleSet::kMostBytes / bytes)
      return std::nullopt;
    bytes *= size;
  }
  return bytes;
}

static bool readArray(const json::Value &value, Array &array, json::Path path) {
  const json::Array *parts = value.getAsArray();
  if (!parts || parts->size() != 3) {
    path.report("expected [type, shape, bytes]");
    return false;
  }
  std::optional<ElementType> type =
      parseElementType((*parts)[0].getAsString().value_or(""));
  if (!type) {
    path.index(0).report("expected an element type");
    return false;
  }
  array.type = *type;
  if (!fromJSON((*parts)[1], array.shape, path.index(1)))
    return false;
  std::optional<size_t> size = sizeOf(array.type, array.shape);
  std::vector<char> compressed;
  SmallVector<uint8_t> bytes;
  auto decode = [&] {
    Error error =
        decodeBase64((*parts)[2].getAsString().value_or(""), compressed);
    if (!error)
      error = compression::zlib::decompress(
          ArrayRef(reinterpret_cast<const uint8_t *>(compressed.data()),
                   compressed.size()),
          bytes, *size);
    return !errorToBool(std::move(error)) && bytes.size() == *size;
  };
  if (!size || !decode()) {
    path.index(2).report("expected the array's bytes, compressed, in base64");
    return false;
  }
  array.bytes.assign(bytes.begin(), bytes.end());
  return true;
}

bool SampleSet::read(const json::Value &value, json::Path path) {
  const json::Array *list = value.getAsArray();
  if (!list || list->size() > kMostSamples) {
    path.report("expected a list of at most 32 samples");
    return false;
  }
  for (const auto &[index, entry] : enumerate(*list)) {
    const json::Array *arrays = entry.getAsArray();
    if (!arrays) {
      path.index(index).report("expected a list of arrays");
      return false;
    }
    Sample sample;
    for (const auto &[position, array] : enumerate(*arrays))
      if (!readArray(array, sample.emplace_back(),
                     path.index(index).index(position)))
        return false;
    add(std::move(sample));
  }
  return true;
}
