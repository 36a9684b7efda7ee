//===- CheckNesting.cpp - How deep MLIR text nests -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Counts brackets as MLIR's lexer sees them. Those in strings and comments do
// not count, nor does a `>` that is part of `->` or `>=`. Operators of affine
// expressions nest to the left without brackets. An alias counts as deep as its
// definition.
//
//===----------------------------------------------------------------------===//

#include "CheckNesting.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;

/// Exported networks nest about ten levels deep, locations of inlined functions
/// a little deeper.
static constexpr unsigned kMaxDepth = 512;

namespace {
class NestingScanner {
public:
  explicit NestingScanner(StringRef text) : text(text) {}

  /// The position at which the text nests too deep, or nothing.
  std::optional<size_t> run();

private:
  void skipSpace();
  void skipString();
  void scanAlias();
  void scanWord();
  void scanPunctuation();
  void reach(unsigned reached);
  StringRef rest() const { return text.substr(position); }

  StringRef text;
  size_t position = 0;
  unsigned depth = 0;
  /// Operators since the last bracket or separator.
  unsigned operators = 0;
  bool isTooDeep = false;
  /// The alias whose definition began last, and the depth of each alias.
  StringRef defined;
  llvm::StringMap<unsigned> aliases;
};
} // namespace

void NestingScanner::reach(unsigned reached) {
  isTooDeep |= reached > kMaxDepth;
  if (!defined.empty())
    aliases[defined] = std::max(aliases[defined], reached);
}

/// Also skips comments.
void NestingScanner::skipSpace() {
  while (true) {
    position =
        std::min(text.find_first_not_of(" \t\r\n", position), text.size());
    if (!rest().starts_with("//"))
      return;
    position = std::min(text.find('\n', position), text.size());
  }
}

void NestingScanner::skipString() {
  ++position;
  while (position < text.size()) {
    position = std::min(text.find_first_of("\"\\\n", position), text.size());
    if (!rest().starts_with("\\")) {
      ++position;
      return;
    }
    position += 2;
  }
}

static bool isWordCharacter(char c) {
  return llvm::isAlnum(c) || c == '_' || c == '$' || c == '.';
}

/// Reads `!name` or `#name`. Before `=`, outside of brackets, it begins the
/// definition of an alias.
void NestingScanner::scanAlias() {
  StringRef name = text.substr(
      position,
      1 + rest()
              .drop_front()
              .take_while([](char c) { return isWordCharacter(c) || c == '-'; })
              .size());
  position += name.size();
  skipSpace();
  if (depth == 0 && rest().starts_with("="))
    defined = name;
  else if (auto it = aliases.find(name); it != aliases.end() && name != defined)
    reach(depth + it->second);
}

void NestingScanner::scanWord() {
  StringRef word = rest().take_while(isWordCharacter);
  if (word == "mod" || word == "floordiv" || word == "ceildiv")
    reach(depth + ++operators);
  position += word.size();
}

void NestingScanner::scanPunctuation() {
  char c = text[position];
  if (rest().starts_with("->") || rest().starts_with(">=")) {
    operators = 0;
    position += 2;
    return;
  }
  ++position;
  if (StringRef("+-*").contains(c))
    return reach(depth + ++operators);
  if (c != '(' && c != ')') // An affine expression goes on behind them.
    operators = 0;
  if (StringRef("([{<").contains(c))
    reach(++depth);
  else if (StringRef(")]}>").contains(c) && depth > 0)
    --depth;
}

std::optional<size_t> NestingScanner::run() {
  for (skipSpace(); position < text.size(); skipSpace()) {
    size_t start = position;
    char c = text[position];
    if (c == '"')
      skipString();
    else if (c == '!' || c == '#')
      scanAlias();
    else if (isWordCharacter(c))
      scanWord();
    else
      scanPunctuation();
    if (isTooDeep)
      return start;
  }
  return std::nullopt;
}

LogicalResult quantc::checkNesting(llvm::MemoryBufferRef text,
                                   MLIRContext &context) {
  std::optional<size_t> place = NestingScanner(text.getBuffer()).run();
  if (!place)
    return success();
  StringRef before = text.getBuffer().take_front(*place);
  auto loc = FileLineColLoc::get(&context, text.getBufferIdentifier(),
                                 1 + before.count('\n'),
                                 1 + before.size() - (before.rfind('\n') + 1));
  return emitError(loc) << "the text nests more than " << kMaxDepth
                        << " levels deep, which no network does";
}
