//===- Interrupt.cpp - Stopping with a valid result -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interrupt.h"

#include "llvm/Support/Signals.h"

#include <atomic>

using namespace quantc;

static std::atomic<bool> interrupted = false;

void tool::catchInterrupt() {
  llvm::sys::SetInterruptFunction([] { interrupted = true; });
}

bool tool::wasInterrupted() { return interrupted; }
