//===- Profile.h - The calibration profile -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A calibration profile: for every observed tensor its statistics, keyed by
/// the tensor's stable name, with the fingerprint of the network they belong
/// to. A versioned JSON file (docs/Profile.md). profile(A+B) ==
/// merge(profile(A), profile(B)).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_PROFILE_H
#define QUANTC_CALIBRATION_PROFILE_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Calibration/Preprocessing.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace quantc {

struct Profile {
  /// The newest version of the file format that this code reads and writes. A
  /// profile without preprocessing is written as version 1, as ever.
  static constexpr int64_t kVersion = 2;

  /// Hex digest of the network (see Pipelines: computeFingerprint).
  std::string fingerprint;
  /// How the samples behind the statistics became the network's inputs.
  Preprocessing preprocessing;
  /// Inputs whose samples were 8-bit integers, by name: the parameters that
  /// represent all of their reals exactly, better than any estimate.
  std::map<std::string, AffineParams> inputs;
  std::map<std::string, Histogram> tensors;
  /// Of tensors that are multiplied by weights, for each channel (the last
  /// dimension): the sum over the samples of the sample's mean.
  std::map<std::string, std::vector<ExactSum>> channelSums;

  /// The mean of each channel over all samples; empty if it is not known.
  std::vector<double> channelMeans(llvm::StringRef tensor) const;

  /// Adds `other`'s statistics; of the inputs' parameters those stay that both
  /// have. Fails if the fingerprints or the preprocessing
  /// differ.
  llvm::Error merge(const Profile &other);

  std::string toJson() const;
  /// Every malformed, truncated or newer file is an error that says what is
  /// wrong.
  static llvm::Expected<Profile> fromJson(llvm::StringRef text);

  static llvm::Expected<Profile> load(llvm::StringRef path);
  /// Writes to a temporary name and renames.
  llvm::Error save(llvm::StringRef path) const;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_PROFILE_H
