//===- Profile.cpp - The calibration profile -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Profile.h"

#include "quantc/Support/InputFile.h"
#include "quantc/Support/Json.h"
#include "quantc/Support/OutputFile.h"

#include <cmath>
#include <limits>

using namespace quantc;
using namespace llvm;

static constexpr StringLiteral kFormat("quantc-profile");

/// Removes the inputs that `other` does not have with the same parameters.
static void keepCommonInputs(std::map<std::string, AffineParams> &inputs,
                             const std::map<std::string, AffineParams> &other) {
  for (auto it = inputs.begin(); it != inputs.end();) {
    auto found = other.find(it->first);
    bool common = found != other.end() && found->second == it->second;
    it = common ? std::next(it) : inputs.erase(it);
  }
}

using ChannelSums = std::map<std::string, std::vector<ExactSum>>;

/// Checks that a tensor with channel sums in both profiles has the same number
/// of channels in both.
static Error checkChannels(const ChannelSums &sums, const ChannelSums &others) {
  for (const auto &[name, channels] : sums) {
    auto found = others.find(name);
    if (found != others.end() && found->second.size() != channels.size())
      return createStringError(
          "tensor '" + name + "': the profiles have sums of " +
          Twine(channels.size()) + " and of " + Twine(found->second.size()) +
          " channels; one of them is damaged: calibrate again");
  }
  return Error::success();
}

/// Adds the sums of channels. If one part has no sums for a tensor, the whole
/// has none.
static void mergeChannels(ChannelSums &sums, const ChannelSums &others) {
  for (auto it = sums.begin(); it != sums.end();) {
    auto found = others.find(it->first);
    if (found == others.end()) {
      it = sums.erase(it);
      continue;
    }
    for (auto [sum, other] : zip_equal(it->second, found->second))
      sum.merge(other);
    ++it;
  }
}

std::vector<double> Profile::channelMeans(StringRef tensor) const {
  auto sums = channelSums.find(tensor.str());
  auto histogram = tensors.find(tensor.str());
  if (sums == channelSums.end() || histogram == tensors.end() ||
      histogram->second.samples() == 0)
    return {};
  std::vector<double> means;
  for (const ExactSum &sum : sums->second)
    means.push_back(sum.value() / histogram->second.samples());
  return means;
}

