//===- AnswerCounter.cpp - The right answers of two networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AnswerCounter.h"

#include "Reals.h"
#include "quantc/Support/Errors.h"

#include <array>

using namespace quantc;
using llvm::Error;

Error AnswerCounter::open(const SampleFile &file, const TensorInfo &floating,
                          const TensorInfo &quantized, double threshold) {
  if (Error error = Labels::read(file).moveInto(labels))
    return error;
  if (!labels)
    return makeError(file.quotedPath() +
                     ": no labels: --labels needs a key 'y'");
  outputs.resize(2);
  for (auto [output, info] :
       llvm::zip_equal(outputs, std::array{&floating, &quantized})) {
    output.info = *info;
    // A file may have other rows per sample than the one before.
    auto reader = AnswerReader::create(*info, labels->rows, threshold);
    if (!reader)
      return reader.takeError();
    if (Error error = labels->check(file, reader->scoredClasses()))
      return error;
    output.reader = std::move(*reader);
  }
  return Error::success();
}

Error AnswerCounter::add(size_t index, const Array &floating,
                         const Array &quantized) {
  if (!labels)
    return Error::success();
  for (auto [output, array] :
       llvm::zip_equal(outputs, std::array{&floating, &quantized})) {
    std::vector<unsigned> answers;
    if (Error error =
            output.reader->read(toReals(*array, output.info), answers))
      return error;
    for (auto [answer, label] : llvm::zip_equal(answers, labels->of(index)))
      output.correct += answer == label;
  }
  rows += labels->rows;
  return Error::success();
}

std::optional<AnswerCounts> AnswerCounter::counts() const {
  if (rows == 0)
    return std::nullopt;
  return AnswerCounts{rows, outputs[0].correct, outputs[1].correct};
}
