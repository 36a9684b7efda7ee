//===- SampleSet.h - Some of the calibration samples -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A calibration profile keeps a few of its samples: compiled code is checked
/// on them beside the float network, and weights are rounded with regard to the
/// inputs that they meet.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_SAMPLESET_H
#define QUANTC_CALIBRATION_SAMPLESET_H

#include "quantc/Support/Npz.h"

#include "llvm/Support/JSON.h"

namespace quantc {

/// The samples with the smallest digests: a selection that looks random, does
/// not depend on the order in which samples come, and merges exactly. Equal
/// samples count once.
class SampleSet {
public:
  /// At most so many samples are kept, and at most so many bytes of them. A
  /// sample that is larger is not kept.
  static constexpr size_t kMostSamples = 32;
  static constexpr size_t kMostBytes = 16 << 20;

  /// The inputs of one run, in the network's order.
  using Sample = std::vector<Array>;

  void add(Sample sample);
  void merge(const SampleSet &other);

  bool empty() const { return kept.empty(); }
  size_t size() const { return kept.size(); }
  /// In the order of their digests.
  std::vector<const Sample *> samples() const;

  /// A list of samples. Each is a list of [type, shape, bytes], the bytes
  /// compressed by zlib and written in base64.
  void write(llvm::json::OStream &json) const;
  /// Reads such a list. Files are not trusted: false, with an error in `path`,
  /// if a sample is not what `write` writes.
  bool read(const llvm::json::Value &value, llvm::json::Path path);

private:
  std::map<std::pair<uint64_t, uint64_t>, Sample> kept; // by digest
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_SAMPLESET_H
