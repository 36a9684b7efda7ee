//===- MlirMutator.cpp - Mutations of .mlir files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Bytes that are changed at random end up in MLIR's parser. Here words are
/// changed: a number, an operation, a type, a value or an attribute becomes
/// another one of its kind, so that many of the texts still parse.
///
//===----------------------------------------------------------------------===//

#include "../Import/FuzzValues.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

#include <cstring>
#include <vector>

using namespace quantc;
using llvm::StringRef;

namespace {
enum class WordKind { Other, Number, Value, ElementType, Op, Name };

struct Word {
  WordKind kind;
  std::string text;
};

class Mutator {
public:
  Mutator(StringRef text, unsigned seed) : values(seed) { split(text); }

  /// Changes one word, or the words of one line.
  void run();
  std::string join() const;

private:
  void split(StringRef text);
  void changeWord(Word &word);
  void changeNumber(std::string &number);
  void changeLines();
  /// The position of a word of this kind, or the count of words.
  size_t find(WordKind kind);

  std::vector<Word> words;
  FuzzValues values;
};
} // namespace

static bool isElementType(StringRef word) {
  static constexpr StringRef kTypes[] = {"f32", "f16", "bf16", "i1",
                                         "i4",  "i8",  "i16",  "i32",
                                         "i48", "i64", "ui8",  "index"};
  return llvm::is_contained(kTypes, word);
}

static WordKind classify(StringRef word) {
  if (word.starts_with("%"))
    return WordKind::Value;
  if (llvm::isDigit(word.front()) ||
      (word.size() > 1 && word.front() == '-' && llvm::isDigit(word[1])))
    return WordKind::Number;
  if (isElementType(word))
    return WordKind::ElementType;
  if (word.starts_with("tosa.") || word.starts_with("ptq.") ||
      word.starts_with("quant.") || word.starts_with("kernel."))
    return WordKind::Op;
  return llvm::isAlpha(word.front()) ? WordKind::Name : WordKind::Other;
}

void Mutator::split(StringRef text) {
  auto isPart = [](char c) {
    return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$';
  };
  while (!text.empty()) {
    size_t size = 1;
    char first = text.front();
    if (first == '%' || first == '-' || isPart(first)) {
      // Sizes of a tensor are words of their own: 4x8xf32.
      bool isNumber = llvm::isDigit(first) || first == '-';
      while (size < text.size() && isPart(text[size]) &&
             !(isNumber && text[size] == 'x'))
        ++size;
      if (first == 'x' && size > 1 &&
          (llvm::isDigit(text[1]) || isElementType(text.substr(1, size - 1))))
        size = 1;
    }
    StringRef word = text.take_front(size);
    words.push_back({classify(word), word.str()});
    text = text.drop_front(size);
  }
}

std::string Mutator::join() const {
  std::string text;
  for (const Word &word : words)
    text += word.text;
  return text;
}

size_t Mutator::find(WordKind kind) {
  llvm::SmallVector<size_t> found;
  for (size_t i = 0; i < words.size(); ++i)
    if (words[i].kind == kind)
      found.push_back(i);
  return found.empty() ? words.size() : values.pick(found);
}

void Mutator::changeNumber(std::string &number) {
  if (StringRef(number).contains('.')) {
    number = std::to_string(values.real(std::atof(number.c_str())));
    // Not what MLIR reads as numbers.
    if (!llvm::isDigit(number.back()))
      number = values.oneIn(2) ? "0x7FC00000" : "0xFF800000";
    return;
  }
  number = std::to_string(values.integer(std::atoll(number.c_str())));
}

