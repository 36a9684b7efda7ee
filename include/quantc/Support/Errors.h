//===- Errors.h - Errors with a message, and reported ones -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_ERRORS_H
#define QUANTC_SUPPORT_ERRORS_H

#include "llvm/Support/Error.h"

namespace quantc {

/// A failure whose cause was already reported through MLIR's diagnostics: there
/// is nothing left to print.
class DiagnosedError : public llvm::ErrorInfo<DiagnosedError> {
public:
  static char ID;
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;
};

/// An error with a message. A short form of LLVM's own function.
llvm::Error makeError(const llvm::Twine &message);

} // namespace quantc

#endif // QUANTC_SUPPORT_ERRORS_H
