//===- Labels.h - The classes that samples belong to -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_LABELS_H
#define QUANTC_LIB_DRIVER_LABELS_H

#include "quantc/Driver/Samples.h"

#include <optional>

namespace quantc {

/// The labels of a file's samples: of each, one or more rows.
struct Labels {
  /// Those under kLabels; nothing if the file has none. Errors name the file.
  static llvm::Expected<std::optional<Labels>> read(const SampleFile &file);

  /// Fails if a label is not below `classes`, or the network has none.
  llvm::Error check(const SampleFile &file,
                    std::optional<unsigned> classes) const;
  llvm::ArrayRef<unsigned> of(size_t sample) const {
    return llvm::ArrayRef<unsigned>(values).slice(sample * rows, rows);
  }

  std::vector<unsigned> values;
  size_t rows = 1; // of each sample
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_LABELS_H
