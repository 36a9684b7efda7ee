//===- Remedies.h - What would keep the accuracy -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Counterfactuals of a quantized network: what its outputs would gain if
/// single operations read int16 or floats. Each is measured, by running the
/// network on the samples that its profile keeps.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_REMEDIES_H
#define QUANTC_DRIVER_REMEDIES_H

#include "quantc/Driver/Compiler.h"

#include "llvm/Support/JSON.h"

namespace quantc {

/// One operation, with its clamp, in another scheme.
struct Remedy {
  /// The tensor that it makes, and those that it reads.
  std::string tensor;
  std::vector<std::string> inputs;
  /// The tensors to name in a policy.
  std::vector<std::string> members;
  /// `int16x8`, or `float32` if it has no such form.
  std::string scheme;
  /// Of the worst output with this remedy alone, in dB.
  double sqnr = 0;
  /// Its part of the multiplications with constant weights, in percent.
  double share = 0;
};

struct Remedies {
  /// Of the worst output as the network is, and if no activation was rounded,
  /// in dB.
  double sqnr = 0, unrounded = 0;
  /// The number of samples that were run.
  size_t samples = 0;
  /// The most effective first.
  std::vector<Remedy> list;
  /// So many of them together, as long as each adds something, and the SQNR
  /// that they have together.
  size_t chosen = 0;
  double together = 0;
  /// Why nothing was tried; nothing else is known then.
  std::string untried;

  void print(llvm::raw_ostream &os) const;
  llvm::json::Object toJSON() const;
  /// `policy` with rules for the remedies that were chosen.
  ptq::Policy addTo(ptq::Policy policy) const;
};

/// Measures what single operations of `network` cost at the outputs, and tries
/// the most expensive ones in a wider scheme. `options` quantize it with a
/// profile that keeps samples, in a static scheme. The number of runs is
/// bounded, whatever the size of the network; the network is not changed.
llvm::Expected<Remedies> findRemedies(mlir::ModuleOp network,
                                      const CompilerOptions &options);

} // namespace quantc

#endif // QUANTC_DRIVER_REMEDIES_H
