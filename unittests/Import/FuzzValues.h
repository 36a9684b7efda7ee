//===- FuzzValues.h - What fuzzers write into fields -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Values that mutators of structured files choose, from a generator that a
/// seed determines.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_UNITTESTS_IMPORT_FUZZVALUES_H
#define QUANTC_UNITTESTS_IMPORT_FUZZVALUES_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <string>

/// libFuzzer's own mutation of bytes; returns the new size.
extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace quantc {

class FuzzValues {
public:
  explicit FuzzValues(unsigned seed) : engine(seed) {}

  /// In [0, count); count > 0.
  size_t below(size_t count) { return engine() % count; }
  bool oneIn(size_t count) { return below(count) == 0; }

  template <typename Container>
  auto &pick(Container &container) {
    return *std::next(container.begin(), below(container.size()));
  }

  /// Near the old number, a size or an axis, or at a border of some type.
  int64_t integer(int64_t old) {
    static constexpr int64_t kBorders[] = {
        -1,        127,       128,       255,       256,
        65536,     1 << 20,   INT32_MAX, INT32_MIN, int64_t(1) << 31,
        INT64_MAX, INT64_MIN, 1 << 30,   -129,      int64_t(1) << 40};
    switch (below(4)) {
    case 0:
      return kBorders[below(std::size(kBorders))];
    case 1:
      return static_cast<int64_t>(static_cast<uint64_t>(old) + below(3) - 1);
    default:
      return static_cast<int64_t>(below(12)) - 3;
    }
  }

  double real(double old) {
    using Limits = std::numeric_limits<float>;
    static constexpr double kBorders[] = {0,
                                          -0.0,
                                          1,
                                          -1,
                                          0.5,
                                          255,
                                          1e-30,
                                          Limits::denorm_min(),
                                          Limits::max(),
                                          Limits::lowest(),
                                          Limits::infinity(),
                                          Limits::quiet_NaN()};
    return oneIn(3) ? old * (oneIn(2) ? -1 : 2)
                    : kBorders[below(std::size(kBorders))];
  }

  /// `bytes` after a mutation, somewhat longer at most.
  std::string mutate(std::string bytes) {
    size_t size = bytes.size();
    bytes.resize(size + 16);
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(bytes.data()),
                                  size, bytes.size()));
    return bytes;
  }

private:
  std::minstd_rand engine;
};

} // namespace quantc

#endif // QUANTC_UNITTESTS_IMPORT_FUZZVALUES_H