void Mutator::changeWord(Word &word) {
  static constexpr const char *kTypes[] = {
      "f32",
      "f16",
      "bf16",
      "i1",
      "i4",
      "i8",
      "i16",
      "i32",
      "i48",
      "i64",
      "ui8",
      "index",
      "!quant.uniform<i8:f32, 0.5:3>",
      "!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>",
      "!quant.uniform<u8:f32, 0.1>",
      "!quant.calibrated<f32<-1.0:1.0>>"};
  static constexpr const char *kOps[] = {"tosa.abs",
                                         "tosa.add",
                                         "tosa.argmax",
                                         "tosa.avg_pool2d",
                                         "tosa.bitwise_and",
                                         "tosa.cast",
                                         "tosa.ceil",
                                         "tosa.clamp",
                                         "tosa.concat",
                                         "tosa.const",
                                         "tosa.conv2d",
                                         "tosa.conv3d",
                                         "tosa.cos",
                                         "tosa.depthwise_conv2d",
                                         "tosa.equal",
                                         "tosa.erf",
                                         "tosa.exp",
                                         "tosa.floor",
                                         "tosa.gather",
                                         "tosa.greater",
                                         "tosa.identity",
                                         "tosa.intdiv",
                                         "tosa.log",
                                         "tosa.logical_and",
                                         "tosa.logical_not",
                                         "tosa.matmul",
                                         "tosa.max_pool2d",
                                         "tosa.maximum",
                                         "tosa.minimum",
                                         "tosa.mul",
                                         "tosa.negate",
                                         "tosa.pad",
                                         "tosa.pow",
                                         "tosa.reciprocal",
                                         "tosa.reduce_max",
                                         "tosa.reduce_product",
                                         "tosa.reduce_sum",
                                         "tosa.rescale",
                                         "tosa.reshape",
                                         "tosa.resize",
                                         "tosa.reverse",
                                         "tosa.rsqrt",
                                         "tosa.scatter",
                                         "tosa.select",
                                         "tosa.sigmoid",
                                         "tosa.sin",
                                         "tosa.slice",
                                         "tosa.sub",
                                         "tosa.table",
                                         "tosa.tanh",
                                         "tosa.tile",
                                         "tosa.transpose",
                                         "tosa.transpose_conv2d",
                                         "tosa.variable",
                                         "ptq.fake_quant",
                                         "ptq.observe",
                                         "ptq.softmax",
                                         "ptq.hard_swish",
                                         "ptq.gelu",
                                         "ptq.pointwise",
                                         "ptq.requantize",
                                         "ptq.matmul",
                                         "quant.qcast",
                                         "quant.dcast",
                                         "quant.scast"};
  switch (word.kind) {
  case WordKind::Number:
    return changeNumber(word.text);
  case WordKind::ElementType:
    word.text = kTypes[values.below(std::size(kTypes))];
    return;
  case WordKind::Op:
    if (values.oneIn(2)) {
      word.text = kOps[values.below(std::size(kOps))];
      return;
    }
    [[fallthrough]];
  case WordKind::Value:
  case WordKind::Name:
    word.text = words[find(word.kind)].text;
    return;
  case WordKind::Other:
    word.text = values.oneIn(2) ? "" : words[values.below(words.size())].text;
    return;
  }
}

/// Removes a line, writes it twice, or exchanges it with the next one.
void Mutator::changeLines() {
  llvm::SmallVector<size_t> starts = {0};
  for (size_t i = 0; i < words.size(); ++i)
    if (words[i].text == "\n")
      starts.push_back(i + 1);
  if (starts.size() < 3)
    return;
  size_t line = values.below(starts.size() - 2);
  auto at = [&](size_t i) { return words.begin() + starts[i]; };
  switch (values.below(3)) {
  case 0:
    words.erase(at(line), at(line + 1));
    return;
  case 1:
    std::rotate(at(line), at(line + 1), at(line + 2));
    return;
  default: {
    std::vector<Word> copy(at(line), at(line + 1));
    words.insert(at(line), copy.begin(), copy.end());
  }
  }
}

void Mutator::run() {
  static constexpr WordKind kKinds[] = {
      WordKind::Number, WordKind::Number, WordKind::Number,
      WordKind::Value,  WordKind::Value,  WordKind::ElementType,
      WordKind::Op,     WordKind::Name,   WordKind::Other};
  if (values.oneIn(8))
    return changeLines();
  size_t position = find(kKinds[values.below(std::size(kKinds))]);
  if (position == words.size())
    return;
  Word old = words[position];
  // MLIR's parser crashes if the expressed type of a quantized one is itself
  // quantized; only elements of tensors become that.
  if (old.kind == WordKind::ElementType &&
      (position == 0 || words[position - 1].text != "x"))
    return;
  changeWord(words[position]);
  // Often the types of operands and results have to agree.
  if ((old.kind == WordKind::Number || old.kind == WordKind::ElementType) &&
      values.oneIn(3))
    for (size_t i = 1; i < words.size(); ++i)
      if (words[i].kind == old.kind && words[i].text == old.text &&
          (old.kind == WordKind::Number || words[i - 1].text == "x"))
        words[i].text = words[position].text;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  FuzzValues values(seed);
  if (size == 0 || values.oneIn(10))
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<const char *>(data), size);
  for (size_t i = 1 + values.below(3); i > 0 && !text.empty(); --i) {
    Mutator mutator(text, seed + i);
    mutator.run();
    text = mutator.join();
  }
  if (text.empty() || text.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
