//===- Json.cpp - JSON from files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Json.h"

using namespace quantc;
using namespace llvm;

/// Profiles nest 6 deep, manifests 4.
static constexpr unsigned kMaxDepth = 16;

namespace {
/// What is found in the text without parsing it.
struct Scan {
  unsigned depth = 0;
  /// Colons outside of strings: one for each key.
  uint64_t keys = 0;
};
} // namespace

static Scan scan(StringRef text) {
  Scan result;
  unsigned depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString && c == '\\')
      ++i;
    else if (c == '"')
      inString = !inString;
    else if (!inString && (c == '[' || c == '{'))
      result.depth = std::max(result.depth, ++depth);
    else if (!inString && (c == ']' || c == '}') && depth > 0)
      --depth;
    else if (!inString && c == ':')
      ++result.keys;
  }
  return result;
}

/// The keys of all objects in `value`.
static uint64_t countKeys(const json::Value &value) {
  uint64_t count = 0;
  if (const json::Array *array = value.getAsArray())
    for (const json::Value &element : *array)
      count += countKeys(element);
  if (const json::Object *object = value.getAsObject())
    for (const auto &entry : *object)
      count += 1 + countKeys(entry.second);
  return count;
}

Expected<json::Value> quantc::parseJson(StringRef text) {
  Scan found = scan(text);
  if (found.depth > kMaxDepth)
    return createStringError("brackets nest too deep");
  Expected<json::Value> value = json::parse(text);
  if (value && countKeys(*value) != found.keys)
    return createStringError("an object has the same key twice");
  return value;
}
