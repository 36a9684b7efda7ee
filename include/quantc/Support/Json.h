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

/// Parses JSON that a stranger may have written. Brackets that nest deeper than
/// quantc's files do (the parser recurses), and an object with the same key
/// twice (readers disagree on which one counts) are errors.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text);

} // namespace quantc

#endif // QUANTC_SUPPORT_JSON_H
