//===- Preprocessing.h - From stored samples to reals -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How samples of a data set become inputs of a network: data sets hold pixels,
/// but networks expect normalized real numbers. The conversion is described by
/// a few numbers. A calibration profile keeps them, so that a network is
/// evaluated with the preprocessing that it was calibrated with.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_PREPROCESSING_H
#define QUANTC_CALIBRATION_PREPROCESSING_H

#include "quantc/Numerics/Affine.h"
#include "quantc/Support/Npz.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace quantc {

/// The position of the channels in a tensor [batch, ...]: last (NHWC), or
/// second (NCHW).
enum class DataLayout { Unspecified, NHWC, NCHW };

/// How an array is rearranged between the two layouts.
enum class LayoutChange { None, ToNCHW, ToNHWC };

struct Preprocessing {
  /// The formula is real = (x * scale - mean) / deviation. Each list holds one
  /// number, or one for each channel. An empty list stands for 1, 0 and 1.
  std::vector<double> scale, mean, deviation;
  /// The layout of the stored samples. `network` is the layout of the network's
  /// inputs; it is needed only if their shapes do not determine it.
  DataLayout data = DataLayout::Unspecified;
  DataLayout network = DataLayout::Unspecified;

  bool operator==(const Preprocessing &other) const;
  /// True if there is no preprocessing.
  bool empty() const { return *this == Preprocessing(); }
  /// True if the stored numbers, of whatever type, are converted to real
  /// numbers.
  bool changesValues() const {
    return !scale.empty() || !mean.empty() || !deviation.empty();
  }

  /// The change from one layout to the other; None if it has to be found from
  /// shapes.
  LayoutChange statedChange() const;
  /// The channels of data of `shape` [batch, ...]: the dimension that `data`
  /// names, the last one if it names none.
  int64_t channels(llvm::ArrayRef<int64_t> shape) const;
  /// Fails unless each list fits data with so many channels.
  llvm::Error checkChannels(int64_t channels) const;
  /// Applies the formula in place. `shape` passed `checkChannels`.
  void normalize(llvm::MutableArrayRef<double> values,
                 llvm::ArrayRef<int64_t> shape) const;

  /// The int8 parameters that represent, without error, every real number that
  /// an 8-bit integer of `type` becomes. Nothing if `type` is another type, if
  /// the numbers differ by channel, or if no integer represents 0.
  std::optional<AffineParams> exactParameters(ElementType type) const;

  /// Reads "NHWC", "NCHW", or data and network: "NHWC:NCHW".
  bool parseLayout(llvm::StringRef text);
  /// As `parseLayout` reads it; empty if no layout is given.
  std::string layoutString() const;

  /// Keys: scale, mean, std, layout; those that are given.
  llvm::json::Object toJson() const;
};

/// Fails, saying why, if a number is not finite or the formula divides by zero.
llvm::Error checkNumbers(const Preprocessing &preprocessing);

/// Found by llvm::json through argument-dependent lookup.
bool fromJSON(const llvm::json::Value &value, Preprocessing &preprocessing,
              llvm::json::Path path);

/// The shape that `shape` had before `change`; fewer than three dimensions have
/// no layout and stay.
std::vector<int64_t> shapeBefore(LayoutChange change,
                                 llvm::ArrayRef<int64_t> shape);

/// Rearranges the elements, of `elementSize` bytes, of an array that has
/// `shape` before the change.
std::vector<uint8_t> changeLayout(LayoutChange change,
                                  llvm::ArrayRef<uint8_t> bytes,
                                  size_t elementSize,
                                  llvm::ArrayRef<int64_t> shape);

/// The change that turns data of shape `given` into an input of shape `wanted`.
/// Nothing if the shapes do not fit. Also nothing, with `ambiguous` set, if
/// they fit in both layouts and `preprocessing` does not say which one is
/// meant.
std::optional<LayoutChange> findLayoutChange(const Preprocessing &preprocessing,
                                             llvm::ArrayRef<int64_t> given,
                                             llvm::ArrayRef<int64_t> wanted,
                                             bool &ambiguous);

} // namespace quantc

#endif // QUANTC_CALIBRATION_PREPROCESSING_H
