//===- ObserveFunction.h - The function of observers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The name of the function that observed networks call.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_OBSERVEFUNCTION_H
#define QUANTC_SUPPORT_OBSERVEFUNCTION_H

#include "llvm/ADT/StringRef.h"

namespace quantc {

/// `void quantc_observe(int64_t index, int64_t address, int64_t count)`: the
/// pass convert-observers writes its calls, an object may leave it undefined,
/// and `Execution` defines it for the code that it runs.
inline constexpr llvm::StringLiteral kObserveFunction = "quantc_observe";

} // namespace quantc

#endif // QUANTC_SUPPORT_OBSERVEFUNCTION_H
