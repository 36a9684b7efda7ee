//===- InterfaceAttributes.h - Inputs and outputs of networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Discardable attributes of a network's arguments and results, beside those of
/// PTQ.h. They change nothing of what is computed.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_INTERFACEATTRIBUTES_H
#define QUANTC_DIALECT_PTQ_IR_INTERFACEATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace quantc::ptq {

/// Another name, under which data may be given too: a string.
inline constexpr llvm::StringLiteral kAliasAttr = "ptq.alias";

/// The argument and the result that are the state of a network name each other:
/// what the result holds after a run, the argument takes in the next one. Both
/// have the same type and parameters.
inline constexpr llvm::StringLiteral kStateAttr = "ptq.state";

/// Of such an argument: what it takes in the first run, as f64 elements of the
/// argument's shape. They are the reals that its integers stand for, or the
/// integers of a tensor without scale.
inline constexpr llvm::StringLiteral kInitialAttr = "ptq.initial";

/// Of a function: its states are held between runs (a unit). Samples of data
/// that follow each other are steps of one stream, and the object has a
/// function for steps.
inline constexpr llvm::StringLiteral kHeldAttr = "ptq.held";

/// Of a function that computes one step of a sequence: how many of the first
/// steps have no result of the sequence, an i64.
inline constexpr llvm::StringLiteral kWarmupAttr = "ptq.warmup";

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_IR_INTERFACEATTRIBUTES_H
