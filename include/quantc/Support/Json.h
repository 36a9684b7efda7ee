//===- Json.h - JSON from files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_JSON_H
#define QUANTC_SUPPORT_JSON_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"

namespace quantc {

/// Parses JSON that is not trusted. It is an error if brackets nest deeper than
/// in any file of quantc, because the parser recurses. It is also an error if
/// an object has a key twice, because readers disagree on which one counts.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text);

} // namespace quantc

#endif // QUANTC_SUPPORT_JSON_H
