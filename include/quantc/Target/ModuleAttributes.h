//===- ModuleAttributes.h - What Codegen leaves for Emit -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Names of the attributes through which Codegen tells Emit about the compiled
/// function. They stand on the module, outlive its types, and print with it, so
/// a module in the LLVM dialect can be written to a file and emitted later.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_MODULEATTRIBUTES_H
#define QUANTC_TARGET_MODULEATTRIBUTES_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace quantc {

/// Whether symbols and macros can begin with `name`: C's identifiers, less
/// those with two underscores in front, which C keeps for itself.
inline bool isModelName(llvm::StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         !name.starts_with("__") && llvm::all_of(name, [](char c) {
           return llvm::isAlnum(c) || c == '_';
         });
}

} // namespace quantc

namespace quantc::attrs {

/// Dictionary: `name`, `inputs`, `outputs`.
inline constexpr llvm::StringLiteral interface = "quantc.interface";
/// Keys of the interface and of its tensors.
inline constexpr llvm::StringLiteral name = "name";
inline constexpr llvm::StringLiteral inputs = "inputs";
inline constexpr llvm::StringLiteral outputs = "outputs";
inline constexpr llvm::StringLiteral type = "type";
inline constexpr llvm::StringLiteral isUnsigned = "unsigned";
inline constexpr llvm::StringLiteral scale = "scale";
inline constexpr llvm::StringLiteral zeroPoint = "zero_point";
inline constexpr llvm::StringLiteral alias = "alias";
inline constexpr llvm::StringLiteral state = "state";
inline constexpr llvm::StringLiteral initial = "initial";

/// Dictionary of i64: `bytes`, `lower_bound`, `alignment`.
inline constexpr llvm::StringLiteral arena = "quantc.arena";
inline constexpr llvm::StringLiteral bytes = "bytes";
inline constexpr llvm::StringLiteral lowerBound = "lower_bound";
inline constexpr llvm::StringLiteral alignment = "alignment";

/// Unit, if the module has NAME_selftest.
inline constexpr llvm::StringLiteral selftest = "quantc.selftest";

/// Dictionary, if the module has NAME_step: `inputs`, `outputs` and `states` as
/// in the interface, `offsets` of the states, `bytes` and `alignment` of their
/// block, `arena` (bytes) and `warmup` (steps).
inline constexpr llvm::StringLiteral step = "quantc.step";
inline constexpr llvm::StringLiteral states = "states";
inline constexpr llvm::StringLiteral offsets = "offsets";
inline constexpr llvm::StringLiteral stepArena = "arena";
inline constexpr llvm::StringLiteral warmup = "warmup";

} // namespace quantc::attrs

#endif // QUANTC_TARGET_MODULEATTRIBUTES_H
