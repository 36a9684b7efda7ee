//===- HeldStates.h - States between samples -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Samples as steps of a stream: what a network leaves in the outputs of its
/// states is the input of the next sample.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_HELDSTATES_H
#define QUANTC_DRIVER_HELDSTATES_H

#include "quantc/Driver/Samples.h"
#include "quantc/Emit/Emit.h"

namespace quantc {

/// The states of a network between the samples of a file. A file is a stream of
/// its own, which starts with the initial values.
class HeldStates {
public:
  /// Nothing is held if `isActive` is false.
  HeldStates(const ModelInterface &network, bool isActive);

  /// Replaces the states in `inputs`, sample `index` of `file`, by those after
  /// the sample before. States that the file gives stay.
  void restore(const SampleFile &file, size_t index,
               std::vector<Array> &inputs) const;

  /// Takes the states out of the outputs of a run.
  void keep(const std::vector<Array> &outputs);

private:
  struct State {
    size_t input, output;
    Array value;
  };
  std::vector<State> states;
};

} // namespace quantc

#endif // QUANTC_DRIVER_HELDSTATES_H
