//===- Observe.h - From compiled code to the observer -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The function that compiled code calls for every observed tensor. Private to
/// Execution.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EXECUTION_OBSERVE_H
#define QUANTC_LIB_EXECUTION_OBSERVE_H

#include "quantc/Execution/Model.h"
#include "quantc/Support/ObserveFunction.h"

namespace quantc {

/// Hands `count` floats at `address` to the observer of the model that this
/// thread runs.
void observeTrampoline(int64_t index, int64_t address, int64_t count);

} // namespace quantc

#endif // QUANTC_LIB_EXECUTION_OBSERVE_H
