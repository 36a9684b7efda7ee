//===- Target.h - Descriptions of CPUs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_TARGET_H
#define QUANTC_TARGET_TARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace quantc {

/// How a target multiplies 8-bit integers and accumulates into 32 bits.
enum class DotKind {
  /// Four-way u8*s8 into s32 (x86 AVX512-VNNI, AVX-VNNI: vpdpbusd).
  UnsignedSigned4,
  /// Four-way s8*s8 into s32 (AArch64 sdot).
  Signed4,
  /// Two-way s16*s16 into s32 (x86 pmaddwd: SSE2, AVX2, AVX512BW).
  Signed16x2,
  /// s16*s16 into s32, one product a lane (NEON smlal, every other target).
  Widening,
};

/// What code generation needs to know of a CPU; data, derived from LLVM's own
/// feature tables, so that "avx512vnni" means what LLVM means.
struct TargetDescription {
  std::string triple;   // normalised
  std::string cpu;      // LLVM's name, e.g. "x86-64-v3", "generic"
  std::string features; // LLVM's spelling, e.g. "+dotprod"
  unsigned vectorBits = 128;
  unsigned vectorRegisters = 16;
  DotKind dot = DotKind::Widening;
  /// The name of the intrinsic family for `dot` ("avx512vnni", "avxvnni",
  /// "sdot", "sse2", "avx2", "avx512bw", "").
  std::string dotFeature;
  /// The instruction family that looks up `lookupLanes` bytes at once in a
  /// table of 256 ("avx512vbmi", "avx2", "neon"), or "" and 0.
  std::string lookupFeature;
  unsigned lookupLanes = 0;
  /// There are instructions that convert vectors of half floats to f32.
  bool convertsHalf = false;
};

/// Makes every target of the linked LLVM known to it; later calls do nothing.
void initializeTargets();

/// Describes the target. An empty triple is the host; an empty or "native" cpu
/// on the host triple is the host's CPU and features, on others LLVM's generic
/// CPU. Unknown triples, CPUs and features are errors that list what is known
/// or how to find it.
llvm::Expected<TargetDescription> describeTarget(llvm::StringRef triple,
                                                 llvm::StringRef cpu,
                                                 llvm::StringRef features);

} // namespace quantc

#endif // QUANTC_TARGET_TARGET_H
