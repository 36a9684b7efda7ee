//===- Preprocessing.cpp - From stored samples to reals -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Preprocessing.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <functional>
#include <numeric>

using namespace quantc;
using namespace llvm;

bool Preprocessing::operator==(const Preprocessing &other) const {
  return scale == other.scale && mean == other.mean &&
         deviation == other.deviation && data == other.data &&
         network == other.network;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

/// The dimension of the channels.
static size_t channelAxis(size_t rank, DataLayout layout) {
  return layout == DataLayout::NCHW && rank > 2 ? 1 : rank - 1;
}

int64_t Preprocessing::channels(ArrayRef<int64_t> shape) const {
  return shape.empty() ? 1 : shape[channelAxis(shape.size(), data)];
}

Error Preprocessing::checkChannels(int64_t channels) const {
  for (auto [name, list] :
       {std::pair<StringRef, ArrayRef<double>>("scale", scale),
        {"mean", mean},
        {"std", deviation}})
    if (list.size() > 1 && int64_t(list.size()) != channels)
      return createStringError(
          "'" + name + "' of the preprocessing lists " + Twine(list.size()) +
          " numbers, but the data has " + Twine(channels) +
          (data == DataLayout::Unspecified
               ? " channels in its last dimension; a layout (NCHW) says that "
                 "they stand elsewhere"
               : " channels"));
  return Error::success();
}

void Preprocessing::normalize(MutableArrayRef<double> values,
                              ArrayRef<int64_t> shape) const {
  auto at = [](const std::vector<double> &list, size_t channel,
               double otherwise) {
    return list.empty() ? otherwise : list[list.size() > 1 ? channel : 0];
  };
  size_t count = channels(shape);
  size_t inner =
      shape.empty()
          ? 1
          : product(shape.drop_front(channelAxis(shape.size(), data) + 1));
  for (size_t i = 0; i < values.size(); ++i) {
    size_t channel = i / inner % count;
    values[i] = (values[i] * at(scale, channel, 1) - at(mean, channel, 0)) /
                at(deviation, channel, 1);
  }
}

std::optional<AffineParams>
Preprocessing::exactParameters(ElementType type) const {
  if ((type != ElementType::Int8 && type != ElementType::UInt8) ||
      scale.size() > 1 || mean.size() > 1 || deviation.size() > 1)
    return std::nullopt;
  // (x * scale - mean) / deviation = (x - mean / scale) * (scale / deviation)
  double factor = scale.empty() ? 1 : scale[0];
  double step = factor / (deviation.empty() ? 1 : deviation[0]);
  double zero = (mean.empty() ? 0 : mean[0]) / factor;
  if (type == ElementType::UInt8)
    zero += kInt8Activation.min;
  constexpr double kTolerance = 1e-5; // of a step; decimals are rounded
  double nearest = std::round(zero);
  if (!(step >= kMinScale && step <= kMaxScale) ||
      !(nearest >= kInt8Activation.min && nearest <= kInt8Activation.max) ||
      std::abs(zero - nearest) > kTolerance)
    return std::nullopt;
  return AffineParams{static_cast<float>(step), static_cast<int64_t>(nearest),
                      kInt8Activation};
}

Error quantc::checkNumbers(const Preprocessing &preprocessing) {
  for (const auto *list :
       {&preprocessing.scale, &preprocessing.mean, &preprocessing.deviation})
    if (!all_of(*list, [](double value) { return std::isfinite(value); }))
      return createStringError("a number of the preprocessing is not finite");
  if (is_contained(preprocessing.scale, 0.0))
    return createStringError("'scale' of the preprocessing is zero");
  if (is_contained(preprocessing.deviation, 0.0))
    return createStringError("'std' of the preprocessing is zero");
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

std::vector<int64_t> quantc::shapeBefore(LayoutChange change,
                                         ArrayRef<int64_t> shape) {
  std::vector<int64_t> result(shape.begin(), shape.end());
  if (result.size() < 3)
    return result;
  if (change == LayoutChange::ToNCHW)
    std::rotate(result.begin() + 1, result.begin() + 2, result.end());
  else if (change == LayoutChange::ToNHWC)
    std::rotate(result.begin() + 1, result.end() - 1, result.end());
  return result;
}

std::vector<uint8_t> quantc::changeLayout(LayoutChange change,
                                          ArrayRef<uint8_t> bytes,
                                          size_t elementSize,
                                          ArrayRef<int64_t> shape) {
  if (change == LayoutChange::None || shape.size() < 3)
    return bytes.vec();
  // Both changes transpose a matrix, once for each entry of the batch.
  size_t batch = shape.front();
  size_t rows = change == LayoutChange::ToNHWC
                    ? shape[1]
                    : product(shape.drop_front().drop_back());
  size_t columns = product(shape.drop_front()) / std::max<size_t>(rows, 1);
  std::vector<uint8_t> result(bytes.size());
  for (size_t n = 0; n < batch; ++n)
    for (size_t row = 0; row < rows; ++row)
      for (size_t column = 0; column < columns; ++column) {
        size_t from = (n * rows + row) * columns + column;
        size_t to = (n * columns + column) * rows + row;
        std::copy_n(bytes.begin() + from * elementSize, elementSize,
                    result.begin() + to * elementSize);
      }
  return result;
}

static LayoutChange changeBetween(DataLayout from, DataLayout to) {
  if (from == to)
    return LayoutChange::None;
  return to == DataLayout::NCHW ? LayoutChange::ToNCHW : LayoutChange::ToNHWC;
}

LayoutChange Preprocessing::statedChange() const {
  return network == DataLayout::Unspecified ? LayoutChange::None
                                            : changeBetween(data, network);
}

/// True if the change only moves dimensions of size 1.
static bool keepsOrder(ArrayRef<int64_t> shape) {
  return shape.back() == 1 || product(shape.drop_front().drop_back()) == 1;
}

std::optional<LayoutChange>
quantc::findLayoutChange(const Preprocessing &preprocessing,
                         ArrayRef<int64_t> given, ArrayRef<int64_t> wanted,
                         bool &ambiguous) {
  ambiguous = false;
  auto fits = [&](LayoutChange change) {
    return ArrayRef<int64_t>(shapeBefore(change, wanted)) == given;
  };
  auto ifFits = [&](LayoutChange change) {
    return fits(change) ? std::optional(change) : std::nullopt;
  };
  if (preprocessing.data == DataLayout::Unspecified || wanted.size() < 3)
    return ifFits(LayoutChange::None);
  if (preprocessing.network != DataLayout::Unspecified)
    return ifFits(preprocessing.statedChange());
  DataLayout other = preprocessing.data == DataLayout::NHWC ? DataLayout::NCHW
                                                            : DataLayout::NHWC;
  LayoutChange change = changeBetween(preprocessing.data, other);
  if (!fits(LayoutChange::None))
    return ifFits(change);
  ambiguous = fits(change) && !keepsOrder(given);
  return ambiguous ? std::nullopt : std::optional(LayoutChange::None);
}

static DataLayout parseOne(StringRef text) {
  return StringSwitch<DataLayout>(text)
      .Case("NHWC", DataLayout::NHWC)
      .Case("NCHW", DataLayout::NCHW)
      .Default(DataLayout::Unspecified);
}

bool Preprocessing::parseLayout(StringRef text) {
  auto [first, second] = text.split(':');
  data = parseOne(first);
  network = parseOne(second);
  bool wholeSecond = text.contains(':') == (network != DataLayout::Unspecified);
  return data != DataLayout::Unspecified && wholeSecond;
}

static StringRef name(DataLayout layout) {
  return layout == DataLayout::NHWC ? "NHWC" : "NCHW";
}

std::string Preprocessing::layoutString() const {
  if (data == DataLayout::Unspecified)
    return "";
  if (network == DataLayout::Unspecified)
    return name(data).str();
  return (name(data) + ":" + name(network)).str();
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

json::Object Preprocessing::toJson() const {
  json::Object object;
  if (!scale.empty())
    object["scale"] = scale;
  if (!mean.empty())
    object["mean"] = mean;
  if (!deviation.empty())
    object["std"] = deviation;
  if (data != DataLayout::Unspecified)
    object["layout"] = layoutString();
  return object;
}

bool quantc::fromJSON(const json::Value &value, Preprocessing &preprocessing,
                      json::Path path) {
  json::ObjectMapper map(value, path);
  std::optional<std::string> layout;
  if (!map || !map.mapOptional("scale", preprocessing.scale) ||
      !map.mapOptional("mean", preprocessing.mean) ||
      !map.mapOptional("std", preprocessing.deviation) ||
      !map.mapOptional("layout", layout))
    return false;
  if (layout && !preprocessing.parseLayout(*layout)) {
    path.field("layout").report("expected NHWC, NCHW or two of them");
    return false;
  }
  if (Error error = checkNumbers(preprocessing)) {
    consumeError(std::move(error));
    path.report("expected finite numbers, scale and std not zero");
    return false;
  }
  return true;
}