Error Profile::merge(const Profile &other) {
  if (fingerprint != other.fingerprint)
    return createStringError(
        "the profiles belong to different networks (fingerprints " +
        fingerprint + " and " + other.fingerprint + ")");
  if (!(preprocessing == other.preprocessing))
    return createStringError("the profiles were made with different "
                             "preprocessing: calibrate with the same");
  for (const auto &[name, histogram] : other.tensors) {
    auto it = tensors.find(name);
    if (it != tensors.end() && !it->second.canMerge(histogram))
      return createStringError("tensor '" + name +
                               "': more samples than a profile can count");
  }
  if (Error error = checkChannels(channelSums, other.channelSums))
    return error;
  for (const auto &[name, histogram] : other.tensors)
    tensors[name].merge(histogram);
  keepCommonInputs(inputs, other.inputs);
  mergeChannels(channelSums, other.channelSums);
  samples.merge(other.samples);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json::Array toArray(const std::map<int32_t, int64_t> &buckets) {
  json::Array array;
  for (const auto &[exponent, sum] : buckets)
    array.push_back(json::Array{exponent, sum});
  return array;
}

static void writeSum(json::OStream &json, StringRef key,
                     const std::map<int32_t, int64_t> &buckets) {
  json.attribute(key, toArray(buckets));
}

static void
writeChannels(json::OStream &json,
              const std::map<std::string, std::vector<ExactSum>> &sums) {
  json.attributeObject("channelSums", [&] {
    for (const auto &tensor : sums)
      json.attributeArray(json::fixUTF8(tensor.first), [&] {
        for (const ExactSum &sum : tensor.second)
          json.value(toArray(sum.buckets()));
      });
  });
}

/// Writes the bins as runs of bins that are not zero: [index of the first,
/// count, count, ...].
static void writeBins(json::OStream &json, ArrayRef<uint64_t> bins) {
  json.attributeArray("bins", [&] {
    for (size_t i = 0; i < bins.size();) {
      if (bins[i] == 0) {
        ++i;
        continue;
      }
      json::Array run{static_cast<int64_t>(i)};
      for (; i < bins.size() && bins[i] != 0; ++i)
        run.push_back(bins[i]);
      json.value(std::move(run));
    }
  });
}

static void writeHistogram(json::OStream &json, const Histogram &histogram) {
  Histogram::State state = histogram.state();
  json.attribute("samples", state.samples);
  json.attribute("values", state.values);
  json.attribute("nonFinite", state.nonFinite);
  json.attribute("zeros", state.zeros);
  json.attribute("min", state.min);
  json.attribute("max", state.max);
  json.attribute("exponent", state.exponent);
  writeSum(json, "sumMin", state.sumMin);
  writeSum(json, "sumMax", state.sumMax);
  writeBins(json, state.bins);
}

static void writeInputs(json::OStream &json,
                        const std::map<std::string, AffineParams> &inputs) {
  json.attributeObject("inputs", [&] {
    for (const auto &[name, params] : inputs)
      json.attribute(json::fixUTF8(name),
                     json::Object{{"scale", params.scale},
                                  {"zeroPoint", params.zeroPoint}});
  });
}

std::string Profile::toJson() const {
  std::string text;
  raw_string_ostream os(text);
  json::OStream json(os);
  json.object([&] {
    json.attribute("format", kFormat);
    // Older readers pass over the samples.
    bool simple =
        preprocessing.empty() && inputs.empty() && channelSums.empty();
    json.attribute("version", simple ? 1 : kVersion);
    json.attribute("fingerprint", json::fixUTF8(fingerprint));
    if (!preprocessing.empty())
      json.attribute("preprocessing", preprocessing.toJson());
    if (!inputs.empty())
      writeInputs(json, inputs);
    if (!channelSums.empty())
      writeChannels(json, channelSums);
    if (!samples.empty()) {
      json.attributeBegin("examples");
      samples.write(json);
      json.attributeEnd();
    }
    json.attributeObject("tensors", [&] {
      for (const auto &tensor : tensors) {
        os << '\n'; // One line for each tensor.
        json.attributeObject(json::fixUTF8(tensor.first),
                             [&] { writeHistogram(json, tensor.second); });
      }
      os << '\n';
    });
  });
  os << '\n';
  return text;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Reads a finite number that float32 represents.
static bool readFloat(const json::Object &object, StringRef key, float &result,
                      json::Path path) {
  std::optional<double> number = object.getNumber(key);
  if (!number) {
    path.field(key).report("expected number");
    return false;
  }
  if (!(std::abs(*number) <= std::numeric_limits<float>::max())) {
    path.field(key).report("expected float32");
    return false;
  }
  result = static_cast<float>(*number);
  return true;
}

/// Reads pairs [exponent, sum], each exponent once.
static bool readSum(const std::vector<std::vector<int64_t>> &pairs,
                    std::map<int32_t, int64_t> &result, json::Path path) {
  for (const auto &[index, pair] : enumerate(pairs)) {
    if (pair.size() != 2 || !isInt<32>(pair[0])) {
      path.index(index).report("expected [exponent, sum]");
      return false;
    }
    if (!result.emplace(static_cast<int32_t>(pair[0]), pair[1]).second) {
      path.index(index).report("the same exponent twice");
      return false;
    }
  }
  return true;
}

static bool readBins(const std::vector<std::vector<uint64_t>> &runs,
                     std::vector<uint64_t> &bins, json::Path path) {
  constexpr size_t kBins = 2 * Histogram::kHalfBins;
  bins.assign(runs.empty() ? 0 : kBins, 0);
  uint64_t end = 0;
  for (const auto &[index, run] : enumerate(runs)) {
    if (!run.empty() && run[0] < end) {
      path.index(index).report("the run overlaps the one before");
      return false;
    }
    if (run.empty() || run[0] > kBins || run.size() - 1 > kBins - run[0]) {
      path.index(index).report("expected [first bin, count, ...] within "
                               "the bins");
      return false;
    }
    copy(drop_begin(run), bins.begin() + run[0]);
    end = run[0] + run.size() - 1;
  }
  return true;
}

namespace quantc {
/// Found by llvm::json through argument-dependent lookup.
static bool fromJSON(const json::Value &value, Histogram &histogram,
                     json::Path path) {
  json::ObjectMapper map(value, path);
  Histogram::State state;
  std::vector<std::vector<int64_t>> sumMin, sumMax;
  std::vector<std::vector<uint64_t>> bins;
  if (!map || !map.map("samples", state.samples) ||
      !map.map("values", state.values) ||
      !map.map("nonFinite", state.nonFinite) ||
      !map.map("zeros", state.zeros) || !map.map("exponent", state.exponent) ||
      !map.map("sumMin", sumMin) || !map.map("sumMax", sumMax) ||
      !map.map("bins", bins))
    return false;
  const json::Object &object = *value.getAsObject();
  if (!readFloat(object, "min", state.min, path) ||
      !readFloat(object, "max", state.max, path) ||
      !readSum(sumMin, state.sumMin, path.field("sumMin")) ||
      !readSum(sumMax, state.sumMax, path.field("sumMax")) ||
      !readBins(bins, state.bins, path.field("bins")))
    return false;
  if (!histogram.setState(state)) {
    path.report("statistics contradict each other");
    return false;
  }
  return true;
}
} // namespace quantc

/// Reads what `writeInputs` wrote.
static bool readInputs(const json::Value &value,
                       std::map<std::string, AffineParams> &inputs,
                       json::Path path) {
  const json::Object *object = value.getAsObject();
  if (!object) {
    path.report("expected object");
    return false;
  }
  for (const auto &[name, entry] : *object) {
    AffineParams params{0, 0, kInt8Activation};
    json::ObjectMapper map(entry, path.field(name));
    if (!map || !map.map("scale", params.scale) ||
        !map.map("zeroPoint", params.zeroPoint))
      return false;
    if (!(params.scale >= kMinScale && params.scale <= kMaxScale) ||
        params.zeroPoint < kInt8Activation.min ||
        params.zeroPoint > kInt8Activation.max) {
      path.field(name).report("expected parameters of int8");
      return false;
    }
    params.scale = static_cast<float>(params.scale);
    inputs[name.str()] = params;
  }
  return true;
}

/// Reads the channel sums of the tensors that have a histogram. A sample adds
/// at most one mantissa to each sum.
static bool readChannels(
    const std::map<std::string, std::vector<std::vector<std::vector<int64_t>>>>
        &read,
    Profile &profile, json::Path path) {
  for (const auto &[name, channels] : read) {
    auto tensor = profile.tensors.find(name);
    if (tensor == profile.tensors.end())
      continue; // Whoever needs the tensor says that it is missing.
    // A path refers to its names, and errors outlive `read`.
    json::Path place = path.field(tensor->first);
    for (const auto &pairs : channels) {
      std::map<int32_t, int64_t> buckets;
      if (!readSum(pairs, buckets, place))
        return false;
      ExactSum &sum = profile.channelSums[name].emplace_back();
      for (auto [exponent, bucket] : buckets)
        sum.setBucket(exponent, bucket);
      if (!sum.isPossible(tensor->second.samples())) {
        place.report("no sum of so many samples' means");
        return false;
      }
    }
  }
  return true;
}

static bool mapChannels(const json::Value &value, Profile &profile,
                        json::Path path) {
  std::map<std::string, std::vector<std::vector<std::vector<int64_t>>>> read;
  json::ObjectMapper map(value, path);
  return map && map.mapOptional("channelSums", read) &&
         readChannels(read, profile, path.field("channelSums"));
}

/// Completes the error for a file that cannot be used with what to do about it.
static Error damaged(const Twine &reason) {
  return createStringError("damaged calibration profile: " + reason +
                           "; calibrate again");
}

/// Checks `format` and `version` first, because a newer file may differ in
/// everything else.
static Error checkVersion(const json::Value &root) {
  const json::Object *object = root.getAsObject();
  std::optional<StringRef> format =
      object ? object->getString("format") : std::nullopt;
  if (format != StringRef(kFormat))
    return createStringError("not a calibration profile (no \"format\": \"" +
                             kFormat + "\")");
  std::optional<int64_t> version = object->getInteger("version");
  if (!version || *version < 1)
    return damaged("no version");
  if (*version > Profile::kVersion)
    return createStringError(
        "the calibration profile has version " + Twine(*version) +
        ", this program reads versions up to " + Twine(Profile::kVersion) +
        "; update it or calibrate again");
  return Error::success();
}

static bool mapInputs(const json::Value &profile,
                      std::map<std::string, AffineParams> &inputs,
                      json::Path path) {
  const json::Value *value = profile.getAsObject()->get("inputs");
  return !value || readInputs(*value, inputs, path.field("inputs"));
}

static bool readSamples(const json::Value &profile, SampleSet &samples,
                        json::Path path) {
  const json::Value *value = profile.getAsObject()->get("examples");
  return !value || samples.read(*value, path.field("examples"));
}

Expected<Profile> Profile::fromJson(StringRef text) {
  Expected<json::Value> value = parseJson(text);
  if (!value)
    return damaged(toString(value.takeError()));
  if (Error error = checkVersion(*value))
    return std::move(error);
  json::Path::Root root("profile");
  json::ObjectMapper map(*value, root);
  Profile profile;
  if (!map.map("fingerprint", profile.fingerprint) ||
      !map.mapOptional("preprocessing", profile.preprocessing) ||
      !map.map("tensors", profile.tensors) ||
      !mapInputs(*value, profile.inputs, root) ||
      !mapChannels(*value, profile, root) ||
      !readSamples(*value, profile.samples, root))
    return damaged(toString(root.getError()));
  return profile;
}

Expected<Profile> Profile::load(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = readInputFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<Profile> profile = fromJson((*buffer)->getBuffer());
  if (!profile)
    return createFileError(path, profile.takeError());
  return profile;
}

Error Profile::save(StringRef path) const {
  return writeFileAtomically(path, [&](raw_pwrite_stream &os) {
    os << toJson();
    return Error::success();
  });
}
