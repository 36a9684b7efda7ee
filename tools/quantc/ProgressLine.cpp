//===- ProgressLine.cpp - Progress on a terminal -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgressLine.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace quantc::tool;

/// A terminal needs no more than ten updates a second.
static constexpr std::chrono::milliseconds kInterval(100);

ProgressLine::ProgressLine(llvm::StringRef what)
    : what(what), enabled(llvm::errs().is_displayed()), start(Clock::now()),
      last(start) {}

void ProgressLine::update(const Progress &progress) {
  Clock::time_point now = Clock::now();
  if (!enabled || now - last < kInterval)
    return;
  last = now;
  shown = true;
  double seconds = std::chrono::duration<double>(now - start).count();
  double left =
      progress.fraction > 0 ? seconds / progress.fraction - seconds : 0;
  llvm::errs() << llvm::formatv(
                      "\r{0}: {1} samples, {2:F0} %, {3:F1} samples/s, ", what,
                      progress.samples, 100 * progress.fraction,
                      progress.samples / seconds)
               << llvm::format("%d:%02d left\033[K", int(left) / 60,
                               int(left) % 60);
}

void ProgressLine::finish() {
  if (shown)
    llvm::errs() << "\r\033[K";
  shown = false;
}
