//===- HeldStates.cpp - States between samples -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/HeldStates.h"

using namespace quantc;

HeldStates::HeldStates(const ModelInterface &network, bool isActive) {
  if (!isActive)
    return;
  for (auto [i, input] : llvm::enumerate(network.inputs))
    for (auto [j, output] : llvm::enumerate(network.outputs))
      if (!input.state.empty() && output.name == input.state)
        states.push_back({i, j, Array()});
}

void HeldStates::restore(const SampleFile &file, size_t index,
                         std::vector<Array> &inputs) const {
  if (index == 0)
    return;
  for (const State &state : states)
    if (!file.gives(state.input))
      inputs[state.input] = state.value;
}

void HeldStates::keep(const std::vector<Array> &outputs) {
  for (State &state : states)
    state.value = outputs[state.output];
}
