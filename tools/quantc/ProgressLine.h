//===- ProgressLine.h - Progress on a terminal -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TOOLS_QUANTC_PROGRESSLINE_H
#define QUANTC_TOOLS_QUANTC_PROGRESSLINE_H

#include "quantc/Driver/Samples.h"

#include <chrono>

namespace quantc::tool {

/// One line on standard error, rewritten in place: samples done, throughput and
/// remaining time. Silent if standard error is no terminal.
class ProgressLine {
public:
  explicit ProgressLine(llvm::StringRef what);
  void update(const Progress &progress);
  /// Erases the line.
  void finish();

private:
  using Clock = std::chrono::steady_clock;

  std::string what;
  bool enabled;
  Clock::time_point start, last;
  bool shown = false;
};

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_PROGRESSLINE_H
