//===- Preprocessing.h - From stored samples to reals -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Data sets hold pixels, networks want normalized reals: what stands between
/// them, as a few numbers. A calibration profile remembers it, so that a
/// network is measured with the preprocessing that it was calibrated with.
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

/// Where the channels of a tensor [batch, ...] stand: last, or second.
enum class DataLayout { Unspecified, NHWC, NCHW };

/// How an array is rearranged between the two layouts.
enum class LayoutChange { None, ToNCHW, ToNHWC };

struct Preprocessing {
  /// real = (x * scale - mean) / deviation. Each list is empty (1, 0 and 1),
  /// holds one number, or one for each channel.
  std::vector<double> scale, mean, deviation;
  /// Layout of the stored samples, and that of the network's inputs if their
  /// shapes do not tell.
  DataLayout data = DataLayout::Unspecified;
  DataLayout network = DataLayout::Unspecified;

  bool operator==(const Preprocessing &other) const;
  /// Nothing is asked for: samples are taken as they are.
  bool empty() const { return *this == Preprocessing(); }
  /// The stored numbers stand for reals, of whatever type they are.
  bool changesValues() const {
    return !scale.empty() || !mean.empty() || !deviation.empty();
  }

  /// What the two layouts ask for; None if shapes have to tell.
  LayoutChange statedChange() const;
  /// The channels of data of `shape` [batch, ...]: the dimension that `data`
  /// names, the last one if it names none.
  int64_t channels(llvm::ArrayRef<int64_t> shape) const;
  /// Fails unless each list fits data with so many channels.
  llvm::Error checkChannels(int64_t channels) const;
  /// Applies the formula in place. `shape` passed `checkChannels`.
  void normalize(llvm::MutableArrayRef<double> values,
                 llvm::ArrayRef<int64_t> shape) const;

  /// The int8 parameters that represent every real made of 8-bit integers of
  /// `type` without error. Nothing for other types, numbers that differ by
  /// channel, and where no integer represents 0.
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

/// The change that brings data of shape `given` to a network's input of
/// `wanted`. Nothing if the shapes do not fit, or fit in both layouts and
/// `preprocessing` does not say which is meant (then `ambiguous` is set).
std::optional<LayoutChange> findLayoutChange(const Preprocessing &preprocessing,
                                             llvm::ArrayRef<int64_t> given,
                                             llvm::ArrayRef<int64_t> wanted,
                                             bool &ambiguous);

} // namespace quantc

#endif // QUANTC_CALIBRATION_PREPROCESSING_H
