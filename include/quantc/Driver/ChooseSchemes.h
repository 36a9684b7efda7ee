//===- ChooseSchemes.h - The scheme auto -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Chooses which operations of a network int8 is not enough for, by running it
/// on samples (docs/Accuracy.md).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_CHOOSESCHEMES_H
#define QUANTC_DRIVER_CHOOSESCHEMES_H

#include "quantc/Driver/Compiler.h"
#include "quantc/Report/AccuracyCheck.h"

namespace quantc {

/// When the scheme auto prefers another type to int8.
struct SchemeLimits {
  /// Nothing changes if the output is that good, in dB, and no answer differs.
  double goodSqnr = 40;
  /// At most so many tensors are read as int16 instead of int8.
  size_t mostTensors = 5;
  /// What an operation must gain at the output to be widened, in dB: this, or
  /// if it is more, `stepPerPercent` for each percent of the network's
  /// multiplications that it does. Products of int16 are slower.
  double leastStep = 0.25;
  double stepPerPercent = 0.1;
  /// What all of them together must gain in the compiled network, in dB.
  double leastGain = 1;
  /// Below these, kinds of operations become wider, or float, together.
  AccuracyLimits collapse;
};

struct SchemeChoice {
  /// Rules to put in front of those of the policy, whose scheme becomes int8.
  std::vector<ptq::PolicyRule> rules;
  /// The tensors made by the operations that became int16, and float.
  std::vector<std::string> operations, floats;
  /// What the search did not try, how far it came, or why it ended without a
  /// choice, if there is something to say.
  std::string bound;
  /// The tensors made by the operations that float would save the answers of,
  /// if these are lost without and float is not permitted.
  std::vector<std::string> refused;
  /// What quantization costs with them, and what it costs without.
  AccuracyCheck accuracy, before;
};

/// True if nothing asks for a scheme, or `auto` is asked for, and the profile
/// keeps samples to choose by. The contracts of other runtimes have int8 as
/// these have it.
bool choosesSchemes(const QuantizeOptions &options, mlir::ModuleOp network);

/// Chooses for a network of which that is true. The module does not change, and
/// neither diagnostics nor remarks are emitted. Nothing if the network cannot
/// be compiled or run in int8: whoever compiles it will say why. Fails if the
/// search itself does.
llvm::Expected<std::optional<SchemeChoice>>
chooseSchemes(mlir::ModuleOp network, const QuantizeOptions &options,
              const SchemeLimits &limits = {});

/// What is wider than int8: "float for 'log'; int16 for 'add'".
std::string describeWider(const SchemeChoice &choice);
/// One line: "int16 for 'conv_1', 'add'; int8 alone: output 16.3 dB".
std::string summarize(const SchemeChoice &choice);

/// True if float, which is not permitted, would save answers that are lost.
bool isRefused(const SchemeChoice &choice, const AccuracyLimits &limits);
/// Why, for which operations, and the ways out.
std::string explainRefusal(const SchemeChoice &choice,
                           const AccuracyLimits &limits);

} // namespace quantc

#endif // QUANTC_DRIVER_CHOOSESCHEMES_H
