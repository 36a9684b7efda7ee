//===- Interrupt.h - Stopping with a valid result -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TOOLS_QUANTC_INTERRUPT_H
#define QUANTC_TOOLS_QUANTC_INTERRUPT_H

namespace quantc::tool {

/// From now on, the first interrupt only makes `wasInterrupted` true. The
/// second one ends the process.
void catchInterrupt();
bool wasInterrupted();

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_INTERRUPT_H
