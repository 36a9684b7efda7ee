//===- Terminal.h - Text for people -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Names of tensors, keys and paths come from files and may contain any bytes.
/// Text for a terminal is written through these streams, so that a file cannot
/// send commands to the terminal.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TOOLS_QUANTC_TERMINAL_H
#define QUANTC_TOOLS_QUANTC_TERMINAL_H

#include "llvm/Support/raw_ostream.h"

namespace quantc::tool {

/// Writes text to another stream. Control characters other than newline and
/// tab, and bytes that are not UTF-8, become \xNN. Colors pass.
class EscapingStream final : public llvm::raw_ostream {
public:
  explicit EscapingStream(llvm::raw_ostream &to)
      : raw_ostream(/*unbuffered=*/true), to(to) {}

  bool is_displayed() const override { return to.is_displayed(); }
  bool has_colors() const override { return to.has_colors(); }
  raw_ostream &changeColor(Colors color, bool bold, bool background) override;
  raw_ostream &resetColor() override;
  raw_ostream &reverseColor() override;

private:
  void write_impl(const char *text, size_t size) override;
  uint64_t current_pos() const override { return to.tell(); }

  llvm::raw_ostream &to;
};

/// Standard error, for messages.
llvm::raw_ostream &messages();

/// The stream on which a command reports what it wrote to `output`. This is
/// standard output, or standard error if `output` itself is standard output.
llvm::raw_ostream &summary(llvm::StringRef output);

/// Prints "error: " and so on before a message.
llvm::raw_ostream &printError();
llvm::raw_ostream &printWarning();
llvm::raw_ostream &printNote();
llvm::raw_ostream &printRemark();

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_TERMINAL_H
