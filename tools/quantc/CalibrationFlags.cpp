//===- CalibrationFlags.cpp - Options about data -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "llvm/ADT/StringExtras.h"

using namespace quantc;
using namespace quantc::tool;

PreprocessingFlags::PreprocessingFlags(cl::SubCommand &sub)
    : scale("scale", cl::sub(sub), cl::value_desc("list"),
            cl::desc("The data's numbers stand for reals: (x * scale - mean) / "
                     "std. One number, 1/255 say, or one per channel, "
                     "separated by commas")),
      mean("mean", cl::sub(sub), cl::value_desc("list"),
           cl::desc("Subtracted from the scaled numbers (default 0)")),
      deviation("std", cl::sub(sub), cl::value_desc("list"),
                cl::desc("Divides what is left (default 1)")),
      layout("layout", cl::sub(sub), cl::value_desc("layout"),
             cl::desc("Layout of the data: NHWC or NCHW; transposed if the "
                      "network has the other one. NHWC:NCHW gives both")) {}

bool PreprocessingFlags::given() const {
  return scale.getNumOccurrences() || mean.getNumOccurrences() ||
         deviation.getNumOccurrences() || layout.getNumOccurrences();
}

/// Reads "0.5" or "1/255".
static bool parseNumber(llvm::StringRef text, double &value) {
  auto [numerator, denominator] = text.trim().split('/');
  double divisor = 1;
  if (numerator.getAsDouble(value) ||
      (text.contains('/') && denominator.getAsDouble(divisor)))
    return false;
  value /= divisor;
  return true;
}

static llvm::Error parseNumbers(const cl::opt<std::string> &flag,
                                std::vector<double> &values) {
  if (!flag.getNumOccurrences())
    return llvm::Error::success();
  for (llvm::StringRef text : llvm::split(flag, ','))
    if (!parseNumber(text, values.emplace_back()))
      return usageError("--" + flag.ArgStr + ": '" + text +
                        "' is not a number");
  return llvm::Error::success();
}

llvm::Expected<Preprocessing> PreprocessingFlags::get() const {
  Preprocessing result;
  if (llvm::Error error = parseNumbers(scale, result.scale))
    return std::move(error);
  if (llvm::Error error = parseNumbers(mean, result.mean))
    return std::move(error);
  if (llvm::Error error = parseNumbers(deviation, result.deviation))
    return std::move(error);
  if (llvm::Error error = checkNumbers(result))
    return usageError(llvm::toString(std::move(error)));
  if (layout.getNumOccurrences() && !result.parseLayout(layout))
    return usageError("--layout: '" + layout +
                      "' is none of NHWC, NCHW and two of them, as NHWC:NCHW");
  return result;
}

CalibrationFlags::CalibrationFlags(cl::SubCommand &sub,
                                   llvm::StringRef samplesFlag)
    : preprocessing(sub),
      limit(samplesFlag, cl::sub(sub), cl::value_desc("number"),
            cl::desc("Calibrate with the first samples only (default: all)")) {}

llvm::Expected<CalibrationOptions> CalibrationFlags::get() const {
  if (limited() && limit == 0)
    return usageError("--" + limit.ArgStr + " is at least 1");
  llvm::Expected<Preprocessing> preprocess = preprocessing.get();
  if (!preprocess)
    return preprocess.takeError();
  return CalibrationOptions{*preprocess, limit};
}
