//===- ImportOptions.h - What importers are told -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_IMPORTOPTIONS_H
#define QUANTC_IMPORT_IMPORTOPTIONS_H

#include <cstdint>

namespace quantc {

/// Options of every importer.
struct ImportOptions {
  /// What a symbolic batch dimension becomes; at least 1.
  int64_t batch = 1;
};

} // namespace quantc

#endif // QUANTC_IMPORT_IMPORTOPTIONS_H
