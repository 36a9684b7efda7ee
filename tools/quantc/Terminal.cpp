//===- Terminal.cpp - Text for people -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Terminal.h"

#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/WithColor.h"

using namespace quantc::tool;
using llvm::raw_ostream;
using llvm::StringRef;

raw_ostream &EscapingStream::changeColor(Colors color, bool bold,
                                         bool background) {
  to.changeColor(color, bold, background);
  return *this;
}

raw_ostream &EscapingStream::resetColor() {
  to.resetColor();
  return *this;
}

raw_ostream &EscapingStream::reverseColor() {
  to.reverseColor();
  return *this;
}

/// The number of bytes of the first character of `text`, if a terminal may show
/// it, or 0. In UTF-8, the control characters U+0080 to U+009F begin with the
/// byte C2.
static size_t shownBytes(StringRef text) {
  unsigned char first = text.front(), second = text.size() > 1 ? text[1] : 0;
  if (first < 0x80)
    return llvm::isPrint(first) || first == '\n' || first == '\t';
  auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data());
  if ((first == 0xc2 && second < 0xa0) ||
      !llvm::isLegalUTF8Sequence(begin, begin + text.size()))
    return 0;
  return llvm::getNumBytesForUTF8(first);
}

void EscapingStream::write_impl(const char *text, size_t size) {
  StringRef rest(text, size);
  llvm::SmallString<128> escaped;
  llvm::raw_svector_ostream os(escaped);
  while (!rest.empty()) {
    size_t shown = shownBytes(rest);
    if (shown)
      os << rest.take_front(shown);
    else
      os << llvm::format("\\x%02x", static_cast<unsigned char>(rest.front()));
    rest = rest.drop_front(std::max<size_t>(shown, 1));
  }
  to << escaped;
}

raw_ostream &quantc::tool::messages() {
  static EscapingStream stream(llvm::errs());
  return stream;
}

raw_ostream &quantc::tool::summary(StringRef output) {
  static EscapingStream stream(llvm::outs());
  return isStandardOutput(output) ? messages() : stream;
}

raw_ostream &quantc::tool::printError() {
  return llvm::WithColor::error(messages());
}
raw_ostream &quantc::tool::printWarning() {
  return llvm::WithColor::warning(messages());
}
raw_ostream &quantc::tool::printNote() {
  return llvm::WithColor::note(messages());
}
raw_ostream &quantc::tool::printRemark() {
  return llvm::WithColor::remark(messages());
}
