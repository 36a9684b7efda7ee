//===- SchemeChoice.cpp - What the scheme auto found -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/ChooseSchemes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quantc;

/// Names of operations, of which there may be hundreds.
static std::string listNames(llvm::ArrayRef<std::string> names) {
  constexpr size_t kMost = 5;
  std::string text = "'" + llvm::join(names.take_front(kMost), "', '") + "'";
  if (names.size() > kMost)
    text += llvm::formatv(" and {0} more", names.size() - kMost);
  return text;
}

std::string quantc::describeWider(const SchemeChoice &choice) {
  std::vector<std::string> parts;
  if (!choice.floats.empty())
    parts.push_back("float for " + listNames(choice.floats));
  if (!choice.operations.empty())
    parts.push_back("int16 for " + listNames(choice.operations));
  return llvm::join(parts, "; ");
}

std::string quantc::summarize(const SchemeChoice &choice) {
  std::string text = describeWider(choice);
  if (!text.empty())
    text += "; ";
  if (!choice.bound.empty())
    text += choice.bound + "; ";
  return text + "int8 alone: " + choice.before.summarize();
}

bool quantc::isRefused(const SchemeChoice &choice,
                       const AccuracyLimits &limits) {
  return !choice.refused.empty() && !choice.accuracy.keeps(limits);
}

std::string quantc::explainRefusal(const SchemeChoice &choice,
                                   const AccuracyLimits &limits) {
  return llvm::formatv(
      "--strict-integer cannot keep the answers of this network: {0}. int16 is "
      "not enough for {1}, which would have to compute in float. Drop "
      "--strict-integer, so that these do, or choose the scheme yourself "
      "(--scheme=int8, or a --policy with a scheme)",
      choice.accuracy.describeLoss(limits), listNames(choice.refused));
}
