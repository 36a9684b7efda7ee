//===- SwitchedNetwork.h - Rounding that can be switched off -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A simulation of a quantized network in which each operation reads its inputs
/// rounded to int8, to int16 or not at all, as switches say when the network
/// runs. So the sensitivity of every tensor is measured with one compilation.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_SWITCHEDNETWORK_H
#define QUANTC_LIB_DRIVER_SWITCHEDNETWORK_H

#include "quantc/Calibration/Profile.h"
#include "quantc/Calibration/SampleSet.h"
#include "quantc/Execution/Model.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/BitVector.h"

namespace quantc {

/// Operations that share accumulators (a convolution and its clamp) and so have
/// one switch.
struct SwitchedUnit {
  /// The tensor that they make, and the operation that makes it.
  std::string tensor, operation;
  /// What they read rounded; moves in between do not count.
  std::vector<std::string> inputs;
  /// The tensors made by these operations and by the moves in front of them:
  /// those that have to be computed in a wider type together.
  std::vector<std::string> members;
  /// Multiplications by constant weights.
  double products = 0;
  /// All of them have a form in the scheme int16x8, instead of int8.
  bool canWiden = true;
  /// The units, by index, that make what this one reads.
  std::vector<unsigned> sources;
  /// Units of repeated blocks that do the same have one number.
  unsigned role = 0;
};

class SwitchedNetwork {
public:
  /// Compiles a network after the stage Annotate, which is consumed. `ranges`,
  /// if not null, are those that int16 is to hold; without them nothing can be
  /// rounded to int16. The scores in front of a softmax are measured instead of
  /// its result if the tensor `isComparable`.
  static llvm::Expected<SwitchedNetwork>
  create(mlir::ModuleOp annotated, const Profile *ranges,
         llvm::function_ref<bool(llvm::StringRef tensor)> isComparable);

  /// In the order of the network.
  llvm::ArrayRef<SwitchedUnit> units() const { return list; }

  /// The tensors to measure, one for each output of real numbers: the output,
  /// or the scores that a softmax at the end makes it of. Softmax hides the
  /// errors of decided answers and shows those of a few undecided ones.
  llvm::ArrayRef<std::string> measured() const { return names; }

  /// These tensors, if the units in `exact` read what is not rounded, and those
  /// in `wide`, which may be empty, what is rounded to int16.
  llvm::Expected<std::vector<std::vector<double>>>
  run(const SampleSet::Sample &sample, const llvm::BitVector &exact,
      const llvm::BitVector &wide = {});

private:
  std::vector<SwitchedUnit> list;
  int64_t switches = 0;
  std::vector<std::string> names;
  std::unique_ptr<Model> model;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_SWITCHEDNETWORK_H
