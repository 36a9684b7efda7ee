//===- Profile.h - The calibration profile -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A calibration profile has the statistics of every observed tensor, under the
/// tensor's stable name, and the fingerprint of the network to which they
/// belong. It is a versioned JSON file (docs/Profile.md).
///
/// Profiles can be merged: profile(A+B) == merge(profile(A), profile(B)).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_PROFILE_H
#define QUANTC_CALIBRATION_PROFILE_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Calibration/Preprocessing.h"
#include "quantc/Calibration/SampleSet.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace quantc {

struct Profile {
  /// The newest version of the file format that this code reads and writes. A
  /// profile without preprocessing is written in version 1, so that older
  /// readers can read it.
  static constexpr int64_t kVersion = 2;

  /// Hex digest of the network (see Pipelines: computeFingerprint).
  std::string fingerprint;
  /// How the samples behind the statistics became the network's inputs.
  Preprocessing preprocessing;
  /// For inputs whose samples were 8-bit integers, by name: the parameters that
  /// represent all of their real numbers exactly. No estimate can be better.
  std::map<std::string, AffineParams> inputs;
  std::map<std::string, Histogram> tensors;
  /// For each channel (the last dimension) of a tensor that is multiplied by
  /// weights: the sum, over the samples, of the channel's mean in the sample.
  std::map<std::string, std::vector<ExactSum>> channelSums;

  /// Some of the samples, as inputs of the network.
  SampleSet samples;

  /// The mean of each channel over all samples; empty if it is not known.
  std::vector<double> channelMeans(llvm::StringRef tensor) const;

  /// Adds the statistics of `other`. Parameters of inputs are kept if both
  /// profiles have the same ones. Fails if the fingerprints or the
  /// preprocessing differ.
  llvm::Error merge(const Profile &other);

  std::string toJson() const;
  /// Reads a profile. A malformed, truncated or newer file is an error that
  /// says what is wrong.
  static llvm::Expected<Profile> fromJson(llvm::StringRef text);

  static llvm::Expected<Profile> load(llvm::StringRef path);
  /// Writes to a temporary name and renames.
  llvm::Error save(llvm::StringRef path) const;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_PROFILE_H
